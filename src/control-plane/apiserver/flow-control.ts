import type { UserInfo } from '../../api/request.ts'
import type { FlowSchema } from '../../api/types.ts'
import type { Attributes, Server } from './contract.ts'

/** The uids that the headers X-Kubernetes-Pf-… carry. */
export interface Flow {
  readonly flowSchemaUid: string
  readonly priorityLevelUid: string
}

/**
 * The FlowSchema a request belongs to, and its priority level. Nothing waits in queues: a simulated server is never
 * overloaded. Source: apiserver/pkg/util/flowcontrol/rule.go, apf_controller.go startRequest
 */
export function flowOf(server: Server, attributes: Attributes): Flow | undefined {
  const schemas = ordered(server.readAll('FlowSchema') as readonly FlowSchema[])
  for (const schema of schemas) {
    if (!schema.spec?.rules?.some((rule) => ruleMatches(rule, attributes))) continue
    const level = server.read('PriorityLevelConfiguration', schema.spec.priorityLevelConfiguration.name)
    if (level === undefined) continue
    return { flowSchemaUid: schema.metadata.uid ?? '', priorityLevelUid: level.metadata.uid ?? '' }
  }
  return undefined
}

const inOrder = new WeakMap<readonly FlowSchema[], readonly FlowSchema[]>()

/** Lists of the watch cache are the same until something changes. Source: apis/flowcontrol FlowSchemaSequence */
function ordered(schemas: readonly FlowSchema[]): readonly FlowSchema[] {
  let sorted = inOrder.get(schemas)
  if (sorted === undefined) {
    const precedence = ({ spec }: FlowSchema) => spec?.matchingPrecedence ?? 1000
    sorted = [...schemas].sort((a, b) => precedence(a) - precedence(b) || (a.metadata.name < b.metadata.name ? -1 : 1))
    inOrder.set(schemas, sorted)
  }
  return sorted
}

type Rule = NonNullable<NonNullable<FlowSchema['spec']>['rules']>[number]

/** Source: rule.go matchesPolicyRule */
function ruleMatches({ subjects, resourceRules, nonResourceRules }: Rule, attributes: Attributes): boolean {
  if (!subjects.some((subject) => subjectMatches(subject, attributes.user))) return false
  const { path, verb } = attributes
  if (path !== undefined)
    return !!nonResourceRules?.some(
      (rule) => has(rule.verbs, verb) && rule.nonResourceURLs.some((url) => urlMatches(url, path)),
    )
  return !!resourceRules?.some((rule) => resourceMatches(rule, attributes))
}

/** Source: rule.go matchesSubject */
function subjectMatches({ kind, user, group, serviceAccount }: Rule['subjects'][number], asking: UserInfo): boolean {
  if (kind === 'User') return user?.name === '*' || user?.name === asking.name
  if (kind === 'Group') return group?.name === '*' || asking.groups.includes(group?.name ?? '')
  const { namespace, name } = serviceAccount ?? { namespace: '', name: '' }
  const prefix = `system:serviceaccount:${namespace}:`
  return name === '*' ? asking.name.startsWith(prefix) : asking.name === prefix + name
}

type ResourceRule = NonNullable<Rule['resourceRules']>[number]

/** Source: rule.go matchesResourcePolicyRule */
function resourceMatches(rule: ResourceRule, { verb, group, resource, subresource, namespace }: Attributes): boolean {
  if (!has(rule.verbs, verb) || !has(rule.apiGroups, group)) return false
  if (!has(rule.resources, subresource ? `${resource}/${subresource}` : resource)) return false
  return namespace ? has(rule.namespaces ?? [], namespace) : rule.clusterScope === true
}

const has = (list: readonly string[], value: string) => list.includes('*') || list.includes(value)

function urlMatches(rule: string, path: string): boolean {
  return rule === '*' || rule === path || (rule.endsWith('/*') && path.startsWith(rule.slice(0, -1)))
}
