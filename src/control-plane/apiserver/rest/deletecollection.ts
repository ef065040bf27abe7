import type { ApiResponse } from '../../../api/request.ts'
import { isStatus, type KubernetesObject, type Status } from '../../../api/types.ts'
import { admitDelete } from '../admission/admit.ts'
import type { Call } from '../contract.ts'
import { presentedAll, respond } from './answer.ts'
import { deleteObject } from './delete.ts'
import { filterOf } from './filter.ts'

/** DELETE of a collection: every object it selects, one by one. Answers what was there. Source: registry/generic/registry/store.go DeleteCollection */
export function removeCollection(call: Call): ApiResponse {
  const filter = filterOf(call)
  if (isStatus(filter)) return respond(call, 400, filter)
  const { endpoint, server } = call
  // Upstream lists from etcd itself.
  server.etcd.get(endpoint.storage!.prefix)
  const objects = endpoint.storage!.cacher.start().list(filter)
  // What deleting them needs of the world outside is found out before the first one goes.
  if (call.request.outside !== undefined) for (const object of objects) admitDelete(inNamespaceOf(call, object), object)
  const items = presentedAll(endpoint, objects)
  for (const object of objects) {
    const answer = deleteObject(inNamespaceOf(call, object), object.metadata.name)
    const failure = isStatus(answer) ? (answer as Status) : undefined
    if (failure?.status === 'Failure' && failure.reason !== 'NotFound') return respond(call, 500, failure)
  }
  return { code: 200, body: { kind: 'List', items, resourceVersion: String(server.etcd.revision) } }
}

function inNamespaceOf(call: Call, { metadata }: KubernetesObject): Call {
  return call.namespace === metadata.namespace ? call : { ...call, namespace: metadata.namespace }
}
