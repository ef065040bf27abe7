import { type History, withHistory } from '../../../api/managedfields/history.ts'
import type { ApiResponse } from '../../../api/request.ts'
import { alreadyExists, badRequest, generateNameConflict, invalid, unknownError } from '../../../api/status.ts'
import { rfc3339 } from '../../../api/time.ts'
import { type Answer, isStatus, type KubernetesObject, type ObjectMeta, type Status } from '../../../api/types.ts'
import type { Random } from '../../../sim/random.ts'
import { admit, admitValid } from '../admission/admit.ts'
import type { Call, Storage } from '../contract.ts'
import { recordCreate, withoutEntries } from '../managedfields/record.ts'
import type { FieldError, KindDefinition } from '../registry/contract.ts'
import { validateObjectMeta } from '../registry/validation/objectmeta.ts'
import { storageKey } from '../storage/keys.ts'
import { assurePresentable, presented, respond, strategyContext } from './answer.ts'
import { decode, strategyKind } from './decode.ts'
import { hasGeneration } from './generation.ts'
import { leaseFor } from './lease.ts'
import { withOwnersOnce } from './owner-references.ts'

/** Names are drawn anew while they are taken. Source: registry/generic/registry/store.go maxNameGenerationCreateAttempts */
const GENERATE_NAME_ATTEMPTS = 8
/** Source: apiserver/pkg/storage/names/generate.go MaxGeneratedNameLength */
const GENERATED_NAME_BASE = 58

/** POST of an object. Source: apiserver/pkg/endpoints/handlers/create.go and registry/generic/registry/store.go Create */
export function create(call: Call): ApiResponse {
  const decoded = decode(call, call.request.body)
  if (isStatus(decoded)) return respond(call, 400, decoded)
  const given = inRequestNamespace(call, decoded)
  if (isStatus(given)) return respond(call, 400, given)
  const object = withOwnersOnce(call, given)
  // What only the server may set is gone before it is noted who set what.
  const own = isClean(object.metadata) ? object : { ...object, metadata: wiped(object.metadata) }
  const history = recordCreate(call, own)
  const admitted = admit(call, 'CREATE', withoutEntries(own), undefined)
  return respond(call, 201, isStatus(admitted) ? admitted : createObject(call, admitted, history))
}

/** The rest of a create once admission has had its say; also what a PUT or an apply of a missing object does. */
export function createObject(call: Call, object: KubernetesObject, history: History): Answer<KubernetesObject> {
  const { generateName, name } = object.metadata
  if (name || !generateName) return createNamed(call, object, history)
  const random = call.options.dryRun ? call.server.dryRunRandom : call.server.random
  let answer: Answer<KubernetesObject> | undefined
  for (let attempt = 0; attempt < GENERATE_NAME_ATTEMPTS; attempt++) {
    const generated = generateName.slice(0, GENERATED_NAME_BASE) + random.suffix()
    answer = createNamed(call, { ...object, metadata: { ...object.metadata, name: generated } }, history)
    if (!isStatus(answer) || answer.reason !== 'AlreadyExists') return answer
  }
  return generateNameConflict(call.endpoint.groupResource, (answer as Status).details?.name ?? '', 1)
}

function createNamed(call: Call, object: KubernetesObject, history: History): Answer<KubernetesObject> {
  const { server, options } = call
  const storage = call.endpoint.storage!
  const definition = strategyKind(call.endpoint)
  const random = options.dryRun ? server.dryRunRandom : server.random
  const prepared = prepare(call, definition, object, random)
  assurePresentable(call, prepared)
  const errors = validate(call, definition, prepared)
  if (errors.length > 0) return invalid(definition, prepared.metadata.name ?? '', errors)
  // Nobody inside the process reads warnings.
  if (definition.warnings !== undefined && call.request.wire !== undefined)
    call.warnings.push(...definition.warnings(prepared, undefined))
  return (
    admitValid(call, 'CREATE', prepared, undefined) ??
    (options.dryRun ? undefined : hasVersion(object)) ??
    insert(call, storage, prepared, history)
  )
}

/** Only the storage minds, so that a dry run does not; a text that is no number is as good as none. Source: storage/etcd3/store.go Create */
function hasVersion({ metadata: { resourceVersion } }: KubernetesObject): Status | undefined {
  if (resourceVersion === undefined || !/^0*[1-9]\d*$/.test(resourceVersion)) return undefined
  return unknownError('resourceVersion should not be set on objects to be created')
}

/** Source: registry/rest/create.go BeforeCreate, meta.go FillObjectMetaSystemFields */
function prepare(call: Call, definition: KindDefinition, object: KubernetesObject, random: Random): KubernetesObject {
  const metadata = newMetadata(object, definition, rfc3339(call.server.clock.now()), random.uuid())
  const fresh = { ...object, metadata }
  return definition.prepareForCreate === undefined ? fresh : definition.prepareForCreate(fresh, strategyContext(call))
}

function newMetadata(object: KubernetesObject, definition: KindDefinition, now: string, uid: string): ObjectMeta {
  const given = object.metadata
  const metadata = {
    ...given,
    uid,
    resourceVersion: undefined,
    ...(hasGeneration(definition, object) && { generation: 1 }),
    creationTimestamp: now,
  }
  return isClean(given) ? metadata : wiped(metadata)
}

/** Most objects come without what only the server may set. */
function isClean(given: ObjectMeta): boolean {
  return (
    given.deletionTimestamp === undefined &&
    given.deletionGracePeriodSeconds === undefined &&
    given.selfLink === undefined
  )
}

/** Source: registry/rest/meta.go WipeObjectMetaSystemFields */
function wiped(metadata: ObjectMeta): ObjectMeta {
  const { deletionTimestamp: _, deletionGracePeriodSeconds: __, selfLink: ___, ...kept } = metadata
  return kept
}

function validate(call: Call, definition: KindDefinition, object: KubernetesObject): readonly FieldError[] {
  const context = definition.validateInContext?.(object, undefined, strategyContext(call)) ?? NONE
  if (context.length > 0) return context
  const metadata = validateObjectMeta(object.metadata, definition)
  const { endpoint } = call
  // A webhook answers for the stored form: what was sent is held to the version it came in.
  const own = endpoint.definition.view?.outside
    ? endpoint.definition.validate?.(presented(endpoint, object))
    : isKnownGood(definition, object)
      ? NONE
      : definition.validate?.(object)
  if (own === undefined || own.length === 0) remember(definition, object)
  if (metadata.length === 0) return own ?? NONE
  return own === undefined || own.length === 0 ? metadata : [...metadata, ...own]
}

const NONE: readonly FieldError[] = []

interface WithSpec extends KubernetesObject {
  readonly spec?: object
}

/** Specs of pods that passed, with the metadata that went into it: the pods of a template share all three. */
const passed = new WeakMap<object, Pick<ObjectMeta, 'labels' | 'annotations'>>()

function isKnownGood({ kind }: KindDefinition, { spec, metadata }: WithSpec): boolean {
  if (kind !== 'Pod' || spec === undefined) return false
  const known = passed.get(spec)
  return known !== undefined && known.labels === metadata.labels && known.annotations === metadata.annotations
}

function remember({ kind }: KindDefinition, { spec, metadata }: WithSpec): void {
  if (kind === 'Pod' && spec !== undefined)
    passed.set(spec, { labels: metadata.labels, annotations: metadata.annotations } as ObjectMeta)
}

function insert(call: Call, storage: Storage, object: KubernetesObject, history: History): Answer<KubernetesObject> {
  const { server, options, endpoint } = call
  const { name, namespace } = object.metadata
  const key = storageKey(storage.prefix, namespace, name)
  if (options.dryRun)
    return server.etcd.get(key) === undefined
      ? withHistory(object, history)
      : alreadyExists(endpoint.groupResource, name)
  const lease = leaseFor(server, storage.definition)
  const kv = server.etcd.put(key, (revision) => withHistory(object, history, revision), 0, lease)
  if (kv !== undefined) return kv.value
  const taken = alreadyExists(endpoint.groupResource, name)
  if (server.etcd.get(key)?.value.metadata.deletionTimestamp === undefined) return taken
  return { ...taken, message: `object is being deleted: ${taken.message}` }
}

/** Source: registry/rest/meta.go EnsureObjectNamespaceMatchesRequestNamespace */
export function inRequestNamespace(call: Call, object: KubernetesObject): Answer<KubernetesObject> {
  const expected = call.endpoint.definition.namespaced ? call.namespace : undefined
  const given = object.metadata.namespace || undefined
  if (given === expected && object.metadata.namespace !== '') return object
  if (given !== undefined && given !== expected && expected !== undefined)
    return badRequest('the namespace of the provided object does not match the namespace sent on the request')
  const { namespace: _, ...metadata } = object.metadata
  return { ...object, metadata: expected === undefined ? metadata : { ...metadata, namespace: expected } }
}
