import { canonicalQuantity } from '../../../../api/quantity.ts'
import type { PersistentVolumeClaim, PersistentVolumeClaimSpec } from '../../../../api/types.ts'
import { ageColumn, column, nameColumn } from '../columns/column.ts'
import { resourceTexts } from '../columns/resource-texts.ts'
import { defineKind, statusSubresource } from '../kind.ts'
import {
  validatePersistentVolumeClaim,
  validatePersistentVolumeClaimStatusUpdate,
  validatePersistentVolumeClaimUpdate,
} from '../validation/persistentvolumeclaim.ts'
import { claimWarnings } from '../warnings/volume-warnings.ts'
import { accessModesText, storageClassText } from './persistentvolume-columns.ts'
import { canonicalResources } from './resource-list.ts'
import { claimSpecDefaults } from './volume-defaults.ts'

type ResourceList = Readonly<Record<string, string>>

/** Source: pkg/apis/core/v1/zz_generated.defaults.go SetObjectDefaults_PersistentVolumeClaim. */
export function claimDefaults(claim: PersistentVolumeClaim): PersistentVolumeClaim {
  const spec = claim.spec && claimSpecDefaults(claim.spec)
  const capacity = canonicalResources(claim.status?.capacity as ResourceList | undefined)
  const allocated = canonicalResources(claim.status?.allocatedResources as ResourceList | undefined)
  const phase = claim.status?.phase || 'Pending'
  const same =
    phase === claim.status?.phase && capacity === claim.status.capacity && allocated === claim.status.allocatedResources
  if (same && spec === claim.spec) return claim
  const status = {
    ...claim.status,
    phase,
    ...(capacity && { capacity }),
    ...(allocated && { allocatedResources: allocated }),
  }
  return { ...claim, ...(spec && { spec }), status }
}

/**
 * `dataSource` and `dataSourceRef` say the same, in two ways. Source: pkg/api/persistentvolumeclaim/util.go
 * DropDisabledFields (CrossNamespaceVolumeDataSource is alpha and off), EnforceDataSourceBackwardsCompatibility, NormalizeDataSources.
 */
function normalizeDataSources(
  given: PersistentVolumeClaimSpec,
  old?: PersistentVolumeClaimSpec,
): PersistentVolumeClaimSpec {
  const spec = withoutUnknownSource(withoutForeignSource(given, old), old)
  const { dataSource, dataSourceRef } = spec
  if (dataSource && !dataSourceRef) return { ...spec, dataSourceRef: dataSource }
  if (!dataSourceRef || dataSource || dataSourceRef.namespace) return spec
  const { apiGroup, kind, name } = dataSourceRef
  return { ...spec, dataSource: { apiGroup: apiGroup ?? (null as never), kind, name } }
}

function withoutForeignSource(
  spec: PersistentVolumeClaimSpec,
  old?: PersistentVolumeClaimSpec,
): PersistentVolumeClaimSpec {
  if (!spec.dataSourceRef?.namespace || old?.dataSourceRef) return spec
  const { dataSourceRef: _, ...rest } = spec
  return rest
}

/** Old clients may name a claim or a snapshot; anything else is dropped without a word. */
function withoutUnknownSource(
  spec: PersistentVolumeClaimSpec,
  old?: PersistentVolumeClaimSpec,
): PersistentVolumeClaimSpec {
  const { dataSource, ...rest } = spec
  if (!dataSource || spec.dataSourceRef || old?.dataSource || old?.dataSourceRef) return spec
  const source = `${dataSource.kind}.${dataSource.apiGroup ?? ''}`
  return source === 'PersistentVolumeClaim.' || source === 'VolumeSnapshot.snapshot.storage.k8s.io' ? spec : rest
}

const withSources = (claim: PersistentVolumeClaim, old?: PersistentVolumeClaim): PersistentVolumeClaim =>
  claim.spec ? { ...claim, spec: normalizeDataSources(claim.spec, old?.spec) } : claim

const texts = resourceTexts.PersistentVolumeClaim
const UNSET = '<unset>'

export const persistentVolumeClaim = defineKind<PersistentVolumeClaim>({
  group: '',
  version: 'v1',
  kind: 'PersistentVolumeClaim',
  resource: 'persistentvolumeclaims',
  singular: 'persistentvolumeclaim',
  shortNames: ['pvc'],
  namespaced: true,
  subresources: statusSubresource,
  schema: 'io.k8s.api.core.v1.PersistentVolumeClaim',
  defaults: claimDefaults,
  prepareForCreate: (claim) => withSources({ ...claim, status: { phase: 'Pending' } }),
  prepareForUpdate: (claim, old) => withSources({ ...claim, status: old.status } as PersistentVolumeClaim, old),
  prepareForStatusUpdate: (claim, old) => ({ ...claim, spec: old.spec }) as PersistentVolumeClaim,
  validate: (claim) => validatePersistentVolumeClaim(claim),
  validateUpdate: (claim, old) => validatePersistentVolumeClaimUpdate(claim, old),
  validateStatusUpdate: (claim, old) => validatePersistentVolumeClaimStatusUpdate(claim, old),
  warnings: (claim) => claimWarnings(claim),
  columns: [
    nameColumn,
    column('Status', texts.status, ({ metadata, status }) =>
      metadata.deletionTimestamp ? 'Terminating' : (status?.phase ?? ''),
    ),
    column('Volume', texts.volume, ({ spec }) => spec?.volumeName ?? ''),
    column('Capacity', texts.capacity, ({ spec, status }) =>
      spec?.volumeName ? canonicalQuantity(status?.capacity?.storage ?? '0') : '',
    ),
    column('Access Modes', texts.accessModes, ({ spec, status }) =>
      spec?.volumeName ? accessModesText(status?.accessModes) : '',
    ),
    column('StorageClass', texts.storageClass, ({ metadata, spec }) =>
      storageClassText(metadata, spec?.storageClassName),
    ),
    column(
      'VolumeAttributesClass',
      texts.volumeAttributesClass,
      ({ spec }) => spec?.volumeAttributesClassName ?? UNSET,
    ),
    ageColumn,
    column('VolumeMode', texts.volumeMode, ({ spec }) => spec?.volumeMode ?? UNSET, { wide: true }),
  ],
  fieldSelectors: { name: (each) => each.metadata.name },
})
