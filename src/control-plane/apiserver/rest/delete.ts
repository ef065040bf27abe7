import type { ApiResponse, RequestOptions } from '../../../api/request.ts'
import { conflict, notFound, success } from '../../../api/status.ts'
import { parseTime, rfc3339 } from '../../../api/time.ts'
import { type Answer, isStatus, type KubernetesObject, type Namespace, type Status } from '../../../api/types.ts'
import type { KeyValue } from '../../etcd/contract.ts'
import { admitDelete } from '../admission/admit.ts'
import type { Call } from '../contract.ts'
import type { KindDefinition } from '../registry/contract.ts'
import { storageKey } from '../storage/keys.ts'
import { assurePresentable, respond } from './answer.ts'
import { atRevision } from './revision.ts'

const ORPHAN = 'orphan'
const FOREGROUND = 'foregroundDeletion'

/** Kinds whose DELETE answers the object rather than a Status. Source: ReturnDeletedObject under pkg/registry */
const RETURNED = new Set([
  'CSIDriver',
  'CSINode',
  'Namespace',
  'PersistentVolume',
  'PersistentVolumeClaim',
  'Pod',
  'PodTemplate',
  'ResourceQuota',
  'Service',
  'ServiceAccount',
  'StorageClass',
  'VolumeAttachment',
])

/** DELETE of one object. Source: endpoints/handlers/delete.go DeleteResource */
export function remove(call: Call): ApiResponse {
  return respond(call, 200, deleteObject(call, call.request.name!))
}

/** Source: registry/generic/registry/store.go Delete */
export function deleteObject(call: Call, name: string): Answer<KubernetesObject> {
  const { endpoint, server } = call
  const storage = endpoint.storage!
  const key = storageKey(storage.prefix, call.namespace, name)
  const kv = server.etcd.get(key)
  if (kv === undefined) return notFound(endpoint.groupResource, name)
  assurePresentable(call, kv.value)
  const refused = admitDelete(call, kv.value) ?? checkPreconditions(call, kv.value)
  if (refused !== undefined) return refused
  if (storage.definition.kind === 'Namespace') {
    const namespace = kv.value as Namespace
    if (namespace.metadata.deletionTimestamp === undefined) return write(call, kv, terminating(call, namespace))
    if ((namespace.spec?.finalizers?.length ?? 0) > 0) return namespace
  }
  const { prepareForDelete } = storage.definition
  if (prepareForDelete === undefined || kv.value.metadata.deletionTimestamp !== undefined)
    return deleteStored(call, kv, storage.definition)
  return deleteStored(call, { ...kv, value: prepareForDelete(kv.value, server.clock.now()) }, storage.definition)
}

function deleteStored(call: Call, kv: KeyValue, definition: KindDefinition): Answer<KubernetesObject> {
  const graceful = beforeDelete(call, definition, kv.value)
  if (graceful.pending) return finalized(call, kv.value, definition)
  const finalizers = garbageCollectionFinalizers(definition, kv.value, call.options)
  const object = withFinalizers(graceful.object, finalizers)
  const pendingFinalizers = finalizers.length > 0
  if (!graceful.graceful && !pendingFinalizers) return removeNow(call, kv, definition)
  const marked = graceful.graceful ? object : markAsDeleting(call, object)
  const written = write(call, kv, marked)
  if (isStatus(written) || pendingFinalizers || graceful.seconds > 0) return written
  // Deleted without grace, in two steps as upstream: the mark is seen by watchers, then the object goes.
  if (call.options.dryRun) return finalized(call, written, definition)
  const after = call.server.etcd.get(kv.key)
  return after === undefined ? finalized(call, written, definition) : removeNow(call, after, definition)
}

function removeNow(call: Call, kv: KeyValue, definition: KindDefinition): Answer<KubernetesObject> {
  if (call.options.dryRun) return finalized(call, kv.value, definition)
  const gone = call.server.etcd.delete(kv.key, (revision, last) => atRevision(last, revision), kv.modRevision)
  if (gone === undefined) return conflict(call.endpoint.groupResource, kv.value.metadata.name)
  return finalized(call, gone.value, definition)
}

function write(call: Call, kv: KeyValue, object: KubernetesObject): Answer<KubernetesObject> {
  if (object === kv.value || call.options.dryRun) return object
  const written = call.server.etcd.put(kv.key, (revision) => atRevision(object, revision), kv.modRevision, kv.lease)
  return written?.value ?? conflict(call.endpoint.groupResource, object.metadata.name)
}

/** What a delete answers. Source: store.go finalizeDelete */
function finalized(call: Call, object: KubernetesObject, definition: KindDefinition): Answer<KubernetesObject> {
  if (RETURNED.has(definition.kind)) return object
  const { group, resource } = call.endpoint.groupResource
  const { name, uid } = object.metadata
  return success({ name, ...(group !== '' && { group }), kind: resource, ...(uid !== undefined && { uid }) })
}

interface Graceful {
  readonly object: KubernetesObject
  /** The object stays for a while, marked. */
  readonly graceful: boolean
  /** It is on its way already, no later than asked. */
  readonly pending: boolean
  readonly seconds: number
}

/** Source: registry/rest/delete.go BeforeDelete */
function beforeDelete(call: Call, definition: KindDefinition, object: KubernetesObject): Graceful {
  const asked = negativeIsOne(call.options.gracePeriodSeconds)
  const none: Graceful = { object, graceful: false, pending: false, seconds: 0 }
  if (definition.gracePeriodSeconds === undefined) return none
  const { deletionTimestamp, deletionGracePeriodSeconds: running } = object.metadata
  const now = call.server.clock.now()
  if (deletionTimestamp === undefined) {
    const seconds = definition.gracePeriodSeconds(object, asked)
    return { ...none, graceful: true, seconds, object: withDeletion(object, now + seconds * 1000, seconds, true) }
  }
  if (!running) return none
  if (asked === undefined || asked >= running) return { ...none, pending: true }
  const moved = parseTime(deletionTimestamp) - running * 1000 + asked * 1000
  const past = moved < now
  const seconds = past && asked !== 0 ? 1 : asked
  return { ...none, graceful: true, seconds, object: withDeletion(object, past ? now : moved, seconds, false) }
}

function negativeIsOne(seconds: number | undefined): number | undefined {
  return seconds !== undefined && seconds < 0 ? 1 : seconds
}

function withDeletion(object: KubernetesObject, at: number, seconds: number, first: boolean): KubernetesObject {
  const { generation } = object.metadata
  return {
    ...object,
    metadata: {
      ...object.metadata,
      ...(first && generation !== undefined && generation > 0 && { generation: generation + 1 }),
      deletionTimestamp: rfc3339(at),
      deletionGracePeriodSeconds: seconds,
    },
  }
}

/** Finalizers have to run first. Source: store.go markAsDeleting */
function markAsDeleting(call: Call, object: KubernetesObject): KubernetesObject {
  const now = call.server.clock.now()
  const { deletionTimestamp, deletionGracePeriodSeconds } = object.metadata
  if (deletionTimestamp === undefined) return withDeletion(object, now, 0, true)
  const at = Math.min(parseTime(deletionTimestamp), now)
  if (at === parseTime(deletionTimestamp) && deletionGracePeriodSeconds === 0) return object
  return withDeletion(object, at, 0, false)
}

/** Source: store.go deletionFinalizersForGarbageCollection */
function garbageCollectionFinalizers(
  definition: KindDefinition,
  object: KubernetesObject,
  { propagationPolicy }: RequestOptions,
): readonly string[] {
  const existing = object.metadata.finalizers ?? []
  const first = existing.find((finalizer) => finalizer === ORPHAN || finalizer === FOREGROUND)
  const byDefault = definition.defaultPropagationPolicy === 'Orphan' ? ORPHAN : undefined
  const chosen =
    propagationPolicy === 'Orphan'
      ? ORPHAN
      : propagationPolicy === 'Foreground'
        ? FOREGROUND
        : propagationPolicy === 'Background'
          ? undefined
          : (first ?? byDefault)
  const others = existing.filter((finalizer) => finalizer !== ORPHAN && finalizer !== FOREGROUND)
  const wanted = chosen === undefined ? others : [...others, chosen]
  const same = wanted.length === existing.length && wanted.every((finalizer) => existing.includes(finalizer))
  return same ? existing : wanted
}

function withFinalizers(object: KubernetesObject, finalizers: readonly string[]): KubernetesObject {
  const { finalizers: existing, ...metadata } = object.metadata
  if (finalizers === existing || (existing === undefined && finalizers.length === 0)) return object
  return { ...object, metadata: finalizers.length === 0 ? metadata : { ...metadata, finalizers } }
}

/** The first request to delete a namespace starts its end. Source: pkg/registry/core/namespace/storage/storage.go Delete */
function terminating(call: Call, namespace: Namespace): KubernetesObject {
  const finalizers = garbageCollectionFinalizers(call.endpoint.definition, namespace, call.options)
  const marked = withFinalizers(namespace, finalizers)
  const deletionTimestamp = rfc3339(call.server.clock.now())
  return {
    ...marked,
    metadata: { ...marked.metadata, deletionTimestamp },
    status: { ...namespace.status, phase: 'Terminating' },
  } as Namespace
}

function checkPreconditions(call: Call, object: KubernetesObject): Status | undefined {
  const { uid, resourceVersion } = call.options.preconditions ?? {}
  const { group } = call.endpoint.groupResource
  const { metadata } = object
  // Upstream names the kind here, not the resource.
  const resource = { group, resource: call.endpoint.definition.kind }
  if (uid !== undefined && uid !== metadata.uid) {
    const why = `the UID in the precondition (${uid}) does not match the UID in record (${metadata.uid}). The object might have been deleted and then recreated`
    return conflict(resource, metadata.name, why)
  }
  if (resourceVersion !== undefined && resourceVersion !== metadata.resourceVersion) {
    const why = `the ResourceVersion in the precondition (${resourceVersion}) does not match the ResourceVersion in record (${metadata.resourceVersion}). The object might have been modified`
    return conflict(resource, metadata.name, why)
  }
  return undefined
}
