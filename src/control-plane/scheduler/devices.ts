import type { AllocationResult, DeviceClass, Pod, ResourceClaim, ResourceSlice } from '../../api/types.ts'
import type { AllocatedState } from './devices/device-types.ts'

/** An allocation that is not written yet. Pods of one scheduling group may share it. Source: dynamicresources/dra_manager.go inFlightAllocation */
export interface PendingAllocation {
  readonly allocation: AllocationResult
  readonly group: string | undefined
}

/** What plugins for devices look at, as informers hold it. Source: plugins/dynamicresources/dra_manager.go SharedDRAManager */
export interface DeviceSource {
  claim(namespace: string, name: string): ResourceClaim | undefined
  /** The claim that was made for the extended resources of a pod. */
  extendedClaimOf(pod: Pod): ResourceClaim | undefined
  deviceClass(name: string): DeviceClass | undefined
  /** The class that stands behind an extended resource. */
  classFor(extendedResource: string): DeviceClass | undefined
  /** Slices that may concern a node. */
  slicesFor(node: string): Iterable<ResourceSlice>
  allSlices(): Iterable<ResourceSlice>
  /** Devices that claims have, or are about to get. */
  readonly held: AllocatedState
  pending(claimUid: string): PendingAllocation | undefined
  begin(claimUid: string, pending: PendingAllocation): void
  /** @param written nobody needs it any more. @returns whether it was the last who shared it */
  end(claimUid: string, written: boolean): boolean
  /** A claim as it was written just now. */
  assume(claim: ResourceClaim): void
  /** Calls after every change of a claim; answers how to stop. */
  onClaimChange(listener: () => void): () => void
}
