import type { RequestOptions, Verb } from '../api/request.ts'
import { truth } from '../api/request-info.ts'
import { badRequest, invalid } from '../api/status.ts'
import { isStatus, type Status } from '../api/types.ts'

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

const optionsKind: Readonly<Partial<Record<Verb, string>>> = {
  create: 'CreateOptions',
  update: 'UpdateOptions',
  patch: 'PatchOptions',
  delete: 'DeleteOptions',
  deletecollection: 'DeleteOptions',
}

/** The options of a request: query parameters, and for deletes the DeleteOptions in the body. Source: apimachinery/pkg/apis/meta/v1/conversion.go */
export function requestOptions(verb: Verb, query: URLSearchParams, deleteOptions?: unknown): RequestOptions | Status {
  const options: Mutable<RequestOptions> = {}
  const refusal =
    verb === 'list' || verb === 'watch' || verb === 'deletecollection' ? readListOptions(options, query) : undefined
  if (refusal !== undefined) return refusal
  if (verb === 'get') text(options, query, 'resourceVersion')
  const kind = optionsKind[verb]
  return kind === undefined ? options : (readWriteOptions(options, query, kind, deleteOptions) ?? options)
}

function readListOptions(options: Mutable<RequestOptions>, query: URLSearchParams): Status | undefined {
  text(options, query, 'labelSelector')
  text(options, query, 'fieldSelector')
  text(options, query, 'resourceVersion')
  text(options, query, 'resourceVersionMatch')
  text(options, query, 'continue')
  if (truth(query.get('allowWatchBookmarks'))) options.allowWatchBookmarks = true
  if (query.has('sendInitialEvents')) options.sendInitialEvents = truth(query.get('sendInitialEvents'))
  return integer(options, query, 'limit') ?? integer(options, query, 'timeoutSeconds')
}

/** Source: apimachinery/pkg/apis/meta/v1/validation/validation.go ValidateCreateOptions and its siblings */
function readWriteOptions(
  options: Mutable<RequestOptions>,
  query: URLSearchParams,
  kind: string,
  deleteOptions: unknown,
): Status | undefined {
  text(options, query, 'fieldManager')
  if (query.has('force')) options.force = truth(query.get('force'))
  const body = (typeof deleteOptions === 'object' && deleteOptions !== null ? deleteOptions : {}) as DeleteOptionsBody
  const dryRun = Array.isArray(body.dryRun) ? body.dryRun.map(String) : query.getAll('dryRun')
  const validation = query.get('fieldValidation') ?? ''
  const errors = [...fieldManagerErrors(options.fieldManager), ...dryRunErrors(dryRun), ...validationErrors(validation)]
  if (dryRun.includes('All')) options.dryRun = true
  if (validation !== '') options.fieldValidation = validation as 'Ignore' | 'Warn' | 'Strict'
  if (kind === 'DeleteOptions') {
    const refusal = readDeleteOptions(options, query, body)
    if (isStatus(refusal)) return refusal
    errors.push(...refusal)
  }
  return errors.length > 0 ? invalid({ group: 'meta.k8s.io', kind }, '', errors) : undefined
}

interface DeleteOptionsBody {
  readonly dryRun?: unknown
  readonly gracePeriodSeconds?: unknown
  readonly propagationPolicy?: unknown
  readonly orphanDependents?: unknown
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string }
}

interface OptionError {
  readonly type: string
  readonly field: string
  readonly message: string
}

const policies = ['Foreground', 'Background', 'Orphan', 'nil']

function readDeleteOptions(
  options: Mutable<RequestOptions>,
  query: URLSearchParams,
  body: DeleteOptionsBody,
): readonly OptionError[] | Status {
  const refusal = integer(options, query, 'gracePeriodSeconds')
  if (refusal !== undefined) return refusal
  if (typeof body.gracePeriodSeconds === 'number') options.gracePeriodSeconds = body.gracePeriodSeconds
  if (body.preconditions) options.preconditions = body.preconditions
  const policy = (body.propagationPolicy as string | undefined) ?? query.get('propagationPolicy') ?? undefined
  const asked = query.get('orphanDependents')
  const orphan = (body.orphanDependents as boolean | undefined) ?? (asked === null ? undefined : truth(asked))
  if (policy !== undefined) options.propagationPolicy = policy as NonNullable<RequestOptions['propagationPolicy']>
  else if (orphan !== undefined) options.propagationPolicy = orphan ? 'Orphan' : 'Background'
  const field = 'propagationPolicy'
  if (policy !== undefined && orphan !== undefined)
    return [
      error(
        'FieldValueInvalid',
        field,
        `Invalid value: "${policy}": orphanDependents and deletionPropagation cannot be both set`,
      ),
    ]
  if (policy !== undefined && !policies.slice(0, 3).includes(policy))
    return [unsupported(field, JSON.stringify(policy), policies)]
  return []
}

function fieldManagerErrors(manager: string | undefined): OptionError[] {
  if (manager === undefined) return []
  const at = [...manager].findIndex((character) => !/[\p{L}\p{M}\p{N}\p{P}\p{S} ]/u.test(character))
  if (at >= 0) {
    const code = [...manager][at]!.codePointAt(0)!
    const shown = code < 0x80 ? `"\\x${code.toString(16).padStart(2, '0')}"` : JSON.stringify(manager)
    const character = `U+${code.toString(16).toUpperCase().padStart(4, '0')}`
    const value = manager.length === 1 ? shown : JSON.stringify(manager)
    return [
      error(
        'FieldValueInvalid',
        'fieldManager',
        `Invalid value: ${value}: invalid character ${character} (at position ${at})`,
      ),
    ]
  }
  if (manager.length <= 128) return []
  return [error('FieldValueTooLong', 'fieldManager', 'Too long: may not be more than 128 bytes')]
}

function dryRunErrors(dryRun: readonly string[]): OptionError[] {
  if (dryRun.every((value) => value === 'All')) return []
  return [unsupported('dryRun', `[${dryRun.map((value) => JSON.stringify(value)).join(',')}]`, ['All'])]
}

function validationErrors(value: string): OptionError[] {
  const supported = ['', 'Ignore', 'Strict', 'Warn']
  return supported.includes(value) ? [] : [unsupported('fieldValidation', JSON.stringify(value), supported)]
}

/** Source: apimachinery/pkg/util/validation/field/errors.go NotSupported */
function unsupported(field: string, value: string, supported: readonly string[]): OptionError {
  const list = supported.map((word) => JSON.stringify(word)).join(', ')
  return error('FieldValueNotSupported', field, `Unsupported value: ${value}: supported values: ${list}`)
}

const error = (type: string, field: string, message: string): OptionError => ({ type, field, message })

type TextOption =
  | 'labelSelector'
  | 'fieldSelector'
  | 'resourceVersion'
  | 'resourceVersionMatch'
  | 'continue'
  | 'fieldManager'

function text(options: Mutable<RequestOptions>, query: URLSearchParams, name: TextOption): void {
  const value = query.get(name)
  if (value !== null && value !== '') (options as Record<string, unknown>)[name] = value
}

function integer(
  options: Mutable<RequestOptions>,
  query: URLSearchParams,
  name: 'limit' | 'timeoutSeconds' | 'gracePeriodSeconds',
): Status | undefined {
  const value = query.get(name)
  if (value === null || value === '') return undefined
  if (!/^[+-]?\d+$/.test(value)) return badRequest(`strconv.ParseInt: parsing ${JSON.stringify(value)}: invalid syntax`)
  options[name] = Number(value)
  return undefined
}
