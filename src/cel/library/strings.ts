import { type Overload, overload } from '../declarations.ts'
import { doubleText, durationText, timestampText } from '../texts.ts'
import { typeName } from '../types.ts'
import { CelError, Duration, MapValue, Timestamp, TypeValue, Uint, type Value } from '../values.ts'

/** Texts are counted in code points. Source: cel-go ext/strings.go, version 2; apiserver/pkg/cel/library/jsonpatch.go */
const points = (text: string): readonly string[] => [...text]

function charAt(text: string, at: bigint): string {
  const all = points(text)
  if (at < 0n || at > BigInt(all.length)) throw new CelError(`index out of range: ${at}`)
  return all[Number(at)] ?? ''
}

function find(text: string, part: string, from: bigint): bigint {
  const [all, wanted] = [points(text), points(part)]
  if (from < 0n) throw new CelError(`index out of range: ${from}`)
  if (part === '') return from
  for (let i = Number(from); i <= all.length - wanted.length; i++)
    if (wanted.every((each, k) => all[i + k] === each)) return BigInt(i)
  return -1n
}

function findLast(text: string, part: string, from: bigint | undefined): bigint {
  const [all, wanted] = [points(text), points(part)]
  if (from !== undefined && (from < 0n || from > BigInt(all.length))) throw new CelError(`index out of range: ${from}`)
  if (part === '') return from ?? BigInt(all.length)
  const start = Math.min(all.length - wanted.length, Number(from ?? all.length))
  for (let i = start; i >= 0; i--) if (wanted.every((each, k) => all[i + k] === each)) return BigInt(i)
  return -1n
}

function substring(text: string, start: bigint, end?: bigint): string {
  const all = points(text)
  const to = end ?? BigInt(all.length)
  if (end !== undefined && start > end) throw new CelError(`invalid substring range. start: ${start}, end: ${end}`)
  if (start < 0n || start > BigInt(all.length)) throw new CelError(`index out of range: ${start}`)
  if (to < 0n || to > BigInt(all.length)) throw new CelError(`index out of range: ${to}`)
  return all.slice(Number(start), Number(to)).join('')
}

/** Source: strings.SplitN */
function split(text: string, separator: string, most = -1n): readonly string[] {
  if (most === 0n) return []
  const all = separator === '' ? points(text) : text.split(separator)
  if (most < 0n || BigInt(all.length) <= most) return all
  const head = all.slice(0, Number(most) - 1)
  return [...head, all.slice(head.length).join(separator)]
}

function replace(text: string, old: string, by: string, most = -1n): string {
  if (most < 0n) return text.replaceAll(old, () => by)
  let left = most
  return text.replaceAll(old, (found) => (left-- > 0n ? by : found))
}

/** ASCII letters only. */
const cased = (pattern: RegExp, by: (letter: string) => string) => (text: string) => text.replace(pattern, by)

const ESCAPES: Readonly<Record<string, string>> = {
  '\x07': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '\\': '\\\\',
  '"': '\\"',
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: the characters that are escaped
const quote = (text: string) => `"${text.replace(/[\x07-\r\\"]/g, (each) => ESCAPES[each]!)}"`

const goTrim = (text: string) => text.replace(/^[\s\u0085]+|[\s\u0085]+$/g, '')

/** What `%s` makes of a value. Source: ext/formatting.go formatDecimal and its siblings */
function shown(value: Value): string {
  if (typeof value === 'string') return value
  if (typeof value === 'number') return doubleText(value)
  if (typeof value === 'bigint' || typeof value === 'boolean') return String(value)
  if (value === null) return 'null'
  if (value instanceof Uint) return String(value.value)
  if (value instanceof Uint8Array) return new TextDecoder().decode(value)
  if (value instanceof Timestamp) return timestampText(value)
  if (value instanceof Duration) return durationText(value)
  if (value instanceof TypeValue) return typeName(value.type)
  if (Array.isArray(value)) return `[${(value as readonly Value[]).map(shown).join(', ')}]`
  if (value instanceof MapValue) {
    const entries = value.keys().map((key) => [shown(key), shown(value.get(key)!)] as const)
    const sorted = [...entries].sort(([a], [b]) => (a < b ? -1 : 1))
    return `{${sorted.map(([key, each]) => `${key}: ${each}`).join(', ')}}`
  }
  const given = 'type' in value ? value.type : 'optional_type'
  throw new CelError(
    `error during formatting: string clause can only be used on strings, bools, bytes, ints, doubles, maps, lists, types, durations, and timestamps, was given ${given}`,
  )
}

const whole = (value: Value): bigint | undefined => {
  if (typeof value === 'bigint') return value
  return value instanceof Uint ? value.value : undefined
}

function based(value: Value, base: 2 | 8 | 16): string {
  const number = whole(value)
  if (number !== undefined) return number.toString(base)
  if (base === 2 && typeof value === 'boolean') return value ? '1' : '0'
  if (base === 16 && (typeof value === 'string' || value instanceof Uint8Array)) {
    const bytes = typeof value === 'string' ? new TextEncoder().encode(value) : value
    return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
  }
  throw new CelError('error during formatting: no such overload')
}

function numeric(value: Value): number {
  if (typeof value === 'number') return value
  const number = whole(value)
  if (number === undefined) throw new CelError('error during formatting: no such overload')
  return Number(number)
}

function clause(verb: string, precision: number, value: Value): string {
  switch (verb) {
    case 's':
      return shown(value)
    case 'd':
      return typeof value === 'number' ? doubleText(value) : String(whole(value) ?? numeric(value))
    case 'f':
      return numeric(value).toFixed(precision)
    case 'e':
      return numeric(value)
        .toExponential(precision)
        .replace(/e([+-])(\d)$/, 'e$10$2')
    case 'b':
      return based(value, 2)
    case 'o':
      return based(value, 8)
    case 'x':
      return based(value, 16)
    case 'X':
      return based(value, 16).toUpperCase()
    default:
      throw new CelError(`could not parse formatting clause: unrecognized formatting clause ${JSON.stringify(verb)}`)
  }
}

function format(text: string, values: readonly Value[]): string {
  let next = 0
  return text.replace(/%(%|(?:\.(\d+))?([\s\S]?))/g, (_, all: string, precision: string | undefined, verb: string) => {
    if (all === '%') return '%'
    if (next >= values.length) throw new CelError(`index ${next} out of range`)
    return clause(verb, precision === undefined ? 6 : Number(precision), values[next++]!)
  })
}

export const strings: readonly Overload[] = [
  overload('string.charAt(int): string', charAt),
  overload('string.indexOf(string): int', (text: string, part: string) => find(text, part, 0n)),
  overload('string.indexOf(string, int): int', find),
  overload('string.lastIndexOf(string): int', (text: string, part: string) => findLast(text, part, undefined)),
  overload('string.lastIndexOf(string, int): int', findLast),
  overload(
    'string.lowerAscii(): string',
    cased(/[A-Z]/g, (each) => each.toLowerCase()),
  ),
  overload(
    'string.upperAscii(): string',
    cased(/[a-z]/g, (each) => each.toUpperCase()),
  ),
  overload('string.replace(string, string): string', replace),
  overload('string.replace(string, string, int): string', replace),
  overload('string.split(string): list(string)', split),
  overload('string.split(string, int): list(string)', split),
  overload('string.substring(int): string', substring),
  overload('string.substring(int, int): string', substring),
  overload('string.trim(): string', goTrim),
  overload('list(string).join(): string', (list: readonly string[]) => list.join('')),
  overload('list(string).join(string): string', (list: readonly string[], by: string) => list.join(by)),
  overload('string.format(list(dyn)): string', format),
  overload('#strings.quote(string): string', quote),
  overload('#jsonpatch.escapeKey(string): string', (key: string) => key.replaceAll('~', '~0').replaceAll('/', '~1')),
]
