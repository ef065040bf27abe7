import { claimNameOf, isClaimOf } from '../../../api/claims.ts'
import {
  inlineVolumeHandle,
  inTreePluginOf,
  inTreePluginOfVolume,
  isMigrationOn,
  migratedDriver,
  translatedToCsi,
} from '../../../api/csi-migration.ts'
import { storageClassOf } from '../../../api/storage.ts'
import type { CSINode, CSIPersistentVolumeSource, PersistentVolumeClaim, Pod, Volume } from '../../../api/types.ts'
import type { Plugin, Status } from '../framework.ts'
import type { NodeInfo } from '../node-info.ts'
import type { StorageSource } from '../storage.ts'
import { volumeLimitsHint } from './node-volume-limits-hints.ts'

export interface NodeVolumeLimitsOptions {
  /** Feature gate VolumeLimitScaling: drivers may ask that pods go only where they are installed. */
  readonly volumeLimitScaling: boolean
}

type Storage = Omit<StorageSource, 'capacities' | 'volumesOf' | 'onChange'>

/** `driver/handle` to the driver. */
type Volumes = Map<string, string>

const TOO_MANY: Status = { code: 'Unschedulable', reasons: ['node(s) exceed max volume count'] }

/** A node takes as many volumes of a CSI driver as its CSINode says. Source: plugins/nodevolumelimits/csi.go */
export const nodeVolumeLimits = (
  storage: Storage,
  { volumeLimitScaling }: NodeVolumeLimitsOptions = { volumeLimitScaling: false },
): Plugin<undefined> => ({
  name: 'NodeVolumeLimits',
  events: new Set([
    'CSINode/Add',
    'CSINode/Update',
    'AssignedPod/Delete',
    'PersistentVolumeClaim/Add',
    'VolumeAttachment/Delete',
  ]),
  preFilter: ({ pod }) =>
    (pod.spec.volumes ?? []).some(mayCount) ? { code: 'Success', state: undefined } : { code: 'Skip' },
  filter(_state, { pod }, node) {
    const csiNode = storage.csiNode(node.name)
    const wanted: Volumes = new Map()
    const wrong = addVolumes(wanted, pod, csiNode, storage, true)
    if (wrong !== undefined) return wrong
    if (wanted.size === 0) return undefined
    if (volumeLimitScaling) {
      const missing = [...wanted.values()].find((driver) => !isInstalled(driver, csiNode, storage))
      if (missing !== undefined)
        return { code: 'Unschedulable', reasons: [`${missing} CSI driver is not installed on the node`] }
    }
    const limits = limitsOf(csiNode)
    return limits.size === 0 ? undefined : exceeds(wanted, node, csiNode, limits, storage)
  },
  isSchedulableAfter: volumeLimitsHint,
})

/** Whether a volume may belong to a CSI driver. */
export const mayCount = (volume: Volume): boolean =>
  volume.persistentVolumeClaim !== undefined || volume.ephemeral !== undefined || inTreePluginOf(volume) !== undefined

function exceeds(
  wanted: Volumes,
  node: NodeInfo,
  csiNode: CSINode | undefined,
  limits: ReadonlyMap<string, number>,
  storage: Storage,
): Status | undefined {
  const used: Volumes = new Map()
  for (const { pod } of node.pods.values()) {
    const wrong = addVolumes(used, pod, csiNode, storage, false)
    if (wrong !== undefined) return wrong
  }
  const counts = new Map<string, number>()
  const count = (driver: string) => counts.set(driver, (counts.get(driver) ?? 0) + 1)
  for (const [volume, driver] of used) {
    // One volume of several pods counts once.
    wanted.delete(volume)
    count(driver)
  }
  for (const [volume, driver] of attachedTo(node.name, storage)) if (!used.has(volume)) count(driver)
  const more = new Map<string, number>()
  for (const driver of wanted.values()) more.set(driver, (more.get(driver) ?? 0) + 1)
  for (const [driver, added] of more) {
    const limit = limits.get(driver)
    if (limit !== undefined && (counts.get(driver) ?? 0) + added > limit) return TOO_MANY
  }
  return undefined
}

/** Source: getVolumeLimits */
function limitsOf(csiNode: CSINode | undefined): ReadonlyMap<string, number> {
  const limits = new Map<string, number>()
  for (const { name, allocatable } of csiNode?.spec.drivers ?? [])
    if (allocatable?.count !== undefined) limits.set(name, allocatable.count)
  return limits
}

/** Source: checkCSIDriverOnNode */
function isInstalled(name: string, csiNode: CSINode | undefined, storage: Storage): boolean {
  if (storage.csiDriver(name)?.spec.preventPodSchedulingIfMissing !== true) return true
  return csiNode?.spec.drivers.some((driver) => driver.name === name) === true
}

/** Adds the pod's CSI volumes. Source: filterAttachableVolumes */
function addVolumes(
  to: Volumes,
  pod: Pod,
  csiNode: CSINode | undefined,
  storage: Storage,
  isNew: boolean,
): Status | undefined {
  const { namespace = '' } = pod.metadata
  for (const volume of pod.spec.volumes ?? []) {
    const claimName = claimNameOf(pod, volume)
    if (claimName === undefined) {
      const wrong = addInlineVolume(to, volume, csiNode)
      if (wrong !== undefined) return wrong
      continue
    }
    if (claimName === '') return { code: 'Error', reasons: ['PersistentVolumeClaim had no name'] }
    const claim = storage.claim(namespace, claimName)
    if (claim === undefined) {
      if (!isNew) continue
      const reason = `looking up PVC ${namespace}/${claimName}: persistentvolumeclaim "${claimName}" not found`
      return { code: 'UnschedulableAndUnresolvable', reasons: [reason] }
    }
    if (volume.ephemeral !== undefined && !isClaimOf(pod, claim))
      return { code: 'Error', reasons: [notOwner(pod, claim)] }
    const source = sourceOf(claim, csiNode, storage)
    if (source?.driver && source.volumeHandle) to.set(`${source.driver}/${source.volumeHandle}`, source.driver)
  }
  return undefined
}

/** Source: component-helpers/storage/ephemeral/ephemeral.go VolumeIsForPod */
export const notOwner = ({ metadata: pod }: Pod, { metadata: claim }: PersistentVolumeClaim): string =>
  `PVC ${claim.namespace ?? ''}/${claim.name} was not created for pod ${pod.namespace ?? ''}/${pod.name} (pod is not owner)`

/** Source: checkAttachableInlineVolume */
function addInlineVolume(to: Volumes, volume: Volume, csiNode: CSINode | undefined): Status | undefined {
  const inTree = inTreePluginOf(volume)
  if (inTree === undefined || csiNode === undefined || !isMigrationOn(inTree)) return undefined
  try {
    const driver = migratedDriver(inTree)!
    to.set(`${driver}/${inlineVolumeHandle(volume)}`, driver)
    return undefined
  } catch (error) {
    const reason = `converting volume(${volume.name}) from inline to csi: ${(error as Error).message}`
    return { code: 'Error', reasons: [reason] }
  }
}

type Source = Pick<CSIPersistentVolumeSource, 'driver' | 'volumeHandle'>

/** Which driver's volume a claim means. Source: getCSIDriverInfo */
function sourceOf(claim: PersistentVolumeClaim, csiNode: CSINode | undefined, storage: Storage): Source | undefined {
  const volume = claim.spec.volumeName ? storage.volume(claim.spec.volumeName) : undefined
  if (volume === undefined) return sourceByClass(claim, csiNode, storage)
  if (volume.spec.csi !== undefined) return volume.spec.csi
  const inTree = inTreePluginOfVolume(volume)
  if (inTree === undefined || csiNode === undefined || !isMigrationOn(inTree)) return undefined
  try {
    return translatedToCsi(volume).spec.csi
  } catch {
    return undefined
  }
}

/** A volume that is still to come, by a name that no other has. Source: getCSIDriverInfoFromSC */
function sourceByClass(claim: PersistentVolumeClaim, csiNode: CSINode | undefined, storage: Storage) {
  const className = storageClassOf(claim)
  const provisioner = className === '' ? undefined : storage.storageClass(className)?.provisioner
  if (provisioner === undefined) return undefined
  const volumeHandle = `to come-${claim.metadata.namespace ?? ''}/${claim.metadata.name}`
  const migrated = migratedDriver(provisioner)
  if (migrated === undefined) return { driver: provisioner, volumeHandle }
  if (csiNode === undefined || !isMigrationOn(provisioner)) return undefined
  return { driver: migrated, volumeHandle }
}

/** Source: getNodeVolumeAttachmentInfo */
function attachedTo(node: string, storage: Storage): Volumes {
  const attached: Volumes = new Map()
  for (const { spec } of storage.attachmentsOn(node)) {
    const volume = spec.source.persistentVolumeName ? storage.volume(spec.source.persistentVolumeName) : undefined
    const handle = volume?.spec.csi?.volumeHandle
    if (spec.attacher && handle !== undefined) attached.set(`${spec.attacher}/${handle}`, spec.attacher)
  }
  return attached
}
