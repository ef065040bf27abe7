import type { Actor, AnyMachineSnapshot, AnyStateMachine, AnyTransitionDefinition, InspectionEvent } from 'xstate'
import type { Clock } from './clock.ts'
import { stateText } from './state-memo.ts'
import type { Trace } from './trace.ts'
import { eventName } from './transitions.ts'

/** Hands on what an actor emits. What goes wrong in it, or in whoever listens, fails the clock instead of passing silently. */
export function listen(actor: Actor<AnyStateMachine>, clock: Clock, onEmit: (event: unknown) => void): void {
  actor.on('*', (event: unknown) => {
    try {
      onEmit(event)
    } catch (error) {
      clock.fail(error)
    }
  })
  actor.subscribe({ error: (error: unknown) => clock.fail(error) })
}

/** Writes the transitions of one chart into the trace, before their effects; the same for actors and flyweights. */
export class TransitionTracer {
  readonly #machine: AnyStateMachine
  readonly #trace: Trace
  readonly #component: string
  /** Undefined until the chart has begun: how it came to its first state is one line. */
  #state: string | undefined

  constructor(machine: AnyStateMachine, trace: Trace, component: string) {
    this.#machine = machine
    this.#trace = trace
    this.#component = component
  }

  begun(key: string | undefined, state: string): void {
    this.#state = state
    this.#trace.transition?.(this.#component, key, 'init', '', state)
  }

  /** Goes on from a state that is known already. */
  resumed(state: string | undefined): void {
    this.#state = state
  }

  /** @param event XState's `@xstate.microstep` */
  took(key: string | undefined, event: Microstep): void {
    const transitions = event._transitions as readonly AnyTransitionDefinition[]
    if (transitions.length === 0) return
    for (const transition of transitions.slice(1)) this.#trace.transitions?.count(this.#machine, transition)
    const { value } = event.snapshot as AnyMachineSnapshot
    this.stepped(key, transitions[0]!, event.event.type, this.#state === undefined ? '' : stateText(value))
  }

  /** @param to the state that taking the transition has led to */
  stepped(key: string | undefined, transition: AnyTransitionDefinition, eventType: string, to: string): void {
    this.#trace.transitions?.count(this.#machine, transition)
    const from = this.#state
    if (from === undefined) return
    this.#state = to
    this.#trace.transition?.(
      this.#component,
      key,
      transition.eventType === '' ? 'always' : eventName(eventType),
      from,
      to,
    )
  }
}

export type Microstep = Extract<InspectionEvent, { type: '@xstate.microstep' }>

/** An inspector for the tracer of one live actor. Its children are their own business. */
export function inspectorOf(tracer: TransitionTracer, key?: string): (event: InspectionEvent) => void {
  let root: InspectionEvent['actorRef'] | undefined
  return (event) => {
    // The first one heard of is the root.
    root ??= event.actorRef
    if (event.type === '@xstate.microstep' && event.actorRef === root) tracer.took(key, event)
  }
}
