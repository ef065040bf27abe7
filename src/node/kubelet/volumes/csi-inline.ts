import type { CSIDriver, CSIVolumeSource, Pod } from '../../../api/types.ts'
import type { FileTree } from '../../contract.ts'

/** A volume that a driver has made for one pod. */
export interface InlineVolume {
  readonly files: FileTree
  /** Whether it is given to the pod's group. */
  readonly takesFsGroup: boolean
  readonly driver: string
  readonly handle: string
}

/** Source: csi_mounter.go supportsVolumeLifecycleMode */
export function lifecycleProblem(driver: CSIDriver | undefined, name: string): string | undefined {
  const refused = `volume mode "Ephemeral" not supported by driver ${name}`
  if (driver === undefined) return `${refused} (no CSIDriver object)`
  const modes = driver.spec.volumeLifecycleModes ?? ['Persistent']
  if (modes.includes('Ephemeral')) return undefined
  return `${refused} (only supports [${modes.map((mode) => JSON.stringify(mode)).join(' ')}])`
}

/** Source: csi_mounter.go SetUpAt (podInfoEnabled), csi_util.go getPodInfoAttrs */
export function inlineAttributes(
  { metadata, spec }: Pod,
  { volumeAttributes = {} }: CSIVolumeSource,
  driver: CSIDriver | undefined,
): Readonly<Record<string, string>> {
  if (driver?.spec.podInfoOnMount !== true) return volumeAttributes
  return {
    ...volumeAttributes,
    'csi.storage.k8s.io/pod.name': metadata.name,
    'csi.storage.k8s.io/pod.namespace': metadata.namespace ?? '',
    'csi.storage.k8s.io/pod.uid': metadata.uid ?? '',
    'csi.storage.k8s.io/serviceAccount.name': spec.serviceAccountName ?? '',
    'csi.storage.k8s.io/ephemeral': 'true',
  }
}
