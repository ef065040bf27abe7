import { expect, test } from 'vitest'
import { tolerates, toleratesTaint, withoutTaints, withTaint } from './taints.ts'
import type { Taint, Toleration } from './types.ts'

const taint: Taint = { key: 'gpu', value: 'a100', effect: 'NoSchedule' }

test.each<[Toleration, boolean]>([
  [{ key: 'gpu', operator: 'Exists' }, true],
  [{ key: 'gpu', operator: 'Exists', effect: 'NoSchedule' }, true],
  [{ key: 'gpu', operator: 'Exists', effect: 'NoExecute' }, false],
  [{ key: 'gpu', value: 'a100' }, true],
  [{ key: 'gpu', operator: 'Equal', value: 'h100' }, false],
  [{ operator: 'Exists' }, true],
  [{ key: 'disk', operator: 'Exists' }, false],
])('%j tolerates it: %s', (toleration, tolerated) => {
  expect(toleratesTaint(toleration, taint)).toBe(tolerated)
  expect(tolerates([toleration], taint)).toBe(tolerated)
})

test('adding and removing keep the list where nothing changes', () => {
  const taints = [taint]
  expect(withTaint(taints, { ...taint })).toBe(taints)
  expect(withTaint(taints, { ...taint, value: 'h100' })).toEqual([{ ...taint, value: 'h100' }])
  expect(withTaint(taints, { ...taint, effect: 'NoExecute' })).toHaveLength(2)
  expect(withoutTaints(taints, [{ key: 'other', effect: 'NoSchedule' }])).toBe(taints)
  expect(withoutTaints(taints, [{ key: 'gpu', effect: 'NoSchedule' }])).toEqual([])
})
