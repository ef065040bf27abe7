import type { MutatingAdmissionPolicy } from '../../../../api/types.ts'
import { ageColumn, column, nameColumn } from '../columns/column.ts'
import { defineKind } from '../kind.ts'
import { validateMutatingPolicy } from '../validation/admissionregistration/policies.ts'
import { matchResourcesDefaults } from './defaults.ts'
import { paramKindText } from './param-columns.ts'
import { staticSuffixWarnings } from './static-suffix.ts'

/** Source: pkg/apis/admissionregistration/v1/defaults.go SetDefaults_MutatingAdmissionPolicySpec. */
function defaults(policy: MutatingAdmissionPolicy): MutatingAdmissionPolicy {
  const given = policy.spec ?? {}
  const { matchConstraints } = given
  const spec = {
    ...given,
    failurePolicy: given.failurePolicy ?? 'Fail',
    ...(matchConstraints !== undefined && { matchConstraints: matchResourcesDefaults(matchConstraints) }),
  }
  return { ...policy, spec }
}

const texts = {
  mutations: 'Mutation indicates the number of mutations rules defined in this configuration',
  paramKind: 'ParamKind specifies the kind of resources used to parameterize this policy',
}

export const mutatingAdmissionPolicy = defineKind<MutatingAdmissionPolicy>({
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  kind: 'MutatingAdmissionPolicy',
  resource: 'mutatingadmissionpolicies',
  singular: 'mutatingadmissionpolicy',
  categories: ['api-extensions'],
  namespaced: false,
  schema: 'io.k8s.api.admissionregistration.v1.MutatingAdmissionPolicy',
  defaults,
  validate: (policy) => validateMutatingPolicy(policy),
  validateUpdate: validateMutatingPolicy,
  warnings: staticSuffixWarnings,
  columns: [
    nameColumn,
    column('Mutations', texts.mutations, ({ spec }) => spec?.mutations?.length ?? 0, { type: 'integer' }),
    column('ParamKind', texts.paramKind, ({ spec }) => paramKindText(spec?.paramKind)),
    ageColumn,
  ],
})
