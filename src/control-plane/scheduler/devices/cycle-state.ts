import { keyOf } from '../../../api/meta.ts'
import { type NodeMatcher, parseNodeSelector } from '../../../api/node-selector.ts'
import { DEVICE_CLASS_PREFIX } from '../../../api/resource-claims.ts'
import type {
  AllocationResult,
  ContainerExtendedResourceRequest,
  DeviceRequest,
  Pod,
  ResourceClaim,
} from '../../../api/types.ts'
import type { DeviceSource } from '../devices.ts'
import type { Status } from '../framework.ts'
import type { PodInfo } from '../pod-info.ts'
import { isExtendedResourceName } from '../resources.ts'
import { Allocator } from './allocator.ts'
import { inMemoryClaim } from './extended-requests.ts'
import { podClaims } from './pod-claims.ts'

/** Devices found on one node. Source: plugins/dynamicresources/dynamicresources.go nodeAllocation */
export interface NodeAllocation {
  /** By the index of the claim. */
  readonly allocations: ReadonlyMap<number, AllocationResult>
  /** The claim for extended resources, as this node needs it. */
  readonly extended?: ResourceClaim
  readonly mappings: readonly ContainerExtendedResourceRequest[]
}

/** What is known of a pod's claims in one scheduling cycle. Source: dynamicresources.go stateData */
export interface CycleState {
  /** Those of the pod, then the one for its extended resources; replaced when they are written. */
  readonly claims: ResourceClaim[]
  /** Which claim is for extended resources; -1: none. */
  readonly extended: number
  /** Extended resources the pod asks for. */
  readonly resources: ReadonlyMap<string, number>
  /** Where claims that are allocated can be used. */
  readonly reach: readonly (NodeMatcher | undefined)[]
  /** What is about to be written, or what another pod of the group is about to write. */
  readonly allocations: (AllocationResult | undefined)[]
  readonly allocator: Allocator | undefined
  /** Claims that are allocated where they cannot be used. */
  readonly unavailable: Set<number>
  readonly byNode: Map<string, NodeAllocation>
}

export const refused = (reason: string): Status => ({ code: 'UnschedulableAndUnresolvable', reasons: [reason] })
export const broken = (error: string): Status => ({ code: 'Error', reasons: [error] })

/** The group whose pods may share an allocation before it is written. */
export const groupOf = ({ metadata, spec }: Pod): string | undefined =>
  spec.schedulingGroup?.podGroupName && `${metadata.namespace}/${spec.schedulingGroup.podGroupName}`

/** Extended resources of the pod for which there is a class. Source: hasDeviceClassMappedExtendedResource */
function extendedResources({ resource }: PodInfo, devices: DeviceSource): ReadonlyMap<string, number> {
  const { scalar } = resource.requests
  if (scalar === undefined) return NO_RESOURCES
  const extended = new Map([...scalar].filter(([name, amount]) => amount > 0 && isDeviceResourceName(name)))
  return [...extended.keys()].some((name) => devices.classFor(name) !== undefined) ? extended : NO_RESOURCES
}

const NO_RESOURCES: ReadonlyMap<string, number> = new Map()

/** Source: pkg/scheduler/util/utils.go IsDRAExtendedResourceName */
export const isDeviceResourceName = (name: string): boolean =>
  isExtendedResourceName(name) || name.startsWith(DEVICE_CLASS_PREFIX)

/** @returns undefined: the pod has nothing to do with claims. Source: PreFilter */
export function cycleStateOf(info: PodInfo, devices: DeviceSource): CycleState | Status | undefined {
  const { pod } = info
  const own = podClaims(pod, devices)
  if (typeof own === 'string') return refused(own)
  const resources = extendedResources(info, devices)
  if (own.length === 0 && resources.size === 0) return undefined
  const claims = [...own]
  if (resources.size > 0) claims.push(devices.extendedClaimOf(pod) ?? inMemoryClaim(pod))
  const extended = resources.size > 0 ? own.length : -1
  const allocations: (AllocationResult | undefined)[] = claims.map(() => undefined)
  for (const [i, claim] of claims.entries()) {
    if (claim.status?.allocation !== undefined) continue
    const pending = devices.pending(claim.metadata.uid ?? '')
    if (pending !== undefined && pending.group !== undefined && pending.group === groupOf(pod)) {
      allocations[i] = pending.allocation
      continue
    }
    if (pending !== undefined) return refused(`resource claim ${keyOf(claim)} is in the process of being allocated`)
    const wrong = i === extended ? undefined : wrongRequest(claim, devices)
    if (wrong !== undefined) return wrong
  }
  return {
    claims,
    extended,
    resources,
    reach: claims.map(({ status }) => {
      const selector = status?.allocation?.nodeSelector
      return selector && parseNodeSelector(selector).matches
    }),
    allocations,
    allocator: claims.some(({ status }) => status?.allocation === undefined) ? allocatorFor(devices) : undefined,
    unavailable: new Set(),
    byNode: new Map(),
  }
}

const allocatorFor = (devices: DeviceSource): Allocator =>
  new Allocator({
    held: devices.held,
    deviceClass: (name) => devices.deviceClass(name),
    slicesFor: (node) => devices.slicesFor(node),
    allSlices: () => devices.allSlices(),
    // Drawn once the node is chosen.
    newShareID: () => '',
  })

function wrongRequest(claim: ResourceClaim, devices: DeviceSource): Status | undefined {
  for (const request of claim.spec.devices?.requests ?? []) {
    const wrong = wrongClass(claim, request, devices)
    if (wrong !== undefined) return wrong
  }
  return undefined
}

/** Source: validateDeviceClass */
function wrongClass(
  claim: ResourceClaim,
  { name, exactly, firstAvailable = [] }: DeviceRequest,
  devices: DeviceSource,
): Status | undefined {
  const classes =
    exactly === undefined
      ? firstAvailable.map((each) => [`${name}/${each.name}`, each.deviceClassName] as const)
      : [[name, exactly.deviceClassName] as const]
  if (classes.length === 0) return refused(`resource claim ${keyOf(claim)}, request ${name}: unknown request type`)
  for (const [request, className] of classes) {
    if (className === '') return broken(`request ${request}: unsupported request type`)
    if (devices.deviceClass(className) === undefined)
      return refused(`request ${request}: device class ${className} does not exist`)
  }
  return undefined
}
