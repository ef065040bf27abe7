import type { Lease } from '../../../../api/types.ts'
import { ageColumn, column, nameColumn } from '../columns/column.ts'
import { columnTexts } from '../columns/texts.ts'
import { defineKind } from '../kind.ts'
import { validateLease } from '../validation/lease.ts'

/** Both belong to coordinated leader election, which is off. Source: pkg/registry/coordination/lease/strategy.go PrepareForCreate */
function withoutElection(lease: Lease, old?: Lease): Lease {
  const { strategy, preferredHolder } = lease.spec ?? {}
  if (strategy === undefined && preferredHolder === undefined) return lease
  if (old?.spec?.strategy !== undefined || old?.spec?.preferredHolder !== undefined) return lease
  const { strategy: _, preferredHolder: __, ...spec } = lease.spec!
  return { ...lease, spec }
}

export const lease = defineKind<Lease>({
  group: 'coordination.k8s.io',
  version: 'v1',
  kind: 'Lease',
  resource: 'leases',
  singular: 'lease',
  namespaced: true,
  schema: 'io.k8s.api.coordination.v1.Lease',
  prepareForCreate: (each) => withoutElection(each),
  prepareForUpdate: withoutElection,
  validate: validateLease,
  columns: [
    nameColumn,
    column('Holder', columnTexts.Lease.holder, (each) => each.spec?.holderIdentity ?? ''),
    ageColumn,
  ],
  allowCreateOnUpdate: true,
})
