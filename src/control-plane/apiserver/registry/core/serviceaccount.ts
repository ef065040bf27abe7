import type { ObjectReference, ServiceAccount } from '../../../../api/types.ts'
import { ageColumn, nameColumn } from '../columns/column.ts'
import { defineKind } from '../kind.ts'

/** Of a secret only its name is kept. Source: pkg/registry/core/serviceaccount/strategy.go cleanSecretReferences. */
function withSecretNames(account: ServiceAccount): ServiceAccount {
  if (!account.secrets?.some((reference) => Object.keys(reference).some((key) => key !== 'name'))) return account
  return { ...account, secrets: account.secrets.map(({ name }): ObjectReference => (name ? { name } : {})) }
}

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
  prepareForCreate: withSecretNames,
  prepareForUpdate: withSecretNames,
  columns: [nameColumn, ageColumn],
})
