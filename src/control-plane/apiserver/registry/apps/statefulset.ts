import { isDNS1123Label } from '../../../../api/names.ts'
import type { PersistentVolumeClaim, StatefulSet, StatefulSetSpec } from '../../../../api/types.ts'
import { ageColumn, column, containerColumns, nameColumn } from '../columns/column.ts'
import { workloadTexts } from '../columns/workload-texts.ts'
import { claimDefaults } from '../core/persistentvolumeclaim.ts'
import { podTemplateDefaults } from '../core/pod-defaults.ts'
import { defineKind, scaleSubresource, statusSubresource } from '../kind.ts'
import {
  validateStatefulSet,
  validateStatefulSetStatusUpdate,
  validateStatefulSetUpdate,
} from '../validation/statefulset.ts'
import { templateWarnings } from '../warnings/pod-warnings.ts'
import { claimSpecWarnings } from '../warnings/volume-warnings.ts'
import { replicaScale } from './scale.ts'

function strategyDefaults({ updateStrategy = {} }: StatefulSetSpec): NonNullable<StatefulSetSpec['updateStrategy']> {
  const type = updateStrategy.type || 'RollingUpdate'
  const rollingUpdate = updateStrategy.rollingUpdate ?? (updateStrategy.type ? undefined : {})
  if (type !== 'RollingUpdate' || !rollingUpdate) return { ...updateStrategy, type }
  const { partition = 0 } = rollingUpdate
  return { ...updateStrategy, type, rollingUpdate: { ...rollingUpdate, partition } }
}

/** Claims in a template are written with kind and version: they are whole objects. Source: pkg/apis/apps/v1/conversion.go. */
const claimTemplate = (claim: PersistentVolumeClaim): PersistentVolumeClaim =>
  claimDefaults({ ...claim, apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: claim.metadata ?? {} })

/** Source: pkg/apis/apps/v1/defaults.go SetDefaults_StatefulSet. */
function defaults(statefulSet: StatefulSet): StatefulSet {
  const spec = statefulSet.spec
  if (!spec) return statefulSet
  const template = podTemplateDefaults(spec.template)
  const { whenDeleted, whenScaled } = spec.persistentVolumeClaimRetentionPolicy ?? {}
  const { type, rollingUpdate } = spec.updateStrategy ?? {}
  const complete =
    template === spec.template &&
    spec.podManagementPolicy &&
    whenDeleted &&
    whenScaled &&
    type &&
    (type !== 'RollingUpdate' || !rollingUpdate || rollingUpdate.partition !== undefined) &&
    !spec.volumeClaimTemplates?.some((claim) => claimTemplate(claim).status !== claim.status) &&
    spec.replicas !== undefined &&
    spec.serviceName !== undefined &&
    spec.revisionHistoryLimit !== undefined
  if (complete) return statefulSet
  return {
    ...statefulSet,
    spec: {
      ...spec,
      replicas: spec.replicas ?? 1,
      serviceName: spec.serviceName ?? '',
      template,
      ...(spec.volumeClaimTemplates && { volumeClaimTemplates: spec.volumeClaimTemplates.map(claimTemplate) }),
      podManagementPolicy: spec.podManagementPolicy || 'OrderedReady',
      updateStrategy: strategyDefaults(spec),
      revisionHistoryLimit: spec.revisionHistoryLimit ?? 10,
      persistentVolumeClaimRetentionPolicy: {
        whenDeleted: whenDeleted || 'Retain',
        whenScaled: whenScaled || 'Retain',
      },
    },
  }
}

/** MaxUnavailableStatefulSet is beta and off. Source: pkg/registry/apps/statefulset/strategy.go dropStatefulSetDisabledFields. */
function withoutDisabled(statefulSet: StatefulSet, old: StatefulSet | undefined): StatefulSet {
  const { updateStrategy } = statefulSet.spec
  const { maxUnavailable, ...rollingUpdate } = updateStrategy?.rollingUpdate ?? {}
  if (maxUnavailable === undefined || old?.spec.updateStrategy?.rollingUpdate?.maxUnavailable !== undefined)
    return statefulSet
  return { ...statefulSet, spec: { ...statefulSet.spec, updateStrategy: { ...updateStrategy, rollingUpdate } } }
}

const KEEPS_ALL =
  'spec.revisionHistoryLimit: a negative value retains all historical revisions; a value >= 0 is recommended'

/** Source: pkg/registry/apps/statefulset/strategy.go WarningsOnCreate, WarningsOnUpdate. */
function warnings({ metadata, spec }: StatefulSet, old: StatefulSet | undefined): readonly string[] {
  const changed = old?.metadata.generation !== metadata.generation
  return [
    ...(changed ? templateWarnings(spec.template) : []),
    ...(spec.volumeClaimTemplates ?? []).flatMap((claim, i) =>
      claimSpecWarnings(`spec.volumeClaimTemplates[${i}]${old ? '.Spec' : ''}`, claim.spec ?? {}),
    ),
    ...((spec.revisionHistoryLimit ?? 0) < 0 ? [KEEPS_ALL] : []),
  ]
}

const texts = workloadTexts.StatefulSet

export const statefulSet = defineKind<StatefulSet>({
  group: 'apps',
  version: 'v1',
  kind: 'StatefulSet',
  resource: 'statefulsets',
  singular: 'statefulset',
  shortNames: ['sts'],
  categories: ['all'],
  namespaced: true,
  subresources: { ...scaleSubresource, ...statusSubresource },
  schema: 'io.k8s.api.apps.v1.StatefulSet',
  defaults,
  prepareForCreate: (statefulSet) => ({
    ...withoutDisabled(statefulSet, undefined),
    status: { replicas: 0, availableReplicas: 0 },
  }),
  prepareForUpdate: (statefulSet, old) => ({ ...withoutDisabled(statefulSet, old), status: old.status }) as StatefulSet,
  prepareForStatusUpdate: (statefulSet, old) => ({ ...statefulSet, spec: old.spec }),
  scale: replicaScale,
  // Names are those of pods, which go into host names. Source: pkg/apis/apps/validation/validation.go ValidateStatefulSetName.
  validateName: isDNS1123Label,
  validate: validateStatefulSet,
  validateUpdate: validateStatefulSetUpdate,
  validateStatusUpdate: validateStatefulSetStatusUpdate,
  warnings,
  columns: [
    nameColumn,
    column('Ready', texts.ready, ({ spec, status }) => `${status?.readyReplicas ?? 0}/${spec.replicas ?? 0}`),
    ageColumn,
    ...containerColumns<StatefulSet>((each) => each.spec.template.spec?.containers),
  ],
})
