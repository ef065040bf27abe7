import type { PriorityClass } from '../../../../api/types.ts'
import { ageColumn, column, nameColumn } from '../columns/column.ts'
import { columnTexts } from '../columns/texts.ts'
import { defineKind } from '../kind.ts'
import { validatePriorityClass, validatePriorityClassUpdate } from '../validation/priorityclass.ts'

const texts = columnTexts.PriorityClass

export const priorityClass = defineKind<PriorityClass>({
  group: 'scheduling.k8s.io',
  version: 'v1',
  kind: 'PriorityClass',
  resource: 'priorityclasses',
  singular: 'priorityclass',
  shortNames: ['pc'],
  namespaced: false,
  schema: 'io.k8s.api.scheduling.v1.PriorityClass',
  // Source: pkg/apis/scheduling/v1/defaults.go SetDefaults_PriorityClass.
  defaults: (each) => (each.preemptionPolicy ? each : { ...each, preemptionPolicy: 'PreemptLowerPriority' }),
  // Source: pkg/registry/scheduling/priorityclass/strategy.go PrepareForCreate.
  prepareForCreate: (each) => ({ ...each, metadata: { ...each.metadata, generation: 1 } }),
  validate: validatePriorityClass,
  validateUpdate: validatePriorityClassUpdate,
  columns: [
    nameColumn,
    column('Value', texts.value, (each) => each.value ?? 0, { type: 'integer' }),
    column('Global-Default', texts.globalDefault, (each) => each.globalDefault ?? false, { type: 'boolean' }),
    ageColumn,
    column('PreemptionPolicy', texts.preemptionPolicy, (each) => each.preemptionPolicy ?? ''),
  ],
})
