import { isPodReady } from '../../api/conditions.ts'
import type { KubernetesObject } from '../../api/types.ts'
import type { ObjectRef, PodsRef } from '../parameter-types.ts'
import { find, podsOf } from '../pods.ts'
import type { World } from '../world.ts'
import { goneLife, type Life, lifeOfGone } from './gone.ts'
import { nearestObject } from './nearest.ts'

/** What a failed step is about. */
export interface Subject {
  /** The nearest object: where the one that was named does not exist, another that may have been meant. */
  readonly nearest: KubernetesObject | undefined
  /** Whose family is told of. */
  readonly roots: readonly KubernetesObject[]
  /** Of one that was there, and is gone. */
  readonly gone?: Life | undefined
}

/** @param about where the step knows better than its words do */
export function subjectOf(world: World, about: KubernetesObject | undefined): Subject {
  const { words } = world.story
  const pods = words.find(isPodsRef)
  if (about !== undefined) {
    const of = about.kind === 'Pod' && pods !== undefined ? ofPods(world, pods).roots : []
    const { name, namespace } = about.metadata
    const gone = goneLife(world, about.kind, name, namespace)
    return { nearest: gone === undefined ? about : undefined, roots: [about, ...of], gone }
  }
  const asked = words.find(isObjectRef)
  const service = asked === undefined ? undefined : words.map((word) => serviceIn(world, word)).find(Boolean)
  const gone = asked && lifeOfGone(world, asked)
  if (gone !== undefined) return ofGone(gone)
  if (service !== undefined) return service
  if (pods !== undefined) return ofPods(world, pods)
  const nearest = asked && (find(world, asked) ?? nearestObject(world, asked))
  return { nearest, roots: nearest === undefined ? [] : [nearest] }
}

/** The Pod that is the least well, and all of its owner's. */
function ofPods(world: World, ref: PodsRef): Subject {
  const gone = ref.owner && lifeOfGone(world, ref.owner)
  if (gone !== undefined) return ofGone(gone)
  const owner = ref.owner && (find(world, ref.owner) ?? nearestObject(world, ref.owner))
  const pods = podsOf(world, ref)
  const worst = pods.find((pod) => !isPodReady(pod) && pod.metadata.deletionTimestamp === undefined) ?? pods.find(dying)
  const roots = owner === undefined || owner.kind === 'Node' ? [...(owner ? [owner] : []), ...pods] : [owner]
  return { nearest: worst ?? owner, roots }
}

const dying = ({ metadata }: KubernetesObject) => metadata.deletionTimestamp !== undefined

const ofGone = (gone: Life): Subject => ({ nearest: undefined, roots: [gone.at(-1)!.object], gone })

/** The Service that an address means: `http://web/`, `web.shop:80`, `https://web.shop.svc.cluster.local`. */
function serviceIn(world: World, word: unknown): Subject | undefined {
  if (typeof word !== 'string') return undefined
  const host = /^\w+:\/\/([a-z][-a-z0-9.]*)/.exec(word)?.[1] ?? /^([a-z][-a-z0-9.]*):\d+$/.exec(word)?.[1]
  if (host === undefined) return undefined
  const [name = '', namespace] = host.split('.')
  const ref = { kind: 'Service', name, ...(namespace === undefined ? {} : { namespace }) }
  const gone = lifeOfGone(world, ref)
  if (gone !== undefined) return ofGone(gone)
  const nearest = find(world, ref) ?? nearestObject(world, ref)
  return nearest && { nearest, roots: [nearest] }
}

const isObjectRef = (word: unknown): word is ObjectRef =>
  typeof word === 'object' && word !== null && 'kind' in word && 'name' in word
const isPodsRef = (word: unknown): word is PodsRef =>
  typeof word === 'object' && word !== null && 'count' in word && 'text' in word
