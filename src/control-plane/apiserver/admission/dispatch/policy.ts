import { selectorFromLabelSelector } from '../../../../api/labels.ts'
import { groupOf, versionOf } from '../../../../api/meta.ts'
import { isStatus, type KubernetesObject, type LabelSelector } from '../../../../api/types.ts'
import type { AdmissionAttributes } from '../../contract.ts'
import { type Matched, matchRequest, type Rule } from './matching.ts'

/** Source: api/admissionregistration/v1/types.go MatchResources */
interface MatchResources {
  readonly resourceRules?: readonly Rule[]
  readonly excludeResourceRules?: readonly Rule[]
  readonly matchPolicy?: string
  readonly namespaceSelector?: LabelSelector
  readonly objectSelector?: LabelSelector
}

interface ParamRef {
  readonly name?: string
  readonly namespace?: string
  readonly selector?: LabelSelector
  readonly parameterNotFoundAction?: string
}

export interface Policy extends KubernetesObject {
  readonly spec: {
    readonly failurePolicy?: string
    readonly paramKind?: { readonly apiVersion?: string; readonly kind?: string }
    readonly matchConstraints?: MatchResources
    readonly matchConditions?: readonly { readonly name: string; readonly expression: string }[]
    readonly variables?: readonly { readonly name: string; readonly expression: string }[]
  }
}

export interface Binding extends KubernetesObject {
  readonly spec: {
    readonly policyName?: string
    readonly paramRef?: ParamRef
    readonly matchResources?: MatchResources
    readonly validationActions?: readonly string[]
  }
}

/** A policy that is to be asked about a request, for one binding and one parameter of it. */
export interface Invocation<P extends Policy> {
  readonly policy: P
  readonly binding: Binding
  readonly matched: Matched
  readonly params: KubernetesObject | undefined
}

/** A policy that cannot be asked. */
export interface Misconfigured<P extends Policy> {
  readonly policy: P
  readonly binding: Binding | undefined
  readonly error: string
}

/** Reviews are questions, not objects. Source: pkg/kubeapiserver/admission/exclusion/resources.go */
export function isReview({ endpoint: { definition } }: AdmissionAttributes): boolean {
  return definition.group === 'authentication.k8s.io' || definition.group === 'authorization.k8s.io'
}

const pairs = new WeakMap<readonly KubernetesObject[], WeakMap<readonly KubernetesObject[], readonly Pair[]>>()

interface Pair {
  readonly policy: Policy
  readonly bindings: readonly Binding[]
}

/** Policies with their bindings; those without one do nothing. */
function paired(policies: readonly KubernetesObject[], bindings: readonly KubernetesObject[]): readonly Pair[] {
  let known = pairs.get(policies)
  if (known === undefined) {
    known = new WeakMap()
    pairs.set(policies, known)
  }
  let found = known.get(bindings)
  if (found === undefined) {
    found = (policies as readonly Policy[])
      .map((policy) => ({
        policy,
        bindings: (bindings as readonly Binding[]).filter(({ spec }) => spec.policyName === policy.metadata.name),
      }))
      .filter((pair) => pair.bindings.length > 0)
    known.set(bindings, found)
  }
  return found
}

/** What is to be asked about a request, in order. Source: plugin/policy/generic/policy_dispatcher.go Dispatch */
export function invocationsOf<P extends Policy>(
  policies: readonly KubernetesObject[],
  bindings: readonly KubernetesObject[],
  object: KubernetesObject | undefined,
  attributes: AdmissionAttributes,
): readonly (Invocation<P> | Misconfigured<P>)[] {
  return paired(policies, bindings).flatMap(({ policy, bindings: own }) => {
    const matched = matches(policy.spec.matchConstraints, object, attributes)
    if (matched === undefined) return []
    if (typeof matched === 'string') return [{ policy: policy as P, binding: undefined, error: matched }]
    return own.flatMap((binding) => bound(policy as P, binding, matched, object, attributes))
  })
}

function bound<P extends Policy>(
  policy: P,
  binding: Binding,
  matched: Matched,
  object: KubernetesObject | undefined,
  attributes: AdmissionAttributes,
): readonly (Invocation<P> | Misconfigured<P>)[] {
  const own =
    binding.spec.matchResources === undefined ? matched : matches(binding.spec.matchResources, object, attributes)
  if (own === undefined) return []
  if (typeof own === 'string') return [{ policy, binding, error: own }]
  const params = paramsOf(policy, binding, attributes)
  if (typeof params === 'string') return [{ policy, binding, error: params }]
  return params.map((each) => ({ policy, binding, matched, params: each }))
}

function matches(
  resources: MatchResources = {},
  object: KubernetesObject | undefined,
  attributes: AdmissionAttributes,
): Matched | string | undefined {
  const {
    resourceRules,
    excludeResourceRules,
    matchPolicy = 'Equivalent',
    namespaceSelector,
    objectSelector,
  } = resources
  const rules = resourceRules?.length ? resourceRules : undefined
  const criteria = { rules, excluded: excludeResourceRules, matchPolicy, namespaceSelector, objectSelector }
  const matched = matchRequest(criteria, object, attributes)
  return isStatus(matched) ? (matched.message ?? '') : matched
}

/** The parameters a binding names; or why there are none. Source: policy_dispatcher.go CollectParams */
function paramsOf(
  { spec: { paramKind } }: Policy,
  { spec: { paramRef } }: Binding,
  { server, namespace }: AdmissionAttributes,
): readonly (KubernetesObject | undefined)[] | string {
  if (paramKind === undefined || paramRef === undefined) return [undefined]
  const { apiVersion = '', kind = '' } = paramKind
  const endpoint = server.table.endpoints.find(
    ({ definition }) =>
      definition.kind === kind &&
      definition.group === groupOf(apiVersion) &&
      definition.version === versionOf(apiVersion),
  )
  if (endpoint?.storage === undefined)
    return `paramKind kind \`&ParamKind{Kind:${kind},APIVersion:${apiVersion},}\` not known`
  const { namespaced } = endpoint.definition
  if (!namespaced && paramRef.namespace)
    return 'paramRef.namespace must not be provided for a cluster-scoped `paramKind`'
  const where = namespaced ? paramRef.namespace || namespace : undefined
  if (namespaced && where === undefined)
    return 'cannot use namespaced paramRef in policy binding that matches cluster-scoped resources'
  const all = endpoint.storage.cacher.start().all(where)
  const found = paramRef.name
    ? all.filter(({ metadata }) => metadata.name === paramRef.name)
    : all.filter(({ metadata }) => selectorFromLabelSelector(paramRef.selector).matches(metadata.labels))
  if (found.length === 0 && paramRef.parameterNotFoundAction === 'Deny')
    return 'no params found for policy binding with `Deny` parameterNotFoundAction'
  return found
}
