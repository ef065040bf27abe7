import type { Pod } from '../../../api/types.ts'
import type { NodeInfo } from '../node-info.ts'
import { ByRequests, NodeMemo } from '../node-memo.ts'
import type { PodInfo } from '../pod-info.ts'
import { isScalarResourceName, type PodRequestsOptions, podRequests, podResource } from '../resources.ts'

export interface ResourceSpec {
  readonly name: string
  readonly weight: number
}

/** What of the pod matters for scoring by resources: one amount for each resource that is looked at. */
export interface AllocationState {
  readonly resources: readonly ResourceSpec[]
  readonly podRequests: readonly number[]
  /** Whether what pods really ask for counts, or with a minimum for those that ask for nothing. */
  readonly nonZero: boolean
  /** Filled for each node in turn, so that scoring hundreds of nodes allocates nothing. */
  readonly requested: number[]
  readonly allocated: number[]
  readonly allocatable: number[]
  /** Scores of nodes that have not changed since a pod that asked for the same. */
  readonly memo: NodeMemo
}

export type ResourceScorer = (state: AllocationState) => number

/** Source: resource_allocation.go calculatePodResourceRequestList */
function allocationState(pod: Pod, resources: readonly ResourceSpec[], options: PodRequestsOptions): AllocationState {
  const zeros = () => resources.map(() => 0)
  return {
    resources,
    podRequests: podAmounts(pod, resources, options),
    nonZero: options.nonZero === true,
    requested: zeros(),
    allocated: zeros(),
    allocatable: zeros(),
    memo: new NodeMemo(),
  }
}

/** As `allocationState`; pods that ask for the same amounts share what is remembered of the nodes. */
export function sharedAllocationStates(
  resources: readonly ResourceSpec[],
  options: PodRequestsOptions,
): (pod: PodInfo) => AllocationState {
  const states = new WeakMap<object, AllocationState>()
  const memos = new ByRequests(() => new NodeMemo())
  return ({ pod, resource }) => {
    let state = states.get(resource)
    if (state === undefined) {
      const fresh = allocationState(pod, resources, options)
      state = { ...fresh, memo: memos.get(fresh.podRequests.join()) }
      states.set(resource, state)
    }
    return state
  }
}

function podAmounts(pod: Pod, resources: readonly ResourceSpec[], options: PodRequestsOptions): number[] {
  const plain = podResource(pod)
  const computed = options.skipPodLevelResources === true ? podRequests(pod, options) : plain.requests
  const defaults = options.nonZero === true && options.skipPodLevelResources !== true
  return resources.map(({ name }) => {
    if (name === 'cpu') return defaults ? plain.nonZeroMilliCPU : computed.milliCPU
    if (name === 'memory') return defaults ? plain.nonZeroMemory : computed.memory
    if (name === 'ephemeral-storage') return computed.ephemeralStorage
    return computed.scalar?.get(name) ?? 0
  })
}

/** Source: resource_allocation.go score */
export function scoreAllocation(state: AllocationState, node: NodeInfo, scorer: ResourceScorer): number {
  const known = state.memo.get(node)
  if (known >= 0) return known
  fillAllocation(state, node)
  const score = scorer(state)
  state.memo.set(node, score)
  return score
}

/** Source: resource_allocation.go calculateNodeAllocatableRequest */
function fillAllocation(state: AllocationState, node: NodeInfo): void {
  const { resources, podRequests: wanted, requested, allocated, allocatable } = state
  for (let i = 0; i < resources.length; i++) {
    const { name } = resources[i]!
    requested[i] = 0
    allocated[i] = 0
    allocatable[i] = 0
    // An extended resource that the pod does not want is left out of the score.
    if (wanted[i] === 0 && isScalarResourceName(name)) continue
    const offered = offeredOf(node, name)
    if (offered === 0) continue
    allocatable[i] = offered
    allocated[i] = usedOf(node, name, state.nonZero)
    requested[i] = allocated[i]! + wanted[i]!
  }
}

function offeredOf({ allocatable }: NodeInfo, name: string): number {
  if (name === 'cpu') return allocatable.milliCPU
  if (name === 'memory') return allocatable.memory
  if (name === 'ephemeral-storage') return allocatable.ephemeralStorage
  return allocatable.scalar?.get(name) ?? 0
}

function usedOf(node: NodeInfo, name: string, nonZero: boolean): number {
  if (name === 'cpu') return nonZero ? node.nonZeroMilliCPU : node.requested.milliCPU
  if (name === 'memory') return nonZero ? node.nonZeroMemory : node.requested.memory
  if (name === 'ephemeral-storage') return node.requested.ephemeralStorage
  return node.requested.scalar?.get(name) ?? 0
}
