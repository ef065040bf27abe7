import { isStatus, type KubernetesObject } from '../../api/types.ts'
import { ifReadable, NotLoaded } from '../target.ts'
import type { World } from '../world.ts'
import { causalChain } from './causes.ts'
import { changesOfFamily, changeText, folded } from './changes.ts'
import { described } from './describe.ts'
import { lastEvents } from './events.ts'
import { Family } from './family.ts'
import { endOf } from './gone.ts'
import { whatIsNext } from './next.ts'
import { stamp } from './stamp.ts'
import { type Subject, subjectOf } from './subject.ts'

const CHANGES_SHOWN = 14

/**
 * The message of a failed step: what was wrong, the object it is about, what would have to happen next, how things came to
 * be so, the last events.
 *
 * @throws {NotLoaded} where a real cluster has to be asked first, unless `tolerant`: then what is not known is left out
 */
export function explain(world: World, message: string, about?: KubernetesObject, tolerant = false): string {
  const known = <T>(read: () => T, otherwise: T): T =>
    ifReadable(() => (tolerant ? ifLoaded(read, otherwise) : read()), otherwise)
  const at = (ms: number) => stamp(world, ms)
  const subject = known<Subject>(() => subjectOf(world, usable(about)), { nearest: undefined, roots: [] })
  const family = known(() => new Family(world, subject.roots), new Family(world, []))
  const changes = changesOfFamily(world, family)
  const parts = [
    message,
    subject.gone === undefined ? '' : known(() => endOf(world, subject.gone!, at), ''),
    subject.nearest === undefined ? '' : described(subject.nearest, at),
    apiServerGone(world),
    known(() => whatIsNext(world, subject.nearest, family, at), ''),
    causalChain(world.story.steps, changes, family, at),
    known(() => lastEvents(world, family, at), ''),
    timeline(changes, at),
    world.target.cluster === undefined ? `on ${world.target.name}` : `virtual time: ${at(world.now())}`,
  ]
  return parts.filter((part) => part !== '').join('\n\n')
}

/** Without an API server nothing is found that is there. */
function apiServerGone({ target }: World): string {
  if (target.cluster === undefined || target.cluster.apiServer() !== undefined) return ''
  return 'no API server answers, so no object can be read; requests, containers, machines and etcd can be asked'
}

const usable = (about: KubernetesObject | undefined) => (about === undefined || isStatus(about) ? undefined : about)

function ifLoaded<T>(read: () => T, otherwise: T): T {
  try {
    return read()
  } catch (error) {
    if (error instanceof NotLoaded) return otherwise
    throw error
  }
}

/** How the object and all it hangs on went from state to state. */
function timeline(changes: ReturnType<typeof changesOfFamily>, at: (ms: number) => string): string {
  const ways = folded(changes)
  const shown = ways.slice(-CHANGES_SHOWN)
  if (shown.length === 0) return ''
  const more = ways.length - shown.length
  const lines = shown.map((way) => `  ${at(way.change.at)}  ${changeText(way, at)}`)
  return [`timeline${more > 0 ? ` (${more} earlier)` : ''}:`, ...lines].join('\n')
}
