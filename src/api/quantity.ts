/**
 * Quantities: `500m`, `1.5Gi`, `1e3`. Values are exact (nano units as bigint) and every text is parsed once.
 * Source: apimachinery/pkg/api/resource/quantity.go and suffix.go.
 */

export type QuantityFormat = 'DecimalSI' | 'BinarySI' | 'DecimalExponent'

export interface ParsedQuantity {
  /** The value in 10^-9 units. */
  readonly nano: bigint
  readonly format: QuantityFormat
  /** The value rounded up to a whole number, as a double (Quantity.Value). */
  readonly value: number
  /** The value in thousandths rounded up, as a double (Quantity.MilliValue). */
  readonly milli: number
  /** As upstream writes it back: `0.5` becomes `500m`, `1024Mi` becomes `1Gi`. */
  readonly canonical: string
}

const NANO = 1_000_000_000n
const MAX_INT64 = (1n << 63n) - 1n

const decimalSuffixes: Readonly<Record<string, number>> = {
  n: -9,
  u: -6,
  m: -3,
  '': 0,
  k: 3,
  M: 6,
  G: 9,
  T: 12,
  P: 15,
  E: 18,
}
const binarySuffixes: Readonly<Record<string, number>> = { Ki: 10, Mi: 20, Gi: 30, Ti: 40, Pi: 50, Ei: 60 }
const decimalSuffixOf = new Map(Object.entries(decimalSuffixes).map(([suffix, exponent]) => [exponent, suffix]))
const binarySuffixOf = new Map(Object.entries(binarySuffixes).map(([suffix, exponent]) => [exponent, suffix]))

const FORMAT_ERROR = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"
const NUMERIC_ERROR = 'unable to parse numeric part of quantity'
const SUFFIX_ERROR = "unable to parse quantity's suffix"

const CACHE_LIMIT = 20_000
const cache = new Map<string, ParsedQuantity | string>()

function remember(text: string): ParsedQuantity | string {
  if (cache.size >= CACHE_LIMIT) cache.clear()
  const parsed = parse(text)
  cache.set(text, parsed)
  return parsed
}

/** Why the text is no quantity, in upstream's words; undefined for a good one. */
export function quantityError(quantity: string | number): string | undefined {
  const text = String(quantity)
  const parsed = cache.get(text) ?? remember(text)
  return typeof parsed === 'string' ? parsed : undefined
}

/**
 * Reads a quantity; JSON may carry it as a bare number.
 * @throws Error with upstream's text for a malformed one (validation looks first, see {@link quantityError}).
 */
export function parseQuantity(quantity: string | number): ParsedQuantity {
  const text = typeof quantity === 'string' ? quantity : String(quantity)
  const parsed = cache.get(text) ?? remember(text)
  if (typeof parsed === 'string') throw new Error(`${parsed}: "${text}"`)
  return parsed
}

/** The value rounded up to a whole number (bytes, pods); 0 for an absent quantity. */
export const quantityValue = (quantity: string | number | undefined): number =>
  quantity === undefined ? 0 : parseQuantity(quantity).value

/** The value in thousandths (millicores), rounded up; 0 for an absent quantity. */
export const quantityMilliValue = (quantity: string | number | undefined): number =>
  quantity === undefined ? 0 : parseQuantity(quantity).milli

export const canonicalQuantity = (quantity: string | number): string => parseQuantity(quantity).canonical

/** Negative, zero or positive, as for sort. */
export function compareQuantities(a: string | number, b: string | number): number {
  if (a === b) return 0
  const left = parseQuantity(a).nano
  const right = parseQuantity(b).nano
  return left < right ? -1 : left > right ? 1 : 0
}

/** The sum, in the format of the first unless that is zero (Quantity.Add). */
export function addQuantities(a: string | number, b: string | number): string {
  const left = parseQuantity(a)
  const right = parseQuantity(b)
  return formatQuantity(left.nano + right.nano, left.nano === 0n ? right.format : left.format)
}

/** The difference, in the format of the first unless that is zero (Quantity.Sub). */
export function subtractQuantities(a: string | number, b: string | number): string {
  const left = parseQuantity(a)
  const right = parseQuantity(b)
  return formatQuantity(left.nano - right.nano, left.nano === 0n ? right.format : left.format)
}

/** A quantity of whole units (resource.NewQuantity). */
export const quantityOf = (value: number, format: QuantityFormat = 'DecimalSI'): string =>
  formatQuantity(BigInt(Math.ceil(value)) * NANO, format)

/** A quantity of thousandths (resource.NewMilliQuantity). */
export const milliQuantityOf = (milli: number, format: QuantityFormat = 'DecimalSI'): string =>
  formatQuantity(BigInt(Math.ceil(milli)) * 1_000_000n, format)

/** Canonical text of a value in nano units: no precision lost, no fraction, the largest suffix (Quantity.CanonicalizeBytes). */
export function formatQuantity(nano: bigint, format: QuantityFormat): string {
  if (nano === 0n) return '0'
  const whole = nano % NANO === 0n
  const small = nano > -1024n * NANO && nano < 1024n * NANO
  if (format === 'BinarySI' && whole && !small) {
    let mantissa = nano / NANO
    let exponent = 0
    while (exponent < 60 && mantissa % 1024n === 0n) {
      mantissa /= 1024n
      exponent += 10
    }
    return `${mantissa}${binarySuffixOf.get(exponent) ?? ''}`
  }
  let mantissa = nano
  let exponent = -9
  while ((format === 'DecimalExponent' || exponent < 18) && mantissa % 1000n === 0n) {
    mantissa /= 1000n
    exponent += 3
  }
  if (format === 'DecimalExponent') return exponent === 0 ? `${mantissa}` : `${mantissa}e${exponent}`
  return `${mantissa}${decimalSuffixOf.get(exponent)}`
}

const ceilDivide = (value: bigint, by: bigint): bigint => {
  const quotient = value / by
  return value > 0n && quotient * by !== value ? quotient + 1n : quotient
}

function parse(text: string): ParsedQuantity | string {
  const match = /^([+-]?)([0-9]*)(?:(\.)([0-9]*))?([eEinumkKMGTP]*[-+]?[0-9]*)$/.exec(text)
  if (text === '' || !match) return FORMAT_ERROR
  const [, sign = '', integer = '', point = '', fraction = '', suffix = ''] = match
  const unit = unitOf(suffix)
  if (!unit) return SUFFIX_ERROR
  if (integer === '' && fraction === '' && (point !== '' || suffix !== '' || sign === '')) return NUMERIC_ERROR
  const digits = BigInt(integer + fraction || '0')
  const [magnitude, format] = scaled(digits, fraction.length, unit)
  const nano = sign === '-' ? -magnitude : magnitude
  const canonical = keepsItsText(integer, fraction, unit) ? text : formatQuantity(nano, format)
  return {
    nano,
    format,
    value: Number(ceilDivide(nano, NANO)),
    milli: Number(ceilDivide(nano, 1_000_000n)),
    canonical,
  }
}

interface Unit {
  readonly exponent: number
  readonly format: QuantityFormat
}

function unitOf(suffix: string): Unit | undefined {
  const decimal = decimalSuffixes[suffix]
  if (decimal !== undefined) return { exponent: decimal, format: 'DecimalSI' }
  const binary = binarySuffixes[suffix]
  if (binary !== undefined) return { exponent: binary, format: 'BinarySI' }
  const exponent = /^[eE]([-+]?[0-9]+)$/.exec(suffix)?.[1]
  // Beyond any int64 upstream only burns time; such exponents are cut where the value is capped or rounded to 1n anyway.
  if (exponent !== undefined && Math.abs(Number(exponent)) <= 1000) {
    return { exponent: Number(exponent), format: 'DecimalExponent' }
  }
  return undefined
}

/** Nano units, rounded away from zero ("if you want some resources, you should get some"), and the format they print in. */
function scaled(digits: bigint, fractionDigits: number, unit: Unit): [bigint, QuantityFormat] {
  if (unit.format === 'BinarySI') {
    const nano = ceilDivide((digits << BigInt(unit.exponent)) * NANO, 10n ** BigInt(fractionDigits))
    const capped = nano > MAX_INT64 * NANO ? MAX_INT64 * NANO : nano
    return [capped, capped > 0n && capped < NANO ? 'DecimalSI' : 'BinarySI']
  }
  const shift = unit.exponent + 9 - fractionDigits
  const nano = shift >= 0 ? digits * 10n ** BigInt(shift) : ceilDivide(digits, 10n ** BigInt(-shift))
  return [nano, unit.format]
}

/** ParseQuantity keeps the caller's text where its fast path finds it canonical already: `1E3` and `1.500` stay as they are. */
function keepsItsText(integer: string, fraction: string, unit: Unit): boolean {
  const number = integer.replace(/^0+/, '') || '0'
  const shifted = number + fraction
  const scale = unit.exponent - fraction.length
  return (
    unit.format !== 'BinarySI' &&
    shifted.length <= 18 &&
    scale >= -9 &&
    scale % 3 === 0 &&
    !shifted.endsWith('000') &&
    shifted[0] !== '0'
  )
}
