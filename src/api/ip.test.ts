import { expect, test } from 'vitest'
import { formatIP, maskedValue, parseCIDR, parseIP } from './ip.ts'

test.each([
  ['10.0.0.1', '10.0.0.1'],
  ['2001:DB8:0:0::1', '2001:db8::1'],
  ['::', '::'],
  ['::ffff:10.0.0.1', '10.0.0.1'],
  ['1:0:0:2:0:0:0:3', '1:0:0:2::3'],
])('%s is printed as %s', (text, printed) => {
  expect(formatIP(parseIP(text)!)).toBe(printed)
})

test.each(['', '10.0.0', '10.0.0.256', '1::2::3', '1:2:3:4:5:6:7', '12345::', '10.0.0.1/8', 'fe80::1%eth0'])(
  '%j is no address',
  (text) => {
    expect(parseIP(text)).toBeUndefined()
  },
)

test('what the API tells apart is kept', () => {
  expect(parseIP('010.0.0.1')).toMatchObject({ leadingZeros: true })
  expect(parseIP('::ffff:10.0.0.1')).toMatchObject({ family: 4, mapped: true })
  expect(parseCIDR('10.0.0.0/08')).toMatchObject({ leadingZeros: true })
})

test('networks', () => {
  const network = parseCIDR('10.96.7.0/12')!
  expect(formatIP({ family: 4, value: maskedValue(network) })).toBe('10.96.0.0')
  expect(parseCIDR('10.0.0.0/33')).toBeUndefined()
  expect(parseCIDR('10.0.0.0')).toBeUndefined()
})
