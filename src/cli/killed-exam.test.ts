import { test } from 'vitest'
import { killedExam } from './killed-exam.ts'

/** `scripts/kill-exam.ts` does it 50 times. */
test('an exam whose processes are killed at random loses no answer and no minute', async () => {
  await killedExam({ kills: 4, seed: 42 })
}, 300_000)
