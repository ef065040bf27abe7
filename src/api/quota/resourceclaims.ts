import { addQuantities } from '../quantity.ts'
import type { ResourceList } from '../resource-lists.ts'
import type { ResourceClaim } from '../types.ts'
import type { Evaluator } from './evaluator.ts'

const SUFFIX = '.deviceclass.resource.k8s.io/devices'
const COUNT = 'count/resourceclaims.resource.k8s.io'

/** Source: pkg/quota/v1/evaluator/core/resource_claims.go */
export const resourceClaimEvaluator: Evaluator = {
  groupResource: { group: 'resource.k8s.io', resource: 'resourceclaims' },
  handles: ({ subresource }) => subresource === undefined,
  matching: (names) => names.filter((name) => name === COUNT || name.endsWith(SUFFIX)),
  usage: (object) => {
    const usage: Record<string, string> = { [COUNT]: '1' }
    for (const request of (object as ResourceClaim).spec?.devices?.requests ?? []) {
      const wanted: ResourceList = request.exactly
        ? devices(request.exactly)
        : most((request.firstAvailable ?? []).map(devices))
      for (const [name, count] of Object.entries(wanted)) usage[name] = addQuantities(usage[name] ?? '0', count)
    }
    return usage
  },
}

/** All devices of a class count as the most a claim may have. Source: resource/v1 AllocationResultsMaxSize */
function devices(asked: {
  readonly deviceClassName?: string
  readonly allocationMode?: string
  readonly count?: number
}): ResourceList {
  const count = asked.allocationMode === 'All' ? 32 : (asked.count ?? 1)
  return { [`${asked.deviceClassName ?? ''}${SUFFIX}`]: String(count) }
}

/** Of alternatives the greatest of each class. */
function most(lists: readonly ResourceList[]): ResourceList {
  const greatest: Record<string, string> = {}
  for (const [name, count] of lists.flatMap(Object.entries) as [string, string][])
    if (Number(count) > Number(greatest[name] ?? 0)) greatest[name] = count
  return greatest
}
