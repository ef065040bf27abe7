import { isDNS1123Subdomain, isPathSegmentName } from '../../../../../api/names.ts'
import type { MatchResources, NamedRuleWithOperations, ParamKind, ParamRef } from '../../../../../api/types.ts'
import { isDNS1035Label } from '../apiregistration/apiservice.ts'
import { duplicate, type Errors, forbidden, invalid, invalidEach, notSupported, required } from '../field-error.ts'
import { validateLabelSelector } from '../labels.ts'

/** Rules, and what policies and bindings have in common. Source: pkg/apis/admissionregistration/validation/validation.go. */

export function supported(errors: Errors, field: string, value: string | undefined, values: readonly string[]): void {
  if (value !== undefined && !values.includes(value)) notSupported(errors, field, value, values)
}

export const FAILURE_POLICIES = ['Fail', 'Ignore']
export const MATCH_POLICIES = ['Equivalent', 'Exact']
export const REINVOCATION_POLICIES = ['IfNeeded', 'Never']
const OPERATIONS = ['*', 'CONNECT', 'CREATE', 'DELETE', 'UPDATE']
const SCOPES = ['*', 'Cluster', 'Namespaced']

function alone(errors: Errors, field: string, values: readonly string[], others: string): void {
  if (values.length === 0) required(errors, field)
  if (values.length > 1 && values.includes('*')) {
    invalid(errors, field, values, `if '*' is present, must not specify other ${others}`)
  }
}

export function validateRule(errors: Errors, field: string, rule: NamedRuleWithOperations): void {
  const { operations = [], apiGroups = [], apiVersions = [], resources = [], scope } = rule
  alone(errors, `${field}.operations`, operations, 'operations')
  for (const [i, operation] of operations.entries()) {
    supported(errors, `${field}.operations[${i}]`, operation, OPERATIONS)
  }
  alone(errors, `${field}.apiGroups`, apiGroups, 'API groups')
  alone(errors, `${field}.apiVersions`, apiVersions, 'API versions')
  for (const [i, version] of apiVersions.entries()) {
    if (version === '') required(errors, `${field}.apiVersions[${i}]`)
  }
  validateResources(errors, `${field}.resources`, resources)
  supported(errors, `${field}.scope`, scope, SCOPES)
}

function validateResources(errors: Errors, field: string, resources: readonly string[]): void {
  if (resources.length === 0) required(errors, field)
  const wholeOf = new Set<string>()
  const everywhere = new Set<string>()
  let plain = false
  for (const [i, text] of resources.entries()) {
    if (text === '') required(errors, `${field}[${i}]`)
    const slash = text.indexOf('/')
    if (slash < 0) {
      if (text !== '') plain = text !== '*'
      continue
    }
    const [resource, sub] = [text.slice(0, slash), text.slice(slash + 1)]
    const clash = (by: string) =>
      invalid(errors, `${field}[${i}]`, text, `if '${by}' is present, must not specify ${text}`)
    if (wholeOf.has(resource)) clash(`${resource}/*`)
    if (everywhere.has(sub)) clash(`*/${sub}`)
    if (sub === '*') wholeOf.add(resource)
    if (resource === '*') everywhere.add(sub)
  }
  if (resources.length > 1 && resources.includes('*/*')) {
    invalid(errors, field, resources, "if '*/*' is present, must not specify other resources")
  }
  if (resources.includes('*') && plain) {
    invalid(errors, field, resources, "if '*' is present, must not specify other resources without subresources")
  }
}

export function validateMatchResources(errors: Errors, field: string, match: MatchResources | undefined): void {
  if (match === undefined) return
  supported(errors, `${field}.matchPolicy`, match.matchPolicy, MATCH_POLICIES)
  validateLabelSelector(errors, `${field}.namespaceSelector`, match.namespaceSelector)
  validateLabelSelector(errors, `${field}.objectSelector`, match.objectSelector)
  for (const list of ['resourceRules', 'excludeResourceRules'] as const) {
    for (const [i, rule] of (match[list] ?? []).entries()) {
      const path = `${field}.${list}[${i}]`
      validateResourceNames(errors, `${path}.resourceNames`, rule.resourceNames)
      validateRule(errors, path, rule)
    }
  }
}

function validateResourceNames(errors: Errors, field: string, names: readonly string[] = []): void {
  for (const [i, name] of names.entries()) {
    invalidEach(errors, `${field}[${i}]`, name, isPathSegmentName(name))
    if (names.indexOf(name) < i) duplicate(errors, `${field}[${i}]`, name)
  }
}

export function validateParamKind(errors: Errors, { apiVersion = '', kind = '' }: ParamKind): void {
  const field = 'spec.paramKind.apiVersion'
  const parts = apiVersion.split('/')
  const [group, version] = parts.length === 1 ? ['', parts[0]!] : [parts[0]!, parts[1]!]
  if (apiVersion === '') required(errors, field)
  else if (parts.length > 2) invalid(errors, field, apiVersion, `unexpected GroupVersion string: ${apiVersion}`)
  else {
    const wrong = group === '' ? [] : isDNS1123Subdomain(group)
    if (wrong.length > 0) invalid(errors, field, group, wrong.join(','))
    const wrongVersion = isDNS1035Label(version)
    if (version === '') invalid(errors, field, apiVersion, 'version must be specified')
    else if (wrongVersion.length > 0) invalid(errors, field, version, wrongVersion.join(','))
  }
  const wrongKind = isDNS1035Label(kind.toLowerCase())
  if (kind === '') required(errors, 'spec.paramKind.kind')
  else if (wrongKind.length > 0) {
    const rule = `may have mixed case, but should otherwise match: ${wrongKind.join(',')}`
    invalid(errors, 'spec.paramKind.kind', kind, rule)
  }
}

export function validateParamRef(errors: Errors, ref: ParamRef | undefined): void {
  if (ref === undefined) return
  const { name = '', selector, parameterNotFoundAction: action } = ref
  const field = 'spec.paramRef'
  const both = name !== '' && selector !== undefined
  const exclusive = 'name and selector are mutually exclusive'
  if (name !== '') invalidEach(errors, `${field}.name`, name, isPathSegmentName(name))
  if (both) forbidden(errors, `${field}.name`, exclusive)
  validateLabelSelector(errors, `${field}.selector`, selector)
  if (both) forbidden(errors, `${field}.selector`, exclusive)
  if (name === '' && selector === undefined) required(errors, field, 'one of name or selector must be specified')
  if (!action) required(errors, `${field}.parameterNotFoundAction`)
  else supported(errors, `${field}.parameterNotFoundAction`, action, ['Deny', 'Allow'])
}

export function validatePolicyName(errors: Errors, name = ''): void {
  if (name === '') required(errors, 'spec.policyName')
  else invalidEach(errors, 'spec.policyName', name, isDNS1123Subdomain(name))
}
