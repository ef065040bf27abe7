import type { StorageClass } from '../../../../api/types.ts'
import { ageColumn, column, nameColumn } from '../columns/column.ts'
import { defineKind } from '../kind.ts'
import { validateStorageClass, validateStorageClassUpdate } from '../validation/storage/classes.ts'
import { deprecated } from '../warnings/pod-warnings.ts'

/** Source: pkg/apis/storage/v1/defaults.go SetDefaults_StorageClass. */
function defaults(each: StorageClass): StorageClass {
  if (each.reclaimPolicy !== undefined && each.volumeBindingMode !== undefined) return each
  return {
    ...each,
    reclaimPolicy: each.reclaimPolicy ?? 'Delete',
    volumeBindingMode: each.volumeBindingMode ?? 'Immediate',
  }
}

const DEFAULT_MARKS = [
  'storageclass.kubernetes.io/is-default-class',
  'storageclass.beta.kubernetes.io/is-default-class',
]

/** Source: pkg/apis/storage/util/helpers.go IsDefaultAnnotation. */
export const isDefaultStorageClass = ({ metadata }: StorageClass): boolean =>
  DEFAULT_MARKS.some((mark) => metadata.annotations?.[mark] === 'true')

/** Source: pkg/api/storage/util.go GetWarningsForStorageClass. */
const topologyWarnings = ({ allowedTopologies = [] }: StorageClass): readonly string[] =>
  allowedTopologies.flatMap(({ matchLabelExpressions = [] }, i) =>
    matchLabelExpressions.flatMap(({ key }, j) =>
      deprecated(`allowedTopologies[${i}].matchLabelExpressions[${j}].key`, key, ''),
    ),
  )

const texts = {
  provisioner: 'provisioner indicates the type of the provisioner.',
  reclaimPolicy:
    'reclaimPolicy controls the reclaimPolicy for dynamically provisioned PersistentVolumes of this storage class. Defaults to Delete.',
  volumeBindingMode:
    'volumeBindingMode indicates how PersistentVolumeClaims should be provisioned and bound.  When unset, VolumeBindingImmediate is used. This field is only honored by servers that enable the VolumeScheduling feature.',
  allowVolumeExpansion: 'allowVolumeExpansion shows whether the storage class allow volume expand.',
}

export const storageClass = defineKind<StorageClass>({
  group: 'storage.k8s.io',
  version: 'v1',
  kind: 'StorageClass',
  resource: 'storageclasses',
  singular: 'storageclass',
  shortNames: ['sc'],
  namespaced: false,
  schema: 'io.k8s.api.storage.v1.StorageClass',
  defaults,
  validate: validateStorageClass,
  validateUpdate: validateStorageClassUpdate,
  warnings: topologyWarnings,
  columns: [
    { ...nameColumn, cell: (each) => each.metadata.name + (isDefaultStorageClass(each) ? ' (default)' : '') },
    column('Provisioner', texts.provisioner, (each) => each.provisioner),
    column('ReclaimPolicy', texts.reclaimPolicy, (each) => each.reclaimPolicy ?? 'Delete'),
    column('VolumeBindingMode', texts.volumeBindingMode, (each) => each.volumeBindingMode ?? 'Immediate'),
    column('AllowVolumeExpansion', texts.allowVolumeExpansion, (each) => each.allowVolumeExpansion ?? false),
    ageColumn,
  ],
})
