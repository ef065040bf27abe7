import type { ObjectMeta } from '../../../../api/types.ts'

const CLASS_ANNOTATION = 'volume.beta.kubernetes.io/storage-class'

const shortNames = [
  ['ReadWriteOnce', 'RWO'],
  ['ReadOnlyMany', 'ROX'],
  ['ReadWriteMany', 'RWX'],
  ['ReadWriteOncePod', 'RWOP'],
] as const

/** `RWO,ROX`. Source: pkg/apis/core/helper/helpers.go GetAccessModesAsString. */
export const accessModesText = (modes: readonly string[] | undefined): string =>
  shortNames
    .filter(([mode]) => modes?.includes(mode))
    .map(([, short]) => short)
    .join(',')

/** The beta annotation is older than the field and goes before it. Source: helpers.go GetPersistentVolumeClass, GetPersistentVolumeClaimClass. */
export const storageClassText = ({ annotations }: ObjectMeta, storageClassName: string | undefined): string =>
  annotations?.[CLASS_ANNOTATION] ?? storageClassName ?? ''
