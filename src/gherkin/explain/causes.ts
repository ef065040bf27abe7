import type { StateChange } from '../failure-record.ts'
import type { StepSpan } from '../story.ts'
import { arrival, folded, pathOf } from './changes.ts'
import type { Family } from './family.ts'

const STEPS_SHOWN = 6
const OBJECTS_SHOWN = 6
const STATES_SHOWN = 5

interface Link {
  readonly step: StepSpan
  readonly changes: StateChange[]
}

/**
 * The steps that led to where an object is, each with the changes of state that came of it: a change belongs to the last
 * step before it that did something to what the changed object hangs on (itself, its owners, its node, what it needs, and of
 * an owner its Pods), else to the last step that did anything. Steps that did something to the family and changed nothing
 * are told of too: a taint does nothing by itself.
 */
export function causalChain(
  steps: readonly StepSpan[],
  changes: readonly StateChange[],
  family: Family,
  stamp: (at: number) => string,
): string {
  const acting = steps.filter(({ deeds }) => deeds.length > 0).map((step): Link => ({ step, changes: [] }))
  for (const change of changes) {
    const before = acting.filter(({ step }) => step.deeds[0]!.order < change.order)
    const cause = before.findLast(({ step }) => mayHaveChanged(step, change, family)) ?? before.at(-1)
    cause?.changes.push(change)
  }
  const told = acting.filter((link) => link.changes.length > 0 || touches(link.step, family)).slice(-STEPS_SHOWN)
  if (told.length === 0) return ''
  return ['what led here:', ...told.flatMap((link) => linkLines(link, stamp))].join('\n')
}

/** A line for each object that changed: its way since the step. */
function linkLines({ step, changes }: Link, stamp: (at: number) => string): string[] {
  const byObject = new Map<string, StateChange[]>()
  for (const change of changes) byObject.set(pathOf(change), [...(byObject.get(pathOf(change)) ?? []), change])
  const lines = [...byObject.values()].map((ways) => `    -> ${wayText(ways, stamp)}`)
  const hidden = lines.length - OBJECTS_SHOWN
  return [
    `  step ${step.index + 1} "${step.text}" at ${stamp(step.deeds[0]!.at)}`,
    ...lines.slice(0, OBJECTS_SHOWN),
    ...(hidden > 0 ? [`    -> ${hidden} more object${hidden === 1 ? '' : 's'}`] : []),
  ]
}

/** `Pod web-0  0/1 Pending -> 0/1 ContainerCreating +0s -> 1/1 Running +2.1s` */
function wayText(changes: readonly StateChange[], stamp: (at: number) => string): string {
  const ways = folded(changes)
  const first = ways[0]!.change
  const shown = ways.slice(-STATES_SHOWN)
  const cut = ways.length > shown.length ? '… -> ' : first.from === undefined ? '' : `${first.from} -> `
  const states = shown.map(({ change, times }) => {
    return `${arrival(change)} ${stamp(change.at)}${times === 1 ? '' : ` (${times} times)`}`
  })
  return `${first.kind} ${first.name}  ${cut}${states.join(' -> ')}`
}

/** A step may do several things: what came before the change counts. */
function mayHaveChanged({ deeds }: StepSpan, change: StateChange, family: Family): boolean {
  return deeds.some(
    ({ order, names, resource }) =>
      order < change.order && names.some((name) => family.mayChange(resource, name, change)),
  )
}

const touches = ({ deeds }: StepSpan, family: Family) =>
  deeds.some(({ names, resource }) => names.some((name) => family.touches(resource, name)))
