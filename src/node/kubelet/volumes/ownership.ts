import type { CSIDriver, PersistentVolume, Pod } from '../../../api/types.ts'
import type { FileTree } from '../../contract.ts'
import type { FileStat, Files } from '../../host/file-tree.ts'
import { statOf } from '../../host/mounts.ts'
import { joinPath } from '../../host/paths.ts'

const READ_WRITE_BITS = 0o660
const DIRECTORY_BITS = 0o2110

/**
 * Gives a volume that is written to to the pod's group: everything in it is the group's, and what is made in it later.
 * Source: pkg/volume/volume_linux.go ChangePermissions, changeFilePermission
 */
export function applyFsGroup(files: FileTree, { spec }: Pod, followsPolicy: boolean): void {
  const { fsGroup, fsGroupChangePolicy } = spec.securityContext ?? {}
  if (fsGroup === undefined || !('setOwner' in files)) return
  const tree = files as Files
  const skips = followsPolicy && fsGroupChangePolicy === 'OnRootMismatch'
  if (skips && fits(statOf(tree, '/'), fsGroup)) return
  give(tree, '/', fsGroup)
}

function give(files: Files, path: string, gid: number): void {
  const stat = statOf(files, path)
  if (stat === undefined) return
  for (const name of stat.type === 'directory' ? files.list(path) : []) give(files, joinPath(path, `/${name}`), gid)
  files.setOwner(path, { uid: stat.owner?.uid ?? 0, gid })
  files.setMode(path, stat.mode | READ_WRITE_BITS | (stat.type === 'directory' ? DIRECTORY_BITS : 0))
}

/** Source: requiresPermissionChange */
function fits(root: FileStat | undefined, gid: number): boolean {
  const wanted = READ_WRITE_BITS | DIRECTORY_BITS
  return root?.type === 'directory' && (root.owner?.gid ?? 0) === gid && (root.mode & wanted) === wanted
}

/** Whether a driver's volume is given to the pod's group. Source: pkg/volume/csi/csi_mounter.go supportsFSGroup */
export function takesFsGroup(driver: CSIDriver | undefined, volume: PersistentVolume | undefined): boolean {
  const policy = driver?.spec.fsGroupPolicy ?? 'ReadWriteOnceWithFSType'
  if (policy === 'None') return false
  if (policy === 'File') return true
  const { csi, accessModes = [] } = volume?.spec ?? {}
  return (
    csi?.fsType !== undefined && csi.fsType !== '' && accessModes.includes('ReadWriteOnce') && csi.readOnly !== true
  )
}
