import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { replayScheduler } from './scheduler.ts'
import type { SchedulerCall } from './scheduler-call.ts'
import { pluginFor } from './scheduler-plugins.ts'

const recorded = new URL('../../../shared/cases/scheduler.jsonl', import.meta.url)

/** Whether a recorded call shows all that the plugin looked at. */
function isComplete({ plugin, ext, pod }: SchedulerCall): boolean {
  // The pods that are there already are not in the recording of calls that score.
  if (plugin === 'InterPodAffinity' && ext !== 'PreFilter' && ext !== 'Filter') return false
  // Devices of dynamic resource allocation are not in the recording, nor simulated.
  return !JSON.stringify(pod).includes('extended.resource.dra.io')
}

describe.skipIf(!existsSync(recorded))(
  'recorded calls of scheduler plugins (skipped where ../shared is absent)',
  () => {
    const lines = existsSync(recorded) ? readFileSync(recorded, 'utf8').trim().split('\n') : []
    const calls = lines.map((line) => JSON.parse(line) as SchedulerCall)
    const verdicts = replayScheduler(calls)
    const implemented = new Set(calls.filter((call) => pluginFor(call) !== undefined).map(({ plugin }) => plugin))

    test.each([...implemented])('%s agrees in 95 %% or more', (plugin) => {
      const judged = verdicts.filter(({ group }, i) => group === plugin && isComplete(calls[i]!))
      const agreed = judged.filter(({ agrees }) => agrees)
      expect(judged.length).toBeGreaterThan(0)
      expect(agreed.length / judged.length).toBeGreaterThanOrEqual(0.95)
    })
  },
)

test('a plugin that is not there counts as a difference', () => {
  const call = { package: 'volumezone', plugin: 'VolumeZone', ext: 'PreFilter', args: {}, case: '', code: 'Success' }
  const [verdict] = replayScheduler([{ ...call, pod: { metadata: {}, spec: {} } } as unknown as SchedulerCall])
  expect(verdict).toMatchObject({ agrees: false, got: 'no such plugin' })
})
