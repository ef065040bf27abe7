import { canonicalQuantity, quantityError } from '../../../../api/quantity.ts'
import { internalLayouts } from './internal-layouts.ts'

type Value = Readonly<Record<string, unknown>>

interface Member {
  readonly name: string
  readonly json: string
  readonly shape: string
  readonly type: string
}

const parsed = new Map<string, readonly Member[]>()

function membersOf(type: string): readonly Member[] | undefined {
  const known = parsed.get(type)
  if (known) return known
  const layout = internalLayouts[type]
  if (layout === undefined) return undefined
  const members = layout.split(' ').map((text): Member => {
    const [, name = '', json, shape = '', member = ''] = /^(\w+)(?:\/(\w+))?(#|\?|@|=|\*|\[\]|\{\})?(\w*)$/.exec(text)!
    return { name, json: json ?? name[0]!.toLowerCase() + name.slice(1), shape, type: member }
  })
  parsed.set(type, members)
  return members
}

const sorted = (map: Value): Value =>
  Object.fromEntries(
    Object.keys(map)
      .sort()
      .map((key) => [key, map[key]]),
  )

const quantityText = (value: unknown): unknown =>
  (typeof value === 'string' || typeof value === 'number') && quantityError(value) === undefined
    ? canonicalQuantity(value)
    : value

function memberValue({ shape, type }: Member, value: unknown): unknown {
  if (shape === '=') return internalForm(type, (value ?? {}) as Value)
  if (shape === '@') return quantityText(value ?? '0')
  if (shape === '#') return value ?? 0
  if (shape === '?') return value ?? false
  if (shape === '') return value ?? ''
  if (value === undefined || value === null) return null
  if (shape === '{}') return sorted(Object.fromEntries(Object.entries(value).map(([key, item]) => [key, item])))
  if (shape === '[]') return (value as readonly Value[]).map((item) => internalForm(type, item))
  return type === '' ? value : internalForm(type, value as Value)
}

/** The host namespaces live in the internal security context. Source: pkg/apis/core/v1/conversion.go Convert_v1_PodSpec_To_core_PodSpec. */
function withHostNamespaces(spec: Value): Value {
  const { hostNetwork, hostPID, hostIPC, shareProcessNamespace, hostUsers } = spec
  const moved = { hostNetwork, hostPID, hostIPC, shareProcessNamespace, hostUsers }
  const used = Object.values(moved).some((value) => value !== undefined)
  return used || spec.securityContext
    ? { ...spec, securityContext: { ...(spec.securityContext ?? {}), ...moved } }
    : spec
}

/** A v1 value as the internal struct of that type marshals; a type without a layout stays as it is. */
export function internalForm(type: string, value: Value): unknown {
  const members = membersOf(type)
  if (!members) return value
  const source = type === 'PodSpec' ? withHostNamespaces(value) : value
  return Object.fromEntries(members.map((member) => [member.name, memberValue(member, source[member.json])]))
}

/** Go's json.Marshal: like JSON.stringify, with `<`, `>`, `&` escaped. */
export const goJSON = (value: unknown, indent?: string): string =>
  (JSON.stringify(value, undefined, indent) ?? 'null').replace(/[<>&]/g, (c) => `\\u00${c.charCodeAt(0).toString(16)}`)
