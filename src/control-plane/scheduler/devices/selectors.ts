import type { Device, DeviceSelector, ResourceSlice } from '../../../api/types.ts'
import { compileDeviceSelector, deviceMatches, type SelectableDevice } from '../../../cel/device-environment.ts'
import { AllocationError } from './device-types.ts'

type Compiled = ReturnType<typeof compileDeviceSelector>

/** Source: dynamicresources.go celCache */
const LIMIT = 100
const compiled = new Map<string, Compiled>()

function programOf(expression: string): Compiled {
  let known = compiled.get(expression)
  if (known === undefined) {
    if (compiled.size >= LIMIT) compiled.clear()
    known = compileDeviceSelector(expression)
    compiled.set(expression, known)
  }
  return known
}

const selectable = new WeakMap<Device, SelectableDevice>()

/** The device with the name of its driver; the same object as long as the slice stays as it is. */
function selectableOf(device: Device, { spec }: ResourceSlice): SelectableDevice {
  let known = selectable.get(device)
  if (known === undefined) {
    known = { ...device, driver: spec.driver }
    selectable.set(device, known)
  }
  return known
}

/**
 * @param whose `class gpu`, `claim default/mine`
 * @throws AllocationError for an expression that cannot be evaluated
 * Source: allocator_incubating.go selectorsMatch
 */
export function selectorsMatch(
  selectors: readonly DeviceSelector[] | undefined,
  device: Device,
  slice: ResourceSlice,
  whose: () => string,
): boolean {
  return (selectors ?? []).every(({ cel }, i) => {
    const program = programOf(cel?.expression ?? '')
    if ('error' in program) throw new AllocationError(`${whose()}: selector #${i}: CEL compile error: ${program.error}`)
    const matches = deviceMatches(program, selectableOf(device, slice))
    if (typeof matches === 'boolean') return matches
    throw new AllocationError(`${whose()}: selector #${i}: CEL runtime error: ${matches.error}`)
  })
}
