import { isLabelKey } from '../../../../../api/names.ts'
import type {
  AuditAnnotation,
  MatchCondition,
  MatchResources,
  MutatingAdmissionPolicy,
  Mutation,
  ParamKind,
  ValidatingAdmissionPolicy,
  Validation,
} from '../../../../../api/types.ts'
import { type AdmissionScope, returns } from '../../../../../cel/admission-environment.ts'
import { semanticallyEqual } from '../../semantic-equality.ts'
import { validateConditions } from '../conditions.ts'
import { duplicate, type Errors, invalid, invalidEach, required } from '../field-error.ts'
import { validateExpression, validateMatchConditions, validateVariables } from './expressions.ts'
import {
  FAILURE_POLICIES,
  REINVOCATION_POLICIES,
  supported,
  validateMatchResources,
  validateParamKind,
} from './rules.ts'

/** Source: pkg/apis/admissionregistration/validation/validation.go. */

const REASONS = ['Forbidden', 'Invalid', 'RequestEntityTooLarge']
const MAX_AUDIT_ANNOTATIONS = 20
const MAX_AUDIT_EXPRESSION = 5 * 1024

interface Shared {
  readonly failurePolicy?: string
  readonly paramKind?: ParamKind
  readonly matchConstraints?: MatchResources
  readonly matchConditions?: readonly MatchCondition[]
}

const sameConditions = (a: Shared | undefined, b: Shared | undefined): boolean =>
  semanticallyEqual(a?.paramKind, b?.paramKind) && semanticallyEqual(a?.matchConditions, b?.matchConditions)

const MUTATED = ['*', 'CONNECT', 'CREATE', 'UPDATE']

function validateShared(errors: Errors, spec: Shared, unchanged: boolean, mutating: boolean): void {
  supported(errors, 'spec.failurePolicy', spec.failurePolicy, FAILURE_POLICIES)
  if (spec.paramKind !== undefined) validateParamKind(errors, spec.paramKind)
  const field = 'spec.matchConstraints'
  if (spec.matchConstraints === undefined) required(errors, field)
  else {
    const { resourceRules = [] } = spec.matchConstraints
    validateMatchResources(errors, field, spec.matchConstraints)
    if (resourceRules.length === 0) required(errors, `${field}.resourceRules`)
    for (const { operations = [] } of mutating ? resourceRules : []) {
      for (const operation of operations) supported(errors, `${field}.resourceRules.operations`, operation, MUTATED)
    }
  }
  if (unchanged) return
  validateMatchConditions(errors, 'spec.matchConditions', spec.matchConditions, spec.paramKind !== undefined)
}

export function validateValidatingPolicy(policy: ValidatingAdmissionPolicy, old?: ValidatingAdmissionPolicy): Errors {
  const errors: Errors = []
  const spec = policy.spec ?? {}
  validateShared(errors, spec, old !== undefined && sameConditions(spec, old.spec), false)
  const params = spec.paramKind !== undefined
  const { variables: declared = [], validations = [], auditAnnotations = [] } = spec
  const variables = declared.length === 0 ? undefined : validateVariables(errors, declared, params)
  if (validations.length + auditAnnotations.length === 0) {
    const detail = 'validations or auditAnnotations must contain at least one item'
    required(errors, 'spec.validations', detail)
    required(errors, 'spec.auditAnnotations', detail)
    return errors
  }
  const scope: AdmissionScope = { params, authorizer: true, ...(variables && { variables }) }
  for (const [i, each] of validations.entries()) validateValidation(errors, `spec.validations[${i}]`, each, scope)
  if (auditAnnotations.length > MAX_AUDIT_ANNOTATIONS) {
    const detail = `must not have more than ${MAX_AUDIT_ANNOTATIONS} auditAnnotations`
    invalid(errors, 'spec.auditAnnotations', auditAnnotations, detail)
  }
  for (const [i, each] of auditAnnotations.entries()) {
    const path = `spec.auditAnnotations[${i}]`
    validateAuditAnnotation(errors, path, policy.metadata.name, each, scope)
    if (auditAnnotations.findIndex(({ key }) => key === each.key) < i) duplicate(errors, `${path}.key`, each.key)
  }
  return errors
}

function validateValidation(errors: Errors, path: string, validation: Validation, scope: AdmissionScope): void {
  const { expression = '', message = '', messageExpression = '', reason } = validation
  if (expression.trim() === '') required(errors, `${path}.expression`, 'expression is not specified')
  else validateExpression(errors, `${path}.expression`, expression, scope, returns.condition)
  const nonEmpty = 'must be non-empty if specified'
  if (messageExpression !== '' && messageExpression.trim() === '') {
    invalid(errors, `${path}.messageExpression`, messageExpression, nonEmpty)
  } else if (messageExpression !== '') {
    const quiet = { ...scope, authorizer: false }
    validateExpression(errors, `${path}.messageExpression`, messageExpression, quiet, returns.message)
  }
  const trimmed = message.trim()
  if (message !== '' && trimmed === '') invalid(errors, `${path}.message`, message, nonEmpty)
  else if (/[\n\r]/.test(trimmed)) invalid(errors, `${path}.message`, message, 'must not contain line breaks')
  supported(errors, `${path}.reason`, reason, REASONS)
}

function validateAuditAnnotation(
  errors: Errors,
  path: string,
  policy: string,
  { key = '', valueExpression = '' }: AuditAnnotation,
  scope: AdmissionScope,
): void {
  if (policy) invalidEach(errors, `${path}.key`, `${policy}/${key}`, isLabelKey(`${policy}/${key}`))
  else invalid(errors, `${path}.key`, key, 'requires metadata.name be non-empty')
  const field = `${path}.valueExpression`
  const trimmed = valueExpression.trim()
  if (trimmed === '') required(errors, field, 'valueExpression is not specified')
  else if (trimmed.length > MAX_AUDIT_EXPRESSION) {
    required(errors, field, `must not exceed ${MAX_AUDIT_EXPRESSION} bytes in length`)
  } else validateExpression(errors, field, trimmed, scope, returns.auditAnnotation)
}

export function validateMutatingPolicy(policy: MutatingAdmissionPolicy, old?: MutatingAdmissionPolicy): Errors {
  const errors: Errors = []
  const spec = policy.spec ?? {}
  validateShared(errors, spec, old !== undefined && sameConditions(spec, old.spec), true)
  const params = spec.paramKind !== undefined
  const variables = validateVariables(errors, spec.variables, params)
  const { mutations = [], reinvocationPolicy = '' } = spec
  if (mutations.length === 0) required(errors, 'spec.mutations', 'mutations must contain at least one item')
  const scope = { params, authorizer: true, patchTypes: true, variables }
  for (const [i, each] of mutations.entries()) validateMutation(errors, `spec.mutations[${i}]`, each, scope)
  if (reinvocationPolicy === '') required(errors, 'spec.reinvocationPolicy')
  else supported(errors, 'spec.reinvocationPolicy', reinvocationPolicy, REINVOCATION_POLICIES)
  return errors
}

/** Source: ValidateValidatingAdmissionPolicyStatusUpdate. */
export function validateValidatingPolicyStatus({ status }: ValidatingAdmissionPolicy): Errors {
  const errors: Errors = []
  for (const [i, { warning, fieldRef = '' }] of (status?.typeChecking?.expressionWarnings ?? []).entries()) {
    const path = `status.typeChecking.expressionWarnings[${i}]`
    if (!warning) required(errors, `${path}.warning`)
    if (fieldRef.trim() === '') required(errors, `${path}.fieldRef`)
  }
  validateConditions(errors, 'status.conditions', status?.conditions)
  return errors
}

const PATCH_FIELDS = { JSONPatch: 'jsonPatch', ApplyConfiguration: 'applyConfiguration' } as const

function validateMutation(errors: Errors, path: string, mutation: Mutation, scope: AdmissionScope): void {
  const type = mutation.patchType ?? ''
  if (type === '') {
    required(errors, `${path}.patchType`)
    return
  }
  supported(errors, `${path}.patchType`, type, ['ApplyConfiguration', 'JSONPatch'])
  if (type !== 'JSONPatch' && type !== 'ApplyConfiguration') return
  const own = PATCH_FIELDS[type]
  const other = type === 'JSONPatch' ? 'applyConfiguration' : 'jsonPatch'
  const expression = mutation[own]?.expression?.trim() ?? ''
  if (mutation[own] === undefined) required(errors, `${path}.${own}`, `must be specified when patchType is ${type}`)
  else if (expression === '') required(errors, `${path}.${own}.expression`)
  else validateExpression(errors, `${path}.${own}.expression`, expression, scope, returns[own])
  if (mutation[other] !== undefined) {
    invalid(errors, `${path}.${other}`, `{${other}}`, `must not be specified when patchType is ${type}`)
  }
}
