import type { ResourceClaimTemplate } from '../../../../api/types.ts'
import { ageColumn, nameColumn } from '../columns/column.ts'
import { defineKind } from '../kind.ts'
import { validateResourceClaimTemplate, validateResourceClaimTemplateUpdate } from '../validation/resource/claim.ts'
import { claimSpecDefaults } from './claim-defaults.ts'

function defaults(template: ResourceClaimTemplate): ResourceClaimTemplate {
  const inner = template.spec?.spec
  if (inner === undefined) return template
  return { ...template, spec: { ...template.spec, spec: claimSpecDefaults(inner) } }
}

export const resourceClaimTemplate = defineKind<ResourceClaimTemplate>({
  group: 'resource.k8s.io',
  version: 'v1',
  kind: 'ResourceClaimTemplate',
  resource: 'resourceclaimtemplates',
  singular: 'resourceclaimtemplate',
  namespaced: true,
  schema: 'io.k8s.api.resource.v1.ResourceClaimTemplate',
  defaults,
  validate: validateResourceClaimTemplate,
  validateUpdate: validateResourceClaimTemplateUpdate,
  columns: [nameColumn, ageColumn],
})
