import { SelectorError, selectorFromLabelSelector } from '../../../../api/labels.ts'
import { isDNS1123Subdomain, isPathSegmentName } from '../../../../api/names.ts'
import type { ClusterRole, LabelSelector, PolicyRule, Role, RoleRef, Subject } from '../../../../api/types.ts'
import { type Errors, invalid, invalidEach, notSupported, required } from './field-error.ts'
import { validateLabelSelector } from './labels.ts'

/** Source: pkg/apis/rbac/validation/validation.go. */

const GROUP = 'rbac.authorization.k8s.io'

export const validateRBACName = isPathSegmentName

export function validateRole({ rules }: Role): Errors {
  const errors: Errors = []
  validateRules(errors, rules, true)
  return errors
}

export function validateClusterRole({ rules, aggregationRule }: ClusterRole): Errors {
  const errors: Errors = []
  validateRules(errors, rules, false)
  if (!aggregationRule) return errors
  const { clusterRoleSelectors = [] } = aggregationRule
  const field = 'aggregationRule.clusterRoleSelectors'
  if (clusterRoleSelectors.length === 0) {
    required(errors, field, 'at least one clusterRoleSelector required if aggregationRule is non-nil')
  }
  for (const [i, selector] of clusterRoleSelectors.entries()) {
    validateLabelSelector(errors, `${field}[${i}]`, selector)
    if (!isSelector(selector)) invalid(errors, `${field}[${i}]`, undefined, 'invalid label selector.')
  }
  return errors
}

function isSelector(selector: LabelSelector): boolean {
  try {
    selectorFromLabelSelector(selector)
    return true
  } catch (error) {
    if (error instanceof SelectorError) return false
    throw error
  }
}

function validateRules(errors: Errors, rules: readonly PolicyRule[] | undefined, namespaced: boolean): void {
  for (const [i, rule] of (rules ?? []).entries()) validateRule(errors, `rules[${i}]`, rule, namespaced)
}

function validateRule(errors: Errors, field: string, rule: PolicyRule, namespaced: boolean): void {
  const { verbs = [], apiGroups = [], resources = [], resourceNames = [], nonResourceURLs = [] } = rule
  if (verbs.length === 0) required(errors, `${field}.verbs`, 'verbs must contain at least one value')
  if (nonResourceURLs.length > 0) {
    const path = `${field}.nonResourceURLs`
    if (namespaced) invalid(errors, path, nonResourceURLs, 'namespaced rules cannot apply to non-resource URLs')
    if (apiGroups.length + resources.length + resourceNames.length > 0) {
      invalid(errors, path, nonResourceURLs, 'rules cannot apply to both regular resources and non-resource URLs')
    }
    return
  }
  if (apiGroups.length === 0)
    required(errors, `${field}.apiGroups`, 'resource rules must supply at least one api group')
  if (resources.length === 0) required(errors, `${field}.resources`, 'resource rules must supply at least one resource')
}

interface Binding {
  readonly roleRef: RoleRef
  readonly subjects?: readonly Subject[]
}

/** @param kinds what the binding may refer to. */
export function validateBinding({ roleRef, subjects = [] }: Binding, kinds: readonly string[]): Errors {
  const errors: Errors = []
  const { apiGroup = '', kind = '', name = '' } = roleRef ?? {}
  if (apiGroup !== GROUP) notSupported(errors, 'roleRef.apiGroup', apiGroup, [GROUP])
  if (!kinds.includes(kind)) notSupported(errors, 'roleRef.kind', kind, kinds)
  if (name === '') required(errors, 'roleRef.name')
  else invalidEach(errors, 'roleRef.name', name, validateRBACName(name))
  const namespaced = kinds.includes('Role')
  for (const [i, subject] of subjects.entries()) validateSubject(errors, `subjects[${i}]`, subject, namespaced)
  return errors
}

export function validateBindingUpdate(binding: Binding, old: Binding, kinds: readonly string[]): Errors {
  const errors = validateBinding(binding, kinds)
  const { apiGroup, kind, name } = binding.roleRef
  const same = apiGroup === old.roleRef.apiGroup && kind === old.roleRef.kind && name === old.roleRef.name
  if (!same) invalid(errors, 'roleRef', { APIGroup: apiGroup, Kind: kind, Name: name }, 'cannot change roleRef')
  return errors
}

function validateSubject(errors: Errors, field: string, subject: Subject, namespaced: boolean): void {
  const { kind = '', name = '', namespace, apiGroup = '' } = subject
  if (name === '') required(errors, `${field}.name`)
  if (kind === 'ServiceAccount') {
    if (name !== '') invalidEach(errors, `${field}.name`, name, isDNS1123Subdomain(name))
    if (apiGroup !== '') notSupported(errors, `${field}.apiGroup`, apiGroup, [''])
    if (!namespaced && !namespace) required(errors, `${field}.namespace`)
  } else if (kind === 'User' || kind === 'Group') {
    if (apiGroup !== GROUP) notSupported(errors, `${field}.apiGroup`, apiGroup, [GROUP])
  } else notSupported(errors, `${field}.kind`, kind, ['ServiceAccount', 'User', 'Group'])
}
