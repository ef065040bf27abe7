import type { ReplicationController, Scale } from '../../../../api/types.ts'
import { scaleOf } from '../apps/scale.ts'
import { ageColumn, column, containerColumns, nameColumn } from '../columns/column.ts'
import { formatLabels, labelsText } from '../columns/selectors.ts'
import { workloadTexts } from '../columns/workload-texts.ts'
import { defineKind, scaleSubresource, statusSubresource } from '../kind.ts'
import {
  validateReplicationController,
  validateReplicationControllerStatusUpdate,
  validateReplicationControllerUpdate,
} from '../validation/replicationcontroller.ts'
import { workloadWarnings } from '../warnings/pod-warnings.ts'
import { podTemplateDefaults } from './pod-defaults.ts'

const isEmpty = (labels: Readonly<Record<string, string>> | undefined): boolean =>
  labels === undefined || Object.keys(labels).length === 0

/** Selector and labels are the template's labels where they are left out. Source: pkg/apis/core/v1/defaults.go SetDefaults_ReplicationController. */
function defaults(controller: ReplicationController): ReplicationController {
  const { spec, metadata } = controller
  if (!spec) return controller
  // A pointer in Go: a template that is left out stays out.
  const template = spec.template && podTemplateDefaults(spec.template)
  const labels = template?.metadata?.labels
  const selector = labels && isEmpty(spec.selector) ? labels : spec.selector
  const own = labels && isEmpty(metadata.labels) ? labels : metadata.labels
  const same = template === spec.template && selector === spec.selector && own === metadata.labels
  if (same && spec.replicas !== undefined) return controller
  return {
    ...controller,
    metadata: own === metadata.labels || !own ? metadata : { ...metadata, labels: own },
    spec: { ...spec, replicas: spec.replicas ?? 1, ...(selector && { selector }), ...(template && { template }) },
  }
}

/** Source: pkg/registry/core/replicationcontroller/storage/storage.go scaleFromRC. */
const scale = {
  of: (controller: ReplicationController): Scale =>
    scaleOf(controller, controller.spec?.replicas ?? 0, labelsText(controller.spec?.selector)),
  apply: (controller: ReplicationController, replicas: number): ReplicationController => ({
    ...controller,
    spec: { ...controller.spec, replicas },
  }),
}

const texts = workloadTexts.ReplicationController
const integer = { type: 'integer' } as const

export const replicationController = defineKind<ReplicationController>({
  group: '',
  version: 'v1',
  kind: 'ReplicationController',
  resource: 'replicationcontrollers',
  singular: 'replicationcontroller',
  shortNames: ['rc'],
  categories: ['all'],
  namespaced: true,
  subresources: { ...scaleSubresource, ...statusSubresource },
  schema: 'io.k8s.api.core.v1.ReplicationController',
  defaults,
  prepareForCreate: (controller) => ({ ...controller, status: { replicas: 0 } }),
  prepareForUpdate: (controller, old) => ({ ...controller, status: old.status }) as ReplicationController,
  prepareForStatusUpdate: (controller, old) => ({ ...controller, spec: old.spec }) as ReplicationController,
  validate: validateReplicationController,
  validateUpdate: validateReplicationControllerUpdate,
  validateStatusUpdate: validateReplicationControllerStatusUpdate,
  scale,
  warnings: workloadWarnings,
  columns: [
    nameColumn,
    column('Desired', texts.desired, (each) => each.spec?.replicas ?? 0, integer),
    column('Current', texts.current, (each) => each.status?.replicas ?? 0, integer),
    column('Ready', texts.ready, (each) => each.status?.readyReplicas ?? 0, integer),
    ageColumn,
    ...containerColumns<ReplicationController>((each) => each.spec?.template?.spec?.containers),
    column('Selector', texts.selector, (each) => formatLabels(each.spec?.selector), { wide: true }),
  ],
  fieldSelectors: { 'status.replicas': (each) => String(each.status?.replicas ?? 0) },
  defaultPropagationPolicy: 'Orphan',
})
