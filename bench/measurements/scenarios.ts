import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Measurement, median } from '../measurement.ts'

interface Step {
  readonly result: { readonly status: string; readonly duration?: number }
}

interface Report {
  readonly elements: readonly { readonly steps: readonly Step[] }[]
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
      const report = existsSync(file) ? readFileSync(file, 'utf8') : ''
      if (report === '')
        throw new Error(`the feature suite did not run:\n${outcome.stdout.slice(-2000)}${outcome.stderr}`)
      const scenarios = (JSON.parse(report) as Report[]).flatMap(({ elements }) => elements)
      // Nanoseconds, hooks included.
      const durations = scenarios.map(
        ({ steps }) => steps.reduce((sum, { result }) => sum + (result.duration ?? 0), 0) / 1e6,
      )
      const failed = scenarios.filter(({ steps }) => steps.some(({ result }) => result.status !== 'passed'))
      const total = durations.reduce((sum, ms) => sum + ms, 0)
      return {
        average: { value: total / durations.length, unit: 'ms', limit: 25 },
        median: { value: median(durations), unit: 'ms' },
        slowest: { value: Math.max(...durations), unit: 'ms' },
        scenarios: { value: durations.length, unit: '' },
        'not passed': { value: failed.length, unit: '' },
      }
    } finally {
      rmSync(directory, { recursive: true, force: true })
    }
  },
}
