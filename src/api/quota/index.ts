import { addResources, type ResourceList } from '../resource-lists.ts'
import type { GroupResource } from '../status.ts'
import type { KubernetesObject, ResourceQuota } from '../types.ts'
import { countName, type Evaluator, inScope } from './evaluator.ts'
import { persistentVolumeClaimEvaluator } from './persistentvolumeclaims.ts'
import { podEvaluator } from './pods.ts'
import { resourceClaimEvaluator } from './resourceclaims.ts'
import { serviceEvaluator } from './services.ts'

export * from './evaluator.ts'

/** What admission and the resource quota controller know of how objects count. Source: pkg/quota/v1/evaluator/core/registry.go */
const SPECIAL: readonly Evaluator[] = [
  podEvaluator,
  serviceEvaluator,
  persistentVolumeClaimEvaluator,
  resourceClaimEvaluator,
]

/** Names that simple counts had before `count/`. */
const LEGACY = ['configmaps', 'resourcequotas', 'replicationcontrollers', 'secrets']

const known = new Map<string, Evaluator>(SPECIAL.map((each) => [countName(each.groupResource), each]))

export function evaluatorFor(groupResource: GroupResource): Evaluator {
  const count = countName(groupResource)
  let evaluator = known.get(count)
  if (evaluator === undefined) {
    evaluator = countEvaluator(groupResource, count)
    known.set(count, evaluator)
  }
  return evaluator
}

/** Source: quota/v1/generic/evaluator.go NewObjectCountEvaluator */
function countEvaluator(groupResource: GroupResource, count: string): Evaluator {
  const { group, resource } = groupResource
  const names = group === '' && LEGACY.includes(resource) ? [count, resource] : [count]
  const usage = Object.fromEntries(names.map((name) => [name, '1']))
  return {
    groupResource,
    handles: ({ operation, subresource }) => operation === 'CREATE' && subresource === undefined,
    matching: (listed) => listed.filter((name) => names.includes(name)),
    usage: () => usage,
  }
}

/**
 * What is used of everything a quota limits, counted anew. What nobody can count stays as it was said to be: it is not in the
 * answer if nothing was.
 *
 * @param list the objects of a resource in the quota's namespace; asked only for resources the quota is about
 * @param now virtual ms
 * Source: quota/v1/resources.go CalculateUsage
 */
export function calculateUsage(
  quota: ResourceQuota,
  resources: readonly GroupResource[],
  list: (resource: GroupResource) => readonly KubernetesObject[],
  now: number,
): ResourceList {
  const names = Object.keys(quota.spec?.hard ?? {})
  const before = quota.status?.used ?? {}
  let used: ResourceList = Object.fromEntries(names.flatMap((name) => (name in before ? [[name, before[name]!]] : [])))
  const counted = new Set<string>()
  for (const resource of resources) {
    const evaluator = evaluatorFor(resource)
    const matched = new Set(evaluator.matching(names))
    if (matched.size === 0) continue
    for (const name of matched) if (!counted.has(name)) used = { ...used, [name]: '0' }
    for (const name of matched) counted.add(name)
    for (const object of list(resource)) {
      if (!inScope(quota, evaluator, object)) continue
      const usage = Object.entries(evaluator.usage(object, now)).filter(([name]) => matched.has(name))
      used = addResources(used, Object.fromEntries(usage))
    }
  }
  return used
}
