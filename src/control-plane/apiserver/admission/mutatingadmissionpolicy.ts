import { equal } from '../../../api/equal.ts'
import { merge } from '../../../api/managedfields/merge.ts'
import { validate as validateApplied } from '../../../api/managedfields/validate.ts'
import type { Json } from '../../../api/patch/patch-error.ts'
import { forbidden } from '../../../api/status.ts'
import { type Answer, isStatus, type KubernetesObject, type Status } from '../../../api/types.ts'
import { type ComputedMap, toJson, type Value } from '../../../cel/admission.ts'
import type { AdmissionAttributes, AdmissionPlugin } from '../contract.ts'
import { managedTypeOf } from '../managedfields/managed-types.ts'
import { bindings as bindingsOf, LazyVariables, matchesConditions, run } from './dispatch/conditions.ts'
import { isExempt } from './dispatch/matching.ts'
import { mutated } from './dispatch/mutated.ts'
import { tryJsonPatch } from './dispatch/patch-problem.ts'
import { type Invocation, invocationsOf, isReview, type Policy } from './dispatch/policy.ts'
import { Rounds } from './dispatch/rounds.ts'

interface Mutation {
  readonly patchType: string
  readonly applyConfiguration?: { readonly expression?: string }
  readonly jsonPatch?: { readonly expression?: string }
}

interface MutatingPolicy extends Policy {
  readonly spec: Policy['spec'] & {
    readonly mutations?: readonly Mutation[]
    readonly reinvocationPolicy?: string
  }
}

interface Failure {
  readonly policy: MutatingPolicy
  readonly text: string
}

/** Source: apiserver/pkg/admission/plugin/policy/mutating/dispatcher.go */
export const mutatingAdmissionPolicy: AdmissionPlugin = {
  name: 'MutatingAdmissionPolicy',
  operations: ['CREATE', 'UPDATE', 'CONNECT'],
  admit(object, attributes) {
    const policies = attributes.server.readAll('MutatingAdmissionPolicy')
    if (policies.length === 0 || object === undefined || isExempt(attributes) || isReview(attributes)) return object
    return dispatch(policies, object, attributes)
  },
}

function dispatch(
  policies: readonly KubernetesObject[],
  given: KubernetesObject,
  attributes: AdmissionAttributes,
): Answer<KubernetesObject> {
  const bindings = attributes.server.readAll('MutatingAdmissionPolicyBinding')
  const rounds = Rounds.of('MutatingAdmissionPolicy', attributes.again, given)
  const failures: Failure[] = []
  let object = given
  for (const invocation of invocationsOf<MutatingPolicy>(policies, bindings, given, attributes)) {
    const { policy, binding } = invocation
    const fail = (why: string) => failures.push(failureOf(policy, binding?.metadata.name, why))
    if ('error' in invocation) {
      fail(`failed to configure ${binding === undefined ? 'policy' : 'binding'}: ${invocation.error}`)
      continue
    }
    const variables = new LazyVariables(policy.spec.variables ?? [])
    const key = [policy.metadata.name, binding!.metadata.name, invocation.params?.metadata.name].join('/')
    if (!applies(invocation, object, attributes, variables, fail) || !rounds.mayRun(key)) continue
    const after = mutate(invocation, object, attributes, fail)
    if (isStatus(after)) return after
    if (!equal(after, object)) rounds.changed()
    if (policy.spec.reinvocationPolicy === 'IfNeeded') rounds.mayRunAgain(key)
    object = after
  }
  rounds.end(object)
  return refusal(failures, attributes) ?? object
}

function failureOf(policy: MutatingPolicy, binding: string | undefined, why: string): Failure {
  const { name } = policy.metadata
  const who = binding === undefined ? `policy ${JSON.stringify(name)}` : `policy '${name}' with binding '${binding}'`
  return { policy, text: `${who} denied request: ${why}` }
}

function applies(
  { policy, matched, params }: Invocation<MutatingPolicy>,
  object: KubernetesObject,
  attributes: AdmissionAttributes,
  variables: LazyVariables,
  fail: (why: string) => void,
): boolean {
  const { matchConditions = [], failurePolicy } = policy.spec
  if (matchConditions.length === 0) return true
  const all = variables.within(bindingsOf(attributes, matched, object, params))
  const holds = matchesConditions(matchConditions, all, failurePolicy)
  if (typeof holds === 'object') fail(holds.error)
  return holds === true
}

function mutate(
  { policy, matched, params }: Invocation<MutatingPolicy>,
  given: KubernetesObject,
  attributes: AdmissionAttributes,
  fail: (why: string) => void,
): Answer<KubernetesObject> {
  let object = given
  for (const mutation of policy.spec.mutations ?? []) {
    const plain = bindingsOf(attributes, matched, object, params)
    const variables = new LazyVariables(policy.spec.variables ?? []).within(plain)
    const expression = mutation.applyConfiguration?.expression ?? mutation.jsonPatch?.expression ?? ''
    const outcome = run(expression, variables)
    if (outcome.error !== undefined) {
      fail(outcome.error)
      continue
    }
    const patched = patch(mutation, outcome.value, object, attributes)
    if (typeof patched === 'string') fail(patched)
    else if (isStatus(patched)) return patched
    else object = patched
  }
  return object
}

/** The object with the mutation, or what is wrong with it. */
function patch(
  { patchType }: Mutation,
  value: Value,
  object: KubernetesObject,
  attributes: AdmissionAttributes,
): Answer<KubernetesObject> | string {
  try {
    if (patchType === 'JSONPatch') {
      const tried = tryJsonPatch(object, operations(value))
      if ('object' in tried) return mutated(attributes, tried.object)
      return tried.isTest ? object : `JSON Patch: ${tried.problem}`
    }
    return applied(toJson(value), object, attributes)
  } catch (error) {
    return (error as Error).message
  }
}

/** `JSONPatch{op: …}` values as operations. Source: mutating/patch/json_patch.go evaluatePatchExpression */
function operations(value: Value): readonly unknown[] {
  if (!Array.isArray(value)) throw new Error('type mismatch: JSONPatchType.expression should evaluate to array')
  return (value as readonly ComputedMap[]).map((each) => toJson(each))
}

/** Source: mutating/patch/smd.go ApplyStructuredMergeDiff */
function applied(configuration: unknown, object: KubernetesObject, attributes: AdmissionAttributes) {
  const { type } = managedTypeOf(attributes.server, attributes.endpoint)
  const named = {
    apiVersion: object.apiVersion,
    kind: object.kind,
    ...(configuration as Readonly<Record<string, Json>>),
  }
  try {
    validateApplied(named as Json, type)
  } catch (error) {
    throw new Error(`failed to convert patch object to typed object: ${(error as Error).message}`)
  }
  return mutated(attributes, merge(object as unknown as Json, named as Json, type))
}

/** Source: generic/policy_dispatcher.go Dispatch */
function refusal(failures: readonly Failure[], { endpoint, name }: AdmissionAttributes): Status | undefined {
  const texts = failures.filter(({ policy }) => policy.spec.failurePolicy !== 'Ignore').map(({ text }) => text)
  if (texts.length === 0) return undefined
  const status = forbidden(endpoint.groupResource, name, '')
  const causes = texts.map((message) => ({ message }))
  return { ...status, message: texts[0]!, reason: 'Invalid', details: { ...status.details, causes } }
}
