import {
  type ServerStorageVersion,
  STORAGE_VERSIONS,
  type StorageVersion,
  withStorageVersions,
} from '../../../api/storage-versions.ts'
import { isStatus, type Lease, type Status } from '../../../api/types.ts'
import type { Controller, ControllerContext, ControllerDescriptor } from '../controller.ts'
import { startLoop } from '../machine.ts'

const NAMESPACE = 'kube-system'

/**
 * Takes what API servers that are gone have said of their storage versions out of StorageVersions.
 * Source: pkg/controller/storageversiongc/gc_controller.go
 */
export const storageVersionGarbageCollectorController: ControllerDescriptor = {
  name: 'storageversion-garbage-collector-controller',
  account: 'storage-version-garbage-collector',
  component: 'storage-version-garbage-collector',
  start: startStorageVersionGC,
}

const isIdentity = ({ metadata }: Lease): boolean =>
  metadata.namespace === NAMESPACE && metadata.labels?.['apiserver.kubernetes.io/identity'] === 'kube-apiserver'

function startStorageVersionGC({ client, informers, world }: ControllerContext): Controller {
  const lives = (id: string): boolean => {
    const lease = client.get('Lease', id, NAMESPACE)
    return lease !== undefined && isIdentity(lease)
  }
  /** Source: updateOrDeleteStorageVersion */
  const keepOnly = (version: StorageVersion, kept: readonly ServerStorageVersion[]): Status | undefined => {
    const { name } = version.metadata
    const answer =
      kept.length === 0
        ? client.delete(STORAGE_VERSIONS, name)
        : client.updateStatus(STORAGE_VERSIONS, name, undefined, (current) => {
            const { status = {} } = current as StorageVersion
            return { ...current, status: withStorageVersions(status, kept, world.clock.now()) } as typeof current
          })
    return isStatus(answer) && answer.status === 'Failure' && answer.reason !== 'NotFound' ? answer : undefined
  }
  const versions = startLoop({
    component: 'controller-manager/storageversion-garbage-collector-controller/storageversions',
    world,
    reconcile(name) {
      const version = client.get(STORAGE_VERSIONS, name) as StorageVersion | undefined
      const told = version?.status?.storageVersions ?? []
      const kept = told.filter(({ apiServerID }) => lives(apiServerID))
      return version === undefined || kept.length === told.length ? undefined : keepOnly(version, kept)
    },
  })
  const leases = startLoop({
    component: 'controller-manager/storageversion-garbage-collector-controller/leases',
    world,
    reconcile(id) {
      if (client.get('Lease', id, NAMESPACE) !== undefined) return undefined
      let failed: Status | undefined
      for (const version of client.list(STORAGE_VERSIONS) as readonly StorageVersion[]) {
        const told = version.status?.storageVersions ?? []
        const kept = told.filter(({ apiServerID }) => apiServerID !== id)
        if (kept.length < told.length) failed = keepOnly(version, kept) ?? failed
      }
      return failed
    },
  })
  const stops = [
    informers.on('Lease', ({ type, object }) => {
      if (type === 'DELETED' && isIdentity(object)) leases.queue.add(object.metadata.name)
    }),
    informers.on(STORAGE_VERSIONS, ({ type, object }) => {
      const { status } = object as StorageVersion
      const isDoubtful = status?.storageVersions?.some(({ apiServerID }) => !lives(apiServerID))
      if (type !== 'DELETED' && isDoubtful) versions.queue.add(object.metadata.name)
    }),
  ]
  return {
    stop() {
      for (const stop of stops) stop()
      leases.stop()
      versions.stop()
    },
  }
}
