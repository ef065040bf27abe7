import { groupOf } from '../../../api/meta.ts'
import { conflict, hasReason } from '../../../api/status.ts'
import { isStatus, type Kind, type KubernetesObject, type OwnerReference, type Status } from '../../../api/types.ts'
import type { Client, EventRecorder } from '../../../client/contract.ts'
import type { KindInfo } from '../controller.ts'
import { clientKind } from '../custom-kinds.ts'
import { blocks, FOREGROUND, isDeletingDependents, isOrphaning, ORPHAN, type OwnerGraph, owners } from './graph.ts'

export interface CollectorDependencies {
  readonly client: Client
  readonly recorder: EventRecorder
  readonly graph: OwnerGraph
  readonly kinds: ReadonlyMap<string, KindInfo>
  readonly enqueue: (uid: string) => void
}

/** Does what an object's owners, dependents and finalizers ask for. Source: pkg/controller/garbagecollector/garbagecollector.go */
export function collect(uid: string, deps: CollectorDependencies): Status | undefined {
  const known = deps.graph.get(uid)
  if (known === undefined) return undefined
  const { name, namespace } = known.metadata
  const object: KubernetesObject | undefined = deps.client.get(keyOf(known, deps), name, namespace)
  if (object === undefined || object.metadata.uid !== uid) {
    deps.graph.delete(known)
    return undefined
  }
  if (isOrphaning(object)) return orphanDependents(object, deps)
  if (isDeletingDependents(object)) return awaitDependents(object, deps)
  if (object.metadata.deletionTimestamp !== undefined || owners(object).length === 0) return undefined
  return deleteIfUnowned(object, deps)
}

/** How the client names the object's kind. */
function keyOf({ apiVersion, kind }: KubernetesObject, { kinds }: CollectorDependencies): Kind {
  const info = kinds.get(`${apiVersion}/${kind}`)
  return info === undefined ? (kind as Kind) : clientKind(info)
}

type Standing = 'solid' | 'dangling' | 'waiting'

/** Source: garbagecollector.go attemptToDeleteItem */
function deleteIfUnowned(object: KubernetesObject, deps: CollectorDependencies): Status | undefined {
  const standing = owners(object).map((ref): [OwnerReference, Standing] => [ref, standingOf(object, ref, deps)])
  const lost = standing.filter(([, how]) => how !== 'solid').map(([ref]) => ref.uid)
  if (lost.length < standing.length)
    return lost.length === 0 ? undefined : withoutOwners(object, (ref) => lost.includes(ref.uid), deps)
  const dependents = deps.graph.dependents(object.metadata.uid!)
  if (standing.some(([, how]) => how === 'waiting') && dependents.length > 0) {
    // A circle of owners that all wait would wait for ever. Upstream deletes the version it saw: that is a conflict now.
    if (dependents.some(isDeletingDependents) && owners(object).some((ref) => ref.blockOwnerDeletion === true)) {
      const { resource, apiVersion } = deps.kinds.get(`${object.apiVersion}/${object.kind}`)!
      const changed = conflict({ group: groupOf(apiVersion), resource }, object.metadata.name)
      return unblockOwners(object, deps) ?? changed
    }
    return remove(object, 'Foreground', deps)
  }
  const { finalizers = [] } = object.metadata
  if (finalizers.includes(ORPHAN)) return remove(object, 'Orphan', deps)
  return remove(object, finalizers.includes(FOREGROUND) ? 'Foreground' : 'Background', deps)
}

/** Source: garbagecollector.go classifyReferences, isDangling */
function standingOf(object: KubernetesObject, ref: OwnerReference, deps: CollectorDependencies): Standing {
  const kind = deps.kinds.get(`${ref.apiVersion}/${ref.kind}`)
  // Of a kind that is not served nothing can be said: nothing is deleted for it.
  if (kind === undefined) return 'solid'
  const { namespace } = object.metadata
  if (kind.namespaced && namespace === undefined) {
    reportInvalidNamespace(object, ref, deps.recorder)
    return 'solid'
  }
  const owner: KubernetesObject | undefined = deps.client.get(
    clientKind(kind),
    ref.name,
    kind.namespaced ? namespace : undefined,
  )
  if (owner?.metadata.uid === ref.uid) return isDeletingDependents(owner) ? 'waiting' : 'solid'
  // The owner lives, but elsewhere: owners are looked for in the dependent's own namespace only.
  const elsewhere = deps.graph.get(ref.uid)?.metadata.namespace
  if (elsewhere !== undefined && elsewhere !== namespace) reportInvalidNamespace(object, ref, deps.recorder)
  return 'dangling'
}

/** Source: graph_builder.go reportInvalidNamespaceOwnerRef */
function reportInvalidNamespace(object: KubernetesObject, ref: OwnerReference, recorder: EventRecorder): void {
  const { namespace = '' } = object.metadata
  const identity = `[${ref.apiVersion}/${ref.kind}, namespace: ${namespace}, name: ${ref.name}, uid: ${ref.uid}]`
  const message = `ownerRef ${identity} does not exist in namespace "${namespace}"`
  // The graph knows no versions.
  const { name, uid } = object.metadata
  const about = { ...object, metadata: { ...(namespace !== '' && { namespace }), name, ...(uid && { uid }) } }
  recorder.event(about, 'Warning', 'OwnerRefInvalidNamespace', message)
}

/** Foreground: goes when nothing that blocks it is left. Source: garbagecollector.go processDeletingDependentsItem */
function awaitDependents(object: KubernetesObject, deps: CollectorDependencies): Status | undefined {
  const uid = object.metadata.uid!
  const blocking = deps.graph.dependents(uid).filter((dependent) => blocks(dependent, uid))
  if (blocking.length === 0) return removeFinalizer(object, FOREGROUND, deps)
  for (const dependent of blocking) if (!isDeletingDependents(dependent)) deps.enqueue(dependent.metadata.uid!)
  return undefined
}

/**
 * Lets the dependents go, then the object itself: others hear of the first before the second.
 * Source: garbagecollector.go orphanDependents, attemptToOrphan
 */
function orphanDependents(object: KubernetesObject, deps: CollectorDependencies): Status | undefined {
  const uid = object.metadata.uid!
  const dependents = deps.graph.dependents(uid)
  if (dependents.length === 0) return removeFinalizer(object, ORPHAN, deps)
  for (const dependent of dependents) {
    const failed = withoutOwners(dependent, (ref) => ref.uid === uid, deps)
    if (failed !== undefined) return failed
  }
  deps.enqueue(uid)
  return undefined
}

function remove(
  object: KubernetesObject,
  propagationPolicy: 'Orphan' | 'Foreground' | 'Background',
  deps: CollectorDependencies,
) {
  const { name, namespace, uid } = object.metadata
  const options = { propagationPolicy, preconditions: { uid: uid! } }
  return refusal(deps.client.delete(keyOf(object, deps), name, namespace, options))
}

function removeFinalizer(object: KubernetesObject, finalizer: string, deps: CollectorDependencies): Status | undefined {
  return change(object, deps, (now) => {
    const { finalizers = [], ...metadata } = now.metadata
    const left = finalizers.filter((each) => each !== finalizer)
    return { ...now, metadata: left.length === 0 ? metadata : { ...metadata, finalizers: left } }
  })
}

function withoutOwners(object: KubernetesObject, which: (ref: OwnerReference) => boolean, deps: CollectorDependencies) {
  return change(object, deps, (now) => {
    const { ownerReferences = [], ...metadata } = now.metadata
    const left = ownerReferences.filter((ref) => !which(ref))
    if (left.length === ownerReferences.length) return undefined
    return { ...now, metadata: left.length === 0 ? metadata : { ...metadata, ownerReferences: left } }
  })
}

/** Source: patch.go unblockOwnerReferencesStrategicMergePatch */
function unblockOwners(object: KubernetesObject, deps: CollectorDependencies): Status | undefined {
  return change(object, deps, (now) => ({
    ...now,
    metadata: { ...now.metadata, ownerReferences: owners(now).map((ref) => ({ ...ref, blockOwnerDeletion: false })) },
  }))
}

function change(
  object: KubernetesObject,
  deps: CollectorDependencies,
  how: (now: KubernetesObject) => KubernetesObject | undefined,
): Status | undefined {
  const { name, namespace, uid } = object.metadata
  const answer = deps.client.update(keyOf(object, deps), name, namespace, (now) =>
    now.metadata.uid === uid ? (how(now) as typeof now | undefined) : undefined,
  )
  return refusal(answer)
}

/** Gone, or remade under its name in the meantime: nothing is left to do. */
function refusal(answer: unknown): Status | undefined {
  return isStatus(answer) && !hasReason(answer, 'NotFound') && !hasReason(answer, 'Conflict') ? answer : undefined
}
