import type { AnyStateMachine } from 'xstate'

/** Where one running chart stands. */
export interface ChartPosition {
  /** Who runs it, as the trace names it: `kubelet/worker-1/pod`. */
  readonly component: string
  /** Which of the component's objects it is about; undefined where the component has but one chart. */
  readonly key: string | undefined
  readonly machine: AnyStateMachine
  /** `running`, `up.ready`, `a.x & b.y` */
  readonly state: string
  /** When it goes on by itself, virtual ms; undefined: not before something happens to it. */
  readonly due: number | undefined
  /** What its machine remembers. */
  readonly context: unknown
}

/** Charts of one machine that one component runs. */
export interface ChartSource {
  readonly component: string
  readonly machine: AnyStateMachine
  /** Where each of them stands. */
  positions(): Iterable<Omit<ChartPosition, 'component' | 'machine'>>
}

/** Every chart that runs now, in the order in which they began. */
export class LiveCharts {
  readonly #sources = new Set<ChartSource>()

  add(source: ChartSource): void {
    this.#sources.add(source)
  }

  delete(source: ChartSource): void {
    this.#sources.delete(source)
  }

  *positions(): Generator<ChartPosition> {
    for (const source of this.#sources) {
      const { component, machine } = source
      for (const position of source.positions()) yield { component, machine, ...position }
    }
  }
}
