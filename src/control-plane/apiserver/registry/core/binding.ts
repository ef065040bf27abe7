import type { Binding } from '../../../../api/types.ts'
import { defineKind } from '../kind.ts'

export const binding = defineKind<Binding>({
  group: '',
  version: 'v1',
  kind: 'Binding',
  resource: 'bindings',
  singular: 'binding',
  namespaced: true,
  verbs: ['create'],
  schema: 'io.k8s.api.core.v1.Binding',
  columns: [],
  virtual: true,
})
