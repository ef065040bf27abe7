import { describe, expect, test } from 'vitest'
import { loadPacks } from '../pack.ts'
import { prove } from './index.ts'

/** Every exercise of every pack that comes with kubedrill, tried in every way its author thought of. */
describe.each(loadPacks('exercises').flatMap((pack) => pack.exercises))('$id', (exercise) => {
  test('right solutions earn full marks, near misses do not, each criterion is failed by one', async () => {
    expect((await prove(exercise, { quick: true })).flaws).toEqual([])
  }, 300_000)
})
