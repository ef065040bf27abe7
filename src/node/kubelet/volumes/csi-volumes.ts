import { attachmentName, csiVolumeName, inlineVolumeHandle } from '../../../api/storage.ts'
import {
  isStatus,
  type Node,
  type PersistentVolume,
  type PersistentVolumeClaim,
  type Pod,
  type Volume,
} from '../../../api/types.ts'
import type { Client } from '../../../client/contract.ts'
import type { FileTree } from '../../contract.ts'
import { csiError, isCsiError } from '../../csi/contract.ts'
import { type InlineVolume, inlineAttributes, lifecycleProblem } from './csi-inline.ts'
import type { PluginRegistry } from './plugin-registry.ts'

export interface CsiVolumesParts {
  readonly nodeName: string
  readonly client: Client
  readonly registry: Pick<PluginRegistry, 'driver'>
  /** What the node has in use has changed: its status is to say so. */
  onInUse(): void
  /** A file system has grown under a pod that runs. */
  onResized(podUid: string, claim: PersistentVolumeClaim, message: string): void
}

/** `waiting`: others are at work; nothing is said of it. */
export type CsiOutcome = 'waiting' | { readonly error: string } | FileTree

interface Mounted {
  readonly name: string
  readonly driver: string
  readonly handle: string
  readonly files: FileTree
  /** Ends listening to the claim. */
  readonly stop: () => void
}

/**
 * Volumes that CSI drivers bring to this node: reported as in use, attached by the controller manager, staged once, and
 * published for each pod. Source: pkg/kubelet/volumemanager, pkg/volume/csi/csi_attacher.go, csi_mounter.go
 */
export class CsiVolumes {
  readonly #parts: CsiVolumesParts
  /** Pod -> unique names of the volumes it needs. */
  readonly #wanted = new Map<string, Set<string>>()
  /** Pod -> volume of the pod -> what is mounted. */
  readonly #mounted = new Map<string, Map<string, Mounted>>()
  readonly #staged = new Set<string>()
  /** Pod -> volume of the pod -> what was made for it alone. */
  readonly #inline = new Map<string, Map<string, InlineVolume>>()

  constructor(parts: CsiVolumesParts) {
    this.#parts = parts
  }

  /** What `status.volumesInUse` names. Source: volume_manager.go GetVolumesInUse */
  inUse(): readonly string[] {
    const names = new Set([...this.#wanted.values()].flatMap((each) => [...each]))
    return [...names].sort()
  }

  /** Brings the volume to the pod, as far as that is possible now. */
  mount(podUid: string, volumeName: string, volume: PersistentVolume): CsiOutcome {
    const known = this.#mounted.get(podUid)?.get(volumeName)
    if (known !== undefined) return known.files
    const { driver: driverName, volumeHandle: handle } = volume.spec.csi!
    const name = csiVolumeName(volume.spec.csi!)
    this.#want(podUid, name)
    const attachment = this.#attached(volume, name)
    if (attachment !== undefined) return attachment
    const failed = (what: string, why: string) => ({
      error: `${what} failed for volume "${volume.metadata.name}" : ${why}`,
    })
    const node = this.#parts.registry.driver(driverName)?.node
    if (node === undefined)
      return failed(
        'MountVolume.MountDevice',
        `kubernetes.io/csi: attacher.MountDevice failed to create newCsiDriverClient: driver name ${driverName} not found in the list of registered CSI drivers`,
      )
    if (!this.#staged.has(name)) {
      const refused = node.stageVolume(handle)
      if (refused !== undefined) return failed('MountVolume.MountDevice', refused.error)
      this.#staged.add(name)
    }
    const files = node.publishVolume(handle, { block: volume.spec.volumeMode === 'Block' })
    if (isCsiError(files)) return failed('MountVolume.SetUp', files.error)
    const mounts = this.#mounted.get(podUid) ?? new Map<string, Mounted>()
    mounts.set(volumeName, { name, driver: driverName, handle, files, stop: this.#followClaim(podUid, volume) })
    this.#mounted.set(podUid, mounts)
    return files
  }

  /** A volume of the pod's own that the driver makes for it alone. Source: csi_mounter.go SetUpAt, supportsVolumeLifecycleMode */
  mountInline(pod: Pod, { name, csi }: Volume): InlineVolume | { readonly error: string } {
    const uid = pod.metadata.uid ?? ''
    const known = this.#inline.get(uid)?.get(name)
    if (known !== undefined) return known
    const { client, registry } = this.#parts
    const { driver: driverName, fsType = '', nodePublishSecretRef, readOnly } = csi!
    const failed = (why: string) => ({ error: `kubernetes.io/csi: mounter.${why}` })
    const node = registry.driver(driverName)?.node
    if (node === undefined)
      return failed(
        `SetUpAt failed to get CSI client: driver name ${driverName} not found in the list of registered CSI drivers`,
      )
    const object = client.get('CSIDriver', driverName)
    const unfit = lifecycleProblem(object, driverName)
    if (unfit !== undefined) return failed(`SetupAt failed to check volume lifecycle mode: ${unfit}`)
    const { name: secret } = nodePublishSecretRef ?? {}
    if (secret !== undefined && client.get('Secret', secret, pod.metadata.namespace) === undefined)
      return {
        error: `fetching NodePublishSecretRef ${pod.metadata.namespace}/${secret} failed: kubernetes.io/csi: failed to find the secret ${secret} in the namespace ${pod.metadata.namespace} with error: secrets "${secret}" not found`,
      }
    const handle = inlineVolumeHandle(uid, name)
    const files =
      node.publishEphemeral?.(handle, inlineAttributes(pod, csi!, object)) ??
      csiError('InvalidArgument', 'Volume ID missing in request: the driver brings no ephemeral volumes')
    if (isCsiError(files)) return { error: files.error }
    const policy = object?.spec.fsGroupPolicy ?? 'ReadWriteOnceWithFSType'
    const takesFsGroup = readOnly !== true && (policy === 'File' || (policy !== 'None' && fsType !== ''))
    const made = { files, takesFsGroup, driver: driverName, handle }
    const ofPod = this.#inline.get(uid) ?? new Map<string, InlineVolume>()
    this.#inline.set(uid, ofPod.set(name, made))
    return made
  }

  #want(podUid: string, name: string): void {
    const wanted = this.#wanted.get(podUid) ?? new Set<string>()
    if (wanted.has(name)) return
    wanted.add(name)
    this.#wanted.set(podUid, wanted)
    this.#parts.onInUse()
  }

  /** What stands between the volume and its mount. Source: operation_generator.go GenerateVerifyControllerAttachedVolumeFunc */
  #attached(volume: PersistentVolume, name: string): CsiOutcome | undefined {
    const { client, nodeName } = this.#parts
    const { driver, volumeHandle } = volume.spec.csi!
    if (client.get('CSIDriver', driver)?.spec.attachRequired === false) return undefined
    const { status } = client.get('Node', nodeName) ?? ({} as Partial<Node>)
    if (!status?.volumesInUse?.includes(name)) return 'waiting'
    if (!status.volumesAttached?.some((each) => each.name === name)) return 'waiting'
    const attachment = client.get('VolumeAttachment', attachmentName(volumeHandle, driver, nodeName))
    return attachment?.status?.attached === true ? undefined : 'waiting'
  }

  /** The pod's containers have ended: its volumes go, and those that nobody else has are unstaged. */
  release(podUid: string): void {
    for (const { driver, handle } of this.#inline.get(podUid)?.values() ?? [])
      this.#parts.registry.driver(driver)?.node?.unpublishEphemeral?.(handle)
    this.#inline.delete(podUid)
    const mounts = this.#mounted.get(podUid)
    this.#mounted.delete(podUid)
    if (!this.#wanted.delete(podUid)) return
    const left = new Set(this.inUse())
    for (const { name, driver, handle, stop } of mounts?.values() ?? []) {
      stop()
      if (left.has(name)) continue
      this.#parts.registry.driver(driver)?.node?.unstageVolume(handle)
      this.#staged.delete(name)
    }
    this.#parts.onInUse()
  }

  /** Claims that grow while they are mounted. Source: pkg/kubelet/volumemanager/reconciler, operation_generator.go GenerateExpandInUseVolumeFunc */
  #followClaim(podUid: string, volume: PersistentVolume): () => void {
    const { name = '', namespace = '' } = volume.spec.claimRef ?? {}
    const options = { namespace, fieldSelector: `metadata.name=${name}` }
    return this.#parts.client.watch('PersistentVolumeClaim', options, ({ type, object: claim }) => {
      const isPending = claim.status?.allocatedResourceStatuses?.storage === 'NodeResizePending'
      if (type !== 'DELETED' && isPending) this.#expand(podUid, volume.metadata.name, claim)
    })
  }

  /** Makes the file system as big as the disk has become. Source: node_expander.go expandOnPlugin, MarkFSResizeFinished */
  #expand(podUid: string, volumeName: string, claim: PersistentVolumeClaim): void {
    const { client, registry, nodeName, onResized } = this.#parts
    const volume = client.get('PersistentVolume', volumeName)
    const { csi, capacity } = volume?.spec ?? {}
    const node = csi && registry.driver(csi.driver)?.node
    if (csi === undefined || node?.expandVolume(csi.volumeHandle) !== undefined) return
    const { name, namespace } = claim.metadata
    const answer = client.updateStatus('PersistentVolumeClaim', name, namespace, (now) => {
      if (now.status?.allocatedResourceStatuses?.storage !== 'NodeResizePending') return undefined
      const { allocatedResourceStatuses: _, conditions = [], ...status } = now.status
      const left = conditions.filter(({ type }) => type !== 'FileSystemResizePending' && type !== 'Resizing')
      const storage = capacity?.storage ?? status.capacity?.storage ?? '0'
      const grown = { ...status, capacity: { ...status.capacity, storage } }
      return { ...now, status: left.length === 0 ? grown : { ...grown, conditions: left } }
    })
    if (!isStatus(answer))
      onResized(podUid, claim, `MountVolume.NodeExpandVolume succeeded for volume "${volumeName}" ${nodeName}`)
  }
}

export const isMounted = (outcome: CsiOutcome): outcome is FileTree =>
  outcome !== 'waiting' && !isStatus(outcome) && !('error' in outcome)
