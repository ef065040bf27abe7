import type { Scale } from '../../../../api/types.ts'
import { ageColumn, nameColumn } from '../columns/column.ts'
import { defineKind } from '../kind.ts'

/** Body and answer of the scale sub-resources. */
export const scale = defineKind<Scale>({
  group: 'autoscaling',
  version: 'v1',
  kind: 'Scale',
  resource: 'scales',
  singular: 'scale',
  namespaced: true,
  verbs: ['get', 'patch', 'update'],
  schema: 'io.k8s.api.autoscaling.v1.Scale',
  columns: [nameColumn, ageColumn],
  virtual: true,
})
