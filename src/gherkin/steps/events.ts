import type { Event, KubernetesObject, Pod } from '../../api/types.ts'
import { otherObjects } from '../explain/nearest.ts'
import { type Count, counts, type ObjectRef } from '../parameter-types.ts'
import { descendants, find, formerDescendants, namespaceOf, onePodOf, wasEver } from '../pods.ts'
import { looking, SpecError, type StepDefinition, step } from '../step.ts'
import type { World } from '../world.ts'

/** Events and logs. What is asked of an owner is asked of its Pods too, through ReplicaSets. */
export const eventSteps: readonly StepDefinition[] = looking([
  step(
    '{object} has a(n) {eventtype} event {word}{within}',
    {
      says: "An Event with this reason about it or one of its Pods; the next step may ask for `that event's message`.",
      example: 'Then Pod "web-0" has a Warning event FailedScheduling within 10 seconds',
    },
    (world: World, ref: ObjectRef, type: string, reason: string, within?: number) =>
      world.eventually(() => {
        const events = eventsOf(world, ref)
        const found = events.findLast((event) => event.type === type && event.reason === reason)
        world.event = found?.message ?? world.event
        return found
          ? undefined
          : (unknown(world, ref) ??
              `${ref.kind} "${ref.name}" has no ${type} event ${reason}, only: ${reasons(events)}`)
      }, within),
  ),
  step(
    '{object} has a(n) {eventtype} event {word} saying {string}{within}',
    {
      says: 'The same with a text that its message contains.',
      example: 'Then Pod "web-0" has a Warning event FailedScheduling saying "Insufficient cpu" within 10 seconds',
    },
    (world: World, ref: ObjectRef, type: string, reason: string, words: string, within?: number) =>
      world.eventually(() => {
        const events = eventsOf(world, ref).filter((event) => event.type === type && event.reason === reason)
        const found = events.findLast(({ message }) => message?.includes(world.target.translate(words)))
        world.event = found?.message ?? world.event
        if (found) return undefined
        if (events.length === 0 && unknown(world, ref) !== undefined) return unknown(world, ref)
        const said = [...new Set(events.map(({ message }) => `\n  ${message}`))].join('')
        return `${ref.kind} "${ref.name}" has no ${type} event ${reason} that says "${words}"${said && `, but:${said}`}`
      }, within),
  ),
  step(
    '{object} has {count} {eventtype} event(s) {word}{within}',
    {
      says: 'How often it was recorded, of the object or its Pods, repeats included.',
      example: 'Then Pod "web-0" has at least 3 Warning events BackOff within 5 minutes',
    },
    (world: World, ref: ObjectRef, count: Count, type: string, reason: string, within?: number) =>
      world.eventually(() => {
        const found = eventsOf(world, ref)
          .filter((event) => event.type === type && event.reason === reason)
          .reduce((sum, { count: times, series }) => sum + (series?.count ?? times ?? 1), 0)
        if (counts(count, found, found)) return undefined
        if (found === 0 && unknown(world, ref) !== undefined) return unknown(world, ref)
        return `${ref.kind} "${ref.name}" has ${found} ${type} events ${reason}, not ${count.text}`
      }, within),
  ),
  step(
    '{object} has no event {word}',
    {
      says: 'No such Event about it or its Pods is there.',
      example: 'Then Deployment "web" has no event FailedScheduling',
    },
    async (world: World, ref: ObjectRef, reason: string) => {
      await world.advance(0)
      const missing = unknown(world, ref)
      if (missing !== undefined) world.fail(missing)
      const found = eventsOf(world, ref).find((event) => event.reason === reason)
      if (found) world.fail(`${ref.kind} "${ref.name}" has the event ${reason}: ${found.message}`)
    },
  ),
  step(
    '{object} has no {eventtype} event {word} since {string}',
    {
      says: 'Since that moment nothing like it was recorded, of the object or of its Pods, neither anew nor repeated; Events that have expired count.',
      example: 'Then Deployment "web" has no Warning event BackOff since "the fix"',
    },
    async (world: World, ref: ObjectRef, type: string, reason: string, moment: string) => {
      await world.advance(0)
      const since = world.moment(moment)
      world.history.demand('Event', since)
      const missing = unknown(world, ref)
      if (missing !== undefined) world.fail(missing)
      const found = eventsSince(world, ref, since).find((event) => event.type === type && event.reason === reason)
      if (found) world.fail(`${ref.kind} "${ref.name}" has the event ${reason} since "${moment}": ${found.message}`)
    },
  ),
  step(
    "that event's message contains {string}",
    { says: 'Of the Event that was found last.', example: `Then that event's message contains "Insufficient cpu"` },
    (world: World, words: string) => {
      if (world.event === undefined) throw new SpecError('no step before this one found an event')
      if (!world.event.includes(world.target.translate(words))) world.fail(`the event says: ${world.event}`)
    },
  ),
  step(
    'the log of {object} contains {string}{within}',
    {
      says: 'What any of its containers wrote (of an owner: of its first Pod).',
      example: 'Then the log of Pod "web-0" contains "listening" within 10 seconds',
    },
    (world: World, ref: ObjectRef, words: string, within?: number) =>
      world.eventually(async () => {
        const pod = onePodOf(world, ref)
        const log = await logOf(world, pod)
        return log.includes(words)
          ? undefined
          : `the log of Pod "${pod.metadata.name}" does not contain "${words}":\n${log.split('\n').slice(-15).join('\n')}`
      }, within),
  ),
  step(
    'the log of {object} does not contain {string}',
    {
      says: 'Nothing that its containers have written so far has this text (of an owner: of its first Pod).',
      example: 'Then the log of Pod "web-0" does not contain "panic"',
    },
    async (world: World, ref: ObjectRef, words: string) => {
      const pod = onePodOf(world, ref)
      const line = (await logOf(world, pod)).split('\n').find((each) => each.includes(words))
      if (line !== undefined) world.fail(`the log of Pod "${pod.metadata.name}" has: ${line}`, pod)
    },
  ),
])

async function logOf(world: World, { metadata, spec }: Pod): Promise<string> {
  const lines: string[] = []
  for (const { name } of spec.containers)
    lines.push(...(await world.target.logs(metadata.namespace ?? 'default', metadata.name, name)))
  return lines.join('\n')
}

/** Of an object that never was: so, and what may have been meant. */
const unknown = (world: World, ref: ObjectRef): string | undefined =>
  wasEver(world, ref) ? undefined : `${ref.kind} "${ref.name}" does not exist${otherObjects(world, ref)}`

const reasons = (events: readonly Event[]) => [...new Set(events.map((event) => event.reason))].join(', ') || 'none'

/** What was recorded of an object and its Pods since an instant, whatever has expired meanwhile. */
function eventsSince(world: World, ref: ObjectRef, since: number): readonly Event[] {
  const isAbout = aboutFamilyOf(world, ref)
  return [...world.history.lives('Event')]
    .flatMap((life) => life.filter(({ at, deleted }) => at > since && !deleted))
    .map(({ object }) => object as Event)
    .filter(isAbout)
}

function eventsOf(world: World, ref: ObjectRef): readonly Event[] {
  const isAbout = aboutFamilyOf(world, ref)
  return world.client
    .list('Event')
    .filter(isAbout)
    .toSorted(
      (a, b) =>
        (a.metadata.resourceVersion?.length ?? 0) - (b.metadata.resourceVersion?.length ?? 0) ||
        (a.metadata.resourceVersion ?? '').localeCompare(b.metadata.resourceVersion ?? ''),
    )
}

function aboutFamilyOf(world: World, ref: ObjectRef): (event: Event) => boolean {
  const object = find(world, ref)
  const family = new Set<string | undefined>(
    object === undefined ? [] : [object, ...descendants(world, object), ...formerDescendants(world, ref)].map(uid),
  )
  const namespace = namespaceOf(world, ref)
  // Nodes' events carry the node's name for its uid; an object that is gone is known by its name alone.
  const named = ({ involvedObject: about }: Event) =>
    about.kind === ref.kind && about.name === ref.name && (namespace === undefined || about.namespace === namespace)
  return (event) => family.has(event.involvedObject.uid) || named(event)
}

const uid = (object: KubernetesObject) => object.metadata.uid
