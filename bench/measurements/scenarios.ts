import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Measurement } from '../measurement.ts'

interface Report {
  readonly elements: readonly { readonly steps: readonly { readonly result: { readonly duration?: number } }[] }[]
}

export const scenariosMeasurement: Measurement = {
  name: 'scenarios',
  title: 'a scenario with its own fresh cluster, over the feature suite',
  outside: true,
  run() {
    const directory = mkdtempSync(join(tmpdir(), 'kubedrill-bench-'))
    try {
      const file = join(directory, 'report.json')
      const outcome = spawnSync(
        process.execPath,
        ['node_modules/@cucumber/cucumber/bin/cucumber.js', '--format', `json:${file}`],
        {
          env: { ...process.env, NODE_OPTIONS: '--import tsx' },
          encoding: 'utf8',
        },
      )
      if (outcome.status !== 0)
        throw new Error(`the feature suite failed:\n${outcome.stdout.slice(-2000)}${outcome.stderr}`)
      const durations = (JSON.parse(readFileSync(file, 'utf8')) as Report[])
        .flatMap(({ elements }) => elements)
        // Nanoseconds, hooks included.
        .map(({ steps }) => steps.reduce((sum, { result }) => sum + (result.duration ?? 0), 0) / 1e6)
      const total = durations.reduce((sum, ms) => sum + ms, 0)
      return {
        average: { value: total / durations.length, unit: 'ms', limit: 25 },
        slowest: { value: Math.max(...durations), unit: 'ms' },
        scenarios: { value: durations.length, unit: '' },
      }
    } finally {
      rmSync(directory, { recursive: true, force: true })
    }
  },
}
