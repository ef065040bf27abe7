import { shownObject } from '../../../api/managedfields/history.ts'
import { applyJsonPatch } from '../../../api/patch/json-patch.ts'
import { mergePatch } from '../../../api/patch/merge-patch.ts'
import { PatchError } from '../../../api/patch/patch-error.ts'
import { strategicMergePatch } from '../../../api/patch/strategic-merge-patch.ts'
import type { ApiResponse } from '../../../api/request.ts'
import { failure, unsupportedMediaType } from '../../../api/status.ts'
import { type Answer, isStatus, type KubernetesObject } from '../../../api/types.ts'
import type { Call } from '../contract.ts'
import { presented, respond } from './answer.ts'
import { applyConfiguration } from './apply.ts'
import { inRequestNamespace } from './create.ts'
import { decode } from './decode.ts'
import { isApply, refusedPatch, wrongName } from './patch-checks.ts'
import { patchStrictErrors, undecodable } from './patch-errors.ts'
import { updateObject } from './update.ts'

/** PATCH of an object or of a sub-resource that is the object. Source: apiserver/pkg/endpoints/handlers/patch.go */
export function patch(call: Call): ApiResponse {
  const refused = refusedPatch(call)
  if (refused !== undefined) return respond(call, refused.code ?? 400, refused)
  if (isApply(call)) return applyConfiguration(call)
  const { endpoint } = call
  const answer = updateObject(call, (stored) => {
    const whole = presented(endpoint, stored)
    // What a component's patch says of managedFields counts for nothing: they need not be made up for it.
    const shown = call.request.wire === undefined ? { ...whole } : shownObject(whole)
    const patched = applyPatch(call, shown, endpoint.definition.schema)
    return isStatus(patched) ? patched : patchedObject(call, patched)
  })
  return respond(call, 200, answer)
}

/** A patched object is decoded like one that came whole. */
function patchedObject(call: Call, patched: KubernetesObject): Answer<KubernetesObject> {
  const decoded = decodedPatch(call, patched)
  if (isStatus(decoded)) return decoded
  const object = inRequestNamespace(call, decoded)
  return isStatus(object) ? object : (wrongName(call, object) ?? object)
}

/** What the patch itself and what came of it got wrong are told together. */
function decodedPatch(call: Call, patched: KubernetesObject): Answer<KubernetesObject> {
  const { wire } = call.request
  if (wire === undefined) return decode(call, patched)
  const { fieldValidation = 'Warn' } = call.options
  const found: string[] = fieldValidation === 'Ignore' ? [] : patchStrictErrors(call.request)
  const options = { ...call.options, fieldValidation: fieldValidation === 'Ignore' ? 'Ignore' : 'Warn' } as const
  const quiet: Call = { ...call, options, warnings: [], request: { ...call.request, wire: {} } }
  const decoded = decode(quiet, patched)
  if (isStatus(decoded)) {
    const why = /cannot be handled as a \w+: (.*)$/s.exec(decoded.message ?? '')?.[1] ?? decoded.message
    return decoded.code === 400 && why !== undefined ? undecodable(call, patched, why) : decoded
  }
  found.push(...quiet.warnings)
  if (fieldValidation === 'Strict' && found.length > 0)
    return undecodable(call, patched, `strict decoding error: ${found.join(', ')}`)
  call.warnings.push(...found)
  return decoded
}

/** A strategic patch goes into an object of the kind, whatever it says it is. */
const typeMeta = ({ apiVersion, kind }: KubernetesObject) => ({ apiVersion, kind })

/** @param schema OpenAPI name of the object's type: where strategic merge finds its keys */
export function applyPatch(call: Call, object: KubernetesObject, schema: string): Answer<KubernetesObject> {
  const { patchType, body } = call.request
  try {
    switch (patchType) {
      case 'application/json-patch+json':
        return applyJsonPatch(object, body) as KubernetesObject
      case 'application/merge-patch+json':
        return mergePatch(object, body) as KubernetesObject
      case 'application/strategic-merge-patch+json':
        return { ...(strategicMergePatch(object, body, schema) as object), ...typeMeta(object) } as KubernetesObject
      default:
        return unsupportedMediaType('415: Unsupported Media Type', {})
    }
  } catch (error) {
    if (!(error instanceof PatchError)) throw error
    if (error.code === 422) return failure(422, 'Invalid', error.message, {})
    if (error.code === 413) return failure(413, 'RequestEntityTooLarge', error.message)
    return failure(error.code, error.code === 500 ? '' : 'BadRequest', error.message)
  }
}
