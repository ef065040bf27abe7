import { parseQuantity, quantityError } from '../../../../api/quantity.ts'
import type { PersistentVolume, PersistentVolumeClaim, PersistentVolumeClaimSpec } from '../../../../api/types.ts'
import { REMOVED_VOLUMES, termWarnings } from './pod-warnings.ts'

const CLASS_ANNOTATION = 'volume.beta.kubernetes.io/storage-class'

const deprecatedAnnotations: Readonly<Record<string, string>> = {
  [CLASS_ANNOTATION]: 'deprecated since v1.8; use "storageClassName" attribute instead',
  'volume.beta.kubernetes.io/mount-options': 'deprecated since v1.31; use "mountOptions" attribute instead',
}

/** The sources that upstream remarks on, in its order. */
const removedSources = ['cephfs', 'photonPersistentDisk', 'scaleIO', 'storageos', 'glusterfs', 'rbd'] as const

/** Source: pkg/api/persistentvolume/util.go GetWarningsForPersistentVolume. */
export function persistentVolumeWarnings({ metadata, spec = {} }: PersistentVolume): readonly string[] {
  const terms = spec.nodeAffinity?.required?.nodeSelectorTerms ?? []
  const recycle =
    'The Recycle reclaim policy is deprecated. Instead, the recommended approach is to use dynamic provisioning.'
  return [
    ...Object.entries(deprecatedAnnotations).flatMap(([key, message]) =>
      metadata.annotations?.[key] === undefined ? [] : [`metadata.annotations[${key}]: ${message}`],
    ),
    ...(spec.persistentVolumeReclaimPolicy === 'Recycle' ? [`spec.persistentVolumeReclaimPolicy: ${recycle}`] : []),
    ...terms.flatMap((term, i) => termWarnings(`spec.nodeAffinity.required.nodeSelectorTerms[${i}]`, term)),
    ...removedSources.flatMap((source) => {
      const shown = source === 'storageos' ? 'storageOS' : source
      return spec[source] ? [`spec.${shown}: ${REMOVED_VOLUMES[source]}`] : []
    }),
  ]
}

/** Source: pkg/api/persistentvolumeclaim/util.go GetWarningsForPersistentVolumeClaim. */
export function claimWarnings({ metadata, spec = {} }: PersistentVolumeClaim): readonly string[] {
  const annotated = metadata.annotations?.[CLASS_ANNOTATION] !== undefined
  const message = `metadata.annotations[${CLASS_ANNOTATION}]: deprecated since v1.8; use "storageClassName" attribute instead`
  return [...(annotated ? [message] : []), ...claimSpecWarnings('spec', spec)]
}

export function claimSpecWarnings(path: string, { resources = {} }: PersistentVolumeClaimSpec): readonly string[] {
  return (['requests', 'limits'] as const).flatMap((list) => {
    const text = resources[list]?.storage
    if (text === undefined || quantityError(text) !== undefined || parseQuantity(text).milli % 1000 === 0) return []
    return [`${path}.resources.${list}[storage]: fractional byte value "${text}" is invalid, must be an integer`]
  })
}
