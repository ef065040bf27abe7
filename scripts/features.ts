import { spawnSync } from 'node:child_process'
import { recordTransitions } from '../src/cli/transition-report.ts'

/**
 * `npm run features [-- FILES and cucumber-js options]`: runs this project's features from its sources. Where all of them
 * ran, says which transitions of the statecharts no scenario has fired, and fails if there is one: it wants a scenario, or
 * cannot happen and is to go from its chart.
 */
const options = process.argv.slice(2)
// cucumber-js takes the paths of a profile for more than those on its command line.
const profile = options.some((option) => /\.feature(:\d+)*$|^features\//.test(option)) ? ['--profile', 'files'] : []
const onlySome = options.some((option) => !/^(--format|-f|summary|progress|message:.*)$/.test(option))
const finish = onlySome ? undefined : recordTransitions()
const { status } = spawnSync('npx', ['cucumber-js', ...profile, ...options], {
  stdio: 'inherit',
  env: { ...process.env, NODE_OPTIONS: '--import tsx --conditions kubedrill-source' },
})
const report = finish?.()
if (report !== undefined) process.stdout.write(`\n${report.text}\n`)
process.exit(status !== 0 ? (status ?? 1) : report !== undefined && report.unfired > 0 ? 1 : 0)
