import type { MutatingAdmissionPolicyBinding } from '../../../../api/types.ts'
import { ageColumn, column, nameColumn } from '../columns/column.ts'
import { defineKind } from '../kind.ts'
import { validateMutatingBinding } from '../validation/admissionregistration/bindings.ts'
import { matchResourcesDefaults } from './defaults.ts'
import { paramRefText } from './param-columns.ts'
import { staticSuffixWarnings } from './static-suffix.ts'

/** Source: pkg/apis/admissionregistration/v1/zz_generated.defaults.go SetObjectDefaults_MutatingAdmissionPolicyBinding. */
function defaults(binding: MutatingAdmissionPolicyBinding): MutatingAdmissionPolicyBinding {
  const match = binding.spec?.matchResources
  if (match === undefined) return binding
  return { ...binding, spec: { ...binding.spec, matchResources: matchResourcesDefaults(match) } }
}

const texts = {
  policyName: 'PolicyName indicates the policy definition which the policy binding binded to',
  paramRef: 'ParamRef indicates the param resource which sets the configuration param',
}

export const mutatingAdmissionPolicyBinding = defineKind<MutatingAdmissionPolicyBinding>({
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  kind: 'MutatingAdmissionPolicyBinding',
  resource: 'mutatingadmissionpolicybindings',
  singular: 'mutatingadmissionpolicybinding',
  categories: ['api-extensions'],
  namespaced: false,
  schema: 'io.k8s.api.admissionregistration.v1.MutatingAdmissionPolicyBinding',
  defaults,
  validate: validateMutatingBinding,
  warnings: staticSuffixWarnings,
  columns: [
    nameColumn,
    column('PolicyName', texts.policyName, ({ spec }) => spec?.policyName ?? ''),
    column('ParamRef', texts.paramRef, ({ spec }) => paramRefText(spec?.paramRef)),
    ageColumn,
  ],
})
