import { DEFAULT_FEATURES, type PluginFeatures } from '../features.ts'
import type { Plugin } from '../framework.ts'
import { DEFAULT_RESOURCES } from './node-resources-fit.ts'
import { MAX_NODE_SCORE } from './normalize-score.ts'
import {
  type AllocationState,
  type ResourceSpec,
  scoreAllocation,
  sharedAllocationStates,
} from './resource-allocation.ts'

/** Source: apis/config NodeResourcesBalancedAllocationArgs */
export interface BalancedAllocationArgs {
  readonly resources?: readonly ResourceSpec[]
}

/** Nodes whose resources are used up evenly score higher. Source: plugins/noderesources/balanced_allocation.go */
export function nodeResourcesBalancedAllocation(
  { resources = DEFAULT_RESOURCES }: BalancedAllocationArgs = {},
  features: PluginFeatures = DEFAULT_FEATURES,
): Plugin<undefined, AllocationState> {
  const stateOf = sharedAllocationStates(resources, { skipPodLevelResources: !features.podLevelResources })
  return {
    name: 'NodeResourcesBalancedAllocation',
    preScore(info) {
      const state = stateOf(info)
      // Pods that ask for nothing would all go to the same node: kubernetes/kubernetes#129138.
      return state.podRequests.every((amount) => amount === 0) ? { code: 'Skip' } : { code: 'Success', state }
    },
    score: (state, _pod, node) => scoreAllocation(state, node, balancedResourceScorer),
  }
}

/** Whether the pod makes the node more even (towards 100) or less (towards 50). */
function balancedResourceScorer({ requested, allocated, allocatable }: AllocationState): number {
  const withPod = balance(requested, allocatable)
  const withoutPod = balance(allocated, allocatable)
  return MAX_NODE_SCORE / 2 + Math.trunc((MAX_NODE_SCORE / 2 + withPod - withoutPod) / 2)
}

/** 100 less the standard deviation of the used fractions, in percent. Source: balancedResourceScore */
function balance(used: readonly number[], allocatable: readonly number[]): number {
  let count = 0
  let total = 0
  let first = 0
  let second = 0
  for (let i = 0; i < used.length; i++) {
    if (allocatable[i] === 0) continue
    const fraction = Math.min(1, used[i]! / allocatable[i]!)
    if (count === 0) first = fraction
    else second = fraction
    total += fraction
    count++
  }
  let std = 0
  if (count === 2) std = Math.abs((first - second) / 2)
  else if (count > 2) {
    const mean = total / count
    let sum = 0
    for (let i = 0; i < used.length; i++) {
      if (allocatable[i] !== 0) sum += (Math.min(1, used[i]! / allocatable[i]!) - mean) ** 2
    }
    std = Math.sqrt(sum / count)
  }
  return Math.trunc((1 - std) * MAX_NODE_SCORE)
}
