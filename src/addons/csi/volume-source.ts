import { claimSize, isFullyBound } from '../../api/claims.ts'
import { isDeleting } from '../../api/meta.ts'
import { compareQuantities, quantityValue } from '../../api/quantity.ts'
import { storageClassOf } from '../../api/storage.ts'
import type { Client } from '../../client/contract.ts'
import type { CreateVolumeRequest } from '../../node/csi/contract.ts'
import type { ProvisionFailure, ProvisionOptions } from '../external-provisioner/contract.ts'
import { getContent, getSnapshot, SNAPSHOT_GROUP } from './snapshot-kinds.ts'

export type VolumeSource = Pick<CreateVolumeRequest, 'fromSnapshot' | 'fromVolume'>

/** What a new volume begins with. Source: external-provisioner pkg/controller/controller.go getVolumeContentSource */
export function sourceOf(client: Client, options: ProvisionOptions, driver: string): VolumeSource | ProvisionFailure {
  const { dataSourceRef, dataSource = dataSourceRef } = options.claim.spec
  if (dataSource === undefined) return {}
  const { kind, name, apiGroup } = dataSource
  const isSnapshot = kind === 'VolumeSnapshot' && apiGroup === SNAPSHOT_GROUP
  // Volumes of other origins are filled by their populators.
  if (!isSnapshot && kind !== 'PersistentVolumeClaim') return { error: '', state: 'ignored' }
  const found = isSnapshot ? snapshotSource(client, options, name, driver) : claimSource(client, options, name, driver)
  if (typeof found !== 'string') return found
  return { error: `error getting handle for DataSource Type ${kind} by Name ${name}: ${found}`, state: 'finished' }
}

/** Source: getSnapshotSource */
function snapshotSource(
  client: Client,
  { claim }: ProvisionOptions,
  name: string,
  driver: string,
): VolumeSource | string {
  const snapshot = getSnapshot(client, name, claim.metadata.namespace!)
  if (snapshot === undefined)
    return `error getting snapshot ${name} from api server: volumesnapshots.snapshot.storage.k8s.io "${name}" not found`
  if (isDeleting(snapshot as never)) return `snapshot ${name} is being deleted`
  const { boundVolumeSnapshotContentName: contentName, readyToUse, restoreSize } = snapshot.status ?? {}
  if (!contentName) return `snapshot ${name} not bound`
  const content = getContent(client, contentName)
  if (content === undefined) return `error getting snapshotcontent ${contentName} for snapshot ${name} from api server`
  if (content.spec.driver !== driver)
    return `snapshotcontent ${contentName} for snapshot ${name} is of driver ${content.spec.driver}`
  if (readyToUse !== true) return `snapshot ${name} is not Ready`
  const handle = content.status?.snapshotHandle
  if (handle === undefined) return `snapshot handle ${name} is not available`
  const size = claimSize(claim)
  if (restoreSize !== undefined && compareQuantities(size, restoreSize) < 0)
    return `requested volume size ${quantityValue(size)} is less than the size ${quantityValue(restoreSize)} for the source snapshot ${name}`
  return { fromSnapshot: handle }
}

/** Source: getPVCSource */
function claimSource(client: Client, { claim }: ProvisionOptions, name: string, driver: string): VolumeSource | string {
  const { namespace } = claim.metadata
  const source = client.get('PersistentVolumeClaim', name, namespace)
  if (source === undefined)
    return `error getting PVC ${name} (namespace "${namespace}") from api server: persistentvolumeclaims "${name}" not found`
  if (source.status?.phase !== 'Bound' || !isFullyBound(source))
    return `the PVC DataSource ${name} must have a status of Bound.  Got ${source.status?.phase}`
  if (isDeleting(source)) return `the PVC DataSource ${name} is currently being deleted`
  if (storageClassOf(source) === '') return `the source PVC (${name}) storageclass cannot be empty`
  if (compareQuantities(claimSize(claim), claimSize(source)) < 0)
    return `error, new PVC request must be greater than or equal in size to the specified PVC data source, requested ${quantityValue(claimSize(claim))} but source is ${quantityValue(claimSize(source))}`
  const csi = client.get('PersistentVolume', source.spec.volumeName!)?.spec.csi
  return csi?.driver === driver ? { fromVolume: csi.volumeHandle } : 'claim in dataSource not bound or invalid'
}
