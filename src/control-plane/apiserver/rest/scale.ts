import { type Managed, NOBODY } from '../../../api/managedfields/entries.ts'
import type { AppliedObject } from '../../../api/managedfields/field-manager.ts'
import { History, historyOf, managedAfter } from '../../../api/managedfields/history.ts'
import { fromScale, toScale } from '../../../api/managedfields/scale-entries.ts'
import type { JsonMap } from '../../../api/patch/patch-error.ts'
import type { ApiResponse } from '../../../api/request.ts'
import { badRequest, conflict, invalid, notFound } from '../../../api/status.ts'
import { type Answer, isStatus, type KubernetesObject, type Scale } from '../../../api/types.ts'
import type { Call } from '../contract.ts'
import { scaleType } from '../managedfields/managed-types.ts'
import { managerName } from '../managedfields/manager-name.ts'
import { storageKey } from '../storage/keys.ts'
import { respond } from './answer.ts'
import { configuration, merged } from './apply.ts'
import { applyPatch } from './patch.ts'
import { isApply, refusedPatch } from './patch-checks.ts'
import { updateObject } from './update.ts'

/** The scale sub-resource of what has replicas. Source: pkg/registry/apps/deployment/storage/storage.go ScaleREST */
export function getScale(call: Call): ApiResponse {
  const name = call.request.name!
  const { prefix, definition } = call.endpoint.storage!
  const object = call.server.etcd.get(storageKey(prefix, call.namespace, name))?.value
  if (object === undefined) return respond(call, 404, notFound(call.endpoint.groupResource, name))
  return respond(call, 200, definition.scale!.of(object))
}

/** PUT, PATCH and apply of a Scale. */
export function updateScale(call: Call): ApiResponse {
  const refused = call.request.verb === 'patch' ? refusedPatch(call) : undefined
  if (refused !== undefined) return respond(call, refused.code ?? 400, refused)
  const { scale } = call.endpoint.storage!.definition
  let history: History | undefined
  const updated = updateObject(
    asWhole(call),
    (current) => {
      const written = wanted(call, current)
      if (isStatus(written)) return written
      history = written.history
      return apply(call, current, written.scale)
    },
    () => history,
  )
  return respond(call, 200, isStatus(updated) ? updated : scale!.of(updated))
}

interface WrittenScale {
  readonly scale: Scale
  readonly history: History | undefined
}

function wanted(call: Call, current: KubernetesObject): Answer<WrittenScale> {
  const { endpoint, server } = call
  const { scale } = endpoint.storage!.definition
  const kind = { apiVersion: endpoint.apiVersion, replicasPath: scale!.replicasPath ?? ['spec', 'replicas'] }
  const before = scale!.of(current)
  const parent = historyOf(current)?.managed ?? NOBODY
  const owners = toScale(parent, kind)
  const writer = { type: scaleType, manager: managerName(call), now: server.clock.now() }
  const applied = isApply(call) ? appliedScale(call, before, owners) : undefined
  if (isStatus(applied)) return applied
  const after = applied === undefined ? changed(call, before) : ((applied.object ?? before) as unknown as Scale)
  if (isStatus(after)) return after
  const managed = applied?.managed ?? managedAfter(writer, asJson(before), asJson(after), owners)
  return { scale: after, history: History.read(fromScale(parent, managed, kind)) }
}

const asJson = (scale: Scale) => scale as unknown as JsonMap

function appliedScale(call: Call, before: Scale, owners: Managed): Answer<AppliedObject> {
  const config = configuration(call, scaleType)
  return isStatus(config) ? config : merged(call, scaleType, asJson(before), config, owners)
}

/** The object itself is what is written, with its generation counted on. */
function asWhole(call: Call): Call {
  const { subresource: _, ...resource } = call.request.resource
  return { ...call, request: { ...call.request, resource } }
}

function changed(call: Call, before: Scale): Answer<Scale> {
  const { request } = call
  if (request.change !== undefined) return (request.change(before) as Scale | undefined) ?? before
  if (request.verb === 'patch') return applyPatch(call, before, 'io.k8s.api.autoscaling.v1.Scale') as Answer<Scale>
  return request.body as Scale
}

function apply(call: Call, current: KubernetesObject, scale: Scale): Answer<KubernetesObject> {
  const { metadata, spec } = scale
  const name = call.request.name!
  const { groupResource, definition } = { ...call.endpoint, definition: call.endpoint.storage!.definition }
  if (metadata?.name && metadata.name !== name)
    return badRequest(`the name of the object (${metadata.name}) does not match the name on the URL (${name})`)
  if (metadata?.resourceVersion && metadata.resourceVersion !== current.metadata.resourceVersion)
    return conflict(groupResource, name)
  const replicas = spec?.replicas ?? 0
  if (replicas < 0) {
    const message = `Invalid value: ${replicas}: must be greater than or equal to 0`
    return invalid({ group: 'autoscaling', kind: 'Scale' }, name, [
      { type: 'FieldValueInvalid', field: 'spec.replicas', message },
    ])
  }
  return definition.scale!.apply(current, replicas)
}
