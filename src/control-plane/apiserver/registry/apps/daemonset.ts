import type { DaemonSet, DaemonSetSpec } from '../../../../api/types.ts'
import { ageColumn, column, containerColumns, nameColumn } from '../columns/column.ts'
import { formatLabelSelector, formatLabels } from '../columns/selectors.ts'
import { columnTexts } from '../columns/texts.ts'
import { podTemplateDefaults } from '../core/pod-defaults.ts'
import { defineKind, statusSubresource } from '../kind.ts'
import { semanticallyEqual } from '../semantic-equality.ts'
import { validateDaemonSet, validateDaemonSetStatusUpdate, validateDaemonSetUpdate } from '../validation/workloads.ts'
import { templateWarnings } from '../warnings/pod-warnings.ts'

const TEMPLATE_GENERATION = 'deprecated.daemonset.template.generation'

function strategyDefaults({ updateStrategy = {} }: DaemonSetSpec): NonNullable<DaemonSetSpec['updateStrategy']> {
  const type = updateStrategy.type || 'RollingUpdate'
  if (type !== 'RollingUpdate') return updateStrategy
  const { maxUnavailable = 1, maxSurge = 0 } = updateStrategy.rollingUpdate ?? {}
  return { ...updateStrategy, type, rollingUpdate: { maxUnavailable, maxSurge } }
}

/** Source: pkg/apis/apps/v1/defaults.go SetDefaults_DaemonSet. */
function defaults(daemonSet: DaemonSet): DaemonSet {
  const spec = daemonSet.spec
  if (!spec) return daemonSet
  const template = podTemplateDefaults(spec.template)
  const { type, rollingUpdate } = spec.updateStrategy ?? {}
  const rolling = rollingUpdate?.maxSurge !== undefined && rollingUpdate.maxUnavailable !== undefined
  const complete =
    template === spec.template &&
    spec.revisionHistoryLimit !== undefined &&
    (type === 'OnDelete' || (type === 'RollingUpdate' && rolling))
  if (complete && daemonSet.metadata.annotations?.[TEMPLATE_GENERATION] !== undefined) return daemonSet
  return {
    ...withTemplateGeneration(daemonSet, templateGeneration(daemonSet)),
    spec: {
      ...spec,
      template,
      updateStrategy: strategyDefaults(spec),
      revisionHistoryLimit: spec.revisionHistoryLimit ?? 10,
    },
  }
}

/** The template generation lives in an annotation. Source: pkg/apis/apps/v1/conversion.go Convert_apps_DaemonSet_To_v1_DaemonSet. */
const withTemplateGeneration = (daemonSet: DaemonSet, generation: number): DaemonSet => ({
  ...daemonSet,
  metadata: {
    ...daemonSet.metadata,
    annotations: { ...daemonSet.metadata.annotations, [TEMPLATE_GENERATION]: String(generation) },
  },
})

const templateGeneration = (daemonSet: DaemonSet): number => {
  const text = daemonSet.metadata.annotations?.[TEMPLATE_GENERATION] ?? ''
  return /^-?\d+$/.test(text) ? Number(text) : 0
}

/** Source: pkg/registry/apps/daemonset/strategy.go PrepareForCreate. */
const prepareForCreate = (daemonSet: DaemonSet): DaemonSet =>
  withTemplateGeneration(
    {
      ...daemonSet,
      metadata: { ...daemonSet.metadata, generation: 1 },
      status: { currentNumberScheduled: 0, numberMisscheduled: 0, desiredNumberScheduled: 0, numberReady: 0 },
    },
    Math.max(1, templateGeneration(daemonSet)),
  )

/** Source: pkg/registry/apps/daemonset/strategy.go PrepareForUpdate. */
function prepareForUpdate(daemonSet: DaemonSet, old: DaemonSet): DaemonSet {
  const changed = !semanticallyEqual(daemonSet.spec.template, old.spec.template)
  return withTemplateGeneration({ ...daemonSet, status: old.status }, templateGeneration(old) + (changed ? 1 : 0))
}

const texts = columnTexts.DaemonSet
const integer = { type: 'integer' } as const

export const daemonSet = defineKind<DaemonSet>({
  group: 'apps',
  version: 'v1',
  kind: 'DaemonSet',
  resource: 'daemonsets',
  singular: 'daemonset',
  shortNames: ['ds'],
  categories: ['all'],
  namespaced: true,
  subresources: statusSubresource,
  schema: 'io.k8s.api.apps.v1.DaemonSet',
  defaults,
  prepareForCreate,
  prepareForUpdate,
  prepareForStatusUpdate: (daemonSet, old) => ({ ...daemonSet, spec: old.spec }),
  validate: validateDaemonSet,
  validateUpdate: validateDaemonSetUpdate,
  validateStatusUpdate: validateDaemonSetStatusUpdate,
  warnings: ({ spec }, old) =>
    semanticallyEqual(spec?.template, old?.spec?.template) ? [] : templateWarnings(spec?.template),
  columns: [
    nameColumn,
    column('Desired', texts.desired, (each) => each.status?.desiredNumberScheduled ?? 0, integer),
    column('Current', texts.current, (each) => each.status?.currentNumberScheduled ?? 0, integer),
    column('Ready', texts.ready, (each) => each.status?.numberReady ?? 0, integer),
    column('Up-to-date', texts.upToDate, (each) => each.status?.updatedNumberScheduled ?? 0, integer),
    column('Available', texts.available, (each) => each.status?.numberAvailable ?? 0, integer),
    column('Node Selector', texts.nodeSelector, (each) => formatLabels(each.spec.template.spec?.nodeSelector)),
    ageColumn,
    ...containerColumns<DaemonSet>((each) => each.spec.template.spec?.containers),
    column('Selector', texts.selector, (each) => formatLabelSelector(each.spec.selector), { wide: true }),
  ],
})
