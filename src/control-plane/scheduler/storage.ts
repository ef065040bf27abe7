import type {
  CSIDriver,
  CSINode,
  CSIStorageCapacity,
  PersistentVolume,
  PersistentVolumeClaim,
  StorageClass,
  VolumeAttachment,
} from '../../api/types.ts'

/** What plugins for volumes look at, as informers hold it. */
export interface StorageSource {
  claim(namespace: string, name: string): PersistentVolumeClaim | undefined
  volume(name: string): PersistentVolume | undefined
  /** Volumes that name the class; `''`: none. */
  volumesOf(className: string): Iterable<PersistentVolume>
  storageClass(name: string): StorageClass | undefined
  csiNode(name: string): CSINode | undefined
  csiDriver(name: string): CSIDriver | undefined
  capacities(): Iterable<CSIStorageCapacity>
  attachmentsOn(node: string): Iterable<VolumeAttachment>
  /** Calls after every change of any of these, of nodes and of pods that go; answers how to stop. */
  onChange(listener: () => void): () => void
}
