import { existsSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { loadPacks } from '../../pack.ts'
import { prove } from '../index.ts'

/**
 * Every exercise of a pack that comes with kubedrill, tried in every way its author thought of. A file for each pack, so that
 * packs are proven beside each other.
 */
export function provePack(wanted: string): void {
  const packs = loadPacks('exercises')

  test('each pack has a file like this one', () => {
    for (const { id } of packs) expect(existsSync(`src/exercises/prove/${id}.test.ts`), id).toBe(true)
  })

  describe.each(packs.find(({ id }) => id === wanted)!.exercises)('$id', (exercise) => {
    test('right solutions earn full marks, near misses do not, each criterion is failed by one', async () => {
      expect((await prove(exercise, { quick: true })).flaws).toEqual([])
    }, 300_000)
  })
}
