import { POD_TEMPLATE_STRUCTS } from './pod-template-structs.ts'

interface Field {
  readonly go: string
  readonly json: string
  /** s string, i integer, b boolean, p pointer, l slice, m map, t struct */
  readonly sort: string
  readonly type: string
}

type Fields = Readonly<Record<string, unknown>>

/** What a zero `time.Time` is dumped as: templates are given no times. */
const ZERO_TIME = '{Time:(time.Time){wall:(uint64)0 ext:(int64)0 loc:(*time.Location)<nil>}}'

let structs: ReadonlyMap<string, readonly Field[]> | undefined

/**
 * A value as Go dumps its struct for a hash: types and all, fields in the order of the struct, maps sorted. Empty lists and
 * maps are nil, as they are once they have come over the wire.
 *
 * @param type as Go names it: `v1.PodTemplateSpec`
 * @returns undefined for what this cannot dump: quantities with more than 15 digits
 * Source: k8s.io/utils/dump ForHash, davecgh/go-spew spew/format.go
 */
export function dumpForHash(type: string, value: object): string | undefined {
  try {
    return `(${type})${dump(type, value)}`
  } catch (error) {
    if (error instanceof Undumpable) return undefined
    throw error
  }
}

class Undumpable extends Error {}

function fieldsOf(type: string): readonly Field[] | undefined {
  structs ??= new Map(
    POD_TEMPLATE_STRUCTS.trim()
      .split('\n')
      .map((line) => {
        const [name = '', fields = ''] = line.split(': ')
        return [name, fields.split(', ').map(fieldOf)]
      }),
  )
  return structs.get(type)
}

function fieldOf(text: string): Field {
  const [names = '', sort = '', type = ''] = text.split(' ')
  const [go = '', json = go[0]!.toLowerCase() + go.slice(1)] = names.split('=')
  return { go, json, sort, type }
}

/** The value alone, as an element of a list stands. */
function dump(type: string, value: unknown): string {
  if (type === 'resource.Quantity') return quantity(String(value ?? '0'))
  if (type === 'intstr.IntOrString') return intOrString(value)
  if (type === 'v1.Time') return ZERO_TIME
  const fields = fieldsOf(type)
  if (fields === undefined) return String(value)
  const parts = fields.map(({ go, json, sort, type: of }) => {
    // What is embedded has its fields in the JSON of what embeds it.
    const field = json === '' ? value : (value as Fields | undefined)?.[json]
    return `${go}:(${of})${fieldValue(sort, of, field)}`
  })
  return `{${parts.join(' ')}}`
}

function fieldValue(sort: string, type: string, value: unknown): string {
  if (sort === 's') return String(value ?? '')
  if (sort === 'i') return String(value ?? 0)
  if (sort === 'b') return String(value ?? false)
  if (sort === 't') return dump(type, value)
  if (sort === 'p') return value === undefined || value === null ? '<nil>' : dump(type.slice(1), value)
  if (sort === 'l') return list(type.slice(2), (value ?? []) as readonly unknown[])
  return map(type, (value ?? {}) as Fields)
}

function list(type: string, elements: readonly unknown[]): string {
  return elements.length === 0 ? '<nil>' : `[${elements.map((element) => dump(type, element)).join(' ')}]`
}

function map(type: string, value: Fields): string {
  const keys = Object.keys(value).sort()
  if (keys.length === 0) return '<nil>'
  const of = type === 'v1.ResourceList' ? 'resource.Quantity' : 'string'
  return `map[${keys.map((key) => `${key}:${dump(of, value[key])}`).join(' ')}]`
}

/** Source: apimachinery/pkg/util/intstr/intstr.go */
function intOrString(value: unknown): string {
  const [type, int, text] = typeof value === 'string' ? [1, 0, value] : [0, value ?? 0, '']
  return `{Type:(intstr.Type)${type} IntVal:(int32)${int} StrVal:(string)${text}}`
}

const DECIMAL: Readonly<Record<string, number>> = { n: -9, u: -6, m: -3, '': 0, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 }
const BINARY: Readonly<Record<string, number>> = { Ki: 10, Mi: 20, Gi: 30, Ti: 40, Pi: 50, Ei: 60 }

/** A canonical quantity as it is held once parsed. Source: apimachinery/pkg/api/resource/quantity.go ParseQuantity */
function quantity(text: string): string {
  const found = /^(-?)(\d{1,15})(?:(e-?\d+)|([numkMGTPE]|[KMGTPE]i)?)$/.exec(text)
  if (found === null) throw new Undumpable()
  const [, sign = '', digits = '', exponent, suffix = ''] = found
  const binary = BINARY[suffix]
  const number = BigInt(digits)
  if (text === '0') return held('0', 0, text, 'DecimalSI')
  if (binary !== undefined) {
    const isCanonical = binary % 10 === 0 && (number & 7n) !== 0n
    return held(sign + (number << BigInt(binary)), 0, isCanonical ? text : '', 'BinarySI')
  }
  const scale = exponent === undefined ? DECIMAL[suffix]! : Number(exponent.slice(1))
  const isCanonical = scale % 3 === 0 && !digits.endsWith('000') && digits[0] !== '0'
  return held(sign + number, scale, isCanonical ? text : '', exponent === undefined ? 'DecimalSI' : 'DecimalExponent')
}

function held(value: string, scale: number, text: string, format: string): string {
  const amount = `{value:(int64)${value} scale:(resource.Scale)${scale}}`
  const decimal = '{Dec:(*inf.Dec)<nil>}'
  return `{i:(resource.int64Amount)${amount} d:(resource.infDecAmount)${decimal} s:(string)${text} Format:(resource.Format)${format}}`
}
