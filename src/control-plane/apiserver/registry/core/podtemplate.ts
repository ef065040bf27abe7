import type { Container, PodTemplate } from '../../../../api/types.ts'
import { column, nameColumn } from '../columns/column.ts'
import { formatLabels } from '../columns/selectors.ts'
import { sharedTexts } from '../columns/texts.ts'
import { workloadTexts } from '../columns/workload-texts.ts'
import { defineKind } from '../kind.ts'
import { semanticallyEqual } from '../semantic-equality.ts'
import { validateTemplateObject } from '../validation/podtemplate.ts'
import { templateWarnings } from '../warnings/pod-warnings.ts'
import { podTemplateDefaults } from './pod-defaults.ts'

function defaults(podTemplate: PodTemplate): PodTemplate {
  const template = podTemplateDefaults(podTemplate.template)
  return template === podTemplate.template ? podTemplate : { ...podTemplate, template }
}

/** Source: pkg/registry/core/podtemplate/strategy.go PrepareForUpdate. */
function prepareForUpdate(podTemplate: PodTemplate, old: PodTemplate): PodTemplate {
  if (semanticallyEqual(podTemplate.template, old.template)) return podTemplate
  return {
    ...podTemplate,
    metadata: { ...podTemplate.metadata, generation: (old.metadata.generation ?? 0) + 1 },
  }
}

const joined = (podTemplate: PodTemplate, of: (container: Container) => string): string =>
  (podTemplate.template?.spec?.containers ?? []).map(of).join(',')

export const podTemplate = defineKind<PodTemplate>({
  group: '',
  version: 'v1',
  kind: 'PodTemplate',
  resource: 'podtemplates',
  singular: 'podtemplate',
  namespaced: true,
  schema: 'io.k8s.api.core.v1.PodTemplate',
  defaults,
  prepareForCreate: (podTemplate) => ({ ...podTemplate, metadata: { ...podTemplate.metadata, generation: 1 } }),
  prepareForUpdate,
  validate: validateTemplateObject,
  warnings: ({ metadata, template }, old) =>
    old?.metadata.generation === metadata.generation ? [] : templateWarnings(template, 'template.'),
  columns: [
    nameColumn,
    column('Containers', sharedTexts.containers, (each) => joined(each, ({ name }) => name)),
    column('Images', sharedTexts.images, (each) => joined(each, ({ image = '' }) => image)),
    column('Pod Labels', workloadTexts.PodTemplate.podLabels, (each) => formatLabels(each.template?.metadata?.labels)),
  ],
})
