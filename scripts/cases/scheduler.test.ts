import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { replayScheduler } from './scheduler.ts'
import type { SchedulerCall } from './scheduler-call.ts'
import { pluginFor } from './scheduler-plugins.ts'

const recorded = new URL('../../../shared/cases/scheduler.jsonl', import.meta.url)

/** Devices of dynamic resource allocation are not simulated. */
const isSimulated = ({ pod }: SchedulerCall): boolean => !JSON.stringify(pod).includes('extended.resource.dra.io')

describe.skipIf(!existsSync(recorded))(
  'recorded calls of scheduler plugins (skipped where ../shared is absent)',
  () => {
    const lines = existsSync(recorded) ? readFileSync(recorded, 'utf8').trim().split('\n') : []
    const calls = lines.map((line) => JSON.parse(line) as SchedulerCall)
    const verdicts = replayScheduler(calls)
    const implemented = new Set(calls.filter((call) => pluginFor(call) !== undefined).map(({ plugin }) => plugin))

    test.each([...implemented])('%s agrees in 98 %% or more', (plugin) => {
      const judged = verdicts.filter(({ group }, i) => group === plugin && isSimulated(calls[i]!))
      const agreed = judged.filter(({ agrees }) => agrees)
      expect(judged.length).toBeGreaterThan(0)
      expect(agreed.length / judged.length).toBeGreaterThanOrEqual(0.98)
    })
  },
)

test('a plugin that is not there counts as a difference', () => {
  const call = { package: 'unknown', plugin: 'Unknown', ext: 'PreFilter', args: {}, case: '', code: 'Success' }
  const [verdict] = replayScheduler([{ ...call, pod: { metadata: {}, spec: {} } } as unknown as SchedulerCall])
  expect(verdict).toMatchObject({ agrees: false, got: 'no such plugin' })
})
