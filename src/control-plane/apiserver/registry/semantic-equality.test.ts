import { expect, test } from 'vitest'
import { semanticallyEqual } from './semantic-equality.ts'

test.each([
  [undefined, null],
  [[], undefined],
  [{ a: [] }, {}],
  [{ labels: {} }, {}],
  [{ limits: { cpu: '1000m' } }, { limits: { cpu: '1' } }],
  [{ requests: [{ name: 'r', count: 1 }] }, { requests: [{ count: 1, name: 'r' }] }],
  [{ capacity: { mem: { value: '1Gi' } } }, { capacity: { mem: { value: '1Gi' } } }],
  [
    { a: 1, b: [{ c: 2 }] },
    { b: [{ c: 2 }], a: 1 },
  ],
])('%j equals %j', (a, b) => {
  expect(semanticallyEqual(a, b)).toBe(true)
  expect(semanticallyEqual(b, a)).toBe(true)
})

test.each([
  [{ a: 1 }, { a: 2 }],
  [{ a: 1 }, { a: 1, b: 1 }],
  [
    [1, 2],
    [2, 1],
  ],
  [{ emptyDir: {} }, {}],
  [{ limits: { cpu: '1' } }, { limits: { cpu: '1', memory: '1' } }],
  [{ note: '1000m' }, { note: '1' }],
])('%j differs from %j', (a, b) => {
  expect(semanticallyEqual(a, b)).toBe(false)
  expect(semanticallyEqual(b, a)).toBe(false)
})
