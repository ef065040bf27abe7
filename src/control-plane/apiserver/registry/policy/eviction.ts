import type { Eviction } from '../../../../api/types.ts'
import { defineKind } from '../kind.ts'

/** Body of pods/eviction. */
export const eviction = defineKind<Eviction>({
  group: 'policy',
  version: 'v1',
  kind: 'Eviction',
  resource: 'evictions',
  singular: 'eviction',
  namespaced: true,
  verbs: ['create'],
  schema: 'io.k8s.api.policy.v1.Eviction',
  columns: [],
  virtual: true,
})
