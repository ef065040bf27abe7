import type { PatchType, Verb } from '../api/request.ts'
import { badRequest, failure, unsupportedMediaType } from '../api/status.ts'
import { isStatus, type Status } from '../api/types.ts'
import type { Request } from './exchange.ts'
import { decodeJson, JsonError } from './json.ts'

/** Source: apiserver/pkg/server/config.go MaxRequestBodyBytes */
export const MAX_BODY = 3 * 1024 * 1024

/** @returns the bytes, or the Status that says there are too many */
export async function readBody(request: Request): Promise<Buffer | Status> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request) {
    size += (chunk as Buffer).length
    if (size <= MAX_BODY) chunks.push(chunk as Buffer)
    // What is far too long is not even read to its end.
    else if (size > 4 * MAX_BODY) break
  }
  if (size > MAX_BODY) return failure(413, 'RequestEntityTooLarge', `Request entity too large: limit is ${MAX_BODY}`)
  return Buffer.concat(chunks)
}

export interface Body {
  readonly value: unknown
  readonly duplicateFields: readonly string[]
  readonly patchType?: PatchType
}

const patchTypes: readonly string[] = [
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
  'application/apply-patch+yaml',
]

/** @param kind whose object is expected, for the wording of errors */
export async function decodeBody(
  verb: Verb,
  contentType: string | undefined,
  bytes: Buffer,
  kind: string,
): Promise<Body | Status> {
  const type = contentType ? contentType.split(';')[0]!.trim().toLowerCase() : 'application/json'
  if (verb === 'patch') return patchBody(type, bytes)
  switch (type) {
    case 'application/json':
      return decoded(bytes, kind, (text) => decodeJson(text))
    case 'application/yaml': {
      const { decodeYaml } = await import('./yaml.ts')
      return decoded(bytes, kind, decodeYaml, '')
    }
    case 'application/vnd.kubernetes.protobuf':
      return protobufBody(bytes, kind)
    default:
      return unsupportedMediaType(
        'the body of the request was in an unknown format - accepted media types include: application/json, application/yaml, application/vnd.kubernetes.protobuf',
      )
  }
}

async function patchBody(type: string, bytes: Buffer): Promise<Body | Status> {
  if (!patchTypes.includes(type)) return unsupportedMediaType('415: Unsupported Media Type', {})
  const patchType = type as PatchType
  try {
    if (patchType !== 'application/apply-patch+yaml') return { ...decodeJson(bytes.toString()), patchType }
    const { decodeYaml } = await import('./yaml.ts')
    return { ...decodeYaml(bytes.toString()), patchType }
  } catch (error) {
    if (!(error instanceof JsonError)) throw error
    if (patchType === 'application/apply-patch+yaml')
      return badRequest(`error decoding YAML: error converting YAML to JSON: ${error.message}`)
    const prefix = patchType === 'application/strategic-merge-patch+json' ? '' : 'error decoding patch: '
    return badRequest(prefix + error.message)
  }
}

async function protobufBody(bytes: Buffer, kind: string): Promise<Body | Status> {
  const { decodeProtobuf, ProtobufError } = await import('./protobuf.ts')
  try {
    return { value: decodeProtobuf(bytes), duplicateFields: [] }
  } catch (error) {
    if (!(error instanceof ProtobufError)) throw error
    return unrecognized(kind, error.message, bytes)
  }
}

function decoded(
  bytes: Buffer,
  kind: string,
  decode: (text: string) => Omit<Body, 'patchType'>,
  prefix = "couldn't get version/kind; json parse error: ",
): Body | Status {
  try {
    const { value, duplicateFields } = decode(bytes.toString())
    const wrong = wrongTypeMeta(value)
    return wrong === undefined ? { value: value ?? {}, duplicateFields } : unrecognized(kind, wrong, bytes)
  } catch (error) {
    if (!(error instanceof JsonError)) throw error
    return unrecognized(kind, prefix + error.message, bytes)
  }
}

/** An object names its kind, except where the path says it. Source: apimachinery/pkg/runtime/serializer/json/meta.go Interpret */
function wrongTypeMeta(value: unknown): string | undefined {
  const parse = "couldn't get version/kind; json parse error: json: cannot unmarshal"
  if (typeof value !== 'object' || Array.isArray(value))
    return `${parse} ${goKind(value)} into Go value of type ${TYPE_META}`
  for (const field of ['apiVersion', 'kind']) {
    const given = value === null ? undefined : (value as Readonly<Record<string, unknown>>)[field]
    if (given !== undefined && given !== null && typeof given !== 'string')
      return `${parse} ${goKind(given)} into Go struct field .${field} of type string`
  }
  const { apiVersion } = (value ?? {}) as { readonly apiVersion?: string | null }
  return (apiVersion ?? '').split('/').length > 2 ? `unexpected GroupVersion string: ${apiVersion}` : undefined
}

const TYPE_META =
  'struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }'

/** What encoding/json calls a value. */
function goKind(value: unknown): string {
  return Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value
}

/** Source: apiserver/pkg/endpoints/handlers/rest.go transformDecodeError */
function unrecognized(kind: string, why: string, bytes: Buffer): Status {
  return badRequest(`the object provided is unrecognized (must be of type ${kind}): ${why} (${summary(bytes)})`)
}

/** Source: rest.go summarizeData */
function summary(bytes: Buffer): string {
  if (bytes.length === 0) return '<empty>'
  const head = bytes.subarray(0, 30)
  return head.toString(bytes[0] === 0x7b ? 'utf8' : 'hex') + (bytes.length > 30 ? ' ...' : '')
}

/** DeleteOptions may come in any of the body formats, and mostly do not come at all. */
export async function decodeDeleteOptions(contentType: string | undefined, bytes: Buffer): Promise<unknown | Status> {
  if (bytes.length === 0) return undefined
  const body = await decodeBody('delete', contentType, bytes, 'DeleteOptions')
  return isStatus(body) ? body : (wrongDeleteOptions(body.value) ?? body.value)
}

const deleteOptionTypes: Readonly<Record<string, readonly [go: string, is: (value: unknown) => boolean]>> = {
  gracePeriodSeconds: ['int64', Number.isInteger],
  orphanDependents: ['bool', (value) => typeof value === 'boolean'],
  propagationPolicy: ['v1.DeletionPropagation', (value) => typeof value === 'string'],
  preconditions: ['v1.Preconditions', (value) => typeof value === 'object' && !Array.isArray(value)],
  dryRun: ['[]string', Array.isArray],
}

/** Source: endpoints/handlers/delete.go DeleteResource, which decodes the body in the scheme of the meta types */
function wrongDeleteOptions(body: unknown): Status | undefined {
  const { kind = '', apiVersion = '', ...options } = (body ?? {}) as Readonly<Record<string, unknown>>
  if (kind !== '' && kind !== 'DeleteOptions')
    return badRequest(
      `no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(apiVersion)} in scheme "k8s.io/apimachinery/pkg/apis/meta/internalversion/scheme/register.go:27"`,
    )
  for (const [field, [go, is]] of Object.entries(deleteOptionTypes)) {
    const value = Object.hasOwn(options, field) ? options[field] : undefined
    if (value === undefined || value === null || is(value)) continue
    return badRequest(
      `json: cannot unmarshal ${goKind(value)} into Go struct field DeleteOptions.${field} of type ${go}`,
    )
  }
  return undefined
}
