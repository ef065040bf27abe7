import { parseSelector, selectorFromLabelSelector } from '../api/labels.ts'
import type { Kind, KubernetesObject, Pod, Service } from '../api/types.ts'
import type { ListOptions } from '../client/contract.ts'
import { asOf, asOfOrder, type Revision } from './history.ts'
import { servedKind } from './kinds.ts'
import type { ObjectRef, PodsRef } from './parameter-types.ts'
import { SpecError } from './step.ts'
import type { World } from './world.ts'

/**
 * The namespace an object of the step lives in. Where the step names none: that of the last `namespace "…"` step (or
 * `default`), unless the object is known from a namespace that was spoken of before.
 */
export function namespaceOf(world: World, { kind, name, namespace }: ObjectRef): string | undefined {
  const { namespaced, known } = servedKind(world, kind)
  if (!namespaced) return undefined
  if (namespace !== undefined) return world.target.namespace(namespace)
  const spokenOf = world.namespaces.map((spoken) => world.target.namespace(spoken)).toReversed()
  const knows = (candidate: string) =>
    world.get(known, name, candidate) !== undefined || world.history.of(kind, name, candidate).length > 0
  return (spokenOf.length > 1 ? spokenOf.find(knows) : undefined) ?? world.namespace
}

/** The name of an object in this cluster: a scenario's namespaces may be called otherwise there. */
export function nameIn(world: World, { kind, name }: ObjectRef): string {
  return kind === 'Namespace' ? world.target.namespace(name) : name
}

/** The object that a step's words mean, as it is now; undefined where there is none. @throws {SpecError} for a kind that is not served */
export function find<T extends KubernetesObject = KubernetesObject>(world: World, ref: ObjectRef): T | undefined {
  return world.get(servedKind(world, ref.kind).known, nameIn(world, ref), namespaceOf(world, ref)) as T | undefined
}

/** The objects of a kind, custom resources included: the scenario's own, where a real cluster has others. @throws {SpecError} for a kind that is not served */
export function list<T extends KubernetesObject = KubernetesObject>(
  world: World,
  kind: string,
  options: ListOptions = {},
): readonly T[] {
  const { namespace } = options
  const where = namespace === undefined ? options : { ...options, namespace: world.target.namespace(namespace) }
  const found: readonly KubernetesObject[] = world.client.list(servedKind(world, kind).known, where)
  return found.filter(({ metadata }) => world.target.owns(metadata.namespace)) as T[]
}

/** Whether the object is there or was: of one that never was nothing can be said, not even that it has no Pods. */
export function wasEver(world: World, ref: ObjectRef): boolean {
  if (find(world, ref) !== undefined) return true
  return (
    !world.history.hasRecorded(servedKind(world, ref.kind).known) ||
    world.history.of(ref.kind, ref.name, namespaceOf(world, ref)).length > 0
  )
}

/** The Pods that a step's words mean, as they are now (Terminating ones included). */
export function podsOf(world: World, ref: PodsRef): readonly Pod[] {
  const { node } = ref
  const namespace = ref.namespace === undefined ? undefined : world.target.namespace(ref.namespace)
  return candidates(world, ref).filter(
    ({ spec, metadata }) =>
      (node === undefined || spec.nodeName === node) && (namespace === undefined || metadata.namespace === namespace),
  )
}

function candidates(world: World, { owner, labelSelector, namespace }: PodsRef): readonly Pod[] {
  if (owner === undefined)
    return world.client
      .list('Pod', labelSelector === undefined ? {} : { labelSelector })
      .filter((pod) => namespace !== undefined || world.target.owns(pod.metadata.namespace))
  const object = find(world, owner)
  // Pods may outlive their owner: they are its Pods still.
  if (object === undefined) return world.client.list('Pod').filter((pod) => ownedBy(world, pod, owner))
  if (object.kind === 'Service') return selected(world, object as Service)
  if (object.kind === 'Node')
    return world.client.list('Pod', { fieldSelector: `spec.nodeName=${object.metadata.name}` })
  return descendants(world, object).filter((child): child is Pod => child.kind === 'Pod')
}

function selected(world: World, service: Service): readonly Pod[] {
  const selector = selectorFromLabelSelector({ matchLabels: service.spec.selector ?? {} })
  return world.client
    .list('Pod', { namespace: service.metadata.namespace })
    .filter((pod) => selector.matches(pod.metadata.labels))
}

const OWNED_KINDS: readonly Kind[] = ['ReplicaSet', 'Job', 'Pod']

/** Everything below an object, through ReplicaSets and the like down to Pods. */
export function descendants(world: World, object: KubernetesObject): readonly KubernetesObject[] {
  const children = OWNED_KINDS.flatMap((kind) => [
    ...world.client.list(kind, { ownerUid: object.metadata.uid }),
  ]) as KubernetesObject[]
  return children.flatMap((child) => [child, ...descendants(world, child)])
}

/** Pods and ReplicaSets that were below an object and are gone. */
export function formerDescendants(world: World, owner: ObjectRef): readonly KubernetesObject[] {
  return OWNED_KINDS.flatMap((kind) => [...world.history.lives(kind)])
    .filter((life) => life.at(-1)!.deleted)
    .map((life) => life.at(-1)!.object)
    .filter((object) => ownedBy(world, object, owner))
}

/** The Pods that the words meant at an instant of the past, from the recorded history. */
export function podsAsOf(world: World, ref: PodsRef, at: number): readonly Pod[] {
  return podsThen(world, ref, (life) => asOf(life, at))
}

/** The same right after a change. */
export function podsAfter(world: World, ref: PodsRef, order: number): readonly Pod[] {
  return podsThen(world, ref, (life) => asOfOrder(life, order))
}

function podsThen(
  world: World,
  ref: PodsRef,
  then: (life: readonly Revision[]) => KubernetesObject | undefined,
): readonly Pod[] {
  const alive = [...world.history.lives('Pod')].map(then).filter((pod) => pod !== undefined) as Pod[]
  const meant = alive.filter((pod) => means(world, ref, pod))
  return ref.node === undefined ? meant : meant.filter((pod) => pod.spec.nodeName === ref.node)
}

function means(world: World, { owner, labelSelector, namespace }: PodsRef, pod: Pod): boolean {
  if (namespace !== undefined && pod.metadata.namespace !== world.target.namespace(namespace)) return false
  if (!world.target.owns(pod.metadata.namespace) && namespace === undefined && owner === undefined) return false
  if (labelSelector !== undefined) return parseSelector(labelSelector).matches(pod.metadata.labels)
  if (owner === undefined) return true
  if (owner.kind === 'Node') return pod.spec.nodeName === owner.name
  return ownedBy(world, pod, owner)
}

/** Others may have an owner of the same name, in a namespace of theirs. */
function ownedBy(world: World, object: KubernetesObject, owner: ObjectRef): boolean {
  const namespace = namespaceOf(world, owner)
  return (namespace === undefined || object.metadata.namespace === namespace) && isBelow(world, object, owner)
}

function isBelow(world: World, object: KubernetesObject, owner: ObjectRef): boolean {
  return (object.metadata.ownerReferences ?? []).some((reference) => {
    if (reference.kind === owner.kind && reference.name === owner.name) return true
    const parents = [...world.history.lives(reference.kind)].map((life) => life.at(-1)!.object)
    const parent = parents.find((candidate) => candidate.metadata.uid === reference.uid)
    return parent !== undefined && isBelow(world, parent, owner)
  })
}

/** The one Pod a step speaks of, where it needs exactly one (the first, in order of name, when the words mean several). */
export function onePodOf(world: World, ref: PodsRef | ObjectRef): Pod {
  if ('kind' in ref && ref.kind === 'Pod') {
    const pod = find(world, ref)
    return (pod as Pod | undefined) ?? world.fail(`Pod "${ref.name}" does not exist`)
  }
  const words: PodsRef =
    'kind' in ref
      ? { count: { bound: 'all', number: undefined, text: '' }, owner: ref, text: `Pods of ${ref.kind} "${ref.name}"` }
      : ref
  const [pod] = podsOf(world, words).filter((candidate) => candidate.metadata.deletionTimestamp === undefined)
  if (pod === undefined) throw new SpecError(`there are no ${words.text}`)
  return pod
}

/** The Pods that something is done to: as many of those meant, in order of name, as the words count. */
export function chosen(world: World, ref: PodsRef): readonly Pod[] {
  const living = podsOf(world, ref).filter(({ metadata }) => metadata.deletionTimestamp === undefined)
  const wanted = ref.count.bound === 'all' ? Math.max(1, living.length) : ref.count.number
  if (living.length < wanted) throw new SpecError(`${ref.text}: there are ${living.length}`)
  return living.slice(0, wanted)
}
