import type {
  Device,
  DeviceClass,
  DeviceRequest,
  DeviceSubRequest,
  ExactDeviceRequest,
  ResourceSlice,
} from '../../../api/types.ts'

/** `driver/pool/device`. Source: structured/schedulerapi/types.go DeviceID */
export const deviceId = (driver: string, pool: string, device: string): string => `${driver}/${pool}/${device}`

/** How much of what a device's capacities is taken, by name, in nano units. */
export type Capacities = ReadonlyMap<string, bigint>

/** Devices that claims hold. Source: structured/schedulerapi/types.go AllocatedState */
export interface AllocatedState {
  isHeld(device: string): boolean
  /** Of devices that several claims may share: held by at least one. */
  isShared(device: string): boolean
  consumed(device: string): Capacities | undefined
}

/** A request or one alternative of it. Source: structured/internal requestAccessor */
export type Request = Omit<ExactDeviceRequest, 'adminAccess'> & {
  readonly name: string
  readonly adminAccess: boolean
}

export const exactRequest = ({ name, exactly }: DeviceRequest): Request => ({
  deviceClassName: '',
  ...exactly,
  name,
  adminAccess: exactly?.adminAccess ?? false,
})

export const alternative = (request: DeviceSubRequest): Request => ({ ...request, adminAccess: false })

export interface RequestData {
  readonly request: Request
  /** Of an alternative: the request it belongs to. */
  readonly parent: string | undefined
  readonly deviceClass: DeviceClass
  readonly numDevices: number
  /** Where all devices are asked for: these. */
  readonly allDevices: readonly Candidate[] | undefined
}

/** `request`, or `request/alternative`. */
export const fullName = ({ parent, request }: Pick<RequestData, 'parent' | 'request'>): string =>
  parent === undefined ? request.name : `${parent}/${request.name}`

/** Source: pools_incubating.go Pool */
export interface Pool {
  readonly driver: string
  readonly name: string
  readonly state: 'complete' | 'incomplete' | 'invalid'
  /** With devices that the node reaches. */
  readonly slices: readonly ResourceSlice[]
  readonly otherSlices: readonly ResourceSlice[]
  /** By the name of the counter set and of the counter, in nano units. */
  readonly counterSets: ReadonlyMap<string, ReadonlyMap<string, bigint>>
}

/** One device that may be given to a request. */
export interface Candidate {
  readonly id: string
  readonly device: Device
  readonly slice: ResourceSlice
  readonly pool: Pool
}

/** A device that is given to a request. Source: internalDeviceResult */
export interface Given {
  readonly data: RequestData
  readonly candidate: Candidate
  readonly shareID?: string
  readonly consumed?: Capacities
}

/** It will not do on any node: the claim, class or slice has to change. */
export class AllocationError extends Error {}

/** It will not do on this node. Source: structured/internal ErrFailedAllocationOnNode */
export class NodeAllocationError extends Error {}
