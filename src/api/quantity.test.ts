import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  addQuantities,
  canonicalQuantity,
  compareQuantities,
  formatQuantity,
  milliQuantityOf,
  parseQuantity,
  quantityError,
  quantityMilliValue,
  quantityOf,
  quantityValue,
  subtractQuantities,
} from './quantity.ts'

describe('quantities', () => {
  test.each([
    ['0', '0'],
    ['0.5', '500m'],
    ['1', '1'],
    ['1000m', '1'],
    ['1500m', '1500m'],
    ['1024Mi', '1Gi'],
    ['1.5Gi', '1536Mi'],
    ['1500Mi', '1500Mi'],
    ['100Ki', '100Ki'],
    ['1000k', '1M'],
    ['1e3', '1e3'],
    ['1e4', '10e3'],
    ['1E3', '1E3'],
    ['1.500', '1.500'],
    ['0.1Ki', '102400m'],
    ['128974848', '128974848'],
    ['-1', '-1'],
    ['0.0000000001', '1n'],
    ['9223372036854775808Ki', '9223372036854775807'],
  ])('%s is written back as %s', (text, canonical) => expect(canonicalQuantity(text)).toBe(canonical))

  test.each([
    ['', 'quantities must match'],
    ['1 Gi', 'quantities must match'],
    ['1Gx', 'quantities must match'],
    ['1mm', "unable to parse quantity's suffix"],
    ['Mi', 'unable to parse numeric part'],
  ])('%j is refused', (text, why) => expect(quantityError(text)).toContain(why))

  test('values round up', () => {
    expect(quantityValue('1500m')).toBe(2)
    expect(quantityMilliValue('1.5')).toBe(1500)
    expect(quantityMilliValue('100u')).toBe(1)
    expect(quantityValue('1Gi')).toBe(1024 ** 3)
    expect(quantityValue(undefined)).toBe(0)
    expect(parseQuantity(2).value).toBe(2)
  })

  test('sums keep the format of the first', () => {
    expect(addQuantities('1Gi', '1G')).toBe('2073741824')
    expect(addQuantities('0', '1Gi')).toBe('1Gi')
    expect(addQuantities('100m', '900m')).toBe('1')
    expect(subtractQuantities('1Gi', '512Mi')).toBe('512Mi')
    expect(quantityOf(1024 ** 2, 'BinarySI')).toBe('1Mi')
    expect(milliQuantityOf(250)).toBe('250m')
  })

  test('order', () => {
    expect(compareQuantities('1Gi', '1G')).toBeGreaterThan(0)
    expect(compareQuantities('1', '1000m')).toBe(0)
    expect(compareQuantities('999m', '1')).toBeLessThan(0)
  })

  test('what is written is read back as the same value', () => {
    const formats = fc.constantFrom('DecimalSI' as const, 'BinarySI' as const, 'DecimalExponent' as const)
    const nanos = fc.bigInt({ min: -(10n ** 27n), max: 10n ** 27n })
    fc.assert(fc.property(nanos, formats, (nano, format) => parseQuantity(formatQuantity(nano, format)).nano === nano))
  })
})
