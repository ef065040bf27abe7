import type { Runner } from './runner.ts'
import { type FeatureText, touched } from './touched.ts'

const KEYS = 'a all  f failed  q quit'

/** What the loop looks at and acts on; the clock and the file system are its caller's. */
export interface Surroundings {
  readonly runner: Pick<Runner, 'run' | 'running' | 'stop' | 'kill'>
  /** The features there are, of those asked for. */
  features(): Promise<readonly FeatureText[]>
  /** Programs that may name files: steps. */
  programs(): readonly FeatureText[]
  failedLastTime(): readonly string[] | undefined
  /** Calls soon, and once for all that is asked for meanwhile. */
  soon(then: () => void): void
  readonly hasKeys: boolean
  say(text: string): void
  clear(): void
  exit(code: number): void
}

/** `kubedrill test --watch`: runs everything, then what a change touches. */
export class WatchLoop {
  readonly #asked: readonly string[]
  readonly #options: readonly string[]
  readonly #around: Surroundings
  readonly #changed = new Set<string>()
  #last: readonly string[]
  #isEnding = false

  /** @param asked features, directories or globs; none: those of the configuration */
  constructor(asked: readonly string[], options: readonly string[], around: Surroundings) {
    this.#asked = asked
    this.#options = options
    this.#around = around
    this.#last = asked
  }

  begin(): void {
    this.#run(this.#asked)
  }

  changed(file: string): void {
    this.#changed.add(file)
    this.#around.soon(() => void this.#look())
  }

  pressed(key: string): void {
    const { say, failedLastTime } = this.#around
    if (key === 'a') this.#run(this.#asked)
    else if (key === 'q' || key === '\x03') this.end()
    else if (key === 'f') {
      const failed = failedLastTime() ?? []
      if (failed.length > 0) this.#run(failed)
      else say('nothing failed last time')
    }
  }

  /** The run is given time to put away what it has in a cluster; who asks again does not wait. */
  end(): void {
    const { runner, exit } = this.#around
    if (this.#isEnding) runner.kill()
    else runner.stop(() => exit(0))
    this.#isEnding = true
  }

  async #look(): Promise<void> {
    const files = [...this.#changed]
    this.#changed.clear()
    const features = await this.#around.features()
    const what = files.map((file) => touched(file, features, () => this.#around.programs()))
    if (what.includes('all')) return this.#run(this.#asked)
    const some = what.flatMap((each) => (each === 'all' ? [] : each)).flatMap((file) => this.#askedOf(file))
    if (some.length === 0) return undefined
    // What was interrupted is run too; nothing named is everything.
    const left = this.#around.runner.running ? this.#last : undefined
    return this.#run(left?.length === 0 ? left : [...new Set([...some, ...(left ?? [])])])
  }

  /** Of a feature of which only some lines are asked for: those. */
  #askedOf(file: string): readonly string[] {
    const lines = this.#asked.filter((place) => fileOf(place) === file)
    return lines.length > 0 ? lines : [file]
  }

  #run(wanted: readonly string[]): void {
    if (this.#isEnding) return
    this.#last = wanted
    const { runner, say, clear, hasKeys } = this.#around
    clear()
    runner.run([...wanted, ...this.#options], () => say(`\nwaiting for changes${hasKeys ? `: ${KEYS}` : ''}`))
  }
}

/** `features/a.feature:3:12` is of `features/a.feature`. */
export const fileOf = (place: string): string => place.replace(/:\d+(:\d+)*$/, '')
