import { inTreePluginOfVolume, isMigrationOn, translatedToCsi } from '../../../api/csi-migration.ts'
import type { CSINode, PersistentVolume } from '../../../api/types.ts'

const MIGRATED_PLUGINS = 'storage.alpha.kubernetes.io/migrated-plugins'

/**
 * The volume by the labels of its CSI driver, where that took over on the node; or why it cannot be translated.
 * Source: plugins/volumebinding/binder.go tryTranslatePVToCSI, isPluginMigratedToCSIOnNode
 */
export function asDriverSees(volume: PersistentVolume, csiNode: CSINode | undefined): PersistentVolume | string {
  const inTree = inTreePluginOfVolume(volume)
  if (inTree === undefined || !isMigrationOn(inTree)) return volume
  if (csiNode?.metadata.annotations?.[MIGRATED_PLUGINS]?.split(',').includes(inTree) !== true) return volume
  try {
    return translatedToCsi(volume)
  } catch (error) {
    return `could not translate pv: ${(error as Error).message}`
  }
}
