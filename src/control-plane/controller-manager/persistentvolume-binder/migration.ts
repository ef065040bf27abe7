import { migratedDriver } from '../../../api/csi-migration.ts'
import {
  BETA_STORAGE_PROVISIONER,
  EXTERNAL_PROVISIONER_FINALIZER,
  MIGRATED_TO,
  PROVISIONED_BY,
  STORAGE_PROVISIONER,
} from '../../../api/storage.ts'
import type { PersistentVolume, PersistentVolumeClaim } from '../../../api/types.ts'

type Annotations = Readonly<Record<string, string>>

/** What the annotations should be; the same object when they are. Source: pv_controller_base.go updateMigrationAnnotations */
function migrated(annotations: Annotations | undefined, provisioner: string | undefined): Annotations | undefined {
  if (annotations === undefined || provisioner === undefined) return annotations
  const driver = migratedDriver(provisioner)
  const { [MIGRATED_TO]: now, ...others } = annotations
  if (now === driver) return annotations
  return driver === undefined ? others : { ...annotations, [MIGRATED_TO]: driver }
}

export function withMigration(claim: PersistentVolumeClaim): PersistentVolumeClaim {
  const { annotations } = claim.metadata
  const next = migrated(annotations, annotations?.[STORAGE_PROVISIONER] ?? annotations?.[BETA_STORAGE_PROVISIONER])
  return next === annotations ? claim : { ...claim, metadata: { ...claim.metadata, annotations: next! } }
}

const IN_TREE_FINALIZER = 'kubernetes.io/pv-controller'

/** Source: updateVolumeMigrationAnnotationsAndFinalizers */
export function withMigrationAndFinalizers(volume: PersistentVolume): PersistentVolume {
  const { annotations, finalizers = [] } = volume.metadata
  const nextAnnotations = migrated(annotations, annotations?.[PROVISIONED_BY])
  const nextFinalizers = deletionFinalizers(volume, finalizers)
  if (nextAnnotations === annotations && nextFinalizers === finalizers) return volume
  return {
    ...volume,
    metadata: {
      ...volume.metadata,
      ...(nextAnnotations && { annotations: nextAnnotations }),
      finalizers: nextFinalizers,
    },
  }
}

/** What was provisioned by a built-in plugin stays until it is deleted there too. Source: modifyDeletionFinalizers */
function deletionFinalizers({ metadata, spec }: PersistentVolume, now: readonly string[]): readonly string[] {
  const provisioner = metadata.annotations?.[PROVISIONED_BY]
  if (provisioner === undefined) return now
  const without = (name: string, list: readonly string[]) =>
    list.includes(name) ? list.filter((each) => each !== name) : list
  if (migratedDriver(provisioner) !== undefined) return without(IN_TREE_FINALIZER, now)
  if (!provisioner.startsWith('kubernetes.io/')) return now
  const isDeleted = spec.persistentVolumeReclaimPolicy === 'Delete'
  const own = isDeleted
    ? now.includes(IN_TREE_FINALIZER)
      ? now
      : [...now, IN_TREE_FINALIZER]
    : without(IN_TREE_FINALIZER, now)
  return without(EXTERNAL_PROVISIONER_FINALIZER, own)
}

export function withoutInTreeFinalizer(volume: PersistentVolume): PersistentVolume {
  const { finalizers } = volume.metadata
  if (!finalizers?.includes(IN_TREE_FINALIZER)) return volume
  const rest = finalizers.filter((each) => each !== IN_TREE_FINALIZER)
  return { ...volume, metadata: { ...volume.metadata, finalizers: rest } }
}
