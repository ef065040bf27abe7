import fc from 'fast-check'
import { expect, test } from 'vitest'
import { LruMap } from './lru.ts'

const LIMIT = 4

test('holds what was used last', () => {
  const uses = fc.array(fc.tuple(fc.boolean(), fc.nat(9)), { maxLength: 60 })
  fc.assert(
    fc.property(uses, (steps) => {
      const map = new LruMap<number, object>(LIMIT)
      let newestLast: number[] = []
      for (const [sets, key] of steps) {
        const known = newestLast.includes(key)
        if (sets) map.set(key, {})
        else expect(map.get(key) !== undefined).toBe(known)
        if (sets || known) newestLast = [...newestLast.filter((other) => other !== key), key].slice(-LIMIT)
      }
      for (const key of [0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
        expect(map.get(key) !== undefined).toBe(newestLast.includes(key))
    }),
  )
})
