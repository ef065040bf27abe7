import { applyJsonPatch } from '../../../api/patch/json-patch.ts'
import { mergePatch } from '../../../api/patch/merge-patch.ts'
import { PatchError } from '../../../api/patch/patch-error.ts'
import { strategicMergePatch } from '../../../api/patch/strategic-merge-patch.ts'
import type { ApiResponse } from '../../../api/request.ts'
import { badRequest, failure, invalid, unsupportedMediaType } from '../../../api/status.ts'
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
  const decoded = decode(call, patched)
  const why = isStatus(decoded) ? /cannot be handled as a \w+: (.*)$/s.exec(decoded.message ?? '')?.[1] : undefined
  return why === undefined ? decoded : undecodable(call, patched, why)
}

/** Source: handlers/patch.go applyPatchToObject (strategic), applyPatchToCurrentObject (the other two) */
function undecodable({ request: { patchType, body } }: Call, patched: KubernetesObject, why: string): Status {
  const strategic = patchType === 'application/strategic-merge-patch+json'
  const value = strategic ? goMap(body) : JSON.stringify(patched)
  // Strategic patches become objects by another way than JSON. Source: apimachinery/pkg/runtime/converter.go fromUnstructured
  const scalar = strategic
    ? /^json: cannot unmarshal .* of type (bool|string|u?int\d*|float\d*)$/.exec(why)?.[1]
    : undefined
  const reason = scalar === undefined ? why : `unrecognized type: ${scalar}`
  const message = `Invalid value: ${JSON.stringify(value)}: ${reason}`
  return invalid({ group: '', kind: '' }, '', [{ type: 'FieldValueInvalid', field: 'patch', message }])
}

/** As Go's `%+v` shows what JSON came to. */
function goMap(value: unknown): string {
  if (value === null || value === undefined) return '<nil>'
  if (Array.isArray(value)) return `[${value.map(goMap).join(' ')}]`
  if (typeof value !== 'object') return String(value)
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return `map[${entries.map(([key, of]) => `${key}:${goMap(of)}`).join(' ')}]`
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
