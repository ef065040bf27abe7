import type { ApiRequest, RequestOptions, Verb } from '../api/request.ts'
import type { ResourceInfo } from '../api/request-info.ts'
import { badRequest, failure, unknownResource } from '../api/status.ts'
import { isStatus, type Status } from '../api/types.ts'
import { decodeBody, decodeDeleteOptions, readBody } from './body.ts'
import { shiftTimesIn } from './client-time.ts'
import type { ServedKind } from './contract.ts'
import { verbsOf } from './discovery.ts'
import type { Door } from './door.ts'
import type { Exchange } from './exchange.ts'
import { negotiate } from './negotiate.ts'
import { requestOptions } from './options.ts'
import { handleWithOutside } from './outside.ts'
import { notAcceptable, noteBodies, respond } from './respond.ts'
import { includeObject } from './tables.ts'
import { answerWatch } from './watch-stream.ts'

const forms = ['Table', 'PartialObjectMetadata', 'PartialObjectMetadataList']

/** A request for objects: found, decoded, handed to the API server, answered. */
export async function answerResource(door: Door, exchange: Exchange, info: ResourceInfo): Promise<void> {
  const kind = door.discovery.find(info.group, info.version, info.resource)
  if (kind === undefined) {
    const { answerAggregatedResource } = await import('./aggregator.ts')
    if (info.group !== '' && (await answerAggregatedResource(door, exchange, info))) return
    if (door.discovery.versions(info.group).length > 0) return exchange.status(unknownResource())
    return exchange.notFound()
  }
  const verb = info.path.includes('//') ? unknownResource() : servedVerb(kind, info)
  if (isStatus(verb)) return exchange.status(verb)
  if (await answerStreaming(door, exchange, info, kind)) return
  const representation = negotiate(exchange.header('accept'), forms, exchange.pretty)
  if (representation === undefined) return notAcceptable(exchange, verb)
  if (kind.deprecated !== undefined) exchange.warn([kind.deprecated])
  if (includeObject(exchange.query) === undefined)
    return exchange.status(
      badRequest(
        `Unable to convert to Table as requested: includeObject: Invalid value: ${JSON.stringify(exchange.query.get('includeObject'))}: must be 'Metadata', 'Object', 'None', or empty`,
      ),
    )
  const request = await decodedRequest(door, exchange, info, kind, verb)
  if (isStatus(request)) return exchange.status(request)
  if (verb === 'watch') return answerWatch(door, exchange, request, kind, representation)
  const response = await handleWithOutside(door, request)
  if (response === undefined) return door.refuse(exchange)
  if (door.auditLogs.length > 0) noteBodies(exchange, kind, request, response)
  if (response.afterMs !== undefined && response.afterMs > 0) await door.options.world.wait(response.afterMs)
  await respond(door, exchange, shownAs(kind, info), response, representation)
}

/** Logs, streams and proxies: loaded when somebody asks for one. */
async function answerStreaming(door: Door, exchange: Exchange, info: ResourceInfo, kind: ServedKind): Promise<boolean> {
  if (kind.resource !== 'pods' && kind.resource !== 'nodes' && kind.resource !== 'services') return false
  if (info.subresource === 'log' && kind.resource === 'pods') {
    const { answerLog } = await import('./logs.ts')
    await answerLog(door, exchange, info)
  } else if (/^(exec|attach|portforward)$/.test(info.subresource ?? '')) {
    const { answerStream } = await import('./streaming/index.ts')
    await answerStream(door, exchange, info)
  } else if (info.subresource === 'proxy') {
    const { answerProxy } = await import('./streaming/proxy.ts')
    await answerProxy(door, exchange, info)
  } else return false
  return true
}

/** @returns the verb, or the Status for what this resource does not have. Source: apiserver/pkg/endpoints/installer.go registers only what is there */
function servedVerb(kind: ServedKind, info: ResourceInfo): Verb | Status {
  const methodNotAllowed = () =>
    failure(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource', {})
  const unwatched = info.verb === 'watch' && info.name !== undefined ? 'get' : info.verb
  if (unwatched === '') return methodNotAllowed()
  if (!kind.namespaced && info.namespace !== undefined) return unknownResource()
  if (info.subresource !== undefined) {
    const subresource = ownSubresource(kind, info.subresource)
    if (subresource === undefined) return unknownResource()
    return subresource.verbs.includes(unwatched) ? unwatched : methodNotAllowed()
  }
  const onCollection = info.name === undefined
  if (kind.namespaced && info.namespace === undefined) {
    if (!onCollection || !verbsOf(kind).includes('list')) return unknownResource()
    if (!/^(list|watch)$/.test(unwatched)) return methodNotAllowed()
  }
  if (onCollection === /^(get|update|patch|delete)$/.test(unwatched)) return methodNotAllowed()
  if (!onCollection && unwatched === 'create') return methodNotAllowed()
  return verbsOf(kind).includes(info.verb) ? (info.verb as Verb) : methodNotAllowed()
}

function ownSubresource({ subresources }: ServedKind, name: string | undefined) {
  return name !== undefined && subresources !== undefined && Object.hasOwn(subresources, name)
    ? subresources[name]
    : undefined
}

/** A sub-resource with an object of its own (scale) has columns of its own. */
function shownAs(kind: ServedKind, { subresource }: ResourceInfo): ServedKind {
  const own = ownSubresource(kind, subresource)
  return own?.columns === undefined ? kind : { ...kind, kind: own.kind ?? kind.kind, columns: own.columns }
}

export async function decodedRequest(
  door: Door,
  exchange: Exchange,
  info: ResourceInfo,
  kind: ServedKind,
  verb: Verb,
): Promise<ApiRequest | Status> {
  const contentType = exchange.header('content-type')
  const subresource = ownSubresource(kind, info.subresource)
  const base = requestBase(exchange, info, verb)
  if (verb === 'get' || verb === 'list' || verb === 'watch') return withOptions(base, verb, exchange, info)
  const bytes = await readBody(exchange.request)
  if (!Buffer.isBuffer(bytes)) return bytes
  if (verb === 'delete' || verb === 'deletecollection') {
    const asked = await decodeDeleteOptions(contentType, bytes)
    return isStatus(asked) ? asked : withOptions(base, verb, exchange, info, asked)
  }
  const body = await decodeBody(verb, contentType, bytes, subresource?.kind ?? kind.kind)
  if (isStatus(body)) return body
  const value = shiftTimesIn(body.value, door.options.world.aheadMs())
  const request = withOptions(base, verb, exchange, info)
  if (isStatus(request)) return request
  return {
    ...request,
    body: value,
    wire: { duplicateFields: body.duplicateFields },
    ...(body.patchType && { patchType: body.patchType }),
  }
}

function requestBase(exchange: Exchange, info: ResourceInfo, verb: Verb): ApiRequest {
  const userAgent = exchange.header('user-agent')
  const { group, version, resource, subresource } = info
  return {
    verb,
    credentials: exchange.credentials,
    ...(exchange.impersonate && { impersonate: exchange.impersonate }),
    resource: { group, version, resource, ...(subresource !== undefined && { subresource }) },
    ...(info.namespace !== undefined && { namespace: info.namespace }),
    ...(info.name !== undefined && { name: info.name }),
    ...(userAgent !== undefined && { userAgent }),
  }
}

function withOptions(
  request: ApiRequest,
  verb: Verb,
  exchange: Exchange,
  info: ResourceInfo,
  deleteOptions?: unknown,
): ApiRequest | Status {
  const options = requestOptions(verb, exchange.query, deleteOptions)
  if (isStatus(options)) return options
  if (verb !== 'watch' || info.name === undefined) return { ...request, options }
  // A watch of one object is a watch of the collection that sees only it.
  const { name, ...collection } = request
  const fieldSelector = [options.fieldSelector, `metadata.name=${name}`].filter(Boolean).join(',')
  return { ...collection, options: { ...options, fieldSelector } satisfies RequestOptions }
}
