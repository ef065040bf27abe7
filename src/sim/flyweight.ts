import {
  type Actor,
  type AnyEventObject,
  type AnyMachineSnapshot,
  type AnyStateMachine,
  createActor,
  type InspectionEvent,
} from 'xstate'
import { adoptingClock } from './adopting-clock.ts'
import { refuseInvoking } from './childless.ts'
import type { Clock, Timer } from './clock.ts'
import { type CompiledMachine, compiled } from './compiled.ts'
import { inspectorOf, listen, TransitionTracer } from './live.ts'
import type { ChartSource, LiveCharts } from './live-charts.ts'
import { memoOf, type SharedState, sharedState, stateText } from './state-memo.ts'
import type { Effects } from './steps.ts'
import type { Trace } from './trace.ts'

/** One object's life: what an actor would hold, without the actor. */
interface Life {
  readonly key: string
  state: SharedState
  context: unknown
  status: 'active' | 'done' | 'error' | 'stopped'
  /** Delayed events by the id they are cancelled with. */
  timers: Map<string, { readonly timer: Timer; readonly event: AnyEventObject }> | undefined
  /** Events sent while one is being taken; undefined when none is. */
  queue: (AnyEventObject | typeof STOP)[] | undefined
  history: AnyMachineSnapshot['historyValue'] | undefined
  /** Once somebody looks at it, a real actor lives on in its place. */
  actor: Actor<AnyStateMachine> | undefined
}

const STOP = Symbol('stop')
/** Of a step without effects: never added to. */
const NOTHING: (() => void)[] = []

/** How XState hands actions to whoever runs them. Internal to XState: held equal to its interpreter by a property test. */
interface Action {
  readonly info: unknown
  readonly params: unknown
  readonly exec?: (info: unknown, params: unknown) => void
}

/**
 * Lives one machine for many objects. Only {state, context} is kept of each; the machine is stepped with one actor
 * scope that all share, following XState's own protocol of actions and deferred effects.
 * Source: xstate 5.33.3 src/createActor.ts (Actor), src/system.ts (scheduler), src/stateUtils.ts (macrostep)
 */
export class Flyweight {
  readonly #machine: AnyStateMachine
  readonly #clock: Clock
  readonly #trace: Trace
  readonly #component: string
  readonly #onEmit: (key: string, event: AnyEventObject) => void
  readonly #memo
  readonly #tracer: TransitionTracer
  readonly #lives = new Map<string, Life>()
  readonly #charts: LiveCharts | undefined
  readonly #source: ChartSource
  readonly #scope
  /** Undefined where only XState's interpreter knows the machine's steps. */
  readonly #compiled: CompiledMachine | undefined
  readonly #effects: Effects
  /** Whose step it is; steps of different objects nest when an effect of one is an event for another. */
  #current: Life | undefined
  #deferred = NOTHING
  /** Actions of the initial state run once all of it is known. */
  #starting = false
  #timerCount = 0

  constructor(
    machine: AnyStateMachine,
    world: { readonly clock: Clock; readonly trace: Trace; readonly charts?: LiveCharts },
    component: string,
    onEmit: (key: string, event: AnyEventObject) => void,
  ) {
    refuseInvoking(machine)
    this.#machine = machine
    this.#clock = world.clock
    this.#trace = world.trace
    this.#component = component
    this.#onEmit = onEmit
    this.#memo = memoOf(machine)
    this.#tracer = new TransitionTracer(machine, world.trace, component)
    this.#scope = this.#createScope()
    this.#compiled = compiled(machine)
    this.#effects = this.#createEffects()
    this.#charts = world.charts
    this.#source = { component, machine, positions: () => this.#positions() }
  }

  start(key: string, input: unknown): void {
    this.stop(key)
    const life = {
      key,
      state: undefined,
      context: undefined,
      status: 'active',
      timers: undefined,
      queue: [],
      history: undefined,
      actor: undefined,
    } as unknown as Life
    if (this.#lives.size === 0) this.#charts?.add(this.#source)
    this.#lives.set(key, life)
    this.#step(life, undefined, input)
    this.#drain(life)
  }

  send(key: string, event: AnyEventObject): void {
    const life = this.#lives.get(key)
    if (life !== undefined) this.#deliver(life, event)
  }

  stop(key: string): void {
    const life = this.#lives.get(key)
    if (life === undefined) return
    this.#lives.delete(key)
    if (this.#lives.size === 0) this.#charts?.delete(this.#source)
    if (life.actor !== undefined) life.actor.stop()
    else if (life.queue !== undefined) life.queue.push(STOP)
    else this.#end(life, 'stopped')
  }

  has(key: string): boolean {
    return this.#lives.has(key)
  }

  state(key: string) {
    const life = this.#lives.get(key)
    if (life === undefined) return undefined
    const { value, context, status } = life.actor?.getSnapshot() ?? {
      value: life.state.value,
      context: life.context,
      status: life.status,
    }
    return { value, context, status }
  }

  keys(): IterableIterator<string> {
    return this.#lives.keys()
  }

  *#positions(): Generator<readonly [string, string]> {
    for (const { key, state, actor } of this.#lives.values())
      yield [key, actor === undefined ? state.text : stateText(actor.getSnapshot().value)]
  }

  /** A real actor that goes on where the object stands, its timers included; for tools that look at actors. */
  live(key: string, inspect?: (event: InspectionEvent) => void): Actor<AnyStateMachine> | undefined {
    const life = this.#lives.get(key)
    if (life === undefined || life.status !== 'active' || life.queue !== undefined) return life?.actor
    life.actor ??= this.#promote(life, inspect)
    return life.actor
  }

  #deliver(life: Life, event: AnyEventObject): void {
    if (life.actor !== undefined) life.actor.send(event)
    else if (life.queue !== undefined) life.queue.push(event)
    else if (life.status === 'active') {
      life.queue = []
      this.#take(life, event)
      this.#drain(life)
    }
  }

  #drain(life: Life): void {
    for (let i = 0; life.status === 'active' && i < life.queue!.length; i++) {
      const event = life.queue![i]!
      if (event === STOP) this.#end(life, 'stopped')
      else this.#take(life, event)
    }
    life.queue = undefined
  }

  #take(life: Life, event: AnyEventObject): void {
    this.#step(life, event, undefined)
  }

  /** @param event undefined: it begins, with the input */
  #step(life: Life, event: AnyEventObject | undefined, input: unknown): void {
    const outer = this.#current
    const outerDeferred = this.#deferred
    this.#current = life
    this.#deferred = NOTHING
    this.#tracer.resumed(event === undefined ? undefined : life.state.text)
    try {
      const ended = this.#compiled === undefined ? this.#interpreted(life, event, input) : this.#ran(life, event, input)
      const deferred = this.#deferred
      for (let i = 0; i < deferred.length; i++) deferred[i]!()
      if (ended) this.#end(life, 'done')
    } catch (error) {
      this.#end(life, 'error')
      this.#clock.fail(error)
    } finally {
      this.#current = outer
      this.#deferred = outerDeferred
    }
  }

  /** @returns whether it has come to its end */
  #ran(life: Life, event: AnyEventObject | undefined, input: unknown): boolean {
    const machine = this.#compiled!
    const outcome =
      event === undefined
        ? machine.begin(input, this.#scope, this.#effects)
        : machine.take(machine.placeOf(life.state), life.context, event, this.#scope, this.#effects)
    if (outcome === undefined) return false
    life.state = outcome.place.state
    life.context = outcome.context
    if (event === undefined) this.#tracer.begun(life.key, life.state.text)
    return outcome.ended
  }

  #interpreted(life: Life, event: AnyEventObject | undefined, input: unknown): boolean {
    const next = event === undefined ? this.#initial(input) : this.#following(life, event)
    this.#settle(life, next, event === undefined)
    if (next.status === 'error') throw next.error
    return next.status === 'done'
  }

  #initial(input: unknown): AnyMachineSnapshot {
    this.#starting = true
    try {
      return this.#machine.getInitialSnapshot(this.#scope as never, input as never)
    } finally {
      this.#starting = false
    }
  }

  #following({ state, context, history }: Life, event: AnyEventObject): AnyMachineSnapshot {
    const { snapshot } = state
    const before = history === undefined ? { ...snapshot, context } : { ...snapshot, context, historyValue: history }
    return this.#machine.transition(before as never, event as never, this.#scope as never)
  }

  #defer(effect: () => void): void {
    if (this.#deferred === NOTHING) this.#deferred = [effect]
    else this.#deferred.push(effect)
  }

  #createEffects(): Effects {
    return {
      emit: (event) => this.#defer(() => this.#onEmit(this.#current!.key, event)),
      schedule: (event, delayMs, id) => this.#defer(() => this.#schedule(this.#current!, event, delayMs, id)),
      cancel: (id) => this.#defer(() => this.#cancel(this.#current!, id)),
      took: (transition, event, { state }) =>
        this.#tracer.stepped(this.#current!.key, transition, event.type, state.text),
    }
  }

  /** Takes over what a step has led to. */
  #settle(life: Life, next: AnyMachineSnapshot, isInitial: boolean): void {
    life.state = sharedState(this.#memo, next)
    life.context = next.context
    if (Object.keys(next.historyValue).length > 0) life.history = next.historyValue
    if (Object.keys(next.children).length > 0)
      throw new Error(`machine ${this.#machine.id} spawns actors: what many objects share cannot have children`)
    if (isInitial) this.#tracer.begun(life.key, life.state.text)
  }

  #end(life: Life, status: 'done' | 'error' | 'stopped'): void {
    life.status = status
    if (life.timers !== undefined) for (const { timer } of life.timers.values()) this.#clock.clearTimeout(timer)
    life.timers = undefined
  }

  #schedule(life: Life, event: AnyEventObject, delayMs: number, id = `raise.${++this.#timerCount}`): void {
    const timer = this.#clock.setTimeout(() => {
      life.timers?.delete(id)
      this.#deliver(life, event)
    }, delayMs)
    life.timers ??= new Map()
    life.timers.set(id, { timer, event })
  }

  #cancel(life: Life, id: string): void {
    const scheduled = life.timers?.get(id)
    if (scheduled === undefined) return
    life.timers!.delete(id)
    this.#clock.clearTimeout(scheduled.timer)
  }

  #createScope() {
    const self = {
      send: (event: AnyEventObject) => this.#deliver(this.#current!, event),
      getSnapshot: () => ({ ...this.#current!.state.snapshot, context: this.#current!.context }),
    }
    const execute = ({ exec, info, params }: Action) => exec?.(info, params)
    return {
      self,
      id: this.#machine.id,
      sessionId: this.#machine.id,
      logger: () => {},
      defer: (effect: () => void) => this.#defer(effect),
      stopChild: () => {},
      emit: (event: AnyEventObject) => this.#onEmit(this.#current!.key, event),
      actionExecutor: (action: Action) => {
        if (this.#starting) this.#defer(() => execute(action))
        else execute(action)
      },
      system: {
        scheduler: {
          schedule: (_source: unknown, _target: unknown, event: AnyEventObject, delayMs: number, id?: string) =>
            this.#schedule(this.#current!, event, delayMs, id),
          cancel: (_source: unknown, id: string) => this.#cancel(this.#current!, id),
        },
        _sendInspectionEvent: (event: InspectionEvent) => {
          if (event.type === '@xstate.microstep') this.#tracer.took(this.#current!.key, event)
        },
      },
    }
  }

  #promote(life: Life, inspect: ((event: InspectionEvent) => void) | undefined): Actor<AnyStateMachine> {
    const { snapshot } = life.state
    const pending = [...(life.timers ?? [])]
    const clock = adoptingClock(this.#clock)
    const tracer = new TransitionTracer(this.#machine, this.#trace, this.#component)
    tracer.resumed(life.state.text)
    const trace = inspectorOf(tracer, life.key)
    const actor = createActor(this.#machine, {
      clock,
      snapshot: { ...snapshot, context: life.context, historyValue: life.history ?? {} },
      inspect: (event: InspectionEvent) => {
        trace(event)
        inspect?.(event)
      },
    } as never) as Actor<AnyStateMachine>
    listen(actor, this.#clock, (event) => this.#onEmit(life.key, event as AnyEventObject))
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
