import type { PatchType } from '../../../api/request.ts'
import { badRequest, invalid, unsupportedMediaType } from '../../../api/status.ts'
import type { KubernetesObject, Status } from '../../../api/types.ts'
import type { Call } from '../contract.ts'

export function isApply({ request }: Call): boolean {
  return request.patchType === 'application/apply-patch+yaml'
}

const CUSTOM_PATCH_TYPES: readonly PatchType[] = [
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/apply-patch+yaml',
]

/** What can be said of a patch without looking at the object. Source: apimachinery/pkg/apis/meta/v1/validation/validation.go ValidatePatchOptions */
export function refusedPatch(call: Call): Status | undefined {
  const { options, endpoint, request } = call
  const { custom, patchTypes } = endpoint.definition
  const accepted = patchTypes ?? (custom === undefined ? undefined : CUSTOM_PATCH_TYPES)
  if (accepted !== undefined && !accepted.includes(request.patchType!))
    return unsupportedMediaType(
      `the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')}`,
    )
  const optionsKind = { group: 'meta.k8s.io', kind: 'PatchOptions' }
  if (isApply(call)) {
    if (options.fieldManager) return undefined
    const message = 'Required value: is required for apply patch'
    return invalid(optionsKind, '', [{ type: 'FieldValueRequired', field: 'fieldManager', message }])
  }
  if (options.force === undefined) return undefined
  const message = 'Forbidden: may not be specified for non-apply patch'
  return invalid(optionsKind, '', [{ type: 'FieldValueForbidden', field: 'force', message }])
}

/** Source: handlers/rest.go checkName */
export function wrongName(call: Call, { metadata }: KubernetesObject): Status | undefined {
  const name = call.request.name!
  if (!metadata?.name)
    return badRequest(`the name of the object (${name} based on URL) was undeterminable: name must be provided`)
  if (metadata.name === name) return undefined
  return badRequest(`the name of the object (${metadata.name}) does not match the name on the URL (${name})`)
}
