import { findCondition } from '../../../../api/conditions.ts'
import type { FlowSchema } from '../../../../api/types.ts'
import { ageColumn, column, nameColumn } from '../columns/column.ts'
import { defineKind, statusSubresource } from '../kind.ts'
import { withMetadataOf } from '../status-metadata.ts'
import { validateFlowSchema, validateFlowSchemaStatus } from '../validation/flowcontrol/flowschema.ts'

const texts = {
  priorityLevel: '`name` is the name of the priority level configuration being referenced Required.',
  matchingPrecedence:
    '`matchingPrecedence` is used to choose among the FlowSchemas that match a given request. The chosen FlowSchema is among those with the numerically lowest (which we take to be logically highest) MatchingPrecedence.  Each MatchingPrecedence value must be ranged in [1,10000]. Note that if the precedence is not specified, it will be set to 1000 as default.',
  distinguisherMethod:
    '`distinguisherMethod` defines how to compute the flow distinguisher for requests that match this schema. `nil` specifies that the distinguisher is disabled and thus will always be the empty string.',
  missing: 'references a broken or non-existent PriorityLevelConfiguration',
}

export const flowSchema = defineKind<FlowSchema>({
  group: 'flowcontrol.apiserver.k8s.io',
  version: 'v1',
  kind: 'FlowSchema',
  resource: 'flowschemas',
  singular: 'flowschema',
  namespaced: false,
  subresources: statusSubresource,
  schema: 'io.k8s.api.flowcontrol.v1.FlowSchema',
  // Source: pkg/apis/flowcontrol/v1/defaults.go SetDefaults_FlowSchemaSpec.
  defaults: (each) =>
    !each.spec || each.spec.matchingPrecedence ? each : { ...each, spec: { ...each.spec, matchingPrecedence: 1000 } },
  prepareForCreate: (each) => ({ ...each, status: {} }),
  prepareForStatusUpdate: withMetadataOf,
  validate: validateFlowSchema,
  validateStatusUpdate: validateFlowSchemaStatus,
  columns: [
    nameColumn,
    column('PriorityLevel', texts.priorityLevel, ({ spec }) => spec?.priorityLevelConfiguration?.name ?? ''),
    column('MatchingPrecedence', texts.matchingPrecedence, ({ spec }) => spec?.matchingPrecedence ?? 0),
    column('DistinguisherMethod', texts.distinguisherMethod, ({ spec }) => spec?.distinguisherMethod?.type ?? '<none>'),
    ageColumn,
    column('MissingPL', texts.missing, ({ status }) => findCondition(conditions(status), 'Dangling')?.status ?? '?'),
  ],
})

/** Conditions of this group may lack anything but their type. */
function conditions(status: FlowSchema['status']) {
  return status?.conditions?.map(({ type = '', status: state = '' }) => ({ type, status: state }))
}
