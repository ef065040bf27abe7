import { parseTime, rfc3339 } from '../time.ts'

/** As much of DER (X.690) as certificates need. */

export interface Element {
  readonly tag: number
  /** The whole of it, tag and length included. */
  readonly raw: Uint8Array
  readonly content: Uint8Array
}

export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  oid: 0x06,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const

/** The elements that stand one after the other. @throws Error where the bytes are no DER */
export function readAll(bytes: Uint8Array): readonly Element[] {
  const elements: Element[] = []
  for (let at = 0; at < bytes.length; ) {
    const element = readAt(bytes, at)
    elements.push(element)
    at += element.raw.length
  }
  return elements
}

/** One element and nothing behind it. @throws Error where the bytes are no DER */
export function readOne(bytes: Uint8Array): Element {
  const element = readAt(bytes, 0)
  if (element.raw.length !== bytes.length) throw new Error('asn1: syntax error: trailing data')
  return element
}

export const children = ({ content }: Element): readonly Element[] => readAll(content)

function readAt(bytes: Uint8Array, at: number): Element {
  const tag = bytes[at]
  const first = bytes[at + 1]
  if (tag === undefined || first === undefined) throw new Error('asn1: syntax error: truncated tag or length')
  let length = first
  let start = at + 2
  if (first > 0x80) {
    length = 0
    for (let left = first & 0x7f; left > 0; left--) length = length * 256 + (bytes[start++] ?? 0)
  }
  const end = start + length
  if (first === 0x80 || end > bytes.length) throw new Error('asn1: syntax error: data truncated')
  return { tag, raw: bytes.subarray(at, end), content: bytes.subarray(start, end) }
}

export function der(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const content = join(parts)
  return join([Uint8Array.of(tag, ...lengthOf(content.length)), content])
}

export const sequence = (...parts: readonly Uint8Array[]): Uint8Array => der(TAG.sequence, ...parts)

export function join(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

function lengthOf(length: number): readonly number[] {
  if (length < 0x80) return [length]
  const bytes: number[] = []
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest & 0xff)
  return [0x80 | bytes.length, ...bytes]
}

/** A number without a sign, the highest byte first. */
export function unsigned(bytes: Uint8Array): Uint8Array {
  let at = 0
  while (at < bytes.length - 1 && bytes[at] === 0) at++
  const short = bytes.subarray(at)
  return der(TAG.integer, (short[0] ?? 0) & 0x80 ? join([Uint8Array.of(0), short]) : short)
}

/** `2.5.29.15` */
export function oid(dotted: string): Uint8Array {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number)
  return der(TAG.oid, Uint8Array.from([first * 40 + second, ...rest].flatMap(base128)))
}

function base128(value: number): readonly number[] {
  const bytes = [value & 0x7f]
  for (let rest = Math.floor(value / 128); rest > 0; rest = Math.floor(rest / 128)) bytes.unshift(0x80 | (rest & 0x7f))
  return bytes
}

export function readOid({ content }: Element): string {
  const numbers: number[] = []
  let value = 0
  for (const byte of content) {
    value = value * 128 + (byte & 0x7f)
    if (byte & 0x80) continue
    numbers.push(value)
    value = 0
  }
  const [first = 0, ...rest] = numbers
  return [Math.min(2, Math.floor(first / 40)), first - 40 * Math.min(2, Math.floor(first / 40)), ...rest].join('.')
}

/** RFC 5280: two digits of the year until 2049. @param ms since the epoch, whole seconds count */
export function time(ms: number): Uint8Array {
  const digits = rfc3339(ms).replace(/[-:T]/g, '')
  const short = Number(digits.slice(0, 4)) < 2050
  return der(short ? TAG.utcTime : TAG.generalizedTime, ascii(short ? digits.slice(2) : digits))
}

/** Milliseconds since the epoch. */
export function readTime({ tag, content }: Element): number {
  let digits = text(content)
  if (tag === TAG.utcTime) digits = (Number(digits.slice(0, 2)) < 50 ? '20' : '19') + digits
  return parseTime(digits.replace(/^(....)(..)(..)(..)(..)(..)/, '$1-$2-$3T$4:$5:$6'))
}

const decoder = new TextDecoder()
const encoder = new TextEncoder()

export const text = (bytes: Uint8Array): string => decoder.decode(bytes)
export const ascii = (value: string): Uint8Array => encoder.encode(value)
