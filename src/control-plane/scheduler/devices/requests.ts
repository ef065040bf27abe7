import { keyOf } from '../../../api/meta.ts'
import type { DeviceClass, ResourceClaim } from '../../../api/types.ts'
import {
  AllocationError,
  alternative,
  type Candidate,
  deviceId,
  exactRequest,
  type Pool,
  type Request,
  type RequestData,
} from './device-types.ts'

/** Source: resource/v1/types.go AllocationResultsMaxSize */
export const MAX_RESULTS = 32

export interface RequestContext {
  readonly pools: readonly Pool[]
  deviceClass(name: string): DeviceClass | undefined
  /** Whether a device matches the selectors and has room: what does not depend on the rest of the allocation. */
  isEligible(claim: ResourceClaim, data: RequestData, candidate: Candidate): boolean
}

/**
 * What each request of a claim comes to: one entry, or one for each alternative.
 *
 * @throws AllocationError where the claim can never be allocated
 * Source: structured/internal/incubating/allocator_incubating.go Allocate, validateDeviceRequest
 */
export function requestsOf(claim: ResourceClaim, context: RequestContext): readonly (readonly RequestData[])[] {
  const all = (claim.spec.devices?.requests ?? []).map((request) =>
    (request.firstAvailable?.length ?? 0) > 0
      ? request.firstAvailable!.map((each) => dataOf(claim, alternative(each), request.name, context))
      : [dataOf(claim, exactRequest(request), undefined, context)],
  )
  const least = all.reduce((sum, each) => sum + Math.min(...each.map(({ numDevices }) => numDevices)), 0)
  if (least > MAX_RESULTS)
    throw new AllocationError(
      `claim ${keyOf(claim)}: number of requested devices ${least} exceeds the claim limit of ${MAX_RESULTS}`,
    )
  return all
}

function dataOf(
  claim: ResourceClaim,
  request: Request,
  parent: string | undefined,
  context: RequestContext,
): RequestData {
  const where = `claim ${keyOf(claim)}, request ${request.name}`
  for (const [i, { cel }] of (request.selectors ?? []).entries())
    if (cel === undefined)
      throw new AllocationError(`${where}, selector #${i}: CEL expression empty (unsupported selector type?)`)
  const { deviceClassName, allocationMode = 'ExactCount', count = 1 } = request
  if (deviceClassName === '')
    throw new AllocationError(`${where}: missing device class name (unsupported request type?)`)
  const deviceClass = context.deviceClass(deviceClassName)
  if (deviceClass === undefined)
    throw new AllocationError(
      `${where}: could not retrieve device class ${deviceClassName}: deviceclass.resource.k8s.io "${deviceClassName}" not found`,
    )
  const data = { request, parent, deviceClass, numDevices: count, allDevices: undefined }
  if (allocationMode === 'ExactCount') return data
  if (allocationMode !== 'All') throw new AllocationError(`${where}: unsupported count mode ${allocationMode}`)
  const allDevices = everyDevice(claim, data, where, context)
  return { ...data, allDevices, numDevices: allDevices.length }
}

function everyDevice(
  claim: ResourceClaim,
  data: RequestData,
  where: string,
  { pools, isEligible }: RequestContext,
): readonly Candidate[] {
  return pools.flatMap((pool) => {
    const name = `${pool.driver}/${pool.name}`
    if (pool.state === 'incomplete')
      throw new AllocationError(`${where}: asks for all devices, but resource pool ${name} is currently being updated`)
    if (pool.state === 'invalid')
      throw new AllocationError(`${where}: asks for all devices, but resource pool ${name} is currently invalid`)
    return candidatesOf(pool).filter((candidate) => isEligible(claim, data, candidate))
  })
}

export function candidatesOf(pool: Pool): readonly Candidate[] {
  return pool.slices.flatMap((slice) =>
    (slice.spec.devices ?? []).map((device) => ({
      id: deviceId(pool.driver, pool.name, device.name),
      device,
      slice,
      pool,
    })),
  )
}
