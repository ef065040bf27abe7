/**
 * `npm run bench [-- NAME...] [--runs N] [--scale X] [--json FILE] [--profile DIR]`: measures, each run in a process of its
 * own, and prints medians. Exit code 1 when a measurement failed to run; a missed limit is only said. With `--profile`
 * it also says where processor time went, and leaves the profiles there.
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { build } from 'esbuild'
import { type ChildResult, type Figure, type Measurement, median } from './measurement.ts'
import { measurements } from './measurements/index.ts'
import { hotspots } from './profile.ts'

const BUNDLE = 'dist/bench/child.js'

interface Summary {
  readonly name: string
  readonly title: string
  readonly runs: number
  readonly figures: Readonly<Record<string, Figure & { readonly values: readonly number[] }>>
  readonly failure?: string
}

/** As it is shipped: one bundle, started by plain node. */
async function bundle(): Promise<void> {
  await build({
    entryPoints: [fileURLToPath(import.meta.resolve('./child.ts'))],
    outfile: BUNDLE,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20.19',
    external: ['@cucumber/cucumber', 'just-bash'],
    sourcemap: 'inline',
    logLevel: 'error',
    banner: { js: "import{createRequire as nodeRequire}from'node:module';const require=nodeRequire(import.meta.url);" },
  })
}

function runOnce({ name }: Measurement, scale: number, profiles: string | undefined): ChildResult | string {
  const directory = profiles === undefined ? undefined : mkdtempSync(join(profiles, `${name}-`))
  const profile = directory === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${directory}`]
  const memory = '--max-old-space-size=12288'
  const child = spawnSync(process.execPath, ['--enable-source-maps', memory, ...profile, BUNDLE, name, String(scale)], {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  })
  if (directory !== undefined) for (const file of readdirSync(directory)) printHotspots(join(directory, file))
  const last = child.stdout.trim().split('\n').at(-1) ?? ''
  if (child.status === 0) return JSON.parse(last) as ChildResult
  return child.stderr.trim() || `ended with ${child.status ?? child.signal}`
}

function measure(measurement: Measurement, runs: number, scale: number, profile: string | undefined): Summary {
  const { name, title } = measurement
  const results: ChildResult[] = []
  for (let i = 0; i < runs; i++) {
    const result = runOnce(measurement, scale, profile)
    if (typeof result === 'string') return { name, title, runs: i, figures: {}, failure: result }
    results.push(result)
  }
  return { name, title, runs, figures: summarize(measurement, results, scale) }
}

function summarize(measurement: Measurement, results: readonly ChildResult[], scale: number): Summary['figures'] {
  const summary: Record<string, Figure & { values: number[] }> = {}
  const add = (name: string, figure: Omit<Figure, 'value'>, values: number[]) => {
    const { limit, ...rest } = figure
    // Limits are for the sizes as they are named.
    summary[name] = { ...rest, value: median(values), values, ...(limit !== undefined && scale === 1 && { limit }) }
  }
  for (const [name, { value: _, ...figure }] of Object.entries(results[0]!.figures)) {
    add(
      name,
      figure,
      results.map(({ figures }) => figures[name]!.value),
    )
  }
  if (measurement.outside !== true) {
    add(
      'processor time',
      { unit: 'ms' },
      results.map(({ cpuTime }) => cpuTime),
    )
    const limit = measurement.memoryLimit
    add(
      'peak memory',
      { unit: 'MB', ...(limit !== undefined && { limit }) },
      results.map(({ peakMemory }) => peakMemory),
    )
  }
  return summary
}

const number = (value: number): string =>
  value >= 100 ? Math.round(value).toLocaleString('en-US') : value.toPrecision(3)

function printSummary({ name, title, runs, figures, failure }: Summary): void {
  console.log(`\n${name}: ${title}${failure === undefined ? ` (median of ${runs})` : ''}`)
  if (failure !== undefined) console.log(`  FAILED  ${failure.replaceAll('\n', '\n          ')}`)
  for (const [figure, { value, unit, limit }] of Object.entries(figures)) {
    const verdict =
      limit === undefined ? '' : value < limit ? `under ${number(limit)}` : `MISSED: limit ${number(limit)}`
    console.log(`  ${figure.padEnd(18)} ${number(value).padStart(10)} ${unit.padEnd(6)} ${verdict}`.trimEnd())
  }
}

/** Where processor time went: each line its own time, without what it called. */
function printHotspots(file: string): void {
  const { total, folders, functions } = hotspots(file, BUNDLE)
  console.log(`\n${file}: ${number(total)} ms`)
  for (const [of, most] of [
    [folders, 20],
    [functions, 30],
  ] as const) {
    for (const [name, ms] of of.slice(0, most))
      console.log(`  ${number(ms).padStart(8)} ms ${((100 * ms) / total).toFixed(1).padStart(5)} %  ${name}`)
    console.log()
  }
}

/** Figures that say the same on any machine. */
function ratios(summaries: readonly Summary[]): Record<string, number> {
  const value = (name: string, figure: string) => summaries.find((each) => each.name === name)?.figures[figure]?.value
  const out: Record<string, number> = {}
  const divide = (label: string, a: number | undefined, b: number | undefined) => {
    if (a !== undefined && b !== undefined) out[label] = a / b
  }
  divide('time per pod: 1,000 nodes to 100 nodes', value('rollout', 'per pod'), value('rollout-small', 'per pod'))
  const sizes = ['scale-100', 'scale-1000', 'scale-5000']
  for (const [i, larger] of sizes.entries()) {
    const smaller = sizes[i - 1]
    if (smaller === undefined) continue
    for (const figure of ['boot: per node', 'roll-out: per pod'])
      divide(`${figure}, ${larger} to ${smaller}`, value(larger, figure), value(smaller, figure))
  }
  const calibration = value('calibration', 'wall')
  for (const name of ['create-cluster', 'idle-day', 'rollout', 'lists', 'watchers'])
    divide(`${name} to calibration`, value(name, name === 'create-cluster' ? 'once warm' : 'wall'), calibration)
  return out
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      runs: { type: 'string', default: '3' },
      scale: { type: 'string', default: '1' },
      json: { type: 'string' },
      profile: { type: 'string' },
    },
  })
  const unknown = positionals.find((name) => !measurements.some((each) => each.name === name))
  if (unknown !== undefined) {
    console.error(`no measurement is called ${unknown}; there are: ${measurements.map(({ name }) => name).join(', ')}`)
    return 2
  }
  const runs = Number(values.runs)
  const scale = Number(values.scale)
  if (!(Number.isInteger(runs) && runs > 0) || !(scale > 0)) {
    console.error('--runs takes a whole number, --scale a number, both above 0')
    return 2
  }
  if (values.profile !== undefined) mkdirSync(values.profile, { recursive: true })
  await bundle()
  const chosen = measurements.filter(({ name }) => positionals.length === 0 || positionals.includes(name))
  const summaries: Summary[] = []
  for (const measurement of chosen) {
    const summary = measure(measurement, runs, scale, values.profile)
    printSummary(summary)
    summaries.push(summary)
  }
  const compared = ratios(summaries)
  if (Object.keys(compared).length > 0) console.log('\nRatios')
  for (const [label, ratio] of Object.entries(compared)) console.log(`  ${label}: ${ratio.toFixed(2)}`)
  const machine = { node: process.version, platform: process.platform, cpu: cpus()[0]?.model, cpus: cpus().length }
  if (values.json !== undefined)
    writeFileSync(
      values.json,
      `${JSON.stringify({ machine, scale, measurements: summaries, ratios: compared }, null, 2)}\n`,
    )
  return summaries.some(({ failure }) => failure !== undefined) ? 1 : 0
}

process.exitCode = await main()
