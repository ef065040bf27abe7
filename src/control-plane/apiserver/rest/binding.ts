import { quote } from '../../../api/names.ts'
import type { ApiResponse } from '../../../api/request.ts'
import { badRequest } from '../../../api/status.ts'
import { isStatus } from '../../../api/types.ts'
import type { Call } from '../contract.ts'
import { respond } from './answer.ts'
import { inRequestNamespace } from './create.ts'
import { decode } from './decode.ts'
import { bind } from './pod-subresources.ts'

/** POST bindings, the older way to bind: the body names the pod. Source: pkg/registry/core/pod/storage/storage.go LegacyBindingREST */
export function bindNamed(call: Call): ApiResponse {
  const decoded = decode(call, call.request.body)
  if (isStatus(decoded)) return respond(call, 400, decoded)
  const binding = inRequestNamespace(call, decoded)
  if (isStatus(binding)) return respond(call, 400, binding)
  const { name } = binding.metadata
  if (!name) return respond(call, 400, badRequest('Name parameter required.'))
  const odd = /[/%]/.exec(name)?.[0]
  if (odd !== undefined)
    return respond(call, 400, badRequest(`Name parameter invalid: ${quote(name)}: may not contain '${odd}'`))
  return bind({ ...call, request: { ...call.request, name, body: binding } })
}
