import type { TokenRequest } from '../../../../api/types.ts'
import { defineKind } from '../kind.ts'

const HOUR = 3600

/** Body and answer of serviceaccounts/token. */
export const tokenRequest = defineKind<TokenRequest>({
  group: 'authentication.k8s.io',
  version: 'v1',
  kind: 'TokenRequest',
  resource: 'tokenrequests',
  singular: 'tokenrequest',
  namespaced: true,
  verbs: ['create'],
  schema: 'io.k8s.api.authentication.v1.TokenRequest',
  // Source: pkg/apis/authentication/v1/defaults.go SetDefaults_TokenRequestSpec.
  defaults: (each) =>
    each.spec?.expirationSeconds === undefined ? { ...each, spec: { ...each.spec, expirationSeconds: HOUR } } : each,
  columns: [],
  virtual: true,
})
