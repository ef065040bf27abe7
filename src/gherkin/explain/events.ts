import { parseTime } from '../../api/time.ts'
import type { Event } from '../../api/types.ts'
import type { World } from '../world.ts'
import type { Family } from './family.ts'

const EVENTS_SHOWN = 8
const MESSAGE_SHOWN = 300

interface Told {
  readonly at: number
  readonly order: number
  readonly event: Event
}

/** The last Events of the family, or where there is none of everything that is not the system's; nothing of the boot. */
export function lastEvents(world: World, family: Family, stamp: (at: number) => string): string {
  const told = eventsTold(world).filter(
    ({ event: { involvedObject } }) => family.isEmpty || isOf(family, involvedObject),
  )
  if (told.length === 0) return family.isEmpty ? '' : `last events: none about ${namesOf(family)}`
  const lines = told.slice(-EVENTS_SHOWN).map(({ at, event }) => `  ${stamp(at)}  ${eventText(event)}`)
  const more = told.length - lines.length
  return [`last events${more > 0 ? ` (${more} earlier)` : ''}:`, ...lines].join('\n')
}

export function eventText({ type, reason, involvedObject, message = '', count, series }: Event): string {
  const times = series?.count ?? count ?? 1
  const text = message.length > MESSAGE_SHOWN ? `${message.slice(0, MESSAGE_SHOWN)}…` : message
  return `${type} ${reason}${times > 1 ? ` (${times} times)` : ''}  ${involvedObject.kind} ${involvedObject.name}  ${text}`
}

const isOf = (family: Family, { kind = '', name = '' }: Event['involvedObject']) => family.has({ kind, name })
const namesOf = ({ roots }: Family) => roots.map(({ kind, metadata }) => `${kind} "${metadata.name}"`).join(', ')

/** Events that are there, nothing of the boot, in the order in which they were written last. Their own times are rounded to seconds. */
export function eventsTold(world: World): readonly Told[] {
  const seen = new Map<string | undefined, { readonly at: number; readonly order: number }>()
  for (const life of world.history.lives('Event')) seen.set(life[0]!.object.metadata.uid, life.at(-1)!)
  return [...world.client.list('Event')]
    .filter(({ involvedObject: { namespace } }) => namespace !== 'kube-system' && world.target.owns(namespace))
    .map((event): Told => {
      const { at = parseTime(event.lastTimestamp ?? event.eventTime ?? ''), order = 0 } =
        seen.get(event.metadata.uid) ?? {}
      return { at, order, event }
    })
    .filter(({ order }) => order > world.bootOrder || world.target.cluster === undefined)
    .sort((a, b) => a.order - b.order || a.at - b.at)
}
