import { type AnyEventObject, type AnyStateMachine, matchesState } from 'xstate'
import { Host, type HostWorld } from './host.ts'
import { type Life, newLife } from './life.ts'
import type { ChartSource } from './live-charts.ts'

/** The only life of its machine in its component. */
export class Single extends Host implements ChartSource {
  readonly #onEmit: (event: AnyEventObject) => void
  readonly #life: Life

  constructor(machine: AnyStateMachine, world: HostWorld, component: string, onEmit: (event: AnyEventObject) => void) {
    super(machine, world, component)
    this.#onEmit = onEmit
    this.#life = newLife(this, undefined)
  }

  start(input: unknown): void {
    this.charts?.add(this)
    this.begin(this.#life, input)
  }

  send(event: AnyEventObject): void {
    this.deliver(this.#life, event)
  }

  stop(): void {
    this.halt(this.#life)
  }

  getSnapshot() {
    const { value, context, status } = this.snapshot(this.#life)
    return { value, context, status }
  }

  matches(state: string): boolean {
    return matchesState(state, this.#life.state.value)
  }

  *positions() {
    yield this.position(this.#life)
  }

  emitted(_life: Life, event: AnyEventObject): void {
    this.#onEmit(event)
  }

  protected override end(life: Life, status: 'done' | 'error' | 'stopped'): void {
    super.end(life, status)
    this.charts?.delete(this)
  }
}
