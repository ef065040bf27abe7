import type { Lease } from '../../../../api/types.ts'
import { ageColumn, column, nameColumn } from '../columns/column.ts'
import { columnTexts } from '../columns/texts.ts'
import { defineKind } from '../kind.ts'
import { validateLease } from '../validation/lease.ts'

export const lease = defineKind<Lease>({
  group: 'coordination.k8s.io',
  version: 'v1',
  kind: 'Lease',
  resource: 'leases',
  singular: 'lease',
  namespaced: true,
  schema: 'io.k8s.api.coordination.v1.Lease',
  validate: validateLease,
  columns: [
    nameColumn,
    column('Holder', columnTexts.Lease.holder, (each) => each.spec?.holderIdentity ?? ''),
    ageColumn,
  ],
  allowCreateOnUpdate: true,
})
