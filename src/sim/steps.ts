import type { AnyEventObject, AnyStateMachine, AnyStateNode, AnyTransitionDefinition } from 'xstate'
import type { SharedState } from './state-memo.ts'

/** What actions and guards are called with. */
interface Args {
  readonly context: unknown
  readonly event: AnyEventObject
  readonly self: unknown
  readonly system: unknown
}

export type Expression = (args: Args, params?: unknown) => unknown
export type Guard = (args: { readonly context: unknown; readonly event: AnyEventObject }) => boolean

/** XState's built-in actions, with what they were made with. Source: xstate 5.33.3 src/actions/{assign,emit,raise,cancel}.ts */
export type Operation =
  | { readonly type: 'xstate.assign'; readonly assignment: Expression | Readonly<Record<string, unknown>> }
  | { readonly type: 'xstate.emit'; readonly event: AnyEventObject | Expression }
  | {
      readonly type: 'xstate.raise'
      readonly event: AnyEventObject | Expression
      readonly id: string | undefined
      readonly delay: number | string | Expression | undefined
    }
  | { readonly type: 'xstate.cancel'; readonly sendId: string | Expression }
  /** A compound state has come to its end. */
  | { readonly type: 'done'; readonly event: AnyEventObject }

/** What taking one transition in one state comes to. */
export interface Step {
  readonly transition: AnyTransitionDefinition
  readonly guard: Guard | undefined
  readonly operations: readonly Operation[]
  readonly next: Place
  /** The whole machine has come to its end. */
  readonly ends: boolean
}

/** A state that is at rest in one leaf, and what may be done there; found out once. */
export interface Place {
  readonly leaf: AnyStateNode
  readonly state: SharedState
  readonly always: readonly Step[]
  steps(eventType: string): readonly Step[]
}

/** Where effects of a step go, in the order they come. */
export interface Effects {
  emit(event: AnyEventObject): void
  schedule(event: AnyEventObject, delayMs: number, id: string | undefined): void
  cancel(id: string): void
  /** A transition was taken that led there. */
  took(transition: AnyTransitionDefinition, event: AnyEventObject, place: Place): void
}

/** XState's own names for who acts. */
export interface Scope {
  readonly self: unknown
  readonly system: unknown
}

export interface Outcome {
  readonly place: Place
  readonly context: unknown
  readonly ended: boolean
}

/** One event, and all that follows from it at once. */
export class Macrostep {
  readonly #machine: AnyStateMachine
  readonly #scope: Scope
  readonly #effects: Effects
  #queue: AnyEventObject[] | undefined
  context: unknown
  place!: Place
  ended = false

  constructor(machine: AnyStateMachine, scope: Scope, effects: Effects, context: unknown) {
    this.#machine = machine
    this.#scope = scope
    this.#effects = effects
    this.context = context
  }

  from(place: Place, step: Step | undefined, event: AnyEventObject): Outcome {
    this.place = place
    if (step !== undefined) {
      this.#run(step, event)
      this.#effects.took(step.transition, event, this.place)
    }
    return this.#rest(event)
  }

  /** The first step of all is no transition. */
  take(step: Step, event: AnyEventObject): Outcome {
    this.#run(step, event)
    return this.#rest(event)
  }

  #rest(first: AnyEventObject): Outcome {
    let event = first
    while (!this.ended) {
      let step = chosen(this.place.always, this.context, event)
      if (step === undefined) {
        const raised = this.#queue?.shift()
        if (raised === undefined) break
        event = raised
        step = chosen(this.place.steps(event.type), this.context, event)
        if (step === undefined) continue
      }
      this.#run(step, event)
      this.#effects.took(step.transition, event, this.place)
    }
    return this
  }

  #run(step: Step, event: AnyEventObject): void {
    for (const operation of step.operations) this.#perform(operation, event)
    this.place = step.next
    this.ended = step.ends
  }

  #perform(operation: Operation, event: AnyEventObject): void {
    const value = (given: unknown) =>
      typeof given === 'function' ? (given as Expression)({ context: this.context, event, ...this.#scope }) : given
    switch (operation.type) {
      case 'xstate.emit':
        this.#effects.emit(value(operation.event) as AnyEventObject)
        break
      case 'xstate.assign':
        this.#assign(operation.assignment, event)
        break
      case 'xstate.cancel':
        this.#effects.cancel(value(operation.sendId) as string)
        break
      case 'xstate.raise': {
        const { delay, id } = operation
        const raised = value(operation.event) as AnyEventObject
        const ms = value(typeof delay === 'string' ? this.#machine.implementations.delays[delay] : delay)
        if (typeof ms === 'number') this.#effects.schedule(raised, ms, id)
        else this.#raise(raised)
        break
      }
      default:
        this.#raise(operation.event)
    }
  }

  #raise(event: AnyEventObject): void {
    this.#queue ??= []
    this.#queue.push(event)
  }

  #assign(assignment: Expression | Readonly<Record<string, unknown>>, event: AnyEventObject): void {
    const args = { context: this.context, event, spawn: refuseToSpawn, ...this.#scope }
    if (typeof assignment === 'function') {
      const change = assignment(args)
      if (change !== this.context) this.context = { ...(this.context as object), ...(change as object) }
      return
    }
    const next = { ...(this.context as Record<string, unknown>) }
    for (const [name, value] of Object.entries(assignment))
      next[name] = typeof value === 'function' ? (value as Expression)(args) : value
    this.context = next
  }
}

function refuseToSpawn(): never {
  throw new Error('what many objects share cannot have children')
}

/** The first that may be taken. */
export function chosen(steps: readonly Step[], context: unknown, event: AnyEventObject): Step | undefined {
  for (const step of steps) if (step.guard === undefined || step.guard({ context, event })) return step
  return undefined
}
