import { History, withHistory } from '../../../api/managedfields/history.ts'
import type { UserInfo } from '../../../api/request.ts'
import { rfc3339 } from '../../../api/time.ts'
import { isStatus, type KubernetesObject } from '../../../api/types.ts'
import { EtcdError } from '../../etcd/contract.ts'
import type { Server } from '../contract.ts'
import { handle } from '../handle.ts'
import { managedTypeOf } from '../managedfields/managed-types.ts'
import { storageKey } from '../storage/keys.ts'

/** The server's own user. Source: apiserver/pkg/authentication/user APIServerUser */
const LOOPBACK: UserInfo = { name: 'system:apiserver', groups: ['system:masters', 'system:authenticated'] }

const credentials = { type: 'user', user: LOOPBACK } as const

/** Creates the object unless it is there. @throws EtcdError while etcd cannot be written */
export function ensure(server: Server, object: KubernetesObject): void {
  const { name, namespace } = object.metadata
  if (server.read(object.kind, name, namespace) !== undefined) return
  const { group, version, resource } = server.table.forKind(object.kind)!.definition
  const { body, code } = handle(server, {
    verb: 'create',
    credentials,
    resource: { group, version, resource },
    ...(namespace !== undefined && { namespace }),
    body: object,
  })
  if (!isStatus(body) || body.reason === 'AlreadyExists') return
  if (code === 500) throw new EtcdError('unavailable', body.message ?? '')
  throw new Error(`${object.kind} ${name}: ${body.message}`)
}

/**
 * Stores an object of our own, which needs neither defaults nor checks, unless it is there.
 *
 * @returns what is there already
 * @throws EtcdError while etcd cannot be written
 */
export function install(server: Server, object: KubernetesObject): KubernetesObject | undefined {
  const { clock, etcd, random, table } = server
  const { name, namespace } = object.metadata
  const endpoint = table.forKind(object.kind)!
  const key = storageKey(endpoint.storage!.prefix, namespace, name)
  const existing = etcd.get(key)
  if (existing !== undefined) return existing.value
  const metadata = { ...object.metadata, uid: random.uuid(), creationTimestamp: rfc3339(clock.now()) }
  const written = { type: managedTypeOf(server, endpoint), manager: 'kube-apiserver', now: clock.now() }
  const history = History.after(undefined, { ...written, before: undefined, after: object })
  etcd.put(key, (revision) => withHistory({ ...object, metadata }, history, revision), 0)
  return undefined
}

/** Changes an object that is there. */
export function amend(
  server: Server,
  kind: string,
  name: string,
  namespace: string | undefined,
  change: (object: KubernetesObject) => KubernetesObject | undefined,
  subresource?: string,
): void {
  const { group, version, resource } = server.table.forKind(kind)!.definition
  handle(server, {
    verb: 'update',
    credentials,
    resource: { group, version, resource, ...(subresource !== undefined && { subresource }) },
    ...(namespace !== undefined && { namespace }),
    name,
    change,
  })
}

/** Deletes an object, wherever it went meanwhile. */
export function removeOwn(server: Server, kind: string, name: string, namespace?: string): void {
  const { group, version, resource } = server.table.forKind(kind)!.definition
  handle(server, {
    verb: 'delete',
    credentials,
    resource: { group, version, resource },
    ...(namespace !== undefined && { namespace }),
    name,
  })
}
