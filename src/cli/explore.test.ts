import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'

const kubedrill = join(process.cwd(), 'bin', 'kubedrill.js')
const home = mkdtempSync(join(tmpdir(), 'kubedrill-explore-'))

const FILES = {
  'cucumber.json': JSON.stringify({
    default: { import: ['steps/*.mjs'], paths: ['features/*.feature'], worldParameters: { seed: 3 } },
  }),
  // Counts what it hears of, starting from the tally it has heard of: its own last write may be on its way still.
  'steps/counter.mjs': `import { extend } from 'kubedrill/gherkin'
const program = (cluster) => ({
  start(process) {
    const client = cluster.connect(process)
    const count = ({ type, object: { metadata } }) => {
      if (type !== 'ADDED' || metadata.labels?.job === undefined) return
      const next = String(Number(client.get('ConfigMap', 'tally', 'default').data.count) + 1)
      for (let tries = 0; tries < 5; tries++) {
        const answer = client.update('ConfigMap', 'tally', 'default', (now) => ({ ...now, data: { count: next } }))
        if (answer.kind === 'ConfigMap') return
      }
    }
    process.onEnd(client.watch('ConfigMap', { namespace: 'default' }, count))
  },
})
extend({ name: 'counter', images: [{ name: 'example.com/counter:v1', program }] })
`,
  'features/tally.feature': `Feature: A tally
  @explore:40
  Scenario: every job is counted once
    Given a cluster with 1 control plane node and 1 worker node
    And these manifests are applied:
      """yaml
      {apiVersion: v1, kind: ConfigMap, metadata: {name: tally}, data: {count: "0"}}
      ---
      apiVersion: rbac.authorization.k8s.io/v1
      kind: ClusterRoleBinding
      metadata: {name: counter}
      subjects: [{kind: ServiceAccount, name: default, namespace: default}]
      roleRef: {kind: ClusterRole, name: cluster-admin, apiGroup: rbac.authorization.k8s.io}
      """
    And a Pod "counter" of image "example.com/counter:v1"
${['a', 'b', 'c', 'd']
  .map(
    (name) => `    And these manifests are applied:
      """yaml
      {apiVersion: v1, kind: ConfigMap, metadata: {name: ${name}, labels: {job: x}}}
      """
`,
  )
  .join('')}    Then field "data.count" of ConfigMap "tally" is "4" within 10 seconds

  Scenario: nobody asked to explore this
    Given a cluster
`,
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
    const command = [kubedrill, 'test', ...args.split(' ')]
    execFile(process.execPath, command, { cwd: home }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
    )
  })
}

test('a race of somebody’s own controller is found where its tag says so, shrunk, and there again under its seed', async () => {
  const found = await run('--explore --explore-seed 8')
  expect([found.code, found.stderr.match(/nobody asked|Error/)]).toEqual([1, null])
  expect(found.stdout).toMatch(/^features\/tally\.feature:3 {2}every job is counted once\n/)
  const [, needed, of] = /(\d+) disturbances? of (\d+) will do/.exec(found.stdout)!.map(Number)
  expect(needed).toBeLessThan(of!)
  const [, again = ''] = /again: kubedrill test (.*)/.exec(found.stdout)!
  const story = /will do .*:\n([\s\S]*?)\n {2}again/.exec(found.stdout)![1]!
  expect(story).toMatch(
    /^ {4}\d+\. \+\d[\d.]*s \S+\/worker-1 heard of (ADDED|MODIFIED) ConfigMap default\/\w+ \d+ ms late/m,
  )
  expect(story).toMatch(/field data\.count of ConfigMap "tally" is "3", not "4"/)
  const replayed = await run(again)
  expect(replayed.code).toBe(1)
  expect(replayed.stdout).toContain(story)
})

test.each([
  ['--explore 5 --tags @nobody', /no scenario to explore/],
  ['--explore none', /--explore none: how many/],
  ['--explore-seed x', /--explore-seed x: write a number/],
  ['--explore 5 --target kubeconfig', /only a simulated cluster/],
])('%s is refused', async (args, says) => {
  const { code, stderr } = await run(args)
  expect(stderr).toMatch(says)
  expect(code).toBe(2)
})
