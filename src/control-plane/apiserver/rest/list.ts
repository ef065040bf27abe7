import type { ApiResponse, ObjectList } from '../../../api/request.ts'
import { badRequest, expired, tooLargeResourceVersion } from '../../../api/status.ts'
import { isStatus, type KubernetesObject, type Status } from '../../../api/types.ts'
import { EtcdError } from '../../etcd/contract.ts'
import type { Call } from '../contract.ts'
import { decodeContinue, encodeContinue } from '../storage/continue.ts'
import { type Filter, isPlain, matches } from '../storage/filter.ts'
import { storageKey } from '../storage/keys.ts'
import { parseResourceVersion, validateListOptions } from '../validation/list-options.ts'
import { presentedAll, respond } from './answer.ts'
import { filterOf } from './filter.ts'
import { BLOCK_TIMEOUT_MS } from './get.ts'

/** GET of a collection. Source: storage/cacher/cacher.go GetList, storage/cacher/delegator, storage/etcd3/store.go GetList */
export function list(call: Call): ApiResponse {
  const { options, server } = call
  const wrong = validateListOptions(options, false)
  if (wrong !== undefined) return respond(call, 422, wrong)
  const filter = filterOf(call)
  if (isStatus(filter)) return respond(call, 400, filter)
  const version = parseResourceVersion(options.resourceVersion, 'list')
  if (isStatus(version)) return respond(call, 400, version)
  if (options.continue) return proceed(call, filter, options.continue, version)
  const consistent = !options.resourceVersion
  // A read of etcd itself answers only while there is a quorum; the watch cache always does.
  if (consistent) server.etcd.get(call.endpoint.storage!.prefix)
  const exact = options.resourceVersionMatch === 'Exact' || (isLegacyExact(call) && version !== 0)
  const current = consistent ? server.etcd.revision : server.revision
  if (version > current)
    return { ...respond(call, 504, tooLargeResourceVersion(version, current, 1)), afterMs: BLOCK_TIMEOUT_MS }
  if (exact) return past(call, filter, version, undefined)
  const objects = call.endpoint.storage!.cacher.start().list(filter)
  // A list that need not be fresh ignores the limit. Source: storage/cacher/cacher.go GetList
  const limit = options.resourceVersion === '0' ? 0 : (options.limit ?? 0)
  return page(call, filter, objects, limit, current)
}

/** A limit with a resourceVersion means that very version. */
function isLegacyExact({ options }: Call): boolean {
  return (options.limit ?? 0) > 0 && options.resourceVersionMatch === undefined
}

function proceed(call: Call, filter: Filter, token: string, version: number): ApiResponse {
  const decoded = decodeContinue(token, keyPrefix(call, filter))
  if (typeof decoded === 'string') return respond(call, 400, badRequest(`invalid continue token: ${decoded}`))
  if (version !== 0)
    return respond(call, 400, badRequest('specifying resource version is not allowed when using continue'))
  const after = decoded.from.endsWith('\0') ? decoded.from.slice(0, -1) : decoded.from
  return past(call, filter, decoded.revision < 0 ? call.server.etcd.revision : decoded.revision, after)
}

/** A list as it was at a revision, from behind a key on. */
function past(call: Call, filter: Filter, revision: number, after: string | undefined): ApiResponse {
  const { endpoint, options, server } = call
  const prefix = keyPrefix(call, filter)
  const cacher = endpoint.storage!.cacher.start()
  if (cacher.revision <= revision) {
    const objects = cacher.list(filter)
    const rest = after === undefined ? objects : objects.filter((object) => keyOf(call, object) > after)
    return page(call, filter, rest, options.limit ?? 0, revision)
  }
  try {
    const { kvs } = server.etcd.range(prefix, { revision, ...(after !== undefined && { after }) })
    const objects = kvs.map(({ value }) => value).filter((object) => matches(filter, object))
    return page(call, filter, objects, options.limit ?? 0, revision)
  } catch (error) {
    if (!(error instanceof EtcdError) || error.code !== 'compacted') throw error
    return respond(call, 410, compacted(prefix, after))
  }
}

/** Source: storage/etcd3/errors.go interpretListError */
function compacted(prefix: string, after: string | undefined): Status {
  if (after === undefined) return expired('The resourceVersion for the provided list is too old.')
  const status = expired(
    'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.',
  )
  return { ...status, metadata: { continue: encodeContinue(`${after}\0`, prefix, -1) } }
}

function page(
  call: Call,
  filter: Filter,
  objects: readonly KubernetesObject[],
  limit: number,
  revision: number,
): ApiResponse {
  const more = limit > 0 && objects.length > limit
  const items = more ? objects.slice(0, limit) : objects
  const { endpoint } = call
  const body: ObjectList = {
    kind: 'List',
    items: presentedAll(endpoint, items),
    resourceVersion: String(revision),
    ...(more && {
      continue: encodeContinue(`${keyOf(call, items[limit - 1]!)}\0`, keyPrefix(call, filter), revision),
      ...(isPlain(filter) && { remainingItemCount: objects.length - limit }),
    }),
  }
  return call.warnings.length === 0 ? { code: 200, body } : { code: 200, body, warnings: call.warnings }
}

function keyOf(call: Call, { metadata }: KubernetesObject): string {
  return storageKey(call.endpoint.storage!.prefix, metadata.namespace, metadata.name)
}

function keyPrefix(call: Call, filter: Filter): string {
  const { prefix } = call.endpoint.storage!
  return filter.namespace === undefined ? prefix : `${prefix}${filter.namespace}/`
}
