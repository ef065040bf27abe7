import type { DeviceAttribute, DeviceCapacity } from '../api/types.ts'
import { parseType } from './declarations.ts'
import { compile, evaluate, type Program } from './index.ts'
import { quantity } from './library/quantities.ts'
import { parse as parseVersion } from './library/semver.ts'
import * as T from './types.ts'
import { CelError, ComputedMap, MapValue, type Value } from './values.ts'

/** What one selector may cost. Source: resource/v1/types.go CELSelectorExpressionMaxCost */
const MAX_COST = 1_000_000

/** What a selector of devices knows. Source: dynamic-resource-allocation/cel/compile.go newCompiler */
function deviceType(): T.ObjectType {
  const fields: Readonly<Record<string, T.Type>> = {
    driver: T.STRING,
    allowMultipleAllocations: T.BOOL,
    attributes: T.mapOf(T.STRING, T.mapOf(T.STRING, T.DYN)),
    capacity: T.mapOf(T.STRING, T.mapOf(T.STRING, parseType('kubernetes.Quantity'))),
  }
  return {
    kind: 'object',
    name: 'kubernetes.DRADevice',
    field: (name) => (Object.hasOwn(fields, name) ? fields[name] : undefined),
  }
}

/** @returns the program, or upstream's words for why there is none. Source: compile.go CompileCELExpression */
export function compileDeviceSelector(expression: string): Program | { readonly error: string } {
  const program = compile(expression, { variables: { device: deviceType() } })
  if ('error' in program) return program
  if (program.type.kind === 'bool' || program.type.kind === 'dyn') return program
  return { error: `must evaluate to bool or the unknown type, not ${T.formatType(program.type)}` }
}

/** A device as selectors see it. */
export interface SelectableDevice {
  readonly driver: string
  readonly allowMultipleAllocations?: boolean
  readonly attributes?: Readonly<Record<string, DeviceAttribute>>
  readonly capacity?: Readonly<Record<string, DeviceCapacity>>
}

/** Source: compile.go DeviceMatches */
export function deviceMatches(program: Program, device: SelectableDevice): boolean | { readonly error: string } {
  let known = variables.get(device)
  if (known === undefined) {
    known = deviceValue(device)
    variables.set(device, known)
  }
  if (typeof known === 'string') return { error: known }
  const outcome = evaluate(program, { device: known }, MAX_COST)
  if (outcome.error !== undefined) return { error: outcome.error }
  if (typeof outcome.value === 'boolean') return outcome.value
  return { error: 'CEL result could not be converted to bool' }
}

const variables = new WeakMap<SelectableDevice, MapValue | string>()

function deviceValue(device: SelectableDevice): MapValue | string {
  const attributes = new Domains()
  for (const [name, attribute] of Object.entries(device.attributes ?? {})) {
    try {
      attributes.add(name, device.driver, attributeValue(attribute))
    } catch (error) {
      if (!(error instanceof CelError)) throw error
      return `attribute ${name}: ${error.message}`
    }
  }
  const capacity = new Domains()
  for (const [name, { value }] of Object.entries(device.capacity ?? {}))
    capacity.add(name, device.driver, quantity(String(value)))
  const members: readonly (readonly [Value, Value])[] = [
    ['driver', device.driver],
    ['allowMultipleAllocations', device.allowMultipleAllocations ?? false],
    ['attributes', attributes],
    ['capacity', capacity],
  ]
  return new ComputedMap(members, 'kubernetes.DRADevice')
}

/** Source: getAttributeValue, with DRAListTypeAttributes off */
function attributeValue({ int, bool, string, version }: DeviceAttribute): Value {
  if (int !== undefined) return BigInt(int)
  if (bool !== undefined) return bool
  if (string !== undefined) return string
  if (version === undefined) throw new CelError('unsupported attribute value')
  try {
    return parseVersion(version)
  } catch (error) {
    throw new CelError(`parse semantic version: ${(error as Error).message}`)
  }
}

/** Names by domain; that of the driver where a name has none. An unknown domain is an empty one. Source: newStringInterfaceMapWithDefault */
class Domains extends MapValue {
  readonly #entries = new Map<string, [string, Value][]>()
  readonly #maps = new Map<string, ComputedMap>()

  add(name: string, driver: string, value: Value): void {
    const slash = name.indexOf('/')
    const domain = slash < 0 ? driver : name.slice(0, slash)
    const id = slash < 0 ? name : name.slice(slash + 1)
    const entries = this.#entries.get(domain)
    if (entries === undefined) this.#entries.set(domain, [[id, value]])
    else entries.push([id, value])
  }

  get size(): number {
    return this.#entries.size
  }

  get(key: Value): Value | undefined {
    if (typeof key !== 'string') return undefined
    let map = this.#maps.get(key)
    if (map === undefined) {
      map = new ComputedMap(this.#entries.get(key) ?? [])
      this.#maps.set(key, map)
    }
    return map
  }

  keys(): readonly Value[] {
    return [...this.#entries.keys()]
  }
}
