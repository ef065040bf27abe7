import { forbidden } from '../../../api/status.ts'
import type { KubernetesObject, Status } from '../../../api/types.ts'
import { RUNTIME_BUDGET } from '../../../cel/admission.ts'
import type { AdmissionAttributes, AdmissionPlugin } from '../contract.ts'
import { type Bindings, bindings as bindingsOf, LazyVariables, matchesConditions, run } from './dispatch/conditions.ts'
import { isExempt } from './dispatch/matching.ts'
import { type Binding, type Invocation, invocationsOf, isReview, type Policy } from './dispatch/policy.ts'

interface Validation {
  readonly expression: string
  readonly message?: string
  readonly messageExpression?: string
  readonly reason?: string
}

interface ValidatingPolicy extends Policy {
  readonly spec: Policy['spec'] & {
    readonly validations?: readonly Validation[]
    readonly auditAnnotations?: readonly { readonly key: string; readonly valueExpression: string }[]
  }
}

interface Denial {
  readonly message: string
  readonly reason?: string
  /** Which validation; undefined where it is no validation. */
  readonly index?: number
}

/** Source: apiserver/pkg/admission/plugin/policy/validating/dispatcher.go, validator.go */
export const validatingAdmissionPolicy: AdmissionPlugin = {
  name: 'ValidatingAdmissionPolicy',
  operations: ['CREATE', 'UPDATE', 'DELETE', 'CONNECT'],
  validate(object, attributes) {
    const { server } = attributes
    const policies = server.readAll('ValidatingAdmissionPolicy')
    if (policies.length === 0 || isExempt(attributes) || isReview(attributes)) return undefined
    const bindings = server.readAll('ValidatingAdmissionPolicyBinding')
    const refusals = invocationsOf<ValidatingPolicy>(policies, bindings, object, attributes).flatMap((invocation) => {
      const { policy, binding } = invocation
      if ('error' in invocation) {
        if (policy.spec.failurePolicy === 'Ignore') return []
        const message = `failed to configure ${binding === undefined ? 'policy' : 'binding'}: ${invocation.error}`
        return [refuse(policy, binding, { message }, attributes)]
      }
      return act(invocation, validate(invocation, object, attributes), attributes)
    })
    return refusals[0]
  },
}

/** Does with each denial what the binding says. */
function act(
  { policy, binding }: Invocation<ValidatingPolicy>,
  denials: readonly Denial[],
  attributes: AdmissionAttributes,
): readonly Status[] {
  const { validationActions = ['Deny'], policyName } = binding.spec
  return denials.flatMap((denial) => {
    const { name } = binding.metadata
    if (validationActions.includes('Warn') && denial.index !== undefined)
      attributes.warn(
        `Validation failed for ValidatingAdmissionPolicy '${policy.metadata.name}' with binding '${name}': ${denial.message}`,
      )
    if (validationActions.includes('Audit') && denial.index !== undefined) {
      const failed = { message: denial.message, policy: policyName, binding: name, expressionIndex: denial.index }
      const value = JSON.stringify([{ ...failed, validationActions }])
      attributes.audit('validation.policy.admission.k8s.io/validation_failure', value)
    }
    if (denial.index !== undefined && !validationActions.includes('Deny')) return []
    return [refuse(policy, binding, denial, attributes)]
  })
}

const CODES: Readonly<Record<string, number>> = {
  Forbidden: 403,
  Unauthorized: 401,
  RequestEntityTooLarge: 413,
  Invalid: 422,
}

function refuse(
  policy: Policy,
  binding: Binding | undefined,
  { message, reason = 'Invalid' }: Denial,
  { endpoint, name }: AdmissionAttributes,
): Status {
  const who = `ValidatingAdmissionPolicy '${policy.metadata.name}'`
  const text = `${binding === undefined ? who : `${who} with binding '${binding.metadata.name}'`} denied request: ${message}`
  const status = forbidden(endpoint.groupResource, name, text)
  return { ...status, reason, code: CODES[reason] ?? 422, details: { ...status.details, causes: [{ message: text }] } }
}

/** Source: validator.go Validate */
function validate(
  { policy, matched, params }: Invocation<ValidatingPolicy>,
  object: KubernetesObject | undefined,
  attributes: AdmissionAttributes,
): readonly Denial[] {
  const { spec } = policy
  const plain = bindingsOf(attributes, matched, object, params)
  const variables = new LazyVariables(spec.variables ?? []).within(plain)
  const isLenient = spec.failurePolicy === 'Ignore'
  const holds = matchesConditions(spec.matchConditions ?? [], variables, spec.failurePolicy)
  if (typeof holds === 'object') return [{ message: holds.error, index: 0 }]
  if (!holds) return []
  annotate(policy, variables, attributes)
  let budget = RUNTIME_BUDGET
  return (spec.validations ?? []).flatMap((validation, index) => {
    const outcome = run(validation.expression, variables, budget)
    budget -= outcome.cost
    if (outcome.error !== undefined) return isLenient ? [] : [{ message: outcome.error, index }]
    if (outcome.value === true) return []
    return [
      { message: messageOf(validation, variables), index, ...(validation.reason && { reason: validation.reason }) },
    ]
  })
}

function messageOf({ message, messageExpression, expression }: Validation, variables: Bindings): string {
  if (messageExpression) {
    const { authorizer: _, 'authorizer.requestResource': __, ...rest } = variables
    const outcome = run(messageExpression, rest as Bindings)
    const text = outcome.error === undefined && typeof outcome.value === 'string' ? outcome.value.trim() : ''
    if (text !== '' && !text.includes('\n') && text.length <= 5 * 1024) return text
  }
  return message?.trim() || `failed expression: ${expression.trim()}`
}

function annotate({ spec, metadata }: ValidatingPolicy, variables: Bindings, attributes: AdmissionAttributes): void {
  for (const { key, valueExpression } of spec.auditAnnotations ?? []) {
    const outcome = run(valueExpression, variables)
    if (outcome.error !== undefined || typeof outcome.value !== 'string') continue
    const text = outcome.value.trim()
    if (text !== '') attributes.audit(`${metadata.name}/${key}`, text.slice(0, 10 * 1024))
  }
}
