import type { PolicyRule } from '../../../api/types.ts'
import type { Attributes } from '../contract.ts'

const NONE: readonly string[] = []

/** Source: pkg/apis/rbac/v1/evaluation_helpers.go, plugin/pkg/auth/authorizer/rbac/rbac.go RuleAllows */
export function ruleAllows(rule: PolicyRule, attributes: Attributes): boolean {
  const { verb, group, resource, subresource, name, path } = attributes
  if (!has(rule.verbs, verb)) return false
  if (path !== undefined) return (rule.nonResourceURLs ?? NONE).some((url) => urlMatches(url, path))
  if (!has(rule.apiGroups, group) || !resourceMatches(rule.resources ?? NONE, resource, subresource)) return false
  const names = rule.resourceNames ?? NONE
  return names.length === 0 || (name !== undefined && names.includes(name))
}

function has(set: readonly string[] | undefined, value: string): boolean {
  return set !== undefined && (set.includes(value) || set.includes('*'))
}

function resourceMatches(resources: readonly string[], resource: string, subresource: string | undefined): boolean {
  if (resources.includes('*')) return true
  if (subresource === undefined) return resources.includes(resource)
  return resources.includes(`${resource}/${subresource}`) || resources.includes(`*/${subresource}`)
}

function urlMatches(rule: string, path: string): boolean {
  return rule === '*' || rule === path || (rule.endsWith('*') && path.startsWith(rule.replace(/\*+$/, '')))
}

/** What of the wanted rules the owned ones do not cover, broken down to single rights. Source: component-helpers/auth/rbac/validation/policy_comparator.go Covers */
export function uncovered(owned: readonly PolicyRule[], wanted: readonly PolicyRule[]): readonly PolicyRule[] {
  return wanted.flatMap(breakdown).filter((right) => !owned.some((rule) => covers(rule, right)))
}

function breakdown({ apiGroups, resources, verbs, resourceNames, nonResourceURLs }: PolicyRule): readonly PolicyRule[] {
  const names = resourceNames?.length ? resourceNames.map((name) => [name]) : [undefined]
  const rights: PolicyRule[] = []
  for (const group of apiGroups ?? NONE)
    for (const resource of resources ?? NONE)
      for (const verb of verbs)
        for (const name of names)
          rights.push({
            apiGroups: [group],
            resources: [resource],
            verbs: [verb],
            ...(name && { resourceNames: name }),
          })
  for (const url of nonResourceURLs ?? NONE)
    for (const verb of verbs) rights.push({ nonResourceURLs: [url], verbs: [verb] })
  return rights
}

/** `right` is a single one. */
function covers(rule: PolicyRule, right: PolicyRule): boolean {
  if (!has(rule.verbs, right.verbs[0]!)) return false
  const url = right.nonResourceURLs?.[0]
  if (url !== undefined) return (rule.nonResourceURLs ?? NONE).some((each) => urlMatches(each, url))
  const [resource = '', subresource] = right.resources![0]!.split('/', 2)
  if (!has(rule.apiGroups, right.apiGroups![0]!)) return false
  if (!resourceMatches(rule.resources ?? NONE, resource, subresource)) return false
  const names = rule.resourceNames ?? NONE
  return names.length === 0 || (right.resourceNames !== undefined && names.includes(right.resourceNames[0]!))
}

/** Rights that differ only by verb, together. Source: pkg/registry/rbac/validation/policy_compact.go CompactRules */
export function compact(rights: readonly PolicyRule[]): readonly PolicyRule[] {
  const simple = new Map<string, PolicyRule>()
  const others: PolicyRule[] = []
  for (const right of rights) {
    if (right.nonResourceURLs !== undefined) {
      others.push(right)
      continue
    }
    const key = `${right.apiGroups?.[0]}\n${right.resources?.[0]}\n${right.resourceNames?.[0] ?? ''}`
    const known = simple.get(key)
    simple.set(key, known === undefined ? right : { ...known, verbs: [...known.verbs, ...right.verbs] })
  }
  return [...others, ...simple.values()]
}

/** `{APIGroups:[""], Resources:["pods"], Verbs:["get"]}`. Source: rbacv1helpers.CompactString */
export function ruleText(rule: PolicyRule): string {
  const parts: readonly (readonly [string, readonly string[] | undefined])[] = [
    ['APIGroups', rule.apiGroups],
    ['Resources', rule.resources],
    ['NonResourceURLs', rule.nonResourceURLs],
    ['ResourceNames', rule.resourceNames],
    ['Verbs', rule.verbs],
  ]
  const shown = parts.filter(([, list]) => list?.length).map(([name, list]) => `${name}:${quotedList(list!)}`)
  return `{${shown.join(', ')}}`
}

/** A list as Go's %q prints it: `["a" "b"]`. */
export function quotedList(list: readonly string[]): string {
  return `[${list.map((each) => JSON.stringify(each)).join(' ')}]`
}
