/** Where something stands; lines and columns begin at 1. */
export interface Place {
  readonly file: string
  readonly line?: number
  readonly column?: number
}

/** Something wrong with a pack (`error`: it cannot be used), or weak about it (`warning`). */
export interface Problem extends Place {
  readonly severity: 'error' | 'warning'
  readonly message: string
}

/** `pack.yaml:7:3` */
export const placeText = ({ file, line, column }: Place) =>
  [file, line, column].filter((each) => each !== undefined).join(':')

export const problemText = (problem: Problem) => `${placeText(problem)}: ${problem.message}`

/** A pack that cannot be used: the message names file, line, field and what was expected. */
export class PackError extends Error {}

/** What reading a pack comes across: everything, not only the first thing. */
export class Findings {
  readonly #problems: Problem[] = []

  get problems(): readonly Problem[] {
    return this.#problems
  }

  get errors(): readonly Problem[] {
    return this.#problems.filter(({ severity }) => severity === 'error')
  }

  error(place: Place, message: string): void {
    this.#problems.push({ severity: 'error', ...place, message })
  }

  warning(place: Place, message: string): void {
    this.#problems.push({ severity: 'warning', ...place, message })
  }

  /** The first error, and how many more there are. */
  refusal(): string {
    const [first, ...more] = this.errors
    const others = more.length === 0 ? '' : ` (and ${more.length} more: kubedrill pack lint shows them)`
    return first === undefined ? '' : `${problemText(first)}${others}`
  }

  /** @throws {PackError} where there is an error */
  refuse(): void {
    if (this.errors.length > 0) throw new PackError(this.refusal())
  }
}
