import type { AnyEventObject, AnyMachineSnapshot, AnyStateMachine, InspectionEvent } from 'xstate'
import { refuseInvoking } from './childless.ts'
import { type CompiledMachine, compiled } from './compiled.ts'
import type { Life } from './life.ts'
import { memoOf, sharedState } from './state-memo.ts'
import type { Effects } from './steps.ts'

/** Of a step without effects: never added to. */
const NOTHING: (() => void)[] = []

/** How XState hands actions to whoever runs them. Internal to XState: held equal to its interpreter by a property test. */
interface Action {
  readonly info: unknown
  readonly params: unknown
  readonly exec?: (info: unknown, params: unknown) => void
}

const steppers = new WeakMap<AnyStateMachine, Stepper>()

/** The one stepper of a machine. @throws for a machine that invokes actors */
export function stepperOf(machine: AnyStateMachine): Stepper {
  let stepper = steppers.get(machine)
  if (stepper === undefined) {
    refuseInvoking(machine)
    stepper = new Stepper(machine)
    steppers.set(machine, stepper)
  }
  return stepper
}

/**
 * Steps all lives of one machine, with one actor scope that all share, following XState's own protocol of actions and
 * deferred effects. Source: xstate 5.33.3 src/createActor.ts (Actor), src/system.ts (scheduler), src/stateUtils.ts (macrostep)
 */
export class Stepper {
  readonly machine: AnyStateMachine
  readonly #memo
  readonly #scope
  /** Undefined where only XState's interpreter knows the machine's steps. */
  readonly #compiled: CompiledMachine | undefined
  readonly #effects: Effects
  /** Whose step it is; steps of different objects nest when an effect of one is an event for another. */
  #current: Life | undefined
  #deferred = NOTHING
  /** Actions of the initial state run once all of it is known. */
  #starting = false

  constructor(machine: AnyStateMachine) {
    this.machine = machine
    this.#memo = memoOf(machine)
    this.#scope = this.#createScope()
    this.#compiled = compiled(machine)
    this.#effects = this.#createEffects()
  }

  /**
   * Takes an event, or begins the life with its input, and performs what follows from it.
   *
   * @returns whether the life has come to its end. @throws what went wrong in the machine or in its listeners
   */
  step(life: Life, event: AnyEventObject | undefined, input?: unknown): boolean {
    const outer = this.#current
    const outerDeferred = this.#deferred
    this.#current = life
    this.#deferred = NOTHING
    life.host.tracer.resumed(event === undefined ? undefined : life.state.text)
    try {
      const ended = this.#compiled === undefined ? this.#interpreted(life, event, input) : this.#ran(life, event, input)
      const deferred = this.#deferred
      for (let i = 0; i < deferred.length; i++) deferred[i]!()
      return ended
    } finally {
      this.#current = outer
      this.#deferred = outerDeferred
    }
  }

  #ran(life: Life, event: AnyEventObject | undefined, input: unknown): boolean {
    const machine = this.#compiled!
    const outcome =
      event === undefined
        ? machine.begin(input, this.#scope, this.#effects)
        : machine.take(machine.placeOf(life.state), life.context, event, this.#scope, this.#effects)
    if (outcome === undefined) return false
    life.state = outcome.place.state
    life.context = outcome.context
    if (event === undefined) life.host.tracer.begun(life.key, life.state.text)
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
      return this.machine.getInitialSnapshot(this.#scope as never, input as never)
    } finally {
      this.#starting = false
    }
  }

  #following({ state, context, history }: Life, event: AnyEventObject): AnyMachineSnapshot {
    const { snapshot } = state
    const before = history === undefined ? { ...snapshot, context } : { ...snapshot, context, historyValue: history }
    return this.machine.transition(before as never, event as never, this.#scope as never)
  }

  /** Takes over what a step has led to. */
  #settle(life: Life, next: AnyMachineSnapshot, isInitial: boolean): void {
    life.state = sharedState(this.#memo, next)
    life.context = next.context
    if (Object.keys(next.historyValue).length > 0) life.history = next.historyValue
    if (Object.keys(next.children).length > 0)
      throw new Error(`machine ${this.machine.id} spawns actors: what many objects share cannot have children`)
    if (isInitial) life.host.tracer.begun(life.key, life.state.text)
  }

  #defer(effect: () => void): void {
    if (this.#deferred === NOTHING) this.#deferred = [effect]
    else this.#deferred.push(effect)
  }

  #createEffects(): Effects {
    const current = () => this.#current!
    return {
      emit: (event) => this.#defer(() => current().host.emitted(current(), event)),
      schedule: (event, delayMs, id) => this.#defer(() => current().host.schedule(current(), event, delayMs, id)),
      cancel: (id) => this.#defer(() => current().host.cancel(current(), id)),
      took: (transition, event, { state }) =>
        current().host.tracer.stepped(current().key, transition, event.type, state.text),
    }
  }

  #createScope() {
    const current = () => this.#current!
    const self = {
      send: (event: AnyEventObject) => current().host.deliver(current(), event),
      getSnapshot: () => ({ ...current().state.snapshot, context: current().context }),
    }
    const execute = ({ exec, info, params }: Action) => exec?.(info, params)
    return {
      self,
      id: this.machine.id,
      sessionId: this.machine.id,
      logger: () => {},
      defer: (effect: () => void) => this.#defer(effect),
      stopChild: () => {},
      emit: (event: AnyEventObject) => current().host.emitted(current(), event),
      actionExecutor: (action: Action) => {
        if (this.#starting) this.#defer(() => execute(action))
        else execute(action)
      },
      system: {
        scheduler: {
          schedule: (_source: unknown, _target: unknown, event: AnyEventObject, delayMs: number, id?: string) =>
            current().host.schedule(current(), event, delayMs, id),
          cancel: (_source: unknown, id: string) => current().host.cancel(current(), id),
        },
        _sendInspectionEvent: (event: InspectionEvent) => {
          if (event.type === '@xstate.microstep') current().host.tracer.took(current().key, event)
        },
      },
    }
  }
}
