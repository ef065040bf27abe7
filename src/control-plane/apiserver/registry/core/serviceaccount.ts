import type { ServiceAccount } from '../../../../api/types.ts'
import { ageColumn, nameColumn } from '../columns/column.ts'
import { defineKind } from '../kind.ts'

export const serviceAccount = defineKind<ServiceAccount>({
  group: '',
  version: 'v1',
  kind: 'ServiceAccount',
  resource: 'serviceaccounts',
  singular: 'serviceaccount',
  shortNames: ['sa'],
  namespaced: true,
  subresources: {
    token: { verbs: ['create'], kind: 'TokenRequest', group: 'authentication.k8s.io', version: 'v1' },
  },
  schema: 'io.k8s.api.core.v1.ServiceAccount',
  columns: [nameColumn, ageColumn],
})
