import type { ApiResponse } from '../../../api/request.ts'
import { badRequest, conflict, invalid, notFound } from '../../../api/status.ts'
import { type Answer, isStatus, type KubernetesObject, type Scale } from '../../../api/types.ts'
import type { Call } from '../contract.ts'
import { storageKey } from '../storage/keys.ts'
import { respond } from './answer.ts'
import { applyPatch } from './patch.ts'
import { updateObject } from './update.ts'

/** The scale sub-resource of what has replicas. Source: pkg/registry/apps/deployment/storage/storage.go ScaleREST */
export function getScale(call: Call): ApiResponse {
  const name = call.request.name!
  const { prefix, definition } = call.endpoint.storage!
  const object = call.server.etcd.get(storageKey(prefix, call.namespace, name))?.value
  if (object === undefined) return respond(call, 404, notFound(call.endpoint.groupResource, name))
  return respond(call, 200, definition.scale!.of(object))
}

/** PUT and PATCH of a Scale. */
export function updateScale(call: Call): ApiResponse {
  const { scale } = call.endpoint.storage!.definition
  const updated = updateObject(asWhole(call), (current) => {
    const before = scale!.of(current)
    const after = wanted(call, before)
    return isStatus(after) ? after : apply(call, current, after)
  })
  return respond(call, 200, isStatus(updated) ? updated : scale!.of(updated))
}

/** The object itself is what is written, with its generation counted on. */
function asWhole(call: Call): Call {
  const { subresource: _, ...resource } = call.request.resource
  return { ...call, request: { ...call.request, resource } }
}

function wanted(call: Call, before: Scale): Answer<Scale> {
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
