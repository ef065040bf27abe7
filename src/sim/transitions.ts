import type { AnyStateMachine, AnyStateNode, AnyTransitionDefinition } from 'xstate'

/** One arrow of a chart. */
export interface Arrow {
  readonly transition: AnyTransitionDefinition
  /** Path of the state it leaves: `running.ready`; `''` for the whole machine. */
  readonly from: string
  /** Event name; `after <delay>` for timers, `always` for transitions without an event. */
  readonly on: string
  readonly guard?: string
  /** Paths of the states it enters; none when it only acts. */
  readonly to: readonly string[]
}

const known = new WeakMap<AnyStateMachine, readonly Arrow[]>()

/** All arrows of a machine, in the order they are written. */
export function arrowsOf(machine: AnyStateMachine): readonly Arrow[] {
  let arrows = known.get(machine)
  if (arrows === undefined) {
    arrows = statesOf(machine).flatMap((node) =>
      [...[...node.transitions.values()].flat(), ...(node.always ?? [])].map(arrowOf),
    )
    known.set(machine, arrows)
  }
  return arrows
}

/** All states of a machine, parents first. */
export function statesOf(machine: AnyStateMachine): readonly AnyStateNode[] {
  const below = (node: AnyStateNode): AnyStateNode[] => [node, ...Object.values(node.states).flatMap(below)]
  return below(machine.root)
}

/** How often the transitions of charts were taken: which behaviour the features really saw. */
export class TransitionCounts {
  readonly #counts = new Map<AnyStateMachine, Map<AnyTransitionDefinition, number>>()

  count(machine: AnyStateMachine, transition: AnyTransitionDefinition, times = 1): void {
    let ofMachine = this.#counts.get(machine)
    if (ofMachine === undefined) {
      ofMachine = new Map()
      this.#counts.set(machine, ofMachine)
    }
    ofMachine.set(transition, (ofMachine.get(transition) ?? 0) + times)
  }

  /** Adds what was counted elsewhere. */
  add(other: TransitionCounts): void {
    for (const [machine, counts] of other.#counts)
      for (const [transition, times] of counts) this.count(machine, transition, times)
  }

  /** Machines that ran. */
  machines(): AnyStateMachine[] {
    return [...this.#counts.keys()]
  }

  /** Every arrow of a machine with how often it was taken. */
  of(machine: AnyStateMachine): readonly { readonly arrow: Arrow; readonly times: number }[] {
    const counts = this.#counts.get(machine)
    return arrowsOf(machine).map((arrow) => ({ arrow, times: counts?.get(arrow.transition) ?? 0 }))
  }
}

function arrowOf(transition: AnyTransitionDefinition): Arrow {
  const { source, target, guard, eventType } = transition
  const name = guardName(guard)
  return {
    transition,
    from: source.path.join('.'),
    on: eventName(eventType, source.id),
    ...(name !== undefined && { guard: name }),
    to: (target ?? []).map(({ path }) => path.join('.')),
  }
}

/** XState's own event types as a reader knows them. */
export function eventName(eventType: string, sourceId?: string): string {
  if (eventType === '') return 'always'
  if (eventType.startsWith('xstate.after.')) {
    const rest = eventType.slice('xstate.after.'.length)
    const id = sourceId ?? rest.slice(rest.indexOf('.') + 1)
    return `after ${rest.slice(0, rest.length - id.length - 1)}`
  }
  if (eventType === 'xstate.init') return 'init'
  return eventType.startsWith('xstate.done.state.') ? 'done' : eventType
}

function guardName(guard: unknown): string | undefined {
  if (guard === undefined) return undefined
  if (typeof guard === 'string') return guard
  const { type, name } = guard as { type?: string; name?: string }
  return type ?? name ?? 'guard'
}
