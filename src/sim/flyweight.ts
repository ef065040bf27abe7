import type { Actor, AnyEventObject, AnyStateMachine, InspectionEvent } from 'xstate'
import { Host, type HostWorld } from './host.ts'
import { type Life, newLife } from './life.ts'
import type { ChartSource } from './live-charts.ts'

/** Lives one machine for many objects of one component. Only {state, context} is kept of each. */
export class Flyweight extends Host implements ChartSource {
  readonly #lives = new Map<string, Life>()
  readonly #onEmit: (key: string, event: AnyEventObject) => void

  constructor(
    machine: AnyStateMachine,
    world: HostWorld,
    component: string,
    onEmit: (key: string, event: AnyEventObject) => void,
  ) {
    super(machine, world, component)
    this.#onEmit = onEmit
  }

  start(key: string, input: unknown): void {
    this.stop(key)
    const life = newLife(this, key)
    if (this.#lives.size === 0) this.charts?.add(this)
    this.#lives.set(key, life)
    this.begin(life, input)
  }

  send(key: string, event: AnyEventObject): void {
    const life = this.#lives.get(key)
    if (life !== undefined) this.deliver(life, event)
  }

  stop(key: string): void {
    const life = this.#lives.get(key)
    if (life === undefined) return
    this.#lives.delete(key)
    if (this.#lives.size === 0) this.charts?.delete(this)
    this.halt(life)
  }

  has(key: string): boolean {
    return this.#lives.has(key)
  }

  state(key: string) {
    const life = this.#lives.get(key)
    if (life === undefined) return undefined
    const { value, context, status } = this.snapshot(life)
    return { value, context, status }
  }

  keys(): IterableIterator<string> {
    return this.#lives.keys()
  }

  *positions() {
    for (const life of this.#lives.values()) yield this.position(life)
  }

  /** A real actor that goes on where the object stands, its timers included; for tools that look at actors. */
  live(key: string, inspect?: (event: InspectionEvent) => void): Actor<AnyStateMachine> | undefined {
    const life = this.#lives.get(key)
    if (life === undefined) return undefined
    if (life.status === 'active' && life.queue === undefined) life.actor ??= this.promote(life, inspect) as never
    return life.actor as Actor<AnyStateMachine> | undefined
  }

  emitted({ key }: Life, event: AnyEventObject): void {
    this.#onEmit(key!, event)
  }
}
