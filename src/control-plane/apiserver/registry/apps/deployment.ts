import type { Deployment, DeploymentSpec } from '../../../../api/types.ts'
import { ageColumn, column, containerColumns, nameColumn } from '../columns/column.ts'
import { selectorText } from '../columns/selectors.ts'
import { columnTexts } from '../columns/texts.ts'
import { podTemplateDefaults } from '../core/pod-defaults.ts'
import { defineKind, scaleSubresource, statusSubresource } from '../kind.ts'
import { semanticallyEqual } from '../semantic-equality.ts'
import {
  validateDeployment,
  validateDeploymentStatusUpdate,
  validateDeploymentUpdate,
} from '../validation/workloads.ts'
import { workloadWarnings } from '../warnings/pod-warnings.ts'
import { replicaScale } from './scale.ts'

function strategyDefaults({ strategy = {} }: DeploymentSpec): NonNullable<DeploymentSpec['strategy']> {
  const type = strategy.type || 'RollingUpdate'
  if (type !== 'RollingUpdate') return strategy
  const { maxUnavailable = '25%', maxSurge = '25%' } = strategy.rollingUpdate ?? {}
  return { ...strategy, type, rollingUpdate: { maxUnavailable, maxSurge } }
}

/** Source: pkg/apis/apps/v1/defaults.go SetDefaults_Deployment. */
function defaults(deployment: Deployment): Deployment {
  const spec = deployment.spec
  if (!spec) return deployment
  const template = podTemplateDefaults(spec.template)
  const { type, rollingUpdate } = spec.strategy ?? {}
  const rolling = rollingUpdate?.maxSurge !== undefined && rollingUpdate.maxUnavailable !== undefined
  const complete =
    template === spec.template &&
    spec.replicas !== undefined &&
    spec.revisionHistoryLimit !== undefined &&
    spec.progressDeadlineSeconds !== undefined &&
    (type === 'Recreate' || (type === 'RollingUpdate' && rolling))
  if (complete) return deployment
  return {
    ...deployment,
    spec: {
      ...spec,
      replicas: spec.replicas ?? 1,
      template,
      strategy: strategyDefaults(spec),
      revisionHistoryLimit: spec.revisionHistoryLimit ?? 10,
      progressDeadlineSeconds: spec.progressDeadlineSeconds ?? 600,
    },
  }
}

/** Annotations are copied to replica sets, so they bump the generation too. Source: pkg/registry/apps/deployment/strategy.go PrepareForUpdate. */
function prepareForUpdate(deployment: Deployment, old: Deployment): Deployment {
  const next = { ...deployment, status: old.status } as Deployment
  const same =
    semanticallyEqual(deployment.spec, old.spec) &&
    semanticallyEqual(deployment.metadata.annotations ?? {}, old.metadata.annotations ?? {})
  if (same) return next
  return { ...next, metadata: { ...next.metadata, generation: (old.metadata.generation ?? 0) + 1 } }
}

const sameLabels = (deployment: Deployment, old: Deployment): boolean =>
  deployment.metadata.labels === old.metadata.labels

const texts = columnTexts.Deployment

export const deployment = defineKind<Deployment>({
  group: 'apps',
  version: 'v1',
  kind: 'Deployment',
  resource: 'deployments',
  singular: 'deployment',
  shortNames: ['deploy'],
  categories: ['all'],
  namespaced: true,
  subresources: { ...scaleSubresource, ...statusSubresource },
  schema: 'io.k8s.api.apps.v1.Deployment',
  defaults,
  // Source: pkg/registry/apps/deployment/strategy.go.
  prepareForCreate: ({ status: _set, ...deployment }) => ({
    ...deployment,
    metadata: { ...deployment.metadata, generation: 1 },
    status: {},
  }),
  prepareForUpdate,
  prepareForStatusUpdate: (deployment, old) => ({
    ...deployment,
    spec: old.spec,
    metadata: sameLabels(deployment, old)
      ? deployment.metadata
      : { ...deployment.metadata, labels: old.metadata.labels ?? {} },
  }),
  validate: validateDeployment,
  validateUpdate: validateDeploymentUpdate,
  validateStatusUpdate: validateDeploymentStatusUpdate,
  scale: replicaScale,
  warnings: workloadWarnings,
  columns: [
    nameColumn,
    column('Ready', texts.ready, ({ spec, status }) => `${status?.readyReplicas ?? 0}/${spec.replicas ?? 0}`),
    column('Up-to-date', texts.upToDate, (each) => each.status?.updatedReplicas ?? 0),
    column('Available', texts.available, (each) => each.status?.availableReplicas ?? 0),
    ageColumn,
    ...containerColumns<Deployment>((each) => each.spec.template.spec?.containers),
    column('Selector', texts.selector, (each) => selectorText(each.spec.selector, '<invalid>'), { wide: true }),
  ],
})
