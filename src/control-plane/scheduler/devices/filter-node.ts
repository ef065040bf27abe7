import { findCondition } from '../../../api/conditions.ts'
import { parseTime } from '../../../api/time.ts'
import type { AllocationResult, DeviceClass, ResourceClaim } from '../../../api/types.ts'
import type { DeviceSource } from '../devices.ts'
import type { Status } from '../framework.ts'
import type { NodeInfo } from '../node-info.ts'
import type { PodInfo } from '../pod-info.ts'
import { broken, type CycleState, refused } from './cycle-state.ts'
import { AllocationError, NodeAllocationError } from './device-types.ts'
import { extendedRequests } from './extended-requests.ts'

const NOT_AVAILABLE = refused('resourceclaim not available on the node')
const CANNOT_ALLOCATE = refused('cannot allocate all claims')
const CANNOT_FIT = refused('cannot fit resource')
const STALE = refused('cannot schedule extended resource claim')

export interface FilterContext {
  readonly devices: DeviceSource
  readonly now: number
  readonly bindingTimeoutMs: number
}

/** Source: plugins/dynamicresources/dynamicresources.go Filter */
export function filterNode(
  state: CycleState,
  { pod }: PodInfo,
  node: NodeInfo,
  context: FilterContext,
): Status | undefined {
  const asked = extendedOf(state, node, context.devices)
  if ('code' in asked) return asked
  const { requests, mappings } = extendedRequests(pod, asked.classes)
  const extended = asked.isNeeded ? { ...state.claims[state.extended]!, spec: { devices: { requests } } } : undefined
  // All that the pod asks for the node has by its device plug-ins.
  if (extended === undefined && state.extended === 0) return undefined
  const unavailable = state.claims.flatMap((claim, i) => (isUnavailable(state, claim, i, node, context) ? [i] : []))
  const allocations = state.allocator && allocated(state, node, extended)
  if (allocations !== undefined && 'code' in allocations) return allocations
  if (unavailable.length > 0) {
    for (const i of unavailable) state.unavailable.add(i)
    return NOT_AVAILABLE
  }
  if (allocations !== undefined) state.byNode.set(node.name, { allocations, mappings, ...(extended && { extended }) })
  return undefined
}

/** Which extended resources the node can only have by claim. Source: filterExtendedResources */
function extendedOf(
  state: CycleState,
  node: NodeInfo,
  devices: DeviceSource,
): Status | { readonly classes: ReadonlyMap<string, DeviceClass>; readonly isNeeded: boolean } {
  const classes = new Map<string, DeviceClass>()
  if (state.extended < 0) return { classes, isNeeded: false }
  const claim = state.claims[state.extended]!
  if (claim.spec.devices?.requests !== undefined) return STALE
  for (const name of state.resources.keys()) {
    const offered = node.allocatable.scalar?.get(name)
    const deviceClass = devices.classFor(name)
    if (deviceClass !== undefined && !offered) classes.set(name, deviceClass)
    else if (offered === undefined) return CANNOT_FIT
  }
  return { classes, isNeeded: classes.size > 0 || state.extended > 0 }
}

function isUnavailable(
  state: CycleState,
  claim: ResourceClaim,
  index: number,
  node: NodeInfo,
  context: FilterContext,
): boolean {
  if (state.reach[index]?.(node) === false) return true
  if (claim.status?.allocation === undefined) return false
  const readiness = bindingReadiness(claim)
  return readiness === 'pending' ? isOverdue(claim, context) : readiness !== 'ready'
}

function allocated(
  { claims, allocations: pending, allocator, extended: at }: CycleState,
  node: NodeInfo,
  extended: ResourceClaim | undefined,
): ReadonlyMap<number, AllocationResult> | Status {
  const missing = [...claims.keys()].filter((i) => claims[i]!.status?.allocation === undefined)
  const wanted = missing.filter((i) => pending[i] === undefined)
  try {
    const results = allocator!.allocate(
      node,
      wanted.map((i) => (i === at ? (extended ?? claims[i]!) : claims[i]!)),
    )
    if (results === undefined) return CANNOT_ALLOCATE
    return new Map(missing.map((i) => [i, pending[i] ?? results[wanted.indexOf(i)]!]))
  } catch (error) {
    if (error instanceof NodeAllocationError) return refused(error.message)
    if (error instanceof AllocationError) return broken(error.message)
    throw error
  }
}

/** Source: isClaimReadyForBinding. @returns what failed, in words */
export function bindingReadiness({
  metadata,
  status,
}: ResourceClaim): 'ready' | 'pending' | { readonly failed: string } {
  const results = status?.allocation?.devices?.results
  if (results === undefined) return 'pending'
  for (const { driver, pool, device, bindingConditions = [], bindingFailureConditions = [] } of results) {
    if (bindingConditions.length === 0) continue
    const found = status?.devices?.find(
      (each) => each.driver === driver && each.pool === pool && each.device === device,
    )
    if (found === undefined) return 'pending'
    const isTrue = (type: string) => findCondition(found.conditions, type)?.status === 'True'
    const failure = bindingFailureConditions.find(isTrue)
    if (failure !== undefined) {
      const { reason, message } = findCondition(found.conditions, failure)!
      const what = `claim=${metadata.name}, reason=${reason}, message=${JSON.stringify(message)}`
      return { failed: `device binding failed: ${what}` }
    }
    if (!bindingConditions.every(isTrue)) return 'pending'
  }
  return 'ready'
}

/** Source: isClaimTimeout */
export function isOverdue(
  { status }: ResourceClaim,
  { now, bindingTimeoutMs }: Omit<FilterContext, 'devices'>,
): boolean {
  const { allocationTimestamp, devices } = status?.allocation ?? {}
  if (allocationTimestamp === undefined || parseTime(allocationTimestamp) + bindingTimeoutMs >= now) return false
  return devices?.results?.some(({ bindingConditions }) => bindingConditions !== undefined) ?? false
}
