import type { CSIStorageCapacity } from '../../../../api/types.ts'
import { defaultColumns } from '../columns/column.ts'
import { defineKind } from '../kind.ts'

export const csiStorageCapacity = defineKind<CSIStorageCapacity>({
  group: 'storage.k8s.io',
  version: 'v1',
  kind: 'CSIStorageCapacity',
  resource: 'csistoragecapacities',
  singular: 'csistoragecapacity',
  namespaced: true,
  schema: 'io.k8s.api.storage.v1.CSIStorageCapacity',
  columns: defaultColumns,
})
