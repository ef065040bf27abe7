import { expect, test } from 'vitest'
import { said } from '../testing/lint-says.ts'
import { type Changes, swap, TINY_PACK } from '../testing/tiny-pack.ts'

test('nothing is wrong with the pack that the mistakes are planted in', async () => {
  expect(await said({})).toEqual([])
})

const [CHECKS, EXERCISE, HINTS, SETUP] = [
  'one/checks.feature',
  'one/exercise.yaml',
  'one/hints.md',
  'one/setup.feature',
]
const copy = Object.fromEntries(
  Object.entries(TINY_PACK).flatMap(([name, text]) =>
    name.startsWith('one/') ? [[`two/${name.slice(4)}`, text]] : [],
  ),
)

/** A mistake that an author could make, and what is said of it: all that is said, from its beginning. */
const PLANTED: readonly (readonly [mistake: string, changes: Changes, ...said: string[]])[] = [
  [
    'a domain misspelt',
    { [EXERCISE]: swap('Services and Networking', 'Servises & Networking') },
    'error one/exercise.yaml:3:9: domain "Servises & Networking" is none of CKA, so exams cannot weigh it; did you mean',
  ],
  [
    'a competency misspelt',
    { [EXERCISE]: swap('between Pods', 'among pods') },
    'warning one/exercise.yaml:4:13: competency "Understand connectivity among pods" is none of Services and Networking;',
  ],
  ['two exercises of one id', copy, 'error two/exercise.yaml:1:1: id "one" is used by one too: give this one another'],
  [
    'two criteria of one id',
    { [EXERCISE]: swap('id: quota', 'id: kept') },
    'error one/exercise.yaml:18:9: criteria.2.id "kept" is used twice',
    'error one/checks.feature:15:3: @criterion:quota: exercise.yaml has no criterion "quota"',
  ],
  [
    'an exercise that weighs nothing',
    { [EXERCISE]: swap('weight: 4', 'weight: 0') },
    'error one/exercise.yaml:5:9: weight must be >= 1',
  ],
  [
    'a criterion without points',
    { [EXERCISE]: swap('points: 6', 'points: 0') },
    'error one/exercise.yaml:11:13: criteria.0.points must be >= 1',
  ],
  [
    'no time limit for exams',
    { [EXERCISE]: swap('minutes: 5\n', '') },
    `error one/exercise.yaml:1:1: the file must have required property 'minutes'`,
  ],
  [
    'the outcome earns less than leaving things alone',
    { [EXERCISE]: swap('points: 6', 'points: 1') },
    'warning one/exercise.yaml:11:13: the first criterion, "answers", is the outcome: it has fewer points (1) than another',
    'warning one/exercise.yaml:9:3: there are 5 points in all, not 10: hints cost whole points, and learners compare',
    'warning one/hints.md:11:1: the hints cost 6 points, more than the 5 there are to earn',
  ],
  [
    'hints dearer than all points',
    { [HINTS]: swap('(3 points)', '(30 points)') },
    'warning one/hints.md:11:1: the hints cost 33 points, more than the 10 there are to earn',
  ],
  [
    'two hints',
    { [HINTS]: swap(/## What it is[^#]*/, '') },
    'error one/hints.md: three hints are expected, there are 2',
  ],
  [
    'a hint that says nothing',
    { [HINTS]: swap(/A Service finds.*/, '') },
    'error one/hints.md:7:1: hint 2 says nothing: write below its heading what to look at',
  ],
  [
    'a hint that reveals nothing',
    { [HINTS]: swap(/A Service finds.*/, 'Think harder, you are close.') },
    'warning one/hints.md:7:1: hint 2 reveals nothing: name a command, an object or a field to look at',
  ],
  [
    'a hint twice',
    { [HINTS]: swap(/A Service finds.*/, 'Set the selector to the label that the Pods of the Deployment have.') },
    'warning one/hints.md:11:1: hint 3 says the same as hint 2',
  ],
  [
    'a hint with the solution, written otherwise',
    { [HINTS]: swap(/A Service finds.*/, 'Try `k set selector service web\n  app="web" -n shop`.') },
    'warning one/hints.md:7:1: hint 2 gives away what solutions/set-selector.sh does ("set selector service web app=web -n',
  ],
  [
    'a step that nobody knows',
    { [CHECKS]: swap('is unchanged since', 'stayed unchanged since') },
    'error one/checks.feature:12:9: no step of the vocabulary says "Deployment "shop/web" stayed unchanged since "the',
  ],
  [
    'kubectl in the checks',
    { [CHECKS]: swap('When 30 minutes pass', 'When kubectl "delete pod --all" is run') },
    'error one/checks.feature:5:10: "kubectl "delete pod --all" is run": kubectl is for learners and scripts: write',
  ],
  [
    'kubectl in the set-up',
    { [SETUP]: swap('And 5 minutes pass', 'And kubectl "get pods" is run') },
    'error one/setup.feature:27:9: "kubectl "get pods" is run": kubectl is for learners and scripts: write manifests, or',
  ],
  [
    'a file from outside',
    { [SETUP]: swap('And 5 minutes pass', 'And the manifests in "../../etc/passwd" are applied') },
    'error one/setup.feature:27:9: "the manifests in "../../etc/passwd" are applied": a pack reads no other files: write',
  ],
  [
    'another cluster',
    {
      [SETUP]: swap('Given namespace "shop"', 'Given a cluster in a cloud with 1 control plane node and 1 worker node'),
    },
    'error one/setup.feature:3:11: "a cluster in a cloud with 1 control plane node and 1 worker node": the cluster is what',
  ],
  [
    'a step that is skipped here',
    { [SETUP]: swap('And 5 minutes pass', 'And the certificate of the scheduler expires') },
    'error one/setup.feature:27:9: "the certificate of the scheduler expires" cannot be done here: Skips the scenario:',
  ],
  [
    'the clock set',
    { [SETUP]: swap('Given namespace "shop"', 'Given the clock reads "2026-12-31T23:58:30Z"') },
    'error one/setup.feature:3:11: "the clock reads "2026-12-31T23:58:30Z"": the cluster is there already, and began at',
  ],
  [
    'a namespace misspelt in the task',
    { 'one/task.md': swap('`shop`', '`shpo`') },
    'warning one/checks.feature:4:10: the outcome is looked for in namespace "shop", which task.md does not name',
    'warning one/task.md:3:14: "shpo" is named, but neither the set-up nor the checks nor a solution has it: learners will',
  ],
  [
    'an object in the task that is not made',
    { 'one/task.md': swap('`web`', '`web-frontend`') },
    'warning one/checks.feature:4:10: the checks ask for Service "web", task.md speaks of Service "web-frontend"',
    'warning one/task.md:3:45: "web-frontend" is named, but neither the set-up nor the checks nor a solution has it:',
  ],
  [
    'a value that nobody is told',
    {
      [CHECKS]: swap(
        'And Deployment "shop/web" is unchanged',
        'And field "metadata.labels.tier" of Deployment "shop/web" is "gold"\n    And Deployment "shop/web" is unchanged',
      ),
    },
    'warning one/checks.feature:12:9: "gold" is asked for, but neither task.md nor the set-up mentions it',
  ],
  [
    'a Pod by the name that chance gave it',
    { [CHECKS]: swap('exactly 1 Pod of Deployment "shop/web" is Ready', 'Pod "shop/web-5d8f9c7b64-x7k2p" is Ready') },
    'error one/checks.feature:7:9: "web-5d8f9c7b64-x7k2p" is a name that a controller made up: the next cluster has',
    'warning one/checks.feature:7:9: "web-5d8f9c7b64-x7k2p" is asked for, but neither task.md nor the set-up mentions it',
  ],
  [
    'a date',
    { [CHECKS]: swap('When 30 minutes pass', 'When time advances to "2026-01-05T09:00:00Z"') },
    'error one/checks.feature:5:10: "2026-01-05T09:00:00Z" is a date: learners take as long as they take; let a duration',
    'warning one/checks.feature:3:3: answers: no time passes in it, so a repair that does not last earns it: add "When 30',
  ],
  [
    'a field that the clock writes',
    {
      [CHECKS]: swap(
        'is unchanged since "the beginning"\n\n',
        'exists\n    And field "metadata.creationTimestamp" of Service "shop/web" is ""\n\n',
      ),
    },
    'warning one/checks.feature:13:9: field "metadata.creationTimestamp" is given by chance or by the clock: ask for what',
  ],
  [
    'an order in a list',
    {
      [CHECKS]: swap(
        'ResourceQuota "shop/team" is unchanged since "the beginning"',
        'field "spec.ports[0].port" of Service "shop/web" is "80"',
      ),
    },
    'warning one/checks.feature:16:10: field "spec.ports[0].port" goes by place in a list, and a right solution may have',
    'warning one/checks.feature:15:3: quota: only how fields are spelled is checked, not what comes of it',
  ],
  [
    'an order in a list, in an expression',
    {
      [CHECKS]: swap(
        'ResourceQuota "shop/team" is unchanged since "the beginning"',
        `Service "shop/web" satisfies 'object.spec.ports[0].port == 80'`,
      ),
    },
    'warning one/checks.feature:16:10: ports[0] goes by place in a list, and a right solution may have another order: use',
  ],
  [
    'an outcome that need not last',
    { [CHECKS]: swap('    When 30 minutes pass\n', '') },
    'warning one/checks.feature:3:3: answers: no time passes in it, so a repair that does not last earns it: add "When 30',
  ],
  [
    'a criterion that looks at nothing',
    { [CHECKS]: swap('Then ResourceQuota "shop/team" is unchanged since "the beginning"', 'When 30 minutes pass') },
    'warning one/checks.feature:15:3: "The quota" has no Then: it checks nothing',
  ],
  [
    'only spelling',
    {
      [CHECKS]: swap(
        'ResourceQuota "shop/team" is unchanged since "the beginning"',
        'ResourceQuota "shop/team" exists',
      ),
    },
    'warning one/checks.feature:15:3: quota: only how fields are spelled is checked, not what comes of it',
  ],
  [
    'harm is not looked for',
    {
      [CHECKS]: swap(
        / {4}Then Service "shop\/web" was not(.|\n)*/,
        '    Then Service "shop/web" exists\n  @criterion:quota\n  Scenario: quota\n    Then Deployment "shop/web" is Available\n',
      ),
    },
    'warning one/checks.feature:10:3: kept: only how fields are spelled is checked, not what comes of it',
    'warning one/checks.feature:1:1: nothing checks that no harm was done: add a criterion like: Deployment "…" was not',
  ],
  [
    'a moment that nobody remembers',
    { [CHECKS]: swap('since "the beginning"', 'since "the begining"') },
    'error one/checks.feature:11:10: no moment is remembered as "the begining": did you mean "the beginning"?',
  ],
  [
    'a restart promised and not caused',
    { [EXERCISE]: swap('It is an agreement with others.', 'It survives a reboot.') },
    'warning one/checks.feature:15:3: quota: its title or why speaks of a restart, but none of its steps causes one',
  ],
  [
    'a criterion without checks',
    { [CHECKS]: swap(/ {2}@criterion:quota(.|\n)*/, '') },
    'error one/checks.feature:1:1: no scenario is tagged @criterion:quota',
  ],
  [
    'one right solution',
    { 'one/solutions/patch.sh': undefined },
    'error one/solutions: has 1 script: at least 2 right solutions are expected',
  ],
  [
    'two near misses',
    { 'one/wrong/recreated.sh': undefined },
    'error one/wrong: has 2 scripts: at least 3 near misses are expected',
  ],
  [
    'a script that is none',
    { 'one/wrong/recreated.sh': 'if true; then\n' },
    `error one/wrong/recreated.sh:2:1: is no shell script: Parse error at 2:1: syntax error near unexpected token \`fi'`,
  ],
  [
    'a script without commands',
    { 'one/wrong/recreated.sh': '# later\n' },
    'error one/wrong/recreated.sh:1:1: does nothing',
  ],
  [
    'a script without its ending',
    { 'one/wrong/recreated': 'kubectl get pods' },
    'warning one/wrong/recreated: is no script: only *.sh are run',
  ],
  [
    'a manifest that is no YAML',
    { [SETUP]: swap('metadata: {name: team,', 'metadata: {name: [team,') },
    'error one/setup.feature:8: no YAML: ',
  ],
  [
    'a policy, which nobody acts on',
    {
      [SETUP]: swap(
        '      ---\n',
        '      ---\n      {apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: x, namespace: shop}, spec: {podSelector: {}}}\n      ---\n',
      ),
    },
    'warning one/setup.feature:4:9: NetworkPolicy is kept, but nobody acts on it here',
  ],
  [
    'an image that was never released',
    { [SETUP]: swap('nginx:1.27', 'nginx:1.72') },
    'warning one/setup.feature:4:9: image "nginx:1.72" was never released (docs/images.md), so its containers never start.',
  ],
  [
    'an image that nobody declared',
    { [SETUP]: swap('nginx:1.27', 'shop:v2') },
    'warning one/setup.feature:4:9: image "shop:v2" is in no registry here (docs/images.md), so its containers never start.',
  ],
  [
    'an image that nobody has, which is the fault, is no mistake',
    {
      [SETUP]: (text: string) =>
        swap(
          'And this moment',
          'And at least 1 Pod of Deployment "shop/web" is ImagePullBackOff within 6 minutes\n    And this moment',
        )(swap('nginx:1.27', 'nginx:1.72')(text)),
    },
  ],
  [
    'an image that is declared is no mistake',
    {
      [SETUP]: (text: string) =>
        swap(
          'Given namespace "shop"',
          'Given namespace "shop"\n    And container image "shop:v2" that behaves like this:\n      | listens on | 80 |',
        )(swap('nginx:1.27', 'shop:v2')(text)),
    },
  ],
  [
    'an empty task',
    { 'one/task.md': '\n' },
    'error one/task.md:1:1: is empty: it says what is broken, and what is to be so in the end',
  ],
]

test.each(PLANTED.map(([mistake, changes, ...expected]) => ({ mistake, changes, expected })))(
  '$mistake',
  async ({ changes, expected }) => {
    const found = await said(changes)
    expect(found.map((each, index) => each.slice(0, expected[index]?.length))).toEqual(expected)
  },
)
