import { execFile, spawn, spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import type { IRunConfiguration } from '@cucumber/cucumber/api'
import type { Envelope } from '@cucumber/messages'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { CLUSTER_FILE, FAILURE_FILE, TIMELINE_FILE } from '../gherkin/failure-record.ts'
import { Control } from './control.ts'
import { failuresIn } from './failure-file.ts'
import { shardOf, withWorkFor } from './features/plan.ts'
import type { Place } from './replay-place.ts'
import { servedSocket } from './session-files.ts'

/** `kubedrill test` in a directory of somebody's own: no package.json, no node_modules, steps beside ours. */
const kubedrill = join(process.cwd(), 'bin', 'kubedrill.js')
const home = mkdtempSync(join(tmpdir(), 'kubedrill-'))

const FILES = {
  'features/passes.feature': `Feature: Ours
  Scenario: A pod
    Given a cluster
    And namespace "shop"
    Then Namespace "shop" exists
`,
  'features/fails.feature': `Feature: Ours
  Scenario: No namespace
    Given a cluster
    Then Namespace "shop" exists within 3 seconds
`,
  'features/mixed.feature': `Feature: Ours and theirs
  Scenario: Both
    Given a cluster
    When I look at 3 machines
    And somebody writes "hello"
    And the shop is open
    Then Namespace "shop" exists
    And "hello" was written
`,
  'other/undefined.feature': `Feature: Nobody knows
  Scenario: What
    Given a cluster
    When the moon rises
`,
  'other/broken.feature': 'Feature: Broken\n  Scenario: a\n    Given a cluster\n    Gibt es\n',
  'other/misspelt.feature': 'Feature: Empty\n  Scenaro: typo\n    Given a cluster\n',
  'steps/expressions.mjs': `import { When, Then } from '@cucumber/cucumber'
import { World } from 'kubedrill/gherkin'
When('I look at {int} machines', function (count) {
  if (!(this instanceof World)) throw new Error('another World')
  if (this.cluster.hosts.size !== count) throw new Error('there are ' + this.cluster.hosts.size)
})
When(/^somebody writes "([^"]*)"$/, function (words) {
  this.words = words
})
`,
  'steps/required.cjs': `const { When, Then } = require('@cucumber/cucumber')
When('the shop is open', function () {
  this.client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } })
})
Then('{string} was written', function (words) {
  if (this.words !== words) throw new Error('written: ' + this.words)
})
`,
  // The library is loaded anyway; what a configuration says of it comes to the same.
  'ours.json': JSON.stringify({
    default: { import: ['kubedrill.mjs', 'steps/*.mjs'], require: ['steps/*.cjs'], paths: ['features/mixed.feature'] },
  }),
  'kubedrill.mjs': "import 'kubedrill/gherkin'\n",
  'broken/steps.mjs': 'throw new Error("these steps are broken")\n',
}

beforeAll(() => {
  for (const [name, text] of Object.entries(FILES)) {
    mkdirSync(dirname(join(home, name)), { recursive: true })
    writeFileSync(join(home, name), text)
  }
})
afterAll(() => rmSync(home, { recursive: true }))

function run(args: string): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [kubedrill, 'test', ...args.split(' ').filter(Boolean)],
      { cwd: home },
      (error, stdout, stderr) => resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
    )
  })
}

test.each([
  ['features/passes.feature', 0, /1 scenario \(1 passed\)/],
  ['features/passes.feature:2', 0, /1 scenario \(1 passed\)/],
  ['features/fails.feature', 1, /Namespace "shop" does not exist.*waited 3s/s],
  ['features/passes.feature features/fails.feature', 1, /2 scenarios \(1 failed, 1 passed\)/],
  ['features/passes.feature features/fails.feature --name pod', 0, /1 scenario \(1 passed\)/],
  ['features/mixed.feature --import steps/expressions.mjs steps/required.cjs', 0, /1 scenario \(1 passed\)/],
  ['features/mixed.feature --import steps', 0, /1 scenario \(1 passed\)/],
  ['features/mixed.feature --import steps --dry-run', 0, /1 scenario/],
  ['--import steps', 1, /3 scenarios \(1 failed, 2 passed\)/],
  ['features/mixed.feature', 2, /undefined/i],
  ['other/undefined.feature', 2, /When the moon rises/],
  ['other/undefined.feature --dry-run', 2, /When the moon rises/],
  ['other/broken.feature', 2, /other\/broken\.feature.*\(4:5\)/],
  ['other/misspelt.feature', 2, /kubedrill: no scenario is found at other\/misspelt\.feature\n/],
  [
    'features/passes.feature --tags @nobody',
    2,
    /no scenario with tags \(@nobody\) is found at features\/passes\.feature\n/,
  ],
  ['features/passes.feature:99', 2, /no scenario is found at features\/passes\.feature:99\n/],
  ['features/nowhere.feature', 2, /^kubedrill: features\/nowhere\.feature: there is no such file or directory\n$/],
  ['features/x*.feature', 2, /kubedrill: no scenario is found at features\/x\*\.feature\n/],
  [
    'features/passes.feature --import nowhere.mjs',
    2,
    /^kubedrill: nowhere\.mjs: there is no such file or directory\n$/,
  ],
  [
    'features/passes.feature --import broken/steps.mjs',
    2,
    /^kubedrill: broken\/steps\.mjs:\d+: these steps are broken\n$/,
  ],
  ['features/passes.feature --tags (@a', 2, /^kubedrill: Tag expression/],
  ['features/passes.feature --target kind', 2, /sim, kubeconfig or kubeconfig:CONTEXT is expected/],
  ['features/passes.feature --shard 3/2', 2, /a part such as 2\/4 is expected/],
  ['features/passes.feature --parallel 0', 2, /a number from 1 to 100 is expected/],
  ['features/passes.feature --report pdf=x', 2, /--report pdf=x: write KIND=FILE/],
  ['features/passes.feature --config nowhere.json', 2, /nowhere\.json: there is no such file/],
  [`--config ${join(home, 'ours.json')}`, 0, /1 scenario \(1 passed\)/],
  ['--config ours.json --tags @nobody', 2, /no scenario with tags .*@nobody/],
  ['features/fails.feature features/passes.feature --name pod namespace', 1, /2 scenarios \(1 failed, 1 passed\)/],
  ['features/fails.feature --target sim --seed 7', 1, /Namespace "shop" does not exist/],
  ['features/mixed.feature features/passes.feature --import steps --parallel 2', 0, /2 scenarios \(2 passed\)/],
  ['features/passes.feature --format nosuch', 2, /^kubedrill: .*nosuch/],
])('kubedrill test %s: exit code %i', async (args, code, says) => {
  const ran = await run(args)
  expect(ran.stdout + ran.stderr).toMatch(says)
  expect([ran.code, ran.stderr.match(/^ +at /m)]).toEqual([code, null])
})

test('a directory that was deleted says so: nothing waits for a thread that died of it', () => {
  const script = 'mkdir gone && cd gone && rmdir ../gone && exec "$0" "$@"'
  const { status, stderr } = spawnSync('sh', ['-c', script, process.execPath, kubedrill, 'test'], {
    cwd: home,
    encoding: 'utf8',
    timeout: 60_000,
  })
  expect([status, stderr]).toEqual([2, 'kubedrill: the directory you are in is no longer there: cd to one that is\n'])
})

test('there are no more processes than scenarios', async () => {
  const sources = { paths: ['features/cluster/deployment-end-to-end.feature'], defaultDialect: 'en', names: [] }
  const run = { sources: { ...sources, tagExpression: '', order: 'defined' }, runtime: { parallel: 40 } }
  const { runtime } = await withWorkFor(run as unknown as IRunConfiguration)
  expect(runtime.parallel).toBe(1)
})

/** A replay in a process of its own, until it is there; with the socket it is moved by. */
async function replaying(report: string) {
  const child = spawn(process.execPath, [kubedrill, 'replay', report, '--json'], { cwd: home, stdio: 'pipe' })
  let out = ''
  const place = await new Promise<Place & { server: string; kubeconfig: string }>((resolve, reject) => {
    child.stdout.on('data', (text) => {
      out += text
      if (out.endsWith('\n')) resolve(JSON.parse(out))
    })
    child.stderr.on('data', (text) => reject(new Error(String(text))))
  })
  const control = new Control({ socket: servedSocket(Number(new URL(place.server).port)) })
  return { place, control, kubeconfig: place.kubeconfig, ended: new Promise((resolve) => child.on('exit', resolve)) }
}

test('what failed is run again, and reports tell of it', async () => {
  await run(
    'features/passes.feature features/fails.feature --report junit=r.xml json=r.json message=r.ndjson html=r.html',
  )
  const messages = readFileSync(join(home, 'r.ndjson'), 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Envelope)
  const attachment = messages.find(({ attachment: each }) => each?.fileName === FAILURE_FILE)?.attachment
  expect(JSON.parse(attachment!.body)).toMatchObject({
    kind: 'kubedrill/failure',
    feature: { uri: 'features/fails.feature', line: 2 },
    step: { index: 1, line: 4 },
    seed: 1,
    instant: { at: expect.any(Number), fired: expect.any(Number) },
  })
  const attached = (name: string) => messages.find(({ attachment: each }) => each?.fileName === name)?.attachment?.body
  expect(attached(TIMELINE_FILE)).toMatch(/^\+0s {6}step 2 {2}Then Namespace "shop" exists within 3 seconds/m)
  expect(parseAllDocuments(attached(CLUSTER_FILE)!).map((each) => each.toJS().metadata.name)).toContain('worker-1')
  expect(readFileSync(join(home, 'r.xml'), 'utf8')).toContain('failures="1"')
  expect(readFileSync(join(home, 'r.html'), 'utf8')).toContain(FAILURE_FILE)
  for (const report of ['r.ndjson', 'r.json', 'r.html'])
    expect(failuresIn(join(home, report))).toMatchObject([{ feature: { line: 2 }, pickle: { name: 'No namespace' } }])
  expect(() => failuresIn(join(home, 'r.xml'))).toThrow(
    /JUnit report, which has no room .* use the html, message or json/,
  )
  expect((await run('--rerun')).stdout).toMatch(/1 scenario \(1 failed\)/)
  writeFileSync(join(home, 'features/fails.feature'), FILES['features/passes.feature'])
  expect((await run('--rerun')).code).toBe(0)
  expect((await run('--rerun')).stderr).toBe('nothing failed last time\n')
  writeFileSync(join(home, '.kubedrill/@rerun.txt'), 'features/gone.feature:2:5\n')
  expect(await run('--rerun')).toEqual({
    code: 0,
    stdout: '',
    stderr: 'features/gone.feature failed last time, and is no longer there\nnothing failed last time\n',
  })
  writeFileSync(join(home, 'features/fails.feature'), FILES['features/fails.feature'])
})

test('a replay goes to the instant of the failure, back, forward, and to steps and instants', async () => {
  await run('features/fails.feature --report json=replay.json')
  const { place, control, kubeconfig, ended } = await replaying('replay.json')
  expect(place).toMatchObject({ feature: 'features/fails.feature:2', step: 2, at: 3000 })
  expect(place.failure).toMatch(/^Namespace "shop" does not exist/)
  expect(place.note).toBeUndefined()
  const { stdout } = await promisify(execFile)('kubectl', ['--kubeconfig', kubeconfig, 'get', 'nodes', '-o', 'name'])
  expect(stdout).toBe('node/cp-1\nnode/worker-1\nnode/worker-2\n')
  expect(await control.travel({ steps: -1 })).toMatchObject({ step: 1, at: 0, steps: ['Given a cluster'] })
  expect(await control.travel({ at: '+2s' })).toMatchObject({ step: 2, at: 2000 })
  expect((await control.travel({ at: '2s' })).failure).toBeUndefined()
  expect(await control.travel({ steps: 5 })).toMatchObject({ step: 2, at: 3000, note: 'the scenario ends here' })
  expect(await control.travel({ step: 1 })).toMatchObject({ step: 1 })
  await expect(control.travel({ at: 'noon' })).rejects.toThrow(/"noon" is no place in the scenario/)
  await control.stop()
  await ended
}, 120_000)

test('shards are equal, disjoint and leave nothing out', () => {
  const plan = Array.from({ length: 11 }, (_, i) => ({
    name: 'a',
    uri: `features/${i % 3}.feature`,
    location: { line: i },
  }))
  const shards = [1, 2, 3].map((index) => shardOf(plan, { index, total: 3 }))
  expect(shards.map((shard) => shard.length)).toEqual([4, 4, 3])
  expect(new Set(shards.flat()).size).toBe(11)
  expect(shardOf(plan.toReversed(), { index: 1, total: 3 })).toEqual(shards[0]!.toReversed())
})

test('a cucumber that is installed beside the features is passed over', async () => {
  const installed = join(home, 'node_modules', '@cucumber', 'cucumber')
  cpSync(join(process.cwd(), 'node_modules', '@cucumber', 'cucumber'), installed, { recursive: true })
  const ran = await run('features/mixed.feature --import steps')
  expect(ran.stdout).toMatch(/1 scenario \(1 passed\)/)
  expect(ran.code).toBe(0)
})
