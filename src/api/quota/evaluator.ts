import type { ResourceList } from '../resource-lists.ts'
import type { GroupResource } from '../status.ts'
import type { KubernetesObject, ResourceQuota, ScopedResourceSelectorRequirement } from '../types.ts'

/** A write as quota sees it. */
export interface QuotaWrite {
  readonly operation: 'CREATE' | 'UPDATE'
  readonly subresource: string | undefined
  readonly object: KubernetesObject
  readonly old: KubernetesObject | undefined
}

/** How the objects of one resource count. Source: apiserver/pkg/quota/v1/interfaces.go Evaluator */
export interface Evaluator {
  readonly groupResource: GroupResource
  /** Why the object lacks what a quota of these names demands: `must specify limits.cpu for: app`. */
  readonly constraints?: (required: readonly string[], object: KubernetesObject) => string | undefined
  readonly handles: (write: QuotaWrite) => boolean
  /** Those of the names that this resource uses. */
  readonly matching: (names: readonly string[]) => readonly string[]
  readonly matchesScope?: (scope: ScopedResourceSelectorRequirement, object: KubernetesObject) => boolean
  /** @param now virtual ms */
  readonly usage: (object: KubernetesObject, now: number) => ResourceList
}

/** `count/deployments.apps`, `count/pods`. */
export function countName({ group, resource }: GroupResource): string {
  return group === '' ? `count/${resource}` : `count/${resource}.${group}`
}

export function scopesOf({ spec }: ResourceQuota): readonly ScopedResourceSelectorRequirement[] {
  const plain = (spec?.scopes ?? []).map((scopeName) => ({ scopeName, operator: 'Exists' }))
  return [...plain, ...(spec?.scopeSelector?.matchExpressions ?? [])]
}

/** Whether all scopes of the quota hold for the object. */
export function inScope(quota: ResourceQuota, evaluator: Evaluator, object: KubernetesObject): boolean {
  return scopesOf(quota).every((scope) => evaluator.matchesScope?.(scope, object) ?? false)
}

/** Source: quota/v1/generic/evaluator.go Matches */
export function matchesQuota(quota: ResourceQuota, evaluator: Evaluator, object: KubernetesObject): boolean {
  return evaluator.matching(Object.keys(quota.status?.hard ?? {})).length > 0 && inScope(quota, evaluator, object)
}

/** How one value (a priority class, a volume attributes class) stands to a scope's operator. Source: core/v1/helper ScopedResourceSelectorRequirementsAsSelector */
export function selects({ operator, values = [] }: ScopedResourceSelectorRequirement, value: string | undefined) {
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value)
    case 'NotIn':
      return value === undefined || !values.includes(value)
    case 'Exists':
      return value !== undefined
    default:
      return value === undefined
  }
}
