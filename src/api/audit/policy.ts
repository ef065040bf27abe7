import { parse } from 'yaml'
import type { RequestAttributes, UserInfo } from '../request.ts'

export type Level = 'None' | 'Metadata' | 'Request' | 'RequestResponse'
export type Stage = 'RequestReceived' | 'ResponseStarted' | 'ResponseComplete' | 'Panic'

interface GroupResources {
  readonly group?: string
  readonly resources?: readonly string[]
  readonly resourceNames?: readonly string[]
}

/** Source: apiserver/pkg/apis/audit/v1/types.go PolicyRule */
interface PolicyRule {
  readonly level: Level
  readonly users?: readonly string[]
  readonly userGroups?: readonly string[]
  readonly verbs?: readonly string[]
  readonly resources?: readonly GroupResources[]
  readonly namespaces?: readonly string[]
  readonly nonResourceURLs?: readonly string[]
  readonly omitStages?: readonly Stage[]
  readonly omitManagedFields?: boolean
}

export interface AuditPolicy {
  readonly rules: readonly PolicyRule[]
  readonly omitStages?: readonly Stage[]
  readonly omitManagedFields?: boolean
}

/** What is written of one request. */
export interface AuditConfig {
  readonly level: Level
  readonly omitStages: readonly Stage[]
  readonly omitManagedFields: boolean
}

const LEVELS = ['None', 'Metadata', 'Request', 'RequestResponse']
const STAGES = ['RequestReceived', 'ResponseStarted', 'ResponseComplete', 'Panic']

/** Reads an --audit-policy-file. @throws Error that says what is wrong. Source: apiserver/pkg/audit/policy/reader.go, apis/audit/validation */
export function parseAuditPolicy(text: string): AuditPolicy {
  let policy: (AuditPolicy & { readonly apiVersion?: string; readonly kind?: string }) | null
  try {
    policy = parse(text)
  } catch (error) {
    throw new Error(`failed decoding: ${(error as Error).message.split('\n')[0]}`)
  }
  if (policy?.apiVersion !== 'audit.k8s.io/v1' || policy.kind !== 'Policy')
    throw new Error(
      `it is no Policy of audit.k8s.io/v1 but ${policy?.kind ?? 'nothing'} of ${policy?.apiVersion ?? 'nothing'}`,
    )
  if (!Array.isArray(policy.rules) || policy.rules.length === 0) throw new Error('loaded illegal policy with 0 rules')
  checkStages(policy.omitStages, 'omitStages')
  for (const [index, rule] of policy.rules.entries()) {
    if (!LEVELS.includes(rule.level))
      throw new Error(
        `rules[${index}].level: Unsupported value: ${JSON.stringify(rule.level)}: supported values: ${LEVELS.map((level) => JSON.stringify(level)).join(', ')}`,
      )
    checkStages(rule.omitStages, `rules[${index}].omitStages`)
    if ((rule.resources?.length || rule.namespaces?.length) && rule.nonResourceURLs?.length)
      throw new Error(
        `rules[${index}].nonResourceURLs: Invalid value: ${JSON.stringify(rule.nonResourceURLs)}: rules cannot apply to both regular resources and non-resource URLs`,
      )
  }
  return policy
}

function checkStages(stages: readonly string[] | undefined, field: string): void {
  const wrong = stages?.find((stage) => !STAGES.includes(stage))
  if (wrong !== undefined)
    throw new Error(`${field}: Invalid value: ${JSON.stringify(wrong)}: allowed stages are ${STAGES.join(',')}`)
}

/** The first rule that matches decides. Source: apiserver/pkg/audit/policy/checker.go EvaluatePolicyRule */
export function auditConfig(
  policy: AuditPolicy,
  user: UserInfo | undefined,
  attributes: RequestAttributes,
): AuditConfig {
  const rule = policy.rules.find((each) => ruleMatches(each, user, attributes))
  const { omitStages = [], omitManagedFields = false } = policy
  return {
    level: rule?.level ?? 'None',
    omitStages: [...omitStages, ...(rule?.omitStages ?? [])],
    omitManagedFields: rule?.omitManagedFields ?? omitManagedFields,
  }
}

/** Source: checker.go ruleMatches */
function ruleMatches(rule: PolicyRule, user: UserInfo | undefined, attributes: RequestAttributes): boolean {
  const { users = [], userGroups = [], verbs = [], namespaces = [], resources = [], nonResourceURLs = [] } = rule
  if (users.length > 0 && (user === undefined || !users.includes(user.name))) return false
  if (userGroups.length > 0 && !user?.groups.some((group) => userGroups.includes(group))) return false
  if (verbs.length > 0 && !verbs.includes(attributes.verb)) return false
  const { path } = attributes
  if (namespaces.length > 0 || resources.length > 0) {
    if (path !== undefined || (namespaces.length > 0 && !namespaces.includes(attributes.namespace ?? ''))) return false
    return resources.length === 0 || resources.some((each) => resourceMatches(each, attributes))
  }
  if (nonResourceURLs.length === 0) return true
  return path !== undefined && nonResourceURLs.some((url) => pathMatches(path, url))
}

function pathMatches(path: string, url: string): boolean {
  return url === '*' || url === path || (url.endsWith('*') && path.startsWith(url.replace(/\*+$/, '')))
}

/** Source: checker.go ruleMatchesResource */
function resourceMatches(rule: GroupResources, { group, resource, subresource, name }: RequestAttributes): boolean {
  const { group: wanted = '', resources = [], resourceNames = [] } = rule
  if (wanted !== group && wanted !== '*') return false
  if (resources.length === 0) return true
  if (resourceNames.length > 0 && !resourceNames.includes(name ?? '')) return false
  const combined = subresource ? `${resource}/${subresource}` : resource
  return resources.some(
    (each) =>
      each === '*' ||
      each === combined ||
      (each.startsWith('*/') && subresource !== undefined && each.slice(2) === subresource) ||
      (each.endsWith('/*') && each.slice(0, -2) === resource),
  )
}
