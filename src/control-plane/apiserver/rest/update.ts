import { equal } from '../../../api/equal.ts'
import { type History, historyOf, withHistory } from '../../../api/managedfields/history.ts'
import { quote } from '../../../api/names.ts'
import type { ApiResponse } from '../../../api/request.ts'
import { badRequest, conflict, invalid, notFound, unknownError } from '../../../api/status.ts'
import { type Answer, isStatus, type KubernetesObject, type ObjectMeta } from '../../../api/types.ts'
import type { KeyValue } from '../../etcd/contract.ts'
import { admit, admitValid } from '../admission/admit.ts'
import type { Call } from '../contract.ts'
import { recordCreate, recordUpdate, sameHistory, withoutEntries } from '../managedfields/record.ts'
import type { FieldError, KindDefinition } from '../registry/contract.ts'
import { validateObjectMetaUpdate } from '../registry/validation/objectmeta.ts'
import { storageKey } from '../storage/keys.ts'
import { assurePresentable, presented, respond, strategyContext } from './answer.ts'
import { createObject, inRequestNamespace } from './create.ts'
import { decode, strategyKind } from './decode.ts'
import { hasGeneration } from './generation.ts'
import { withOwnersOnce } from './owner-references.ts'
import { versionMissing } from './unconditional-update.ts'

/** What a write makes of the current object; undefined: leave it. */
export type Change = (current: KubernetesObject) => Answer<KubernetesObject> | undefined

/** PUT of an object or of a sub-resource that is the object. Source: endpoints/handlers/update.go */
export function update(call: Call): ApiResponse {
  const { request } = call
  if (request.change !== undefined) return respond(call, 200, updateObject(call, changed(call, request.change)))
  const decoded = decode(call, request.body)
  if (isStatus(decoded)) return respond(call, 400, decoded)
  const name = request.name ?? decoded.metadata.name
  // Source: endpoints/handlers/rest.go checkName
  if (!decoded.metadata.name && request.wire !== undefined)
    return respond(
      call,
      400,
      badRequest(`the name of the object (${name} based on URL) was undeterminable: name must be provided`),
    )
  if (decoded.metadata.name && decoded.metadata.name !== name)
    return respond(
      call,
      400,
      badRequest(`the name of the object (${decoded.metadata.name}) does not match the name on the URL (${name})`),
    )
  const given = inRequestNamespace(call, decoded)
  if (isStatus(given)) return respond(call, 400, given)
  const object = withOwnersOnce(call, given)
  const created = createOnUpdate(call, object)
  if (created !== undefined) return respond(call, 201, created)
  return respond(
    call,
    200,
    updateObject(call, () => object),
  )
}

/** In-process: the change sees the object as the endpoint shows it. */
function changed(call: Call, change: (current: KubernetesObject) => KubernetesObject | undefined): Change {
  const { view } = call.endpoint.definition
  if (view === undefined) return change
  return (current) => {
    const answer = change(view.fromStored(current))
    return answer && view.toStored(answer)
  }
}

function createOnUpdate(call: Call, object: KubernetesObject): Answer<KubernetesObject> | undefined {
  const { endpoint, request, server } = call
  const storage = endpoint.storage!
  if (!storage.definition.allowCreateOnUpdate || request.resource.subresource !== undefined) return undefined
  if (server.etcd.get(storageKey(storage.prefix, call.namespace, request.name!)) !== undefined) return undefined
  const history = recordCreate(call, object)
  const admitted = admit(call, 'CREATE', withoutEntries(object), undefined)
  if (isStatus(admitted)) return admitted
  const { resourceVersion: _, ...metadata } = admitted.metadata
  return createObject(call, { ...admitted, metadata: { ...metadata, name: request.name! } }, history)
}

/**
 * Reads, changes, checks and stores one object. Source: registry/generic/registry/store.go Update
 *
 * @param history who owns what afterwards, for writes that are not put down to the caller as they are (apply, scale)
 * @returns the object as it is stored now, or why not
 */
export function updateObject(
  call: Call,
  change: Change,
  history?: () => History | undefined,
): Answer<KubernetesObject> {
  const { endpoint, server, request } = call
  const storage = endpoint.storage!
  const name = request.name!
  const key = storageKey(storage.prefix, call.namespace, name)
  const kv = server.etcd.get(key)
  if (kv === undefined) return notFound(endpoint.groupResource, name)
  const answer = change(kv.value)
  if (answer === undefined || (answer === kv.value && history === undefined)) return kv.value
  if (isStatus(answer)) return answer
  const stale = versionMissing(call, answer) ?? checkVersion(call, answer, kv)
  if (stale !== undefined) return stale
  const written = history === undefined ? recordUpdate(call, answer, kv.value) : history()
  const admitted = admit(call, 'UPDATE', withoutEntries(answer), kv.value)
  if (isStatus(admitted)) return admitted
  const prepared = prepare(call, strategyKind(call.endpoint), admitted, kv.value)
  assurePresentable(call, prepared)
  const errors = validate(call, strategyKind(call.endpoint), prepared, kv.value)
  if (errors.length > 0) return invalid(storage.definition, name, errors)
  if (storage.definition.warnings !== undefined && request.wire !== undefined && !request.resource.subresource)
    call.warnings.push(...storage.definition.warnings(prepared, kv.value))
  return admitValid(call, 'UPDATE', prepared, kv.value) ?? store(call, key, kv, prepared, written)
}

function store(
  call: Call,
  key: string,
  kv: KeyValue,
  object: KubernetesObject,
  history: History | undefined,
): Answer<KubernetesObject> {
  const { server, endpoint, options } = call
  if (isFinalized(object, kv.value)) {
    if (!options.dryRun) server.etcd.delete(key, undefined, kv.modRevision)
    return object
  }
  // Source: storage/etcd3/store.go GuaranteedUpdate: what would write the same bytes is not written.
  if (equal(object, kv.value) && leavesManagers(call, history, kv.value)) return kv.value
  if (options.dryRun) return withHistory(object, history)
  const written = server.etcd.put(key, (revision) => withHistory(object, history, revision), kv.modRevision, kv.lease)
  return written?.value ?? conflict(endpoint.groupResource, object.metadata.name)
}

/** Components change what they read: where that makes no difference to the object, it makes none to its managers. */
function leavesManagers({ request }: Call, history: History | undefined, live: KubernetesObject): boolean {
  return (request.wire === undefined && request.verb !== 'patch') || sameHistory(history, historyOf(live))
}

/** Source: store.go Update (optimistic lock) and storage/etcd3 Preconditions.Check */
function checkVersion(call: Call, object: KubernetesObject, kv: KeyValue): Answer<KubernetesObject> | undefined {
  const { resourceVersion, uid, name } = object.metadata
  const current = kv.value.metadata
  // A patch is made on the object as it is: what it says of the uid is a change of it.
  if (uid && uid !== current.uid && call.request.verb !== 'patch') {
    const why = `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${current.uid}`
    const text = `StorageError: invalid object, Code: 4, Key: ${kv.key}, ResourceVersion: 0, AdditionalErrorMsg: ${why}`
    return conflict(call.endpoint.groupResource, name, text)
  }
  // Version 0 is none. Source: store.go Update doUnconditionalUpdate
  if (!resourceVersion || resourceVersion === '0' || resourceVersion === current.resourceVersion) return undefined
  if (!/^\d+$/.test(resourceVersion))
    return unknownError(`strconv.ParseUint: parsing ${quote(resourceVersion)}: invalid syntax`)
  return conflict(call.endpoint.groupResource, call.request.name!)
}

/** Source: registry/rest/update.go BeforeUpdate */
function prepare(
  call: Call,
  definition: KindDefinition,
  given: KubernetesObject,
  old: KubernetesObject,
): KubernetesObject {
  const object =
    given.metadata === old.metadata ? given : { ...given, metadata: keptMetadata(given.metadata, old.metadata) }
  const { subresource } = call.request.resource
  const context = strategyContext(call)
  const own = subresource === undefined ? undefined : definition.subresourceUpdates?.[subresource]
  if (own !== undefined) return own.prepareForUpdate(object, old, context)
  if (subresource === 'status') {
    const status = withPart(object, old, 'spec')
    return definition.prepareForStatusUpdate?.(status, old, context) ?? status
  }
  const kept = definition.subresources?.status === undefined ? object : withPart(object, old, 'status')
  const prepared = definition.prepareForUpdate?.(kept, old, context) ?? kept
  return withGeneration(definition, prepared, old)
}

function withGeneration(definition: KindDefinition, object: KubernetesObject, old: KubernetesObject): KubernetesObject {
  if (!hasGeneration(definition, object)) return object
  if (equal((object as WithParts).spec, (old as WithParts).spec)) return object
  if (object.metadata.generation !== old.metadata.generation) return object
  return { ...object, metadata: { ...object.metadata, generation: (old.metadata.generation ?? 0) + 1 } }
}

interface WithParts extends KubernetesObject {
  readonly spec?: unknown
  readonly status?: unknown
}

function withPart(object: WithParts, old: WithParts, part: 'spec' | 'status'): KubernetesObject {
  if (object[part] === old[part]) return object
  if (old[part] !== undefined) return { ...object, [part]: old[part] } as KubernetesObject
  const { [part]: _, ...without } = object
  return without
}

/** What an update cannot change. */
function keptMetadata(given: ObjectMeta, old: ObjectMeta): ObjectMeta {
  const { managedFields: _, selfLink: __, ...kept } = given
  return {
    ...kept,
    name: given.name || old.name,
    uid: given.uid || old.uid!,
    resourceVersion: old.resourceVersion!,
    ...(old.generation !== undefined && { generation: old.generation }),
    creationTimestamp: old.creationTimestamp!,
    ...(old.deletionTimestamp !== undefined && { deletionTimestamp: old.deletionTimestamp }),
    ...(old.deletionGracePeriodSeconds !== undefined &&
      given.deletionGracePeriodSeconds === undefined && { deletionGracePeriodSeconds: old.deletionGracePeriodSeconds }),
  }
}

function validate(
  call: Call,
  definition: KindDefinition,
  object: KubernetesObject,
  old: KubernetesObject,
): readonly FieldError[] {
  const { subresource } = call.request.resource
  const metadata = object.metadata === old.metadata ? NONE : validateObjectMetaUpdate(object.metadata, old.metadata)
  const { endpoint } = call
  // A webhook answers for the stored form: what was sent is held to the version it came in.
  const own = endpoint.definition.view?.outside
    ? ownRules(call, endpoint.definition, presented(endpoint, object), presented(endpoint, old), subresource)
    : ownRules(call, definition, object, old, subresource)
  return metadata.length === 0 ? own : [...metadata, ...own]
}

const NONE: readonly FieldError[] = []

function ownRules(
  call: Call,
  definition: KindDefinition,
  object: KubernetesObject,
  old: KubernetesObject,
  subresource: string | undefined,
): readonly FieldError[] {
  if (subresource === 'status') return definition.validateStatusUpdate?.(object, old) ?? NONE
  if (subresource !== undefined)
    return definition.subresourceUpdates?.[subresource]?.validateUpdate?.(object, old) ?? NONE
  const context = definition.validateInContext?.(object, old, strategyContext(call)) ?? NONE
  if (context.length > 0) return context
  return (definition.validateUpdate ? definition.validateUpdate(object, old) : definition.validate?.(object)) ?? NONE
}

/** The last finalizer of an object that is being deleted has gone. Source: store.go ShouldDeleteDuringUpdate, namespace/storage ShouldDeleteNamespaceDuringUpdate */
function isFinalized(object: KubernetesObject, old: KubernetesObject): boolean {
  if (old.metadata.deletionTimestamp === undefined) return false
  if ((object.metadata.finalizers?.length ?? 0) > 0) return false
  if ((old.metadata.deletionGracePeriodSeconds ?? 0) !== 0) return false
  if (object.kind !== 'Namespace') return true
  const { spec } = object as { readonly spec?: { readonly finalizers?: readonly string[] } }
  return (spec?.finalizers?.length ?? 0) === 0
}
