import type { AnyEventObject, AnyMachineSnapshot, AnyStateMachine, AnyStateNode, AnyTransitionDefinition } from 'xstate'
import { memoOf, type SharedState, sharedState } from './state-memo.ts'
import {
  chosen,
  type Effects,
  type Expression,
  type Guard,
  Macrostep,
  type Operation,
  type Outcome,
  type Place,
  type Scope,
  type Step,
} from './steps.ts'
import { statesOf } from './transitions.ts'

const machines = new WeakMap<AnyStateMachine, CompiledMachine | undefined>()

/**
 * The machine with its steps found out once for each state and event, instead of anew for each object: sets of states to
 * leave and enter are the same every time. Undefined for machines with regions, history, or actions and guards that are
 * not XState's own assign, emit, raise and cancel: those are left to XState's interpreter. That both do the same is held
 * by a property test. Source: xstate 5.33.3 src/stateUtils.ts (macrostep, microstep, enterStates, exitStates)
 */
export function compiled(machine: AnyStateMachine): CompiledMachine | undefined {
  if (!machines.has(machine)) machines.set(machine, isSimple(machine) ? new CompiledMachine(machine) : undefined)
  return machines.get(machine)
}

const OPERATIONS = new Set(['xstate.assign', 'xstate.emit', 'xstate.raise', 'xstate.cancel'])

function isSimple(machine: AnyStateMachine): boolean {
  if (Object.keys(machine.root.states).length === 0) return false
  return statesOf(machine).every((node) => {
    const transitions = [...[...node.transitions.values()].flat(), ...(node.always ?? [])]
    const actions = [
      ...node.entry,
      ...node.exit,
      ...(node.initial?.actions ?? []),
      ...transitions.flatMap((t) => t.actions),
    ]
    return (
      (node.type === 'atomic' || node.type === 'compound' || node.type === 'final') &&
      node.output === undefined &&
      node.invoke.length === 0 &&
      ![...node.transitions.keys()].some((type) => type.includes('*')) &&
      actions.every((action) => operationOf(machine, action) !== undefined) &&
      transitions.every((transition) => isPlain(machine, transition)) &&
      (node.always ?? []).every(({ source, target }) => target !== undefined && target[0] !== source)
    )
  })
}

function isPlain(machine: AnyStateMachine, { source, target, reenter, guard }: AnyTransitionDefinition): boolean {
  if (target !== undefined && (target.length !== 1 || target[0]!.type === 'history')) return false
  if (reenter && source.parent === undefined) return false
  return guard === undefined || guardOf(machine, guard) !== undefined
}

function operationOf(machine: AnyStateMachine, action: unknown): Operation | undefined {
  const found = typeof action === 'string' ? machine.implementations.actions[action] : action
  // What has parameters is an object.
  if (typeof found !== 'function' || !OPERATIONS.has((found as unknown as Operation).type)) return undefined
  return found as unknown as Operation
}

function guardOf(machine: AnyStateMachine, guard: unknown): Guard | undefined {
  const found = typeof guard === 'string' ? machine.implementations.guards[guard] : guard
  return typeof found === 'function' && !('check' in found) ? (found as unknown as Guard) : undefined
}

const NONE: readonly Step[] = []

export class CompiledMachine {
  readonly #machine: AnyStateMachine
  readonly #places = new Map<AnyStateNode, Place>()
  #initial: Step | undefined

  constructor(machine: AnyStateMachine) {
    this.#machine = machine
  }

  /** The place of a state that objects share. */
  placeOf(state: SharedState): Place {
    state.place ??= this.#place(leafOf(this.#machine.root, state.value))
    return state.place as Place
  }

  /** @returns the context and place an object begins with */
  begin(input: unknown, scope: Scope, effects: Effects): Outcome {
    this.#initial ??= this.#entering()
    const { context } = this.#machine.config
    const event = { type: 'xstate.init', input }
    const given =
      typeof context === 'function'
        ? { ...((context as Expression)({ ...scope, ...event } as never) as object) }
        : (context ?? {})
    const run = new Macrostep(this.#machine, scope, effects, given)
    return run.take(this.#initial, event)
  }

  /** @returns the context and place an event leads to; undefined where nothing is to be done */
  take(place: Place, context: unknown, event: AnyEventObject, scope: Scope, effects: Effects): Outcome | undefined {
    const step = chosen(place.steps(event.type), context, event)
    if (step === undefined && place.always.length === 0) return undefined
    return new Macrostep(this.#machine, scope, effects, context).from(place, step, event)
  }

  #place(leaf: AnyStateNode): Place {
    let place = this.#places.get(leaf)
    if (place === undefined) {
      place = this.#newPlace(leaf)
      this.#places.set(leaf, place)
    }
    return place
  }

  #newPlace(leaf: AnyStateNode): Place {
    const known = new Map<string, readonly Step[]>()
    const step = (transition: AnyTransitionDefinition) => this.#step(leaf, transition)
    const line = lineage(leaf)
    const snapshot = this.#machine.resolveState({
      value: stateValueOf(leaf),
      context: {},
    } as never) as AnyMachineSnapshot
    let always: readonly Step[] | undefined
    return {
      leaf,
      state: sharedState(memoOf(this.#machine), snapshot),
      get always() {
        always ??= line.flatMap((node) => (node.always ?? []).map(step))
        return always
      },
      steps(type) {
        let steps = known.get(type)
        if (steps === undefined) {
          // Innermost first.
          steps = line.flatMap((node) => (node.transitions.get(type) ?? []).map(step))
          known.set(type, steps.length === 0 ? NONE : steps)
        }
        return steps
      },
    }
  }

  #entering(): Step {
    const path = [this.#machine.root, ...initialBelow(this.#machine.root)]
    return this.#made([], { actions: [] } as unknown as AnyTransitionDefinition, path, new Set(path))
  }

  #step(leaf: AnyStateNode, transition: AnyTransitionDefinition): Step {
    const target = transition.target?.[0]
    if (target === undefined) return this.#made([], transition, [], new Set(), leaf)
    const { source, reenter } = transition
    const within = !reenter && (target === source || lineage(target).includes(source))
    const domain = within ? source : commonAncestor(target, source)
    const exits = lineage(leaf).slice(0, lineage(leaf).indexOf(domain))
    const direct = target === domain ? [] : lineage(target).slice(0, lineage(target).indexOf(domain)).reverse()
    const below = initialBelow(target)
    const byDefault = new Set(target === domain ? below : [target, ...below])
    return this.#made(exits, transition, [...direct, ...below], byDefault, leaf)
  }

  #made(
    exits: readonly AnyStateNode[],
    transition: AnyTransitionDefinition,
    entries: readonly AnyStateNode[],
    byDefault: ReadonlySet<AnyStateNode>,
    from?: AnyStateNode,
  ): Step {
    const leaf = entries.at(-1) ?? from!
    const ends = leaf.type === 'final' && entries.length > 0 && leaf.parent === this.#machine.root
    const actions: unknown[] = [...exits.flatMap(({ exit }) => exit), ...transition.actions]
    for (const node of entries) {
      actions.push(...node.entry)
      if (byDefault.has(node)) actions.push(...(node.initial?.actions ?? []))
    }
    const operations = actions.map((action) => operationOf(this.#machine, action)!)
    if (leaf.type === 'final' && entries.length > 0)
      operations.push({ type: 'done', event: { type: `xstate.done.state.${leaf.parent!.id}`, output: undefined } })
    if (ends)
      operations.push(...lineage(leaf).flatMap(({ exit }) => exit.map((each) => operationOf(this.#machine, each)!)))
    const guard = transition.guard === undefined ? undefined : guardOf(this.#machine, transition.guard)
    let next: Place | undefined
    const place = () => this.#place(leaf)
    return {
      transition,
      guard,
      operations,
      ends,
      get next() {
        next ??= place()
        return next
      },
    }
  }
}

/** The node, its parent, and so on up to the root. */
function lineage(node: AnyStateNode): AnyStateNode[] {
  const line: AnyStateNode[] = []
  for (let each: AnyStateNode | undefined = node; each !== undefined; each = each.parent) line.push(each)
  return line
}

/** The states that entering a compound state leads to. */
function initialBelow(node: AnyStateNode): AnyStateNode[] {
  if (node.type !== 'compound') return []
  const first = node.initial.target[0]!
  return [...lineage(first).slice(0, lineage(first).indexOf(node)).reverse(), ...initialBelow(first)]
}

/** The innermost state that holds both and is neither. */
function commonAncestor(a: AnyStateNode, b: AnyStateNode): AnyStateNode {
  const above = lineage(b).slice(1)
  return lineage(a)
    .slice(1)
    .find((node) => above.includes(node))!
}

function stateValueOf(leaf: AnyStateNode): unknown {
  const path = leaf.path
  return path.slice(0, -1).reduceRight<unknown>((inner, key) => ({ [key]: inner }), path.at(-1))
}

function leafOf(root: AnyStateNode, value: unknown): AnyStateNode {
  if (typeof value === 'string') return root.states[value]!
  const [key, inner] = Object.entries(value as Record<string, unknown>)[0]!
  return leafOf(root.states[key]!, inner)
}
