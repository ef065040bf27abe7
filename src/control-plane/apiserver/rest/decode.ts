import { badRequest } from '../../../api/status.ts'
import { type Answer, isStatus, type KubernetesObject } from '../../../api/types.ts'
import type { Call } from '../contract.ts'
import type { KindDefinition } from '../registry/contract.ts'

/**
 * A body as an object of the endpoint's kind, in its stored form and with defaults. Bodies from the wire are held to
 * their schema first; in-process ones are typed already.
 */
export function decode(call: Call, body: unknown): Answer<KubernetesObject> {
  const { definition, storage } = call.endpoint
  const object = call.request.wire === undefined ? (body as KubernetesObject) : checked(call, definition, body)
  if (isStatus(object)) return object
  const stored = definition.view === undefined ? object : definition.view.toStored(object)
  return withDefaults(storage?.definition ?? definition, stored)
}

export function withDefaults(definition: KindDefinition, object: KubernetesObject): KubernetesObject {
  return definition.defaults === undefined ? object : definition.defaults(object)
}

function checked(call: Call, definition: KindDefinition, body: unknown): Answer<KubernetesObject> {
  const given = body as Partial<KubernetesObject> | undefined
  const { kind = definition.kind, apiVersion = call.endpoint.apiVersion } = given ?? {}
  if (kind !== definition.kind || apiVersion !== call.endpoint.apiVersion)
    return badRequest(
      `${kind} in version ${JSON.stringify(apiVersion)} cannot be handled as a ${definition.kind}: unknown conversion`,
    )
  const metadata = given?.metadata ?? {}
  return { ...given, apiVersion, kind, metadata } as KubernetesObject
}
