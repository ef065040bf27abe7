import { resourceOf } from '../../api/resources.ts'
import type { Event, KubernetesObject, Pod } from '../../api/types.ts'
import type { Revision } from '../history.ts'
import type { ObjectRef } from '../parameter-types.ts'
import { nameIn, namespaceOf } from '../pods.ts'
import type { Deed, StepSpan } from '../story.ts'
import type { World } from '../world.ts'
import { shownState } from './changes.ts'

export type Life = readonly Revision[]

/** Who has his owner deleted has one, too: so many at the most. */
const LONGEST_CHAIN = 4

/** The life of an object that was there in this scenario and is gone; undefined where it is there, or never was. */
export function lifeOfGone(world: World, ref: ObjectRef): Life | undefined {
  return goneLife(world, ref.kind, nameIn(world, ref), namespaceOf(world, ref))
}

/** The same by its whole name. */
export function goneLife(world: World, kind: string, name: string, namespace: string | undefined): Life | undefined {
  const life = world.history.of(kind, name, namespace)
  return life.at(-1)?.deleted === true ? life : undefined
}

/** When an object was deleted and by whom, and since when it is gone; of what is deleted with its owner the same of that. */
export function endOf(world: World, life: Life, stamp: (at: number) => string): string {
  const lines: string[] = []
  let next: Life | undefined = life
  while (next !== undefined && lines.length < LONGEST_CHAIN) {
    const { text, after } = endText(world, next, stamp)
    lines.push(text)
    next = after
  }
  return lines.join('\n  ')
}

function endText(world: World, life: Life, stamp: (at: number) => string) {
  const asked = askedAt(life)
  const gone = life.at(-1)!
  const before = life[life.indexOf(asked) - 1]?.object
  const { who, after } = deleterOf(world, life, asked)
  const was = before === undefined || shownState(before) === 'present' ? '' : `, when it was ${shownState(before)}`
  const end = gone.at > asked.at ? `; it is gone since ${stamp(gone.at)}` : ''
  return { text: `${nameOf(gone.object)} was deleted at ${stamp(asked.at)} ${who}${was}${end}`, after }
}

/** The revision that shows that somebody asked for its end: that, or the end itself. */
const askedAt = (life: Life) =>
  life.find(({ object, deleted }) => deleted || object.metadata.deletionTimestamp !== undefined)!

const nameOf = ({ kind, metadata }: KubernetesObject) => `${kind} "${metadata.name}"`

interface Deleter {
  /** `by step 3 "…"` */
  readonly who: string
  /** What went before, and took it along. */
  readonly after?: Life | undefined
}

function deleterOf(world: World, life: Life, asked: Revision): Deleter {
  const { object } = asked
  const step = stepThatDeleted(world.story.steps, object, asked)
  if (step !== undefined) return { who: `by step ${step.index + 1} "${step.text}"` }
  const { namespace, ownerReferences = [] } = object.metadata
  const space = namespace === undefined ? undefined : endedBefore(world, asked, 'Namespace', namespace, undefined)
  if (space !== undefined) return { who: 'with its namespace', after: space }
  const disrupted = (life.at(-1)!.object as Pod).status?.conditions?.find(
    ({ type, status }) => type === 'DisruptionTarget' && status === 'True',
  )
  if (disrupted !== undefined) return { who: `because of ${disrupted.reason} (${disrupted.message})` }
  for (const { kind, name } of ownerReferences) {
    const owner = endedBefore(world, asked, kind, name, resourceOf(kind)?.namespaced === false ? undefined : namespace)
    if (owner !== undefined)
      return { who: `by the garbage collector, as its owner ${kind} "${name}" goes`, after: owner }
  }
  const event = eventOfEnd(world, object)
  if (event !== undefined)
    return { who: `by ${event.source?.component ?? event.reportingComponent} (${event.message})` }
  return { who: 'by none of the steps' }
}

/** A step deletes by name, or all of a namespace, or evicts. */
function stepThatDeleted(steps: readonly StepSpan[], { kind, metadata }: KubernetesObject, asked: Revision) {
  const { namespace, name } = metadata
  const plural = resourceOf(kind)?.resource
  const path = [namespace, name].filter(Boolean).join('/')
  const isIt = ({ what, order, at, resource }: Deed) =>
    order < asked.order &&
    asked.at - at <= SOON_MS &&
    (plural === undefined || resource === plural) &&
    (what === `delete ${resource} ${path}` ||
      what === `create ${resource}/eviction ${path}` ||
      what === `deletecollection ${resource}${namespace === undefined ? '' : ` ${namespace}`}`)
  return steps.findLast(({ deeds }) => deeds.some(isIt))
}

/** A request is answered, and its object seen, this soon; who has been refused may have asked long before. */
const SOON_MS = 1000

function endedBefore(world: World, { order }: Revision, kind: string, name: string, namespace: string | undefined) {
  const life = world.history.of(kind, name, namespace)
  const asked =
    life.length === 0 ? undefined : life.find(({ object, deleted }) => deleted || object.metadata.deletionTimestamp)
  return asked !== undefined && asked.order < order ? life : undefined
}

/** `SuccessfulDelete`, of its owner. */
function eventOfEnd(world: World, { metadata }: KubernetesObject): Event | undefined {
  const names = new RegExp(`(^|[\\s:"])${metadata.name.replaceAll('.', '\\.')}($|[\\s".])`)
  return [
    ...world.client.list('Event', metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
  ].find(
    ({ reason = '', message = '' }) =>
      /^(SuccessfulDelete|DeletingNode|TaintManagerEviction)$/.test(reason) && names.test(message),
  )
}
