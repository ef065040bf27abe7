import type { Event } from '../../api/types.ts'
import { shortDuration } from '../durations.ts'
import { asOf, type Revision } from '../history.ts'
import { servedKind } from '../kinds.ts'
import { type ObjectRef, objectRef } from '../parameter-types.ts'
import { find, namespaceOf } from '../pods.ts'
import { isIn, stateOf } from '../states.ts'
import { looking, SpecError, type StepDefinition, step, type Table } from '../step.ts'
import { fieldAt } from '../subset.ts'
import type { World } from '../world.ts'

const text = (ref: ObjectRef) => `${ref.kind} "${ref.name}"`

/** What was so, at every instant or in some order, from the recorded history. */
export const recordedSteps: readonly StepDefinition[] = looking([
  step(
    'field {string} of {object} was {string} at all times since {string}',
    {
      says: 'The object was there at every instant since then, and its field had this value.',
      example: 'Then field "spec.replicas" of Deployment "web" was "3" at all times since "the beginning"',
    },
    (world: World, path: string, ref: ObjectRef, value: string, moment: string) =>
      throughout(world, ref, [moment], (object) => {
        const actual = fieldAt(object, path)
        return String(actual ?? '') === value
          ? undefined
          : `field ${path} of ${text(ref)} was ${JSON.stringify(actual)}`
      }),
  ),
  step(
    '{object} was {state} at all times since {string}',
    {
      says: 'The object was there at every instant since then, and in this state. For Pods that are one and any, see `{pods} was/were …`.',
      example: 'Then Node "worker-2" was Ready at all times since "the beginning"',
    },
    (world: World, ref: ObjectRef, state: string, moment: string) => always(world, ref, state, [moment]),
  ),
  step(
    '{object} was {state} at all times between {string} and {string}',
    {
      says: 'The same between two remembered moments.',
      example: 'Then Node "worker-2" was Ready at all times between "the drain" and "its end"',
    },
    (world: World, ref: ObjectRef, state: string, from: string, to: string) => always(world, ref, state, [from, to]),
  ),
  step(
    '{object} was never {state} since {string}',
    {
      says: 'At no instant since then was it in this state.',
      example: 'Then Pod "web-0" was never CrashLoopBackOff since "the fix"',
    },
    (world: World, ref: ObjectRef, state: string, moment: string) => never(world, ref, state, [moment]),
  ),
  step(
    '{object} was never {state} between {string} and {string}',
    {
      says: 'The same between two remembered moments.',
      example: 'Then Pod "web-0" was never CrashLoopBackOff between "the fix" and "the end"',
    },
    (world: World, ref: ObjectRef, state: string, from: string, to: string) => never(world, ref, state, [from, to]),
  ),
  step(
    'these happened in this order since {string}:',
    {
      says: 'States and Events of several objects, one after the other (or at the same instant); others may have been between. Column `what`: a state that the object came into, or `event` and its reason, of the object itself.',
      example: `Then these happened in this order since "the beginning":
  | object            | what             |
  | Node "worker-1"   | NotReady         |
  | Pod "default/web" | Terminating      |
  | Node "worker-1"   | event NodeReady  |
  | Node "worker-1"   | Ready            |`,
    },
    (world: World, moment: string, table: Table) => inOrder(world, moment, table),
  ),
])

/** From a moment to another, or to now: the revisions in force then, each with the instant from which it is looked at. */
function spell(
  world: World,
  ref: ObjectRef,
  [from, to]: readonly string[],
): readonly { readonly at: number; readonly object: Revision['object'] | undefined }[] {
  const since = world.moment(from!)
  const until = to === undefined ? world.now() : world.moment(to)
  if (until < since) throw new SpecError(`"${to}" was before "${from}"`)
  world.history.demand(servedKind(world, ref.kind).known, since)
  const lives = [...world.history.named(ref.kind, ref.name, namespaceOf(world, ref))]
  if (lives.length === 0) world.fail(`${text(ref)} never existed`)
  const atFirst = lives.map((life) => asOf(life, since)).find((object) => object !== undefined)
  // What was so for no time at all, between two changes of one instant, was so.
  const within = lives
    .flat()
    .filter(({ at }) => at > since && at <= until)
    .sort((a, b) => a.order - b.order)
    .map(({ at, object, deleted }) => ({ at, object: deleted ? undefined : object }))
  return [{ at: since, object: atFirst }, ...within]
}

function throughout(
  world: World,
  ref: ObjectRef,
  moments: readonly string[],
  problem: (object: Revision['object']) => string | undefined,
): void {
  const since = world.moment(moments[0]!)
  for (const { at, object } of spell(world, ref, moments)) {
    const found = object === undefined ? `${text(ref)} did not exist` : problem(object)
    if (found !== undefined) world.fail(`${shortDuration(at - since)} after "${moments[0]}" ${found}`, object)
  }
}

function always(world: World, ref: ObjectRef, state: string, moments: readonly string[]): void {
  throughout(world, ref, moments, (object) =>
    isIn(object, state) ? undefined : `${text(ref)} was ${stateOf(object)}, not ${state}`,
  )
}

function never(world: World, ref: ObjectRef, state: string, moments: readonly string[]): void {
  const since = world.moment(moments[0]!)
  const found = spell(world, ref, moments).find(({ object }) => object !== undefined && isIn(object, state))
  if (found !== undefined)
    world.fail(`${shortDuration(found.at - since)} after "${moments[0]}" ${text(ref)} was ${state}`, found.object)
}

function inOrder(world: World, moment: string, table: Table): void {
  const [header = []] = table.raw()
  for (const column of ['object', 'what'])
    if (!header.includes(column)) throw new SpecError(`the table has no column "${column}"`)
  const since = world.moment(moment)
  let at = since
  let before = `"${moment}"`
  for (const { object = '', what = '' } of table.hashes()) {
    const [, kind, path] = /^([A-Z][A-Za-z.]*) "([^"]+)"$/.exec(object) ?? []
    if (kind === undefined || path === undefined)
      throw new SpecError(`column "object": "${object}" is no object: write Pod "namespace/name"`)
    const ref = objectRef(kind, path)
    const instants = /^event /.test(what)
      ? eventInstants(world, ref, what.slice(6), since)
      : entered(world, ref, what, moment)
    const next = instants.find((instant) => instant >= at)
    if (next === undefined) {
      const others = instants.map((instant) => `${shortDuration(instant - since)} after "${moment}"`).join(', ')
      world.fail(`${object}: ${what} did not happen after ${before}${others && `, only ${others}`}`, find(world, ref))
    }
    at = next
    before = `${object}: ${what}`
  }
}

/** The instants at which an object came into a state. */
function entered(world: World, ref: ObjectRef, state: string, moment: string): readonly number[] {
  let was = false
  return spell(world, ref, [moment]).flatMap(({ at, object }, index) => {
    const is = object !== undefined && isIn(object, state)
    const isNew = is && !was && index > 0
    was = is
    return isNew ? [at] : []
  })
}

function eventInstants(world: World, ref: ObjectRef, reason: string, since: number): readonly number[] {
  world.history.demand('Event', since)
  const namespace = namespaceOf(world, ref)
  return [...world.history.lives('Event')]
    .flat()
    .filter(({ at, object, deleted }) => {
      const { reason: why, involvedObject: about } = object as Event
      const isAbout = about.kind === ref.kind && about.name === ref.name
      return (
        !deleted &&
        at >= since &&
        why === reason &&
        isAbout &&
        (namespace === undefined || about.namespace === namespace)
      )
    })
    .map(({ at }) => at)
    .sort((a, b) => a - b)
}
