import { sha256 } from './sha256.ts'
import type {
  ObjectMeta,
  PersistentVolume,
  PersistentVolumeClaim,
  PersistentVolumeSpec,
  StorageClass,
} from './types.ts'

/** Annotations of claims and volumes, and what they say. Source: component-helpers/storage/volume/pv_helpers.go */
export const BIND_COMPLETED = 'pv.kubernetes.io/bind-completed'
export const BOUND_BY_CONTROLLER = 'pv.kubernetes.io/bound-by-controller'
export const PROVISIONED_BY = 'pv.kubernetes.io/provisioned-by'
export const MIGRATED_TO = 'pv.kubernetes.io/migrated-to'
export const SELECTED_NODE = 'volume.kubernetes.io/selected-node'
export const STORAGE_PROVISIONER = 'volume.kubernetes.io/storage-provisioner'
export const BETA_STORAGE_PROVISIONER = 'volume.beta.kubernetes.io/storage-provisioner'
const BETA_CLASS = 'volume.beta.kubernetes.io/storage-class'

/** Keeps a volume until its provisioner has deleted what is behind it. */
export const EXTERNAL_PROVISIONER_FINALIZER = 'external-provisioner.volume.kubernetes.io/finalizer'

interface OfClass {
  readonly metadata: ObjectMeta
  readonly spec: { readonly storageClassName?: string }
}

/** Source: GetPersistentVolumeClaimClass, GetPersistentVolumeClass */
export function storageClassOf({ metadata, spec }: OfClass): string {
  return metadata.annotations?.[BETA_CLASS] ?? spec.storageClassName ?? ''
}

export function isDelayed({ volumeBindingMode }: Pick<StorageClass, 'volumeBindingMode'>): boolean {
  return volumeBindingMode === 'WaitForFirstConsumer'
}

export function isBlock({ spec }: PersistentVolume | PersistentVolumeClaim): boolean {
  return (spec as Pick<PersistentVolumeSpec, 'volumeMode'>).volumeMode === 'Block'
}

const DEFAULT_CLASS = [
  'storageclass.kubernetes.io/is-default-class',
  'storageclass.beta.kubernetes.io/is-default-class',
] as const

/** The newest of the default classes. Source: pkg/volume/util/storageclass.go GetDefaultClass */
export function defaultStorageClass(classes: readonly StorageClass[]): StorageClass | undefined {
  const [newest] = classes
    .filter(({ metadata }) => DEFAULT_CLASS.some((name) => metadata.annotations?.[name] === 'true'))
    .sort((a, b) => {
      const [left = '', right = ''] = [a.metadata.creationTimestamp, b.metadata.creationTimestamp]
      if (left !== right) return left > right ? -1 : 1
      return a.metadata.name < b.metadata.name ? -1 : 1
    })
  return newest
}

/** How a CSI volume is known to nodes and the attach/detach controller. Source: pkg/volume/util/util.go GetUniqueVolumeName, pkg/volume/csi/csi_plugin.go GetVolumeName */
export function csiVolumeName({
  driver,
  volumeHandle,
}: {
  readonly driver: string
  readonly volumeHandle: string
}): string {
  return `kubernetes.io/csi/${driver}^${volumeHandle}`
}

/** Source: pkg/volume/csi/csi_attacher.go getAttachmentName */
export function attachmentName(volumeHandle: string, driver: string, node: string): string {
  return `csi-${hexDigest(`${volumeHandle}${driver}${node}`)}`
}

/** What a driver knows a volume by that it makes for one pod. Source: pkg/volume/csi/csi_plugin.go makeVolumeHandle */
export function inlineVolumeHandle(podUid: string, volume: string): string {
  return `csi-${hexDigest(podUid + volume)}`
}

function hexDigest(text: string): string {
  return [...sha256(text)].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** Whether nodes may have it side by side. Source: pkg/volume/util/util.go IsMultiAttachAllowed */
export function mayAttachToMany({ spec: { accessModes = [] } }: PersistentVolume): boolean {
  return accessModes.length === 0 || accessModes.some((mode) => mode === 'ReadWriteMany' || mode === 'ReadOnlyMany')
}
