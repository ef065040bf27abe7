import { parseIP } from '../../../../../api/ip.ts'
import { isDNS1123Label } from '../../../../../api/names.ts'
import type {
  AllocatedDeviceStatus,
  AllocationResult,
  DeviceRequestAllocationResult,
  NetworkDeviceData,
  ResourceClaim,
} from '../../../../../api/types.ts'
import { semanticallyEqual } from '../../semantic-equality.ts'
import { validateConditions } from '../conditions.ts'
import {
  byteLength,
  type Errors,
  forbidden,
  invalid,
  invalidEach,
  notSupported,
  required,
  tooLong,
  tooMany,
} from '../field-error.ts'
import { IMMUTABLE } from '../formats.ts'
import { validateNodeSelector } from '../scheduling.ts'
import { validateBindingConditions } from './binding-conditions.ts'
import {
  type RequestNames,
  requestNamesOf,
  validateOpaque,
  validateRaw,
  validateRequestRef,
  validateRequestRefs,
} from './claim.ts'
import { eachOf, setOf, validateDriverName, validatePoolName, validateUID } from './names.ts'

/** Source: pkg/apis/resource/validation/validation.go ValidateResourceClaimStatusUpdate. */

const MAX_RESERVED = 256
const MAX_RESULTS = 32
const MAX_CONFIG = 64
const MAX_CONDITIONS = 8
const MAX_DATA = 10 * 1024

interface DeviceId {
  readonly driver: string
  readonly pool: string
  readonly device: string
  readonly shareID?: string
}

const idOf = ({ driver = '', pool = '', device = '', shareID = '' }: DeviceId) => ({
  Driver: driver,
  Pool: pool,
  Device: device,
  ShareID: shareID,
})

export function validateResourceClaimStatus(
  { spec, status = {}, metadata }: ResourceClaim,
  old: ResourceClaim,
): Errors {
  const errors: Errors = []
  const { reservedFor = [], allocation, devices } = status
  const checkUser = (user: (typeof reservedFor)[number], path: string) => {
    for (const field of ['resource', 'name', 'uid'] as const) if (!user[field]) required(errors, `${path}.${field}`)
  }
  setOf(errors, 'status.reservedFor', reservedFor, MAX_RESERVED, checkUser, ({ uid }) => uid ?? '')
  const allocated = new Set((allocation?.devices?.results ?? []).map((each) => JSON.stringify(idOf(each))))
  const checkDevice = (each: AllocatedDeviceStatus, path: string) => validateDeviceStatus(errors, path, each, allocated)
  setOf(errors, 'status.devices', devices, Number.POSITIVE_INFINITY, checkDevice, idOf)
  if (reservedFor.length > 0 && allocation === undefined) {
    forbidden(errors, 'status.reservedFor', 'may not be specified when `allocated` is not set')
  } else if (metadata.deletionTimestamp !== undefined) {
    const before = old.status?.reservedFor ?? []
    if (reservedFor.some((user) => !before.some((each) => semanticallyEqual(each, user)))) {
      const detail = 'new entries may not be added while `deallocationRequested` or `deletionTimestamp` are set'
      forbidden(errors, 'status.reservedFor', detail)
    }
  }
  if (allocation === undefined) return errors
  if (old.status?.allocation === undefined) validateAllocation(errors, allocation, requestNamesOf(spec?.devices ?? {}))
  else if (!semanticallyEqual(allocation, old.status.allocation)) {
    invalid(errors, 'status.allocation', allocation, IMMUTABLE)
  }
  return errors
}

function validateAllocation(
  errors: Errors,
  { devices = {}, nodeSelector }: AllocationResult,
  names: RequestNames,
): void {
  const field = 'status.allocation.devices'
  eachOf(errors, `${field}.results`, devices.results, MAX_RESULTS, (each, path) =>
    validateResult(errors, path, each, names),
  )
  eachOf(errors, `${field}.config`, devices.config, MAX_CONFIG, ({ source = '', requests, opaque }, path) => {
    if (source === '') required(errors, `${path}.source`)
    else if (source !== 'FromClaim' && source !== 'FromClass') {
      notSupported(errors, `${path}.source`, source, ['FromClaim', 'FromClass'])
    }
    validateRequestRefs(errors, `${path}.requests`, requests, names)
    validateOpaque(errors, `${path}.opaque`, opaque)
  })
  if (nodeSelector !== undefined) validateNodeSelector(errors, 'status.allocation.nodeSelector', nodeSelector, false)
}

function validateIds(errors: Errors, path: string, { driver, pool, device = '', shareID }: DeviceId): void {
  validateDriverName(errors, `${path}.driver`, driver)
  validatePoolName(errors, `${path}.pool`, pool)
  invalidEach(errors, `${path}.device`, device, isDNS1123Label(device))
  if (shareID !== undefined) validateUID(errors, `${path}.shareID`, shareID)
}

function validateResult(
  errors: Errors,
  path: string,
  result: DeviceRequestAllocationResult,
  names: RequestNames,
): void {
  validateRequestRef(errors, `${path}.request`, result.request ?? '', names)
  validateIds(errors, path, result)
  validateBindingConditions(errors, path, result)
}

function validateDeviceStatus(
  errors: Errors,
  path: string,
  device: AllocatedDeviceStatus,
  allocated: ReadonlySet<string>,
): void {
  validateIds(errors, path, device)
  const id = idOf(device)
  if (!allocated.has(JSON.stringify(id))) invalid(errors, path, id, 'must be an allocated device in the claim')
  const conditions = device.conditions ?? []
  if (conditions.length > MAX_CONDITIONS) tooMany(errors, `${path}.conditions`, conditions.length, MAX_CONDITIONS)
  validateConditions(errors, `${path}.conditions`, conditions)
  if (device.data !== undefined) validateRaw(errors, `${path}.data`, device.data, MAX_DATA)
  if (device.networkData !== undefined) validateNetworkData(errors, `${path}.networkData`, device.networkData)
}

function validateNetworkData(errors: Errors, path: string, data: NetworkDeviceData): void {
  const { interfaceName = '', hardwareAddress = '', ips } = data
  if (byteLength(interfaceName) > 256) tooLong(errors, `${path}.interfaceName`, 256)
  if (byteLength(hardwareAddress) > 128) tooLong(errors, `${path}.hardwareAddress`, 128)
  const check = (address: string, at: string) => {
    const [ip = '', bits = '', ...more] = address.split('/')
    const parsed = parseIP(ip)
    const fits = /^\d+$/.test(bits) && Number(bits) <= (parsed?.family === 4 ? 32 : 128)
    if (parsed !== undefined && fits && more.length === 0) return
    invalid(errors, at, address, 'must be a valid address in CIDR form, (e.g. 10.9.8.7/24 or 2001:db8::1/64)')
  }
  setOf(errors, `${path}.ips`, ips, 16, check, (address) => address)
}
