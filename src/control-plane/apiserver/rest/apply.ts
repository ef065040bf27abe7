import { conflictStatus } from '../../../api/managedfields/conflicts.ts'
import { type Managed, NOBODY } from '../../../api/managedfields/entries.ts'
import { type AppliedObject, applyManaged } from '../../../api/managedfields/field-manager.ts'
import { History, historyOf } from '../../../api/managedfields/history.ts'
import type { ManagedType } from '../../../api/managedfields/managed-type.ts'
import { TypedError } from '../../../api/managedfields/schema.ts'
import { ConflictError } from '../../../api/managedfields/updater.ts'
import { validate } from '../../../api/managedfields/validate.ts'
import { isMap, type Json, type JsonMap } from '../../../api/patch/patch-error.ts'
import type { ApiResponse } from '../../../api/request.ts'
import { badRequest, conflict, notFound, unknownError } from '../../../api/status.ts'
import { type Answer, isStatus, type KubernetesObject, type Status } from '../../../api/types.ts'
import { admit } from '../admission/admit.ts'
import { forbiddenStatus } from '../authorization/authorize.ts'
import type { Call } from '../contract.ts'
import { managedTypeOf } from '../managedfields/managed-types.ts'
import { storageKey } from '../storage/keys.ts'
import { presented, respond } from './answer.ts'
import { createObject, inRequestNamespace } from './create.ts'
import { decode } from './decode.ts'
import { wrongName } from './patch-checks.ts'
import { updateObject } from './update.ts'

/** Server-side apply, of what is there and of what is not. Source: endpoints/handlers/patch.go applyPatcher */
export function applyConfiguration(call: Call): ApiResponse {
  const { endpoint, server, request } = call
  const key = storageKey(endpoint.storage!.prefix, call.namespace, request.name!)
  if (server.etcd.get(key) !== undefined) return respond(call, 200, applyToLive(call))
  // Sub-resources create nothing.
  if (request.resource.subresource) return respond(call, 404, notFound(endpoint.groupResource, request.name!))
  return respond(call, 201, applyToNothing(call))
}

interface Merged {
  /** Stored form, defaulted; undefined: the live object stays as it is. */
  readonly object: KubernetesObject | undefined
  readonly history: History
}

function applyToLive(call: Call): Answer<KubernetesObject> {
  let history: History | undefined
  return updateObject(
    call,
    (stored) => {
      const merged = mergedObject(call, stored)
      if (isStatus(merged)) return merged
      history = merged.history
      return merged.object ?? stored
    },
    () => history,
  )
}

function applyToNothing(call: Call): Answer<KubernetesObject> {
  const merged = mergedObject(call, undefined)
  if (isStatus(merged)) return merged
  const { object, history } = merged
  const { uid } = object!.metadata
  const name = call.request.name!
  if (uid) {
    const why = `uid mismatch: the provided object specified uid ${uid}, and no existing object was found`
    return conflict(call.endpoint.groupResource, name, why)
  }
  const admitted = admit(call, 'CREATE', object!, undefined)
  if (isStatus(admitted)) return admitted
  const { resourceVersion: _, ...metadata } = admitted.metadata
  return mayCreate(call) ?? createObject(call, { ...admitted, metadata } as KubernetesObject, history)
}

/** Who applies what is not there has to have the right to create it. Source: handlers/update.go withAuthorization */
function mayCreate({ server, user, request, namespace }: Call): Status | undefined {
  const { group, version, resource } = request.resource
  const attributes = { user, verb: 'create', group, version, resource, namespace, name: request.name! }
  const { allowed, reason } = server.authorizer.authorize(attributes)
  return allowed ? undefined : forbiddenStatus(attributes, reason)
}

function mergedObject(call: Call, stored: KubernetesObject | undefined): Answer<Merged> {
  const { endpoint, server, request } = call
  const type = managedTypeOf(server, endpoint, request.resource.subresource)
  const config = configuration(call, type)
  if (isStatus(config)) return config
  const live = stored === undefined ? type.empty : (presented(endpoint, stored) as unknown as JsonMap)
  const managed = (stored === undefined ? undefined : historyOf(stored)?.managed) ?? NOBODY
  const applied = merged(call, type, live, config, managed)
  if (isStatus(applied)) return applied
  const strict = strictYaml(call)
  if (strict !== undefined) return strict
  const history = History.of(applied.managed)
  if (applied.object === undefined && stored !== undefined) return { object: undefined, history }
  const object = typedObject(call, (applied.object ?? live) as JsonMap)
  if (isStatus(object)) return object
  return { object, history }
}

/** Back from what was merged to an object of the kind, as one that was sent. */
function typedObject(call: Call, merged: JsonMap): Answer<KubernetesObject> {
  const options = { ...call.options, fieldValidation: 'Ignore' } as const
  const decoded = decode({ ...call, options, request: { ...call.request, wire: {} } }, merged)
  if (isStatus(decoded)) return decoded
  const object = inRequestNamespace(call, decoded)
  return isStatus(object) ? object : (wrongName(call, object) ?? object)
}

/** Merges a configuration, or says why not. */
export function merged(
  call: Call,
  type: ManagedType,
  live: JsonMap,
  config: JsonMap,
  managed: Managed,
): Answer<AppliedObject> {
  const { options, server } = call
  const writer = { type, manager: options.fieldManager!, now: server.clock.now() }
  try {
    return applyManaged(writer, live, config, managed, options.force === true)
  } catch (error) {
    if (error instanceof ConflictError) return conflictStatus(error.conflicts)
    if (error instanceof TypedError) return unknownError(`failed to merge config: ${error.message}`)
    throw error
  }
}

/** What is applied, held to the kind and its schema. Source: versioncheck.go, structuredmerge.go Apply */
export function configuration(call: Call, type: ManagedType): Answer<JsonMap> {
  const body = (call.request.body ?? {}) as Json
  if (!isMap(body)) {
    const found = Array.isArray(body) ? 'array' : typeof body === 'boolean' ? 'bool' : typeof body
    const why = `json: cannot unmarshal ${found} into Go value of type map[string]interface {}`
    return badRequest(`error decoding YAML: error unmarshaling JSON: while decoding JSON: ${why}`)
  }
  const apiVersion = typeof body.apiVersion === 'string' ? body.apiVersion : ''
  const kind = typeof body.kind === 'string' ? body.kind : ''
  const gvk = `${apiVersion.includes('/') ? apiVersion : `/${apiVersion}`}, Kind=${kind}`
  if (apiVersion !== type.apiVersion || kind !== type.kind) return badRequest(`invalid object type: ${gvk}`)
  const metadata = isMap(body.metadata) ? body.metadata : {}
  if (Array.isArray(metadata.managedFields)) return badRequest('metadata.managedFields must be nil')
  try {
    validate(body, type.type)
    return body
  } catch (error) {
    if (!(error instanceof TypedError)) throw error
    const where = `${textOf(metadata.namespace)}/${textOf(metadata.name)}; ${gvk}`
    return unknownError(`failed to create typed patch object (${where}): ${error.message}`)
  }
}

const textOf = (value: Json | undefined) => (typeof value === 'string' ? value : '')

/** Keys that came twice. Source: handlers/patch.go applyPatchToCurrentObject, rest.go parseYAMLWarnings */
function strictYaml({ options, request, warnings }: Call): Status | undefined {
  const { fieldValidation = 'Warn' } = options
  const lines = (request.wire?.duplicateFields ?? []).flatMap((text) =>
    text.startsWith('yaml: ')
      ? text
          .split('\n')
          .slice(1)
          .map((line) => line.trim())
      : [`line 1: key ${JSON.stringify(text.replace(/^.*\./, ''))} already set in map`],
  )
  if (lines.length === 0 || fieldValidation === 'Ignore') return undefined
  if (fieldValidation === 'Warn') {
    warnings.push(...lines)
    return undefined
  }
  const all = lines.map((line) => `\n  ${line}`).join('')
  return badRequest(`error strict decoding YAML: error converting YAML to JSON: yaml: unmarshal errors:${all}`)
}
