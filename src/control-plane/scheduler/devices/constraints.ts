import type { Device, DeviceAttribute, DeviceConstraint } from '../../../api/types.ts'
import type { Candidate, RequestData } from './device-types.ts'
import { fullName } from './device-types.ts'

/** What devices of one claim must have in common, or not. A device that was added can be removed, in opposite order. */
export interface Constraint {
  add(data: RequestData, candidate: Candidate): boolean
  remove(data: RequestData): void
}

/** Source: structured/internal/incubating/allocator_incubating.go matchAttributeConstraint, distinctAttributeConstraint */
export function constraintOf({
  requests = [],
  matchAttribute,
  distinctAttribute,
}: DeviceConstraint): Constraint | undefined {
  const concerns = (data: RequestData): boolean =>
    requests.length === 0 || requests.includes(data.parent ?? data.request.name) || requests.includes(fullName(data))
  if (matchAttribute !== undefined) return matching(matchAttribute, concerns)
  return distinctAttribute === undefined ? undefined : distinct(distinctAttribute, concerns)
}

function matching(name: string, concerns: (data: RequestData) => boolean): Constraint {
  let common: DeviceAttribute | undefined
  let count = 0
  return {
    add(data, candidate) {
      if (!concerns(data)) return true
      const attribute = lookUp(candidate.device, candidate.slice.spec.driver, name)
      if (attribute === undefined) return false
      if (count === 0) common = attribute
      else if (!same(attribute, common!)) return false
      count++
      return true
    },
    remove(data) {
      if (concerns(data)) count--
    },
  }
}

/** One value is remembered per request, as upstream does. */
function distinct(name: string, concerns: (data: RequestData) => boolean): Constraint {
  const values = new Map<string, DeviceAttribute>()
  let count = 0
  const keyOf = ({ parent, request }: RequestData): string => parent ?? request.name
  return {
    add(data, candidate) {
      if (!concerns(data)) return true
      const attribute = lookUp(candidate.device, candidate.slice.spec.driver, name)
      if (attribute === undefined) return false
      if (count > 0 && [...values.values()].some((other) => same(attribute, other))) return false
      values.set(keyOf(data), attribute)
      count++
      return true
    },
    remove(data) {
      if (!concerns(data)) return
      values.delete(keyOf(data))
      count--
    },
  }
}

/** The driver's own attributes may leave out its name. Source: lookupAttribute */
function lookUp({ attributes = {} }: Device, driver: string, name: string): DeviceAttribute | undefined {
  if (Object.hasOwn(attributes, name)) return attributes[name]
  const slash = name.indexOf('/')
  if (slash < 0 || name.slice(0, slash) !== driver) return undefined
  const id = name.slice(slash + 1)
  return Object.hasOwn(attributes, id) ? attributes[id] : undefined
}

function same(a: DeviceAttribute, b: DeviceAttribute): boolean {
  if (a.string !== undefined) return a.string === b.string
  if (a.int !== undefined) return a.int === b.int
  if (a.bool !== undefined) return a.bool === b.bool
  return a.version !== undefined && a.version === b.version
}
