import { describe, expect, test } from 'vitest'
import {
  type ConditionLike,
  findCondition,
  isPodActive,
  isPodAvailable,
  isPodReady,
  setCondition,
  withoutCondition,
} from './conditions.ts'
import { rfc3339 } from './time.ts'
import type { Pod } from './types.ts'

const pod = (ready: string, since = 0, phase = 'Running'): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web' },
  spec: { containers: [] },
  status: { phase, conditions: [{ type: 'Ready', status: ready, lastTransitionTime: rfc3339(since) }] },
})

describe('setCondition', () => {
  test('adds one at the end with the time of the change', () => {
    expect(setCondition(undefined, { type: 'A', status: 'True' }, 5000)).toEqual([
      { type: 'A', status: 'True', lastTransitionTime: rfc3339(5000) },
    ])
  })

  test('keeps the transition time while the status stays, and the list while nothing changes', () => {
    const first = setCondition<ConditionLike>(undefined, { type: 'A', status: 'True', reason: 'X' }, 1000)
    const second = setCondition(first, { type: 'A', status: 'True', reason: 'Y' }, 2000)
    expect(second).toEqual([{ type: 'A', status: 'True', reason: 'Y', lastTransitionTime: rfc3339(1000) }])
    expect(setCondition(second, { type: 'A', status: 'True', reason: 'Y' }, 3000)).toBe(second)
    expect(setCondition(second, { type: 'A', status: 'False', reason: 'Y' }, 3000)[0]!.lastTransitionTime).toBe(
      rfc3339(3000),
    )
  })
})

test('find and remove', () => {
  const conditions = [
    { type: 'A', status: 'True' },
    { type: 'B', status: 'False' },
  ]
  expect(findCondition(conditions, 'B')).toBe(conditions[1])
  expect(withoutCondition(conditions, 'A')).toEqual([conditions[1]])
  expect(withoutCondition(conditions, 'C')).toBe(conditions)
})

test('a pod is available once it has been ready for minReadySeconds', () => {
  expect(isPodReady(pod('True'))).toBe(true)
  expect(isPodAvailable(pod('True', 1000), 10, 10_000)).toBe(false)
  expect(isPodAvailable(pod('True', 1000), 10, 11_000)).toBe(true)
  expect(isPodAvailable(pod('False', 1000), 0, 11_000)).toBe(false)
})

test.each([
  ['Running', true],
  ['Pending', true],
  ['Succeeded', false],
  ['Failed', false],
])('a %s pod is active: %s', (phase, active) => {
  expect(isPodActive(pod('True', 0, phase))).toBe(active)
})
