import type { ApiResponse } from '../../../api/request.ts'
import { methodNotAllowed, notSimulated, unknownResource } from '../../../api/status.ts'
import type { Call } from '../contract.ts'
import { respond } from './answer.ts'
import { get } from './get.ts'
import { patch } from './patch.ts'
import { bind, evict } from './pod-subresources.ts'
import { getScale, updateScale } from './scale.ts'
import { requestToken } from './token.ts'
import { update } from './update.ts'

/** What is done to an object by another door than its own. */
export function serveSubresource(call: Call, subresource: string): ApiResponse {
  const { definition } = call.endpoint
  const served = definition.subresources?.[subresource]
  if (served === undefined) return respond(call, 404, unknownResource())
  const { verb } = call.request
  if (!served.verbs.includes(verb)) return respond(call, 405, methodNotAllowed())
  if (subresource === 'scale' && definition.scale !== undefined)
    return verb === 'get' ? getScale(call) : updateScale(call)
  if (subresource === 'status' || definition.subresourceUpdates?.[subresource] !== undefined) return asObject(call)
  const special = SPECIAL[`${definition.resource}/${subresource}`]
  return special?.(call) ?? respond(call, 501, notSimulated(`${definition.resource}/${subresource}`))
}

const SPECIAL: Readonly<Record<string, (call: Call) => ApiResponse>> = {
  'pods/binding': bind,
  'pods/eviction': evict,
  'serviceaccounts/token': requestToken,
}

/** The sub-resource is the whole object, written by rules of its own. */
function asObject(call: Call): ApiResponse {
  switch (call.request.verb) {
    case 'get':
      return get(call)
    case 'patch':
      return patch(call)
    default:
      return update(call)
  }
}
