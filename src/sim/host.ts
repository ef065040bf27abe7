import {
  type Actor,
  type AnyEventObject,
  type AnyMachineSnapshot,
  type AnyStateMachine,
  createActor,
  type InspectionEvent,
} from 'xstate'
import { adoptingClock } from './adopting-clock.ts'
import type { Clock } from './clock.ts'
import { type Life, type LifeHost, STOP } from './life.ts'
import { inspectorOf, listen, TransitionTracer } from './live.ts'
import type { ChartPosition, LiveCharts } from './live-charts.ts'
import { stateText } from './state-memo.ts'
import { type Stepper, stepperOf } from './stepper.ts'
import type { Trace } from './trace.ts'

export interface HostWorld {
  readonly clock: Clock
  readonly trace: Trace
  readonly charts?: LiveCharts
}

/** Lets lives of one machine that belong to one component live: their events, timers and effects. */
export abstract class Host implements LifeHost {
  readonly component: string
  readonly tracer: TransitionTracer
  readonly #stepper: Stepper
  readonly #world: HostWorld
  #timerCount = 0

  constructor(machine: AnyStateMachine, world: HostWorld, component: string) {
    this.#stepper = stepperOf(machine)
    this.#world = world
    this.component = component
    this.tracer = new TransitionTracer(machine, world.trace, component)
  }

  get machine(): AnyStateMachine {
    return this.#stepper.machine
  }

  protected get charts(): LiveCharts | undefined {
    return this.#world.charts
  }

  abstract emitted(life: Life, event: AnyEventObject): void

  protected begin(life: Life, input: unknown): void {
    this.#take(life, undefined, input)
    this.#drain(life)
  }

  deliver(life: Life, event: AnyEventObject): void {
    if (life.actor !== undefined) (life.actor as Actor<AnyStateMachine>).send(event)
    else if (life.queue !== undefined) life.queue.push(event)
    else if (life.status === 'active') {
      life.queue = []
      this.#take(life, event)
      this.#drain(life)
    }
  }

  protected halt(life: Life): void {
    if (life.actor !== undefined) life.actor.stop()
    else if (life.queue !== undefined) life.queue.push(STOP)
    else this.end(life, 'stopped')
  }

  protected snapshot({
    actor,
    state,
    context,
    status,
  }: Life): Pick<AnyMachineSnapshot, 'value' | 'context' | 'status'> {
    const { value } = state
    return actor === undefined ? { value, context, status } : (actor as Actor<AnyStateMachine>).getSnapshot()
  }

  protected position(life: Life): Omit<ChartPosition, 'component' | 'machine'> {
    const { key, actor, state, timers } = life
    const { context } = this.snapshot(life)
    const text = actor === undefined ? state.text : stateText((actor as Actor<AnyStateMachine>).getSnapshot().value)
    const dues = [...(timers?.values() ?? [])].map(({ timer }) => timer.due)
    return { key, state: text, context, due: dues.length === 0 ? undefined : Math.min(...dues) }
  }

  schedule(life: Life, event: AnyEventObject, delayMs: number, id = `raise.${++this.#timerCount}`): void {
    const timer = this.#world.clock.setTimeout(() => {
      life.timers?.delete(id)
      this.deliver(life, event)
    }, delayMs)
    life.timers ??= new Map()
    life.timers.set(id, { timer, event })
  }

  cancel(life: Life, id: string): void {
    const scheduled = life.timers?.get(id)
    if (scheduled === undefined) return
    life.timers!.delete(id)
    this.#world.clock.clearTimeout(scheduled.timer)
  }

  protected end(life: Life, status: 'done' | 'error' | 'stopped'): void {
    life.status = status
    if (life.timers !== undefined) for (const { timer } of life.timers.values()) this.#world.clock.clearTimeout(timer)
    life.timers = undefined
  }

  #drain(life: Life): void {
    for (let i = 0; life.status === 'active' && i < life.queue!.length; i++) {
      const event = life.queue![i]!
      if (event === STOP) this.end(life, 'stopped')
      else this.#take(life, event)
    }
    life.queue = undefined
  }

  #take(life: Life, event: AnyEventObject | undefined, input?: unknown): void {
    try {
      if (this.#stepper.step(life, event, input)) this.end(life, 'done')
    } catch (error) {
      this.end(life, 'error')
      this.#world.clock.fail(error)
    }
  }

  /** A real actor that goes on where the life stands, its timers included. */
  protected promote(life: Life, inspect: ((event: InspectionEvent) => void) | undefined): Actor<AnyStateMachine> {
    const { snapshot } = life.state
    const pending = [...(life.timers ?? [])]
    const clock = adoptingClock(this.#world.clock)
    const tracer = new TransitionTracer(this.machine, this.#world.trace, this.component)
    tracer.resumed(life.state.text)
    const trace = inspectorOf(tracer, life.key)
    const actor = createActor(this.machine, {
      clock,
      snapshot: { ...snapshot, context: life.context, historyValue: life.history ?? {} },
      inspect: (event: InspectionEvent) => {
        trace(event)
        inspect?.(event)
      },
    } as never) as Actor<AnyStateMachine>
    listen(actor, this.#world.clock, (event) => this.emitted(life, event as AnyEventObject))
    actor.start()
    for (const [id, { timer, event }] of pending) {
      clock.adopt = timer
      const { scheduler } = actor.system as unknown as {
        scheduler: { schedule(from: unknown, to: unknown, event: AnyEventObject, delay: number, id: string): void }
      }
      scheduler.schedule(actor, actor, event, 0, id)
    }
    life.timers = undefined
    return actor
  }
}
