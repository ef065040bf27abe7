import type { Scale } from '../../../../api/types.ts'
import { scaleColumns } from '../columns/scale.ts'
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
  columns: scaleColumns,
  virtual: true,
})
