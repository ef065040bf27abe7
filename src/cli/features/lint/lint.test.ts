import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { vocabulary } from '../../../gherkin/vocabulary.ts'
import { type Finding, placeText } from './finding.ts'
import { nearestPattern } from './nearest.ts'

const PATTERNS = vocabulary.map(({ pattern }) => String(pattern))

test.each([
  ['these manifests are applied', 'these manifests are applied:', undefined],
  ['Deployment "web" is availabel', '{object} is {state}{within}', '{state} is What kubectl prints'],
  ['the node "x" has failed', 'node {string} {nodefault}', '{nodefault} is What happens to a machine. `fails`'],
  ['Pod "a/b" apears within 3 minutes', '{object} appears{within}', undefined],
  [
    'a cluster with 1 control plane nodes and 2 workers',
    'a cluster with {int} control plane node(s) and {int} worker node(s)',
    undefined,
  ],
  ['Deployment "web" is scaled to three replicas', '{object} is scaled to {int} replica(s)', '{int}'],
  ['10 minuts pass', '{duration} pass(es)', '{duration} is A number and a unit'],
])('nearly a step: %s', (text, pattern, wants) => {
  const nearest = nearestPattern(text, PATTERNS)
  expect(nearest?.pattern).toBe(pattern)
  if (wants === undefined) expect(nearest?.wants).toEqual([])
  else expect(nearest?.wants[0]).toContain(wants)
})

test.each(['the moon rises over the hills', 'I log in as a customer', 'x'])('nothing like a step: %s', (text) => {
  expect(nearestPattern(text, PATTERNS)).toBeUndefined()
})

const FILES = {
  'cucumber.json': '{"default": {"import": ["steps/*.mjs"]}}',
  'features/claims.yaml': 'api-01: every component talks to the API server\n',
  'features/steps.feature': `@scheduling @claim:api-1
Feature: Steps
  @scheduling @explore:x
  Scenario: one
    Given a cluster
    When Deployment "web" is delete
    And the shop is open
  @schedulling
  Scenario: one
    Given the manifests in "manifests/none.yaml" are applied
  @scheduling
  Scenario Outline: two
    Given namespace "<nam>"
    Examples:
      | name |
      | a    |
  Scenario: three
`,
  'features/manifests.feature': `Feature: Manifests
  Scenario: one
    Given these manifests are applied:
      """yaml
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: web}
      spec:
        replica: 3
        template: {spec: {containers: [{name: a, ports: [{containerPort: "80"}]}]}}
      ---
      apiVersion: apps/v1beta1
      kind: Deployment
      ---
      foo: [
      """
    And the manifests in "manifests/used.yaml" are applied
    And Deployment "web" matches:
      """
      spec: {replicas: "3",
        replicass: 3}
      """
  Scenario: what is right
    Given these manifests are applied:
      """yaml
      {apiVersion: example.com/v1, kind: Anything, metadata: {name: x}, spec: {whatever: 1}}
      """
    And these manifests are submitted:
      """yaml
      {apiVersion: v1, kind: Pod, metadata: {name: refused}, spek: {}}
      """
    And Pod "x" is patched with:
      """yaml
      spec: {containers: [{name: a, $patch: delete}], hostNetwork: null}
      """
`,
  'features/meanings.feature': `Feature: Meanings
  Scenario: what is not there
    Given a cluster
    And this moment is remembered as "before"
    And Deployment "web" is unchanged since "the beginning"
    When Deployment "web" is Availble
    Then Deployment "web" is unchanged since "befor" except:
      | spec.replicas                           |
      | spec.template.spec.containers[web].imag |
    And StatefulSet "db" was Ready at all times between "the beginning" and "the end"
    And this moment is remembered as "the end"
    And Deploymnet "web" exists
    And these happened in this order since "the end":
      | what            | object    |
      | CrashLoopBackof | Pod "web" |
      | event Killling  | Pod "web" |
    And Node "n" has condition MemoryPresure True
    And the statechart of "kubelet/worker-1 kubelet" is in state "runing"
    And unit "kubelet" on node "worker-1" is activ
  Scenario Outline: fields
    Then field '<path>' of <object> is "1"
    Examples: wrong
      | object           | path                                       |
      | Pod "x"          | status.conditions[Ready].stats             |
      | Pod "x"          | metadata.labels.example.com/tier           |
      | Deployment "x"   | spec.containers[web].image                 |
      | CronJob "x"      | spec.template.spec.restartPolicy           |
      | Deployment "x"   | spec.template.spec.containers.image        |
    Examples: right
      | object           | path                                       |
      | Anything "x"     | spec.whatever                              |
      | Widget.foo "x"   | spec.whatever                              |
      | Pod "x"          | metadata.annotations["example.com/tier"]   |
      | Pod "x"          | spec.containers[0].resources.limits.cpu    |
      | ConfigMap "x"    | data.key                                   |
      | Service "x"      | spec.ports[http].targetPort                |
`,
  'features/empty.feature': 'Feature: Manifests\n',
  'manifests/used.yaml':
    'apiVersion: v1\nkind: Pod\nmetadata: {name: x}\nspec:\n  containers:\n  - name: a\n    prots: []\n',
  'manifests/unused.yaml': 'apiVersion: v1\n',
  'steps/steps.mjs': `import { Given } from '@cucumber/cucumber'
import { defineSteps, step } from 'kubedrill/gherkin'
Given('the shop is open', () => {})
Given(/^the shop is (open|closed)$/, () => {})
Given('nobody does {string}', () => {})
defineSteps([
  step('{int} are never used', () => {}),
])
`,
}
const FOUND = [
  ['features/empty.feature:1', 'has no scenario'],
  ['features/manifests.feature:9', 'unknown field "spec.replica"'],
  ['features/manifests.feature:10', 'cannot unmarshal string into Go struct field ContainerPort'],
  ['features/manifests.feature:12', 'apps/v1beta1 serves no Deployment: it is apps/v1'],
  ['features/manifests.feature:15', 'Flow sequence'],
  ['features/manifests.feature:21', 'unknown field "spec.replicass" of Deployment'],
  [
    'features/meanings.feature:5:46',
    'remembers the moment "the beginning": it is the moment when the last Given is over',
  ],
  ['features/meanings.feature:6:30', 'no Deployment is ever Availble; did you mean Available?'],
  ['features/meanings.feature:7:47', 'no step before remembers the moment "befor"; did you mean "before"?'],
  ['features/meanings.feature:9:44', 'did you mean spec.template.spec.containers[web].image?'],
  ['features/meanings.feature:10:30', 'no StatefulSet is ever Ready: it is Complete, Progressing'],
  ['features/meanings.feature:10:78', 'no step before remembers the moment "the end": line 11 does'],
  ['features/meanings.feature:12:9', 'no kind Deploymnet is served; did you mean Deployment?'],
  ['features/meanings.feature:15:9', 'no Pod is ever CrashLoopBackof; did you mean CrashLoopBackOff?'],
  ['features/meanings.feature:17:32', 'no Node has a condition MemoryPresure; did you mean MemoryPressure?'],
  ['features/meanings.feature:18:67', 'no statechart "kubelet" has a state "runing"; did you mean running?'],
  ['features/meanings.feature:19:46', 'no unit is ever activ; did you mean active?'],
  ['features/meanings.feature:21:10', 'did you mean status.conditions[Ready].status?'],
  ['features/meanings.feature:21:10', 'did you mean metadata.labels["example.com/tier"]?'],
  ['features/meanings.feature:21:10', 'did you mean spec.template.spec.containers[web].image?'],
  ['features/meanings.feature:21:10', 'did you mean spec.jobTemplate.spec.template.spec.restartPolicy?'],
  ['features/meanings.feature:21:10', 'spec.template.spec.containers is a list, whose items go by name or index'],
  ['features/steps.feature:1', 'there is no claim "api-1": is api-01 meant?'],
  ['features/steps.feature:3', '@explore:x: write @explore, or how many schedules'],
  ['features/steps.feature:6', 'undefined step "Deployment "web" is delete"; the nearest is "{object} is deleted"'],
  ['features/steps.feature:7', 'ambiguous step "the shop is open": "the shop is open" (steps/steps.mjs:3) or'],
  ['features/steps.feature:8', '@schedulling is used only here: is @scheduling meant?'],
  ['features/steps.feature:9', 'the scenario "one" is at line 4 too'],
  ['features/steps.feature:10', 'there is no file "manifests/none.yaml"'],
  ['features/steps.feature:13', 'no column of the examples is called "nam"'],
  ['features/steps.feature:17', 'the scenario "three" has no steps'],
  ['manifests/unused.yaml:1', 'no feature and no step names this file'],
  ['manifests/used.yaml:7', 'unknown field "spec.containers[0].prots"'],
  ['steps/steps.mjs:5', 'no scenario uses the step "nobody does {string}"'],
  ['steps/steps.mjs:7', 'no scenario uses the step "{int} are never used"'],
]

const home = mkdtempSync(join(tmpdir(), 'kubedrill-lint-'))
afterAll(() => rmSync(home, { recursive: true, force: true }))

function lint(...args: string[]): { readonly status: number | null; readonly stdout: string; readonly stderr: string } {
  const command = [join(process.cwd(), 'bin/kubedrill.js'), 'test', '--lint', ...args]
  return spawnSync(process.execPath, command, { cwd: home, encoding: 'utf8' })
}

test('every planted mistake is found at its line, and nothing else', () => {
  for (const [file, text] of Object.entries(FILES)) {
    mkdirSync(dirname(join(home, file)), { recursive: true })
    writeFileSync(join(home, file), text)
  }
  const { status, stdout } = lint('--json')
  const findings = JSON.parse(stdout) as Finding[]
  const places = findings.map((found, at) =>
    /:\d+:/.test(FOUND[at]?.[0] ?? '') ? placeText(found) : `${found.file}:${found.line}`,
  )
  expect(places).toEqual(FOUND.map(([place]) => place))
  for (const [index, [, message]] of FOUND.entries()) expect(findings[index]!.message).toContain(message)
  expect(status).toBe(1)
})

test('a file that cannot be read keeps nobody from reading the others; of a part nobody says what it leaves unused', () => {
  writeFileSync(join(home, 'broken.feature'), 'Feature: B\n  Scenario: b\n    Given a cluster\n    Gibt es\n')
  const { status, stdout, stderr } = lint('broken.feature', 'features/empty.feature')
  expect(stdout).toMatch(
    /^broken\.feature:4:5: expected: .*\nfeatures\/empty\.feature:1: has no scenario\n\n2 problems\n$/,
  )
  expect([status, stderr]).toEqual([1, ''])
})
