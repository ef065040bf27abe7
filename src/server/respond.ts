import { answerAsSeen } from '../api/audit/index.ts'
import { listMetadata } from '../api/meta.ts'
import type { ApiRequest, ApiResponse, ObjectList, Verb } from '../api/request.ts'
import { failure } from '../api/status.ts'
import { isStatus, type KubernetesObject, type Status } from '../api/types.ts'
import type { ServedKind } from './contract.ts'
import type { Door } from './door.ts'
import type { Exchange } from './exchange.ts'
import { knownType, type Representation } from './negotiate.ts'
import { includeObject } from './tables.ts'

/** What the API server answered, in the form the client asked for. */
export async function respond(
  door: Door,
  exchange: Exchange,
  kind: ServedKind,
  response: ApiResponse,
  representation: Representation,
): Promise<void> {
  exchange.warn(response.warnings ?? [])
  if (response.retryAfterSeconds !== undefined) exchange.set('Retry-After', String(response.retryAfterSeconds))
  const body = encoded(door, exchange, kind, response, representation)
  if (isStatus(body)) return exchange.status(body)
  if (representation.format === 'yaml') return answerYaml(exchange, response.code, body)
  exchange.json(response.code, body)
}

function encoded(
  door: Door,
  exchange: Exchange,
  kind: ServedKind,
  { body }: ApiResponse,
  { as, version = 'v1' }: Representation,
): Buffer | Status {
  const { encoder, tables } = door
  if (isStatus(body)) return Buffer.from(encoder.text(body))
  const isList = body.kind === 'List' && !('apiVersion' in body)
  const objects = isList ? (body as ObjectList<KubernetesObject>).items : [body as KubernetesObject]
  const metadata = isList
    ? listMetadata(body as ObjectList)
    : { resourceVersion: (body as KubernetesObject).metadata?.resourceVersion }
  if (as === 'Table') {
    // Only kinds with a printer of their own have rows: a review has none.
    if (kind.columns.length === 0 || objects.some((object) => object.kind !== kind.kind)) return unfit(ACCEPTED)
    return tables.list(kind, version, metadata, objects, includeObject(exchange.query)!, door.options.world.now())
  }
  if (as === 'PartialObjectMetadata') return isList ? isAList(kind) : encoder.metadata(objects[0]!, version)
  if (as === 'PartialObjectMetadataList') {
    if (!isList) return isNoList(kind)
    const items = objects.map((object) => encoder.metadata(object, version))
    return encoder.list(as, `meta.k8s.io/${version}`, metadata, items)
  }
  if (!isList) return encoder.object(objects[0]!)
  const apiVersion = kind.group === '' ? kind.version : `${kind.group}/${kind.version}`
  return encoder.list(
    kind.listKind ?? `${kind.kind}List`,
    apiVersion,
    metadata,
    // Objects of built-in kinds stand in lists without their type.
    objects.map((object) => (kind.custom === undefined ? encoder.bare(object) : encoder.object(object))),
  )
}

/** For the audit log. */
export function noteBodies(exchange: Exchange, kind: ServedKind, request: ApiRequest, { body }: ApiResponse): void {
  exchange.bodies.request = request.body
  exchange.bodies.response = isStatus(body) ? body : answerAsSeen(kind, body)
}

async function answerYaml(exchange: Exchange, code: number, body: Buffer | string): Promise<void> {
  const { encodeYaml } = await import('./yaml.ts')
  exchange.send(code, 'application/yaml', encodeYaml(JSON.parse(body.toString())))
}

const TYPES = 'application/json, application/yaml, application/vnd.kubernetes.protobuf'
const STREAMS = 'application/json;stream=watch, application/vnd.kubernetes.protobuf;stream=watch'
const ACCEPTED = `only the following media types are accepted: ${TYPES}`

function unfit(message: string): Status {
  return failure(406, 'NotAcceptable', message)
}

/** Types of the server's own: `*core.Pod`. Source: endpoints/handlers/response.go asPartialObjectMetadata, asPartialObjectMetadataList */
function goType({ group, kind }: ServedKind): string {
  return `*${group === '' ? 'core' : group.split('.')[0]}.${kind}`
}

function isAList(kind: ServedKind): Status {
  return unfit(`you requested PartialObjectMetadata, but the requested object is a list (${goType(kind)}List)`)
}

function isNoList(kind: ServedKind): Status {
  return unfit(`you requested PartialObjectMetadataList, but the requested object is not a list (${goType(kind)})`)
}

/**
 * Nothing the client accepts is to be had. A type that nothing is written in does not even reach the handler: that
 * error is written by itself, indented and without a newline.
 */
export function notAcceptable(exchange: Exchange, verb: Verb): void {
  if (knownType(exchange.header('accept') ?? '')) {
    exchange.status(unfit(ACCEPTED))
    return
  }
  const types = verb === 'list' || verb === 'watch' ? `${TYPES}, ${STREAMS}` : TYPES
  const status = failure(406, 'NotAcceptable', `406: Not Acceptable\n\nAvailable representations: ${types}`, {})
  exchange.send(406, 'application/json', JSON.stringify(status, null, 2))
}

/** A stream of events is JSON. */
export function unstreamable(exchange: Exchange): Promise<void> {
  const status = unfit(`only the following media types are accepted: ${STREAMS}`)
  return answerYaml(exchange, 406, JSON.stringify(status))
}
