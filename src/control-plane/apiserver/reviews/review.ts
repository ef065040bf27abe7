import type { ApiResponse } from '../../../api/request.ts'
import { notSimulated } from '../../../api/status.ts'
import type { Call } from '../contract.ts'
import { respond } from '../rest/answer.ts'
import { bind } from '../rest/pod-subresources.ts'

/** Kinds that are asked and answered, never stored. */
export function review(call: Call): ApiResponse {
  const { kind } = call.endpoint.definition
  if (kind === 'Binding') return bind(call)
  return respond(call, 501, notSimulated(kind))
}
