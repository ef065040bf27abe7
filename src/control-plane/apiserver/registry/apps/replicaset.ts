import type { ReplicaSet } from '../../../../api/types.ts'
import { ageColumn, column, containerColumns, nameColumn } from '../columns/column.ts'
import { formatLabelSelector } from '../columns/selectors.ts'
import { columnTexts } from '../columns/texts.ts'
import { podTemplateDefaults } from '../core/pod-defaults.ts'
import { defineKind, scaleSubresource, statusSubresource } from '../kind.ts'
import {
  validateReplicaSet,
  validateReplicaSetStatusUpdate,
  validateReplicaSetUpdate,
} from '../validation/workloads.ts'
import { workloadWarnings } from '../warnings/pod-warnings.ts'
import { replicaScale } from './scale.ts'

/** Source: pkg/apis/apps/v1/defaults.go SetDefaults_ReplicaSet. */
function defaults(replicaSet: ReplicaSet): ReplicaSet {
  const spec = replicaSet.spec
  if (!spec) return replicaSet
  const template = podTemplateDefaults(spec.template)
  if (template === spec.template && spec.replicas !== undefined) return replicaSet
  return { ...replicaSet, spec: { ...spec, replicas: spec.replicas ?? 1, ...(template && { template }) } }
}

const texts = columnTexts.ReplicaSet

export const replicaSet = defineKind<ReplicaSet>({
  group: 'apps',
  version: 'v1',
  kind: 'ReplicaSet',
  resource: 'replicasets',
  singular: 'replicaset',
  shortNames: ['rs'],
  categories: ['all'],
  namespaced: true,
  subresources: { ...scaleSubresource, ...statusSubresource },
  schema: 'io.k8s.api.apps.v1.ReplicaSet',
  defaults,
  prepareForCreate: (replicaSet) => ({
    ...replicaSet,
    metadata: { ...replicaSet.metadata, generation: 1 },
    status: { replicas: 0 },
  }),
  prepareForUpdate: (replicaSet, old) => ({ ...replicaSet, status: old.status }),
  prepareForStatusUpdate: (replicaSet, old) => ({ ...replicaSet, spec: old.spec }),
  validate: validateReplicaSet,
  validateUpdate: validateReplicaSetUpdate,
  validateStatusUpdate: (replicaSet) => validateReplicaSetStatusUpdate(replicaSet),
  scale: replicaScale,
  warnings: workloadWarnings,
  columns: [
    nameColumn,
    column('Desired', texts.desired, (each) => each.spec.replicas ?? 0, { type: 'integer' }),
    column('Current', texts.current, (each) => each.status?.replicas ?? 0, { type: 'integer' }),
    column('Ready', texts.ready, (each) => each.status?.readyReplicas ?? 0, { type: 'integer' }),
    ageColumn,
    ...containerColumns<ReplicaSet>((each) => each.spec.template?.spec?.containers),
    column('Selector', texts.selector, (each) => formatLabelSelector(each.spec.selector), { wide: true }),
  ],
})
