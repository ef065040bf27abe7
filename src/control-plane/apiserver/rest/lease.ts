import type { Server } from '../contract.ts'
import type { KindDefinition } from '../registry/contract.ts'

/** Seconds during which objects with a time to live share one lease; they live that much longer. Source: storage/etcd3/lease_manager.go defaultLeaseReuseDurationSeconds */
const REUSE_SECONDS = 60
/** Source: lease_manager.go defaultLeaseMaxObjectCount */
const MAX_OBJECTS = 1000

interface SharedLease {
  readonly id: number
  readonly reusableUntil: number
  objects: number
}

const leases = new WeakMap<Server, Map<number, SharedLease>>()

/** The etcd lease that a new object of the kind hangs on; undefined for kinds that stay. */
export function leaseFor(server: Server, { ttlSeconds }: KindDefinition): number | undefined {
  if (ttlSeconds === undefined) return undefined
  let known = leases.get(server)
  if (known === undefined) {
    known = new Map()
    leases.set(server, known)
  }
  const now = server.clock.now()
  let lease = known.get(ttlSeconds)
  if (lease === undefined || now >= lease.reusableUntil || lease.objects >= MAX_OBJECTS) {
    const id = server.etcd.grantLease(ttlSeconds + REUSE_SECONDS)
    lease = { id, reusableUntil: now + REUSE_SECONDS * 1000, objects: 0 }
    known.set(ttlSeconds, lease)
  }
  lease.objects++
  return lease.id
}
