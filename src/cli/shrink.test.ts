import fc from 'fast-check'
import { expect, test } from 'vitest'
import { shrink } from './shrink.ts'

test('what is needed for a failure is all that is left', async () => {
  const lists = fc.uniqueArray(fc.nat(100), { minLength: 1 })
  const needed = lists.chain((all) => fc.tuple(fc.constant(all), fc.subarray(all)))
  await fc.assert(
    fc.asyncProperty(needed, async ([all, some]) => {
      const left = await shrink(all, async (part) => some.every((each) => part.includes(each)))
      expect(left).toEqual(some)
    }),
  )
})
