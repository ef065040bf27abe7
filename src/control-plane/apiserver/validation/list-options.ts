import { quote } from '../../../api/names.ts'
import type { RequestOptions } from '../../../api/request.ts'
import { badRequest, invalid, unknownError } from '../../../api/status.ts'
import type { Status } from '../../../api/types.ts'
import type { FieldError } from '../registry/contract.ts'

const MATCH = 'resourceVersionMatch'

/** Source: apimachinery/pkg/apis/meta/internalversion/validation/validation.go ValidateListOptions */
export function validateListOptions(options: RequestOptions, watch: boolean): Status | undefined {
  const { resourceVersionMatch, sendInitialEvents } = options
  if (resourceVersionMatch === undefined && sendInitialEvents === undefined)
    return watch && options.continue !== undefined && isLegacyWatch(options) ? refused([CONTINUED]) : undefined
  const errors = watch ? watchErrors(options) : listErrors(options)
  return errors.length === 0 ? undefined : refused(errors)
}

function refused(errors: readonly FieldError[]): Status {
  return invalid({ group: 'meta.k8s.io', kind: 'ListOptions' }, '', errors)
}

/** Such a watch begins with what is there. Source: internalversion/defaults.go SetListOptionsDefaults */
function isLegacyWatch({ resourceVersion = '' }: RequestOptions): boolean {
  return resourceVersion === '' || resourceVersion === '0'
}

function listErrors(options: RequestOptions): FieldError[] {
  const { resourceVersionMatch: match, resourceVersion = '', continue: token = '', sendInitialEvents } = options
  const errors: FieldError[] = []
  if (match !== undefined) {
    if (resourceVersion === '')
      errors.push(forbidden(MATCH, 'resourceVersionMatch is forbidden unless resourceVersion is provided'))
    if (token !== '') errors.push(CONTINUED)
    if (match !== 'Exact' && match !== 'NotOlderThan')
      errors.push(notSupported(MATCH, match, '"Exact", "NotOlderThan", ""'))
    if (match === 'Exact' && resourceVersion === '0')
      errors.push(forbidden(MATCH, 'resourceVersionMatch "exact" is forbidden for resourceVersion "0"'))
  }
  if (sendInitialEvents !== undefined)
    errors.push(forbidden('sendInitialEvents', 'sendInitialEvents is forbidden for list'))
  return errors
}

function watchErrors(options: RequestOptions): FieldError[] {
  const { resourceVersionMatch: match, continue: token = '', sendInitialEvents } = options
  const errors: FieldError[] = []
  if (sendInitialEvents !== undefined && match !== 'NotOlderThan')
    errors.push(forbidden(MATCH, 'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan'))
  if (match !== undefined) {
    if (sendInitialEvents === undefined)
      errors.push(forbidden(MATCH, 'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided'))
    if (match !== 'NotOlderThan') errors.push(notSupported(MATCH, match, '"NotOlderThan"'))
    if (token !== '') errors.push(CONTINUED)
  }
  return errors
}

/**
 * @returns the number, 0 for none, or the refusal: a list says it is a bad request, a get and a watch do not.
 * Source: storage/api_object_versioner.go ParseResourceVersion; storage/cacher/delegator.go GetList
 */
export function parseResourceVersion(text: string | undefined, verb: 'get' | 'list' | 'watch'): number | Status {
  if (text === undefined || text === '') return 0
  if (/^\d+$/.test(text)) return Number(text)
  const why = `resourceVersion: Invalid value: ${quote(text)}: strconv.ParseUint: parsing ${quote(text)}: invalid syntax`
  return verb === 'list' ? badRequest(`invalid resource version: ${why}`) : unknownError(why)
}

const CONTINUED = forbidden(MATCH, 'resourceVersionMatch is forbidden when continue is provided')

function forbidden(field: string, why: string): FieldError {
  return { type: 'FieldValueForbidden', field, message: `Forbidden: ${why}` }
}

function notSupported(field: string, value: string, supported: string): FieldError {
  const message = `Unsupported value: ${quote(value)}: supported values: ${supported}`
  return { type: 'FieldValueNotSupported', field, message }
}
