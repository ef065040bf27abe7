import type { CounterSet, Device, ResourcePool, ResourceSlice, ResourceSliceSpec } from '../../../../../api/types.ts'
import { type Errors, invalid, required } from '../field-error.ts'
import { NOT_POSITIVE } from '../formats.ts'
import { validateImmutable } from '../objectmeta.ts'
import { validateDevice } from './device.ts'
import { setOf, validateDriverName, validatePoolName } from './names.ts'
import { UNSET_OR_TRUE, validateCounterName, validateCounters, validatePlaces } from './slice-parts.ts'

/** Source: pkg/apis/resource/validation/validation.go ValidateResourceSlice. */

const MAX_DEVICES = 128
const MAX_ADVANCED_DEVICES = 64
const MAX_COUNTER_SETS = 8

const EMPTY: ResourceSliceSpec = { driver: '', pool: { name: '', generation: 0, resourceSliceCount: 0 } }

export function validateResourceSlice(slice: ResourceSlice, old?: ResourceSlice): Errors {
  const errors: Errors = []
  const spec = slice.spec ?? EMPTY
  validateDriverName(errors, 'spec.driver', spec.driver)
  validatePool(errors, spec.pool ?? EMPTY.pool)
  if (old?.spec !== undefined) {
    validateImmutable(errors, 'spec.pool.name', spec.pool.name, old.spec.pool.name)
    validateImmutable(errors, 'spec.driver', spec.driver, old.spec.driver)
    validateImmutable(errors, 'spec.nodeName', spec.nodeName, old.spec.nodeName)
  }
  validatePlace(errors, spec)
  if (spec.sharedCounters !== undefined && spec.devices !== undefined) {
    invalid(errors, 'spec', '', 'only one of `sharedCounters` or `devices` is allowed')
  }
  const devices = spec.devices ?? []
  const most = devices.some(isAdvanced) ? MAX_ADVANCED_DEVICES : MAX_DEVICES
  const check = (device: Device, path: string) => {
    const before = old?.spec?.devices?.find(({ name }) => name === device.name)
    validateDevice(errors, path, device, before, spec.perDeviceNodeSelection ?? false)
  }
  setOf(errors, 'spec.devices', devices, most, check, ({ name }) => name)
  const checkSet = (each: CounterSet, path: string) => {
    const { name = '', counters = {} } = each
    validateCounterName(errors, `${path}.name`, name)
    validateCounters(errors, `${path}.counters`, counters)
  }
  setOf(errors, 'spec.sharedCounters', spec.sharedCounters, MAX_COUNTER_SETS, checkSet, ({ name }) => name)
  return errors
}

const isAdvanced = ({ taints = [], consumesCounters = [], attributes = {} }: Device): boolean =>
  taints.length + consumesCounters.length > 0 ||
  Object.values(attributes).some(({ bools, ints, strings, versions }) => bools ?? ints ?? strings ?? versions)

function validatePool(errors: Errors, { name, resourceSliceCount = 0, generation = 0 }: ResourcePool): void {
  validatePoolName(errors, 'spec.pool.name', name)
  if (resourceSliceCount <= 0) invalid(errors, 'spec.pool.resourceSliceCount', resourceSliceCount, NOT_POSITIVE)
  if (generation < 0) {
    invalid(errors, 'spec.pool.generation', generation, 'must be greater than or equal to zero')
  }
}

function validatePlace(errors: Errors, spec: ResourceSliceSpec): void {
  const set = validatePlaces(errors, 'spec', spec, 'must be either unset or set to a non-empty string', true)
  if (spec.perDeviceNodeSelection) set.push('`perDeviceNodeSelection`')
  else if (spec.perDeviceNodeSelection !== undefined) {
    invalid(errors, 'spec.perDeviceNodeSelection', false, UNSET_OR_TRUE)
  }
  const one = 'exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required'
  if (set.length === 0) required(errors, 'spec', one)
  else if (set.length > 1) invalid(errors, 'spec', `{${set.join(', ')}}`, `${one}, but multiple fields are set`)
}
