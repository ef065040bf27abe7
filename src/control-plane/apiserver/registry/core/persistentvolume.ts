import { canonicalQuantity } from '../../../../api/quantity.ts'
import { rfc3339 } from '../../../../api/time.ts'
import type { PersistentVolume } from '../../../../api/types.ts'
import { ageColumn, column, nameColumn } from '../columns/column.ts'
import { resourceTexts } from '../columns/resource-texts.ts'
import type { StrategyContext } from '../contract.ts'
import { defineKind, statusSubresource } from '../kind.ts'
import { validatePersistentVolume, validatePersistentVolumeUpdate } from '../validation/persistentvolume.ts'
import { persistentVolumeWarnings } from '../warnings/volume-warnings.ts'
import { accessModesText, storageClassText } from './persistentvolume-columns.ts'
import { persistentVolumeDefaults } from './persistentvolume-defaults.ts'

/** The time of the last change of phase is kept, or set anew. Source: pkg/registry/core/persistentvolume/strategy.go persistentvolumeStatusStrategy. */
function prepareForStatusUpdate(
  volume: PersistentVolume,
  old: PersistentVolume,
  context: StrategyContext,
): PersistentVolume {
  const next = { ...volume, spec: old.spec } as PersistentVolume
  const before = old.status?.lastPhaseTransitionTime
  const given = volume.status?.lastPhaseTransitionTime
  const changed = volume.status?.phase !== old.status?.phase
  if (changed ? given !== undefined && given !== before : given !== undefined) return next
  const time = changed ? rfc3339(context.now()) : before
  return time === undefined ? next : { ...next, status: { ...volume.status, lastPhaseTransitionTime: time } }
}

const texts = resourceTexts.PersistentVolume
const UNSET = '<unset>'

export const persistentVolume = defineKind<PersistentVolume>({
  group: '',
  version: 'v1',
  kind: 'PersistentVolume',
  resource: 'persistentvolumes',
  singular: 'persistentvolume',
  shortNames: ['pv'],
  namespaced: false,
  subresources: statusSubresource,
  schema: 'io.k8s.api.core.v1.PersistentVolume',
  defaults: persistentVolumeDefaults,
  prepareForCreate: (volume, context) => ({
    ...volume,
    status: { phase: 'Pending', lastPhaseTransitionTime: rfc3339(context.now()) },
  }),
  prepareForUpdate: (volume, old) => ({ ...volume, status: old.status }) as PersistentVolume,
  prepareForStatusUpdate,
  validate: (volume) => validatePersistentVolume(volume),
  validateUpdate: (volume, old) => validatePersistentVolumeUpdate(volume, old),
  warnings: persistentVolumeWarnings,
  columns: [
    nameColumn,
    column('Capacity', texts.capacity, ({ spec }) => canonicalQuantity(spec?.capacity?.storage ?? '0')),
    column('Access Modes', texts.accessModes, ({ spec }) => accessModesText(spec?.accessModes)),
    column('Reclaim Policy', texts.reclaimPolicy, ({ spec }) => spec?.persistentVolumeReclaimPolicy ?? ''),
    column('Status', texts.status, ({ metadata, status }) =>
      metadata.deletionTimestamp ? 'Terminating' : (status?.phase ?? ''),
    ),
    column('Claim', texts.claim, ({ spec }) =>
      spec?.claimRef ? `${spec.claimRef.namespace ?? ''}/${spec.claimRef.name ?? ''}` : '',
    ),
    column('StorageClass', texts.storageClass, ({ metadata, spec }) =>
      storageClassText(metadata, spec?.storageClassName),
    ),
    column(
      'VolumeAttributesClass',
      texts.volumeAttributesClass,
      ({ spec }) => spec?.volumeAttributesClassName ?? UNSET,
    ),
    column('Reason', texts.reason, ({ status }) => status?.reason ?? ''),
    ageColumn,
    column('VolumeMode', texts.volumeMode, ({ spec }) => spec?.volumeMode ?? UNSET, { wide: true }),
  ],
  fieldSelectors: { name: (each) => each.metadata.name },
})
