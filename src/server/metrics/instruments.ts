/** Numbers with labels, written as Prometheus reads them. Source: prometheus/docs exposition_formats, component-base/metrics */

export type Labels = Readonly<Record<string, string>>
export type Stability = 'ALPHA' | 'BETA' | 'STABLE'

interface Description {
  readonly name: string
  readonly help: string
  /** Kubernetes' own metrics say how stable they are. */
  readonly stability?: Stability
}

export interface Sample {
  readonly labels: Labels
  readonly value: number
}

export interface Family {
  text(): string
}

/** A value for each set of labels. */
export class Values implements Family {
  readonly #description: Description
  readonly #type: 'counter' | 'gauge'
  readonly #values = new Map<string, number>()

  constructor(type: 'counter' | 'gauge', description: Description) {
    this.#type = type
    this.#description = description
  }

  add(labels: Labels, by = 1): void {
    const key = labelText(labels)
    this.#values.set(key, (this.#values.get(key) ?? 0) + by)
  }

  text(): string {
    const lines = [...this.#values].map(([labels, value]) => `${this.#description.name}${braced(labels)} ${value}`)
    return familyText(this.#description, this.#type, lines)
  }
}

interface Distribution {
  readonly counts: number[]
  sum: number
  count: number
}

export class Histogram implements Family {
  readonly #description: Description
  readonly #bounds: readonly number[]
  readonly #distributions = new Map<string, Distribution>()

  /** @param bounds upper ends of the buckets, ascending; one without an end is added */
  constructor(bounds: readonly number[], description: Description) {
    this.#bounds = bounds
    this.#description = description
  }

  observe(labels: Labels, value: number): void {
    const key = labelText(labels)
    let known = this.#distributions.get(key)
    if (known === undefined) {
      known = { counts: this.#bounds.map(() => 0), sum: 0, count: 0 }
      this.#distributions.set(key, known)
    }
    const bucket = this.#bounds.findIndex((bound) => value <= bound)
    if (bucket >= 0) known.counts[bucket]!++
    known.sum += value
    known.count++
  }

  text(): string {
    const { name } = this.#description
    const lines = [...this.#distributions].flatMap(([labels, { counts, sum, count }]) => {
      const and = labels === '' ? '' : `${labels},`
      let below = 0
      const buckets = this.#bounds.map((bound, at) => {
        below += counts[at]!
        return `${name}_bucket{${and}le="${numberText(bound)}"} ${below}`
      })
      const all = braced(labels)
      return [
        ...buckets,
        `${name}_bucket{${and}le="+Inf"} ${count}`,
        `${name}_sum${all} ${sum}`,
        `${name}_count${all} ${count}`,
      ]
    })
    return familyText(this.#description, 'histogram', lines)
  }
}

/** Values that are looked up when somebody asks. */
export function gaugeText(description: Description, samples: readonly Sample[], type: 'counter' | 'gauge' = 'gauge') {
  const lines = samples.map(
    ({ labels, value }) => `${description.name}${braced(labelText(labels))} ${numberText(value)}`,
  )
  return familyText(description, type, lines)
}

function familyText({ name, help, stability }: Description, type: string, lines: readonly string[]): string {
  if (lines.length === 0) return ''
  const about = stability === undefined ? help : `[${stability}] ${help}`
  return `# HELP ${name} ${about}\n# TYPE ${name} ${type}\n${[...lines].sort(byLabels).join('\n')}\n`
}

/** The lines of one set of labels stay together: the sort is stable and looks at nothing else. */
function byLabels(a: string, b: string): number {
  const key = (line: string) => line.replace(/^[^{ ]*/, '').replace(/,?le="[^"]*"|\} .*$|^ .*$/g, '')
  const [left, right] = [key(a), key(b)]
  return left < right ? -1 : left > right ? 1 : 0
}

const braced = (labels: string) => (labels === '' ? '' : `{${labels}}`)

/** In the order of their names. */
function labelText(labels: Labels): string {
  return Object.entries(labels)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}="${value.replace(/[\\"\n]/g, (each) => (each === '\n' ? '\\n' : `\\${each}`))}"`)
    .join(',')
}

/** As Go's strconv.FormatFloat(v, 'g', -1, 64) writes it. */
function numberText(value: number): string {
  const [digits, exponent] = value.toExponential().split('e') as [string, string]
  const power = Number(exponent)
  if (value === 0 || (power >= -4 && power < 6)) return String(value)
  return `${digits}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`
}
