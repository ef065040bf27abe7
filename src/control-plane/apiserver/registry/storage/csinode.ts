import type { CSINode } from '../../../../api/types.ts'
import { ageColumn, column, nameColumn } from '../columns/column.ts'
import { defineKind } from '../kind.ts'
import { validateCSINode, validateCSINodeUpdate } from '../validation/storage/csi.ts'

const texts = { drivers: 'Drivers indicates the number of CSI drivers registered on the node' }

export const csiNode = defineKind<CSINode>({
  group: 'storage.k8s.io',
  version: 'v1',
  kind: 'CSINode',
  resource: 'csinodes',
  singular: 'csinode',
  namespaced: false,
  schema: 'io.k8s.api.storage.v1.CSINode',
  validate: validateCSINode,
  validateUpdate: validateCSINodeUpdate,
  columns: [
    nameColumn,
    column('Drivers', texts.drivers, ({ spec }) => spec.drivers?.length ?? 0, { type: 'integer' }),
    ageColumn,
  ],
})
