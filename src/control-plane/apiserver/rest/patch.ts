import { applyJsonPatch } from '../../../api/patch/json-patch.ts'
import { mergePatch } from '../../../api/patch/merge-patch.ts'
import { PatchError } from '../../../api/patch/patch-error.ts'
import { strategicMergePatch } from '../../../api/patch/strategic-merge-patch.ts'
import type { ApiResponse } from '../../../api/request.ts'
import { badRequest, failure, unsupportedMediaType } from '../../../api/status.ts'
import { type Answer, isStatus, type KubernetesObject, type Status } from '../../../api/types.ts'
import type { Call } from '../contract.ts'
import { respond } from './answer.ts'
import { decode } from './decode.ts'
import { updateObject } from './update.ts'

/** PATCH of an object or of a sub-resource that is the object. Source: apiserver/pkg/endpoints/handlers/patch.go */
export function patch(call: Call): ApiResponse {
  // Refused before anything is looked up: an apply may be meant to create.
  if (call.request.patchType === 'application/apply-patch+yaml') return respond(call, 415, serverSideApply())
  const { view, schema } = call.endpoint.definition
  const answer = updateObject(call, (stored) => {
    const shown = view === undefined ? stored : view.fromStored(stored)
    const patched = applyPatch(call, shown, schema)
    return isStatus(patched) ? patched : patchedObject(call, patched)
  })
  return respond(call, 200, answer)
}

/** A patched object is decoded like one that came whole. */
function patchedObject(call: Call, patched: KubernetesObject): Answer<KubernetesObject> {
  const name = call.request.name!
  if (patched.metadata?.name !== undefined && patched.metadata.name !== name)
    return badRequest(`the name of the object (${patched.metadata.name}) does not match the name on the URL (${name})`)
  return decode(call, patched)
}

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
        return strategicMergePatch(object, body, schema) as KubernetesObject
      default:
        return serverSideApply()
    }
  } catch (error) {
    if (!(error instanceof PatchError)) throw error
    return error.code === 422
      ? failure(422, 'Invalid', error.message, {})
      : failure(error.code, 'BadRequest', error.message)
  }
}

function serverSideApply(): Status {
  return unsupportedMediaType('server-side apply (application/apply-patch+yaml) is not simulated')
}
