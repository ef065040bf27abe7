import type { ValidatingAdmissionPolicy } from '../../../../api/types.ts'
import { ageColumn, column, nameColumn } from '../columns/column.ts'
import { defineKind, statusSubresource } from '../kind.ts'
import { withMetadataOf } from '../status-metadata.ts'
import {
  validateValidatingPolicy,
  validateValidatingPolicyStatus,
} from '../validation/admissionregistration/policies.ts'
import { matchResourcesDefaults } from './defaults.ts'
import { paramKindText } from './param-columns.ts'
import { staticSuffixWarnings } from './static-suffix.ts'

/** Source: pkg/apis/admissionregistration/v1/defaults.go SetDefaults_ValidatingAdmissionPolicySpec. */
function defaults(policy: ValidatingAdmissionPolicy): ValidatingAdmissionPolicy {
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
  validations: 'Validations indicates the number of validation rules defined in this configuration',
  paramKind: 'ParamKind specifies the kind of resources used to parameterize this policy',
}

export const validatingAdmissionPolicy = defineKind<ValidatingAdmissionPolicy>({
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  kind: 'ValidatingAdmissionPolicy',
  resource: 'validatingadmissionpolicies',
  singular: 'validatingadmissionpolicy',
  categories: ['api-extensions'],
  namespaced: false,
  subresources: statusSubresource,
  schema: 'io.k8s.api.admissionregistration.v1.ValidatingAdmissionPolicy',
  defaults,
  // Source: pkg/registry/admissionregistration/validatingadmissionpolicy/strategy.go PrepareForCreate.
  prepareForCreate: (policy) => ({ ...policy, status: {} }),
  prepareForStatusUpdate: withMetadataOf,
  validate: (policy) => validateValidatingPolicy(policy),
  validateUpdate: validateValidatingPolicy,
  validateStatusUpdate: validateValidatingPolicyStatus,
  warnings: staticSuffixWarnings,
  columns: [
    nameColumn,
    column('Validations', texts.validations, ({ spec }) => spec?.validations?.length ?? 0, { type: 'integer' }),
    column('ParamKind', texts.paramKind, ({ spec }) => paramKindText(spec?.paramKind)),
    ageColumn,
  ],
})
