import { quote } from './names.ts'
import type { Status, StatusCause, StatusDetails } from './types.ts'

/** Makers of the Status that stands in the place of an answer. Source: apimachinery/pkg/api/errors/errors.go */

export interface GroupResource {
  readonly group: string
  readonly resource: string
}

export interface GroupKind {
  readonly group: string
  readonly kind: string
}

/** What is wrong with one field; `message` is upstream's ErrorBody: `Required value`. */
export interface InvalidField {
  readonly type: string
  readonly field: string
  readonly message: string
}

export function failure(code: number, reason: string, message: string, details?: StatusDetails): Status {
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message,
    ...(reason === '' ? {} : { reason }),
    ...(details === undefined ? {} : { details }),
    code,
  }
}

/** What a delete answers when it does not answer the object. */
export function success(details?: StatusDetails): Status {
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Success',
    ...(details === undefined ? {} : { details }),
  }
}

/** `deployments.apps`; `pods` in the core group. */
function qualified({ group, resource }: GroupResource): string {
  return group === '' ? resource : `${resource}.${group}`
}

function detailsOf({ group, resource }: GroupResource, name: string, more?: Partial<StatusDetails>): StatusDetails {
  return { ...(name === '' ? {} : { name }), ...(group === '' ? {} : { group }), kind: resource, ...more }
}

export function notFound(resource: GroupResource, name: string): Status {
  return failure(404, 'NotFound', `${qualified(resource)} ${quote(name)} not found`, detailsOf(resource, name))
}

/** Nothing is served under this path. */
export function unknownResource(): Status {
  return failure(404, 'NotFound', 'the server could not find the requested resource', {})
}

export function alreadyExists(resource: GroupResource, name: string): Status {
  return failure(
    409,
    'AlreadyExists',
    `${qualified(resource)} ${quote(name)} already exists`,
    detailsOf(resource, name),
  )
}

export function generateNameConflict(resource: GroupResource, name: string, retryAfterSeconds: number): Status {
  const message = `${qualified(resource)} ${quote(name)} already exists, the server was not able to generate a unique name for the object`
  return failure(409, 'AlreadyExists', message, detailsOf(resource, name, { retryAfterSeconds }))
}

export function unauthorized(message = 'Unauthorized'): Status {
  return failure(401, 'Unauthorized', message)
}

export function forbidden(resource: GroupResource, name: string, why: string): Status {
  const subject =
    resource.resource === '' && resource.group === ''
      ? 'forbidden'
      : `${qualified(resource)}${name === '' ? '' : ` ${quote(name)}`} is forbidden`
  return failure(403, 'Forbidden', `${subject}: ${why}`, detailsOf(resource, name))
}

const MODIFIED = 'the object has been modified; please apply your changes to the latest version and try again'

export function conflict(resource: GroupResource, name: string, why: string = MODIFIED): Status {
  const message = `Operation cannot be fulfilled on ${qualified(resource)} ${quote(name)}: ${why}`
  return failure(409, 'Conflict', message, detailsOf(resource, name))
}

export function expired(message: string): Status {
  return failure(410, 'Expired', message)
}

export function invalid({ group, kind }: GroupKind, name: string, errors: readonly InvalidField[]): Status {
  const subject = `${group === '' ? kind : `${kind}.${group}`} ${quote(name)} is invalid`
  const texts = [...new Set(errors.map(({ field, message }) => `${field}: ${message}`))]
  const all = texts.length > 1 ? `[${texts.join(', ')}]` : texts[0]
  const causes: StatusCause[] = errors.map(({ type, message, field }) => ({
    reason: type,
    message,
    ...(field === '' ? {} : { field }),
  }))
  return failure(422, 'Invalid', all === undefined ? subject : `${subject}: ${all}`, {
    ...(name === '' ? {} : { name }),
    ...(group === '' ? {} : { group }),
    ...(kind === '' ? {} : { kind }),
    ...(causes.length === 0 ? {} : { causes }),
  })
}

export function badRequest(message: string): Status {
  return failure(400, 'BadRequest', message)
}

export function serviceUnavailable(message: string): Status {
  return failure(503, 'ServiceUnavailable', message)
}

/** The path is served, but not with this method. Source: NewGenericServerResponse */
export function methodNotAllowed(): Status {
  return failure(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource', {})
}

/** What this simulation leaves out says so. */
export function notSimulated(what: string): Status {
  return failure(501, 'NotImplemented', `${what} is not simulated`)
}

export function internalError(why: string): Status {
  return failure(500, 'InternalError', `Internal error occurred: ${why}`, { causes: [{ message: why }] })
}

/** An error that upstream hands on as it is: 500 without a reason. Source: apiserver/pkg/endpoints/handlers/responsewriters/status.go ErrorToAPIStatus */
export function unknownError(message: string): Status {
  return failure(500, '', message)
}

/** The watch cache has not come as far as the client has. Source: apiserver/pkg/storage/errors.go NewTooLargeResourceVersionError */
export function tooLargeResourceVersion(asked: number, current: number, retryAfterSeconds: number): Status {
  const message = `Timeout: Too large resource version: ${asked}, current: ${current}`
  const causes = [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }]
  return failure(504, 'Timeout', message, { causes, retryAfterSeconds })
}

export function unsupportedMediaType(message: string, details?: StatusDetails): Status {
  return failure(415, 'UnsupportedMediaType', message, details)
}

export function hasReason(answer: unknown, reason: string): boolean {
  const status = answer as { readonly kind?: string; readonly reason?: string } | undefined
  return status?.kind === 'Status' && status.reason === reason
}
