import { type Selector, selectorFromLabelSelector } from '../../../../api/labels.ts'
import { notFound } from '../../../../api/status.ts'
import { type Answer, isStatus, type KubernetesObject, type LabelSelector, type Status } from '../../../../api/types.ts'
import type { AdmissionAttributes, Endpoint, Server } from '../../contract.ts'

/** Source: api/admissionregistration/v1/types.go NamedRuleWithOperations */
export interface Rule {
  readonly operations?: readonly string[]
  readonly apiGroups?: readonly string[]
  readonly apiVersions?: readonly string[]
  readonly resources?: readonly string[]
  readonly resourceNames?: readonly string[]
  readonly scope?: string
}

export interface Criteria {
  readonly rules: readonly Rule[] | undefined
  readonly excluded?: readonly Rule[] | undefined
  readonly matchPolicy: string | undefined
  readonly namespaceSelector: LabelSelector | undefined
  readonly objectSelector: LabelSelector | undefined
}

/** What a webhook or policy sees of a request: the resource in the version that it asked for. */
export interface Matched {
  readonly endpoint: Endpoint
}

/** Kinds that decide about admission are not subject to it. Source: webhook/predicates/rules/rules.go IsExemptAdmissionConfigurationResource */
export function isExempt({ endpoint: { definition } }: AdmissionAttributes): boolean {
  return (
    definition.group === 'admissionregistration.k8s.io' &&
    /^(Validating|Mutating)(Webhook|Admission)/.test(definition.kind)
  )
}

/** Source: plugin/webhook/generic/webhook.go ShouldCallHook, plugin/policy/matching/matching.go Matches */
export function matchRequest(
  criteria: Criteria,
  object: KubernetesObject | undefined,
  attributes: AdmissionAttributes,
): Answer<Matched & object> | undefined {
  const namespace = matchesNamespace(criteria.namespaceSelector, object, attributes)
  if (namespace === false) return undefined
  if (!matchesObject(criteria.objectSelector, object, attributes)) return undefined
  const { endpoint } = attributes
  const equivalents = criteria.matchPolicy === 'Exact' ? [] : equivalentsOf(attributes.server, endpoint)
  const find = (rules: readonly Rule[]) =>
    [endpoint, ...equivalents].find((each) => rules.some((rule) => matchesRule(rule, each, attributes)))
  if (find(criteria.excluded ?? []) !== undefined) return undefined
  const found = criteria.rules === undefined ? endpoint : find(criteria.rules)
  if (found === undefined) return undefined
  return isStatus(namespace) ? namespace : { endpoint: found }
}

const known = new WeakMap<Endpoint, readonly Endpoint[]>()

/** The same stored kind under other groups and versions. */
function equivalentsOf({ table }: Server, endpoint: Endpoint): readonly Endpoint[] {
  let equivalents = known.get(endpoint)
  if (equivalents === undefined) {
    equivalents =
      endpoint.storage === undefined
        ? []
        : table.endpoints.filter((each) => each !== endpoint && each.storage === endpoint.storage)
    known.set(endpoint, equivalents)
  }
  return equivalents
}

const includes = (items: readonly string[] | undefined, wanted: string) =>
  items !== undefined && (items.includes('*') || items.includes(wanted))

/** Source: webhook/predicates/rules/rules.go Matcher.Matches */
function matchesRule(rule: Rule, { definition }: Endpoint, attributes: AdmissionAttributes): boolean {
  const { operation, namespace, subresource = '', name } = attributes
  const { group, version, resource, kind } = definition
  const isCluster = namespace === undefined || (group === '' && kind === 'Namespace')
  const scope = rule.scope ?? '*'
  if (scope !== '*' && (scope === 'Cluster') !== isCluster) return false
  if (!includes(rule.operations, operation) || !includes(rule.apiGroups, group)) return false
  if (!includes(rule.apiVersions, version)) return false
  const asked = (rule.resources ?? []).some((each) => {
    const [of, sub = ''] = each.split('/')
    return (of === '*' || of === resource) && (sub === '*' || sub === subresource)
  })
  return asked && (!rule.resourceNames?.length || rule.resourceNames.includes(name))
}

/** Source: webhook/predicates/namespace/matcher.go: cluster-scoped objects match, Namespaces by their own labels */
function matchesNamespace(
  labelSelector: LabelSelector | undefined,
  object: KubernetesObject | undefined,
  { namespace, endpoint, server, operation, old, name, subresource }: AdmissionAttributes,
): boolean | Status {
  const selector = selectorOf(labelSelector)
  if (selector === undefined) return true
  const isNamespace = endpoint.definition.kind === 'Namespace' && endpoint.definition.group === ''
  if (!isNamespace && namespace === undefined) return true
  if (isNamespace && subresource === undefined && operation !== 'DELETE')
    return selector.matches(object?.metadata?.labels)
  const found = isNamespace ? (old ?? object) : server.read('Namespace', namespace!)
  if (found === undefined) return notFound({ group: '', resource: 'namespaces' }, namespace ?? name)
  return selector.matches(found.metadata.labels)
}

/** Source: webhook/predicates/object/matcher.go */
function matchesObject(
  labelSelector: LabelSelector | undefined,
  object: KubernetesObject | undefined,
  { old }: AdmissionAttributes,
): boolean {
  const selector = selectorOf(labelSelector)
  if (selector === undefined) return true
  return [object, old].some((each) => each?.metadata !== undefined && selector.matches(each.metadata.labels))
}

/** Undefined selects everything here. */
function selectorOf(labelSelector: LabelSelector | undefined): Selector | undefined {
  if (labelSelector === undefined) return undefined
  const selector = selectorFromLabelSelector(labelSelector)
  return selector.requirements.length === 0 && !selector.nothing ? undefined : selector
}
