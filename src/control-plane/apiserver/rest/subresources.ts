import type { ApiResponse } from '../../../api/request.ts'
import { methodNotAllowed, notSimulated, unknownResource } from '../../../api/status.ts'
import { type Answer, isStatus } from '../../../api/types.ts'
import type { Call } from '../contract.ts'
import { kinds, subresourceKinds } from '../registry/index.ts'
import { respond } from './answer.ts'
import { checkBody, withDefaults } from './decode.ts'
import { evict } from './eviction.ts'
import { get } from './get.ts'
import { patch } from './patch.ts'
import { bind } from './pod-subresources.ts'
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
  if (subresource === 'scale' && definition.scale !== undefined) return scale(call, served.kind)
  if (subresource === 'status' || definition.subresourceUpdates?.[subresource] !== undefined) return asObject(call)
  const special = SPECIAL[definition.resource]?.[subresource]
  if (special === undefined) return respond(call, 501, notSimulated(`${definition.resource}/${subresource}`))
  const checked = withCheckedBody(call, served.kind)
  return isStatus(checked) ? respond(call, 400, checked) : special(checked)
}

/** Bodies of sub-resources have kinds of their own, which the path does not name. */
function withCheckedBody(call: Call, kind: string | undefined): Answer<Call> {
  const { request, endpoint } = call
  if (request.wire === undefined || request.verb === 'patch' || request.verb === 'get') return call
  const definition = BODY_KINDS.find((each) => each.kind === kind) ?? endpoint.definition
  const body = checkBody(call, definition, request.body)
  return isStatus(body) ? body : { ...call, request: { ...request, body: withDefaults(definition, body) } }
}

const BODY_KINDS = [...subresourceKinds, ...kinds.filter(({ kind }) => kind === 'Binding')]

const SPECIAL: Readonly<Record<string, Readonly<Record<string, (call: Call) => ApiResponse>>>> = {
  pods: { binding: bind, eviction: evict },
  serviceaccounts: { token: requestToken },
}

function scale(call: Call, kind: string | undefined): ApiResponse {
  if (call.request.verb === 'get') return getScale(call)
  const checked = withCheckedBody(call, kind)
  return isStatus(checked) ? respond(call, 400, checked) : updateScale(checked)
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
