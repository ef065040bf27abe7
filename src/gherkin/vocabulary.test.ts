import { expect, test } from 'vitest'
import { vocabulary } from './vocabulary.ts'

test.each(vocabulary.map(({ pattern, run }) => [String(pattern), run] as const))(
  '%s takes what its pattern captures',
  (pattern, run) => {
    const captured = pattern.match(/\{[a-z]+\}/g)?.length ?? 0
    expect(run.length - 1).toBe(captured + (pattern.endsWith(':') ? 1 : 0))
  },
)

test('no pattern stands twice', () => {
  const patterns = vocabulary.map(({ pattern }) => String(pattern))
  expect(new Set(patterns).size).toBe(patterns.length)
})
