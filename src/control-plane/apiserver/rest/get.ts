import type { ApiResponse } from '../../../api/request.ts'
import { notFound, tooLargeResourceVersion } from '../../../api/status.ts'
import { isStatus } from '../../../api/types.ts'
import type { Call } from '../contract.ts'
import { storageKey } from '../storage/keys.ts'
import { parseResourceVersion } from '../validation/list-options.ts'
import { respond } from './answer.ts'

/** How long the watch cache is waited for, ms. Source: storage/cacher/watch_cache.go blockTimeout */
export const BLOCK_TIMEOUT_MS = 3000

/** GET of one object. Without a resourceVersion it is read from etcd itself. */
export function get(call: Call): ApiResponse {
  const { endpoint, options, request, server } = call
  const storage = endpoint.storage!
  const name = request.name!
  const key = storageKey(storage.prefix, call.namespace, name)
  const { resourceVersion } = options
  if (!resourceVersion) {
    const kv = server.etcd.get(key)
    return respond(call, 200, kv?.value ?? notFound(endpoint.groupResource, name))
  }
  const version = parseResourceVersion(resourceVersion, 'get')
  if (isStatus(version)) return respond(call, 500, version)
  const current = server.revision
  if (version > current)
    return { ...respond(call, 504, tooLargeResourceVersion(version, current, 1)), afterMs: BLOCK_TIMEOUT_MS }
  return respond(call, 200, storage.cacher.start().get(key) ?? notFound(endpoint.groupResource, name))
}
