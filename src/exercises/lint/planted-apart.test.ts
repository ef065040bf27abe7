import { expect, test } from 'vitest'
import { said } from '../testing/lint-says.ts'
import { type Changes, swap } from '../testing/tiny-pack.ts'

const [CHECKS, EXERCISE, HINTS, SETUP, TASK] = [
  'one/checks.feature',
  'one/exercise.yaml',
  'one/hints.md',
  'one/setup.feature',
  'one/task.md',
]
const SCRIPT = 'one/wrong/recreated.sh'

/** Files of an exercise that do not go together, each right by itself: what is said of them, from its beginning. */
const PLANTED: readonly (readonly [mistake: string, changes: Changes, ...said: string[]])[] = [
  [
    'the task is about another Service',
    {
      [TASK]: swap('`web`', '`api`'),
      [SETUP]: swap(
        'metadata: {name: web, namespace: shop, labels',
        'metadata: {name: web, namespace: shop, annotations: {of: api}, labels',
      ),
    },
    'warning one/checks.feature:4:10: the checks ask for Service "web", task.md speaks of Service "api"',
  ],
  [
    'the task names no namespace',
    { [TASK]: swap('In namespace `shop` requests', 'Requests') },
    'warning one/checks.feature:4:10: the outcome is looked for in namespace "shop", which task.md does not name',
  ],
  [
    'another number of replicas than the task has',
    {
      [TASK]: swap('Repair it', 'Scale `web` to three replicas'),
      [CHECKS]: swap('exactly 1 Pod of Deployment', 'exactly 4 Pods of Deployment'),
    },
    'warning one/checks.feature:7:9: the checks ask for 4 replicas, task.md speaks of 3',
  ],
  [
    'fields, states and moments that there are not',
    {
      [CHECKS]: swap(
        'Then ResourceQuota "shop/team" is unchanged since "the beginning"',
        [
          'Then field "spec.hrad" of ResourceQuota "shop/team" did not change since "the beginning"',
          'And Deployment "shop/web" is Availble',
          'And Deployment "shop/web" was Available at all times between "the beginning" and "the end"',
          'And Deployment "shop/web" matches:\n      """yaml\n      spec: {replcas: 1}\n      """',
        ].join('\n    '),
      ),
      [SETUP]: swap('ports: [{port: 80}]', 'prots: [{port: 80}]'),
    },
    'error one/checks.feature:18:9: no moment is remembered as "the end": end setup.feature with: And this moment is',
  ],
  [
    'the same of what can be used',
    {
      [CHECKS]: swap(
        'Then ResourceQuota "shop/team" is unchanged since "the beginning"',
        [
          'Then field "spec.hrad" of ResourceQuota "shop/team" did not change since "the beginning"',
          'And Deployment "shop/web" is Availble',
          'And Deployment "shop/web" matches:\n      """yaml\n      spec: {replcas: 1}\n      """',
        ].join('\n    '),
      ),
      [SETUP]: swap('spec: {selector: {app: webb}, ports', 'spec: {selektor: {app: webb}, ports'),
    },
    'warning one/setup.feature:4:9: unknown field "spec.selektor"',
    'warning one/checks.feature:16:22: no ResourceQuota has a field "spec.hrad"; did you mean spec.hard?',
    'warning one/checks.feature:17:34: no Deployment is ever Availble; did you mean Available?',
    'warning one/checks.feature:18:9: unknown field "spec.replcas" of Deployment',
  ],
  [
    'a restart that nobody promises, what must not be restarted, and what became of a request: nothing is wrong',
    {
      [EXERCISE]: swap(
        'It is an agreement with others.',
        'Nothing is restarted any more; what hangs is restarted soon.',
      ),
    },
  ],
  [
    'a node that is not there, in a script',
    { [SCRIPT]: 'kubedrill ssh worker-9 "systemctl start kubelet"\n' },
    'error one/wrong/recreated.sh:1:1: there is no node "worker-9": the topology has cp-1',
  ],
  [
    'a node that is not there, in a step',
    { [SETUP]: swap('And 5 minutes pass', 'And node "worker-9" reboots\n    And 5 minutes pass') },
    'error one/setup.feature:27:9: there is no node "worker-9": the topology has cp-1',
  ],
  [
    'a node that is not there, in a hint',
    { [HINTS]: swap('`kubectl describe service web -n shop`', '`kubedrill ssh worker-9 ip route`') },
    'warning one/hints.md: there is no node "worker-9": the topology has cp-1',
  ],
  [
    'the solution in the task',
    { [TASK]: swap('Repair it', 'Repair it (`kubectl set selector service web app=web -n shop`)') },
    'warning one/task.md: gives away what solutions/set-selector.sh does ("set selector service web app=web -n shop")',
  ],
  [
    'the last hint in the first',
    {
      [HINTS]: swap(
        'lists the addresses',
        'first; set the selector to the label that the Pods of the Deployment have. It lists the addresses',
      ),
    },
    'warning one/hints.md:3:1: hint 1 says most of what hint 3 costs 3 points for',
  ],
  [
    'one criterion under two names',
    {
      [CHECKS]: swap(
        'ResourceQuota "shop/team" is unchanged since "the beginning"',
        'Service "shop/web" was not recreated since "the beginning"\n    And Deployment "shop/web" is unchanged since "the beginning"',
      ),
      [EXERCISE]: swap('The quota is as it was', 'the shop answers'),
    },
    'warning one/checks.feature:15:3: asks the same as the scenario in line 10',
    'warning one/exercise.yaml:19:12: has the title of criterion "answers": learners cannot tell them apart',
  ],
  [
    'a step twice',
    {
      [CHECKS]: swap(
        '    And Deployment',
        '    And Service "shop/web" was not recreated since "the beginning"\n    And Deployment',
      ),
    },
    'warning one/checks.feature:12:9: asks the same as line 11',
  ],
  [
    'a scenario of two criteria, and a tag that means nothing',
    { [CHECKS]: swap('@criterion:quota', '@criterion:quota @criterion:kept @wip') },
    'warning one/checks.feature:15:3: counts for 2 criteria (@criterion:quota, @criterion:kept): one fault is punished',
    'warning one/checks.feature:15:3: @wip means nothing here: the scenario is graded all the same',
  ],
  [
    'no rest after the set-up',
    { [SETUP]: swap('    And 5 minutes pass\n', '') },
    'warning one/setup.feature:4:9: no time passes after this: let the cluster come to rest (And 15 minutes pass)',
  ],
  [
    'files that nobody reads',
    {
      'one/hint.md': '# Hints\n',
      'one/manifests/web.yaml': 'kind: Pod\n',
      'task.md': '# Task\n',
      'one/README.md': '# Notes\n',
    },
    "warning task.md: nobody reads it here: it belongs into an exercise's directory, beside its exercise.yaml",
    'warning one/hint.md: nobody reads it: an exercise consists of exercise.yaml, task.md, setup.feature, ',
    'warning one/manifests: nobody reads it: an exercise consists of exercise.yaml, task.md, setup.feature, ',
  ],
  [
    'a file in capitals',
    { 'one/Debrief.md': 'The selector.\n', 'one/debrief.md': undefined },
    'error one/debrief.md: the file is missing',
    'warning one/Debrief.md: nobody reads it: did you mean debrief.md?',
  ],
  [
    'escape sequences',
    { [TASK]: swap('Repair it', '\u001b[8mRepair it'), [SCRIPT]: 'kubectl delete service web -n shop # \u202e\n' },
    'warning one/task.md:3: has control characters, which are taken out of what is shown',
    'warning one/wrong/recreated.sh:1: has control characters, which are taken out of what is shown',
  ],
  [
    'escape sequences in titles',
    { [EXERCISE]: swap('A shop that nobody reaches', '"A shop\\e[2J"') },
    'error one/exercise.yaml:2:8: title must be one line of text, without control characters',
  ],
  [
    'a title of two lines, and one of none',
    { [EXERCISE]: swap('title: The shop answers', 'title: " "'), 'pack.yaml': swap('A tiny pack', '"A\\nB"') },
    'error pack.yaml:1:8: title must be one line of text, without control characters',
    'error one/exercise.yaml:10:12: criteria.0.title must be one line of text, without control characters',
  ],
  [
    'two documents',
    { [EXERCISE]: (text) => `${text}---\nid: two\n` },
    'error one/exercise.yaml:23:1: a second document begins here: one is read',
  ],
  [
    'a task of a heading',
    { [TASK]: '# A shop that nobody reaches\n' },
    'error one/task.md:1:1: is empty: it says what is broken, and what is to be so in the end',
  ],
  [
    'commands that are not there',
    {
      [SCRIPT]:
        'name=web\nif ! kubectl delet service "$name"; then\n  say() { helm uninstall "$1"; }\n  say $(cat x)\nfi\nkubedrill grade\nkubectl apply -f /etc/passwd\n',
    },
    'error one/wrong/recreated.sh:2:1: kubectl: "delet" is not allowed in scripts of packs',
    'error one/wrong/recreated.sh:3:1: helm: there is no such command where scripts run',
    'error one/wrong/recreated.sh:6:1: kubedrill grade: scripts of packs know kubedrill ssh and kubedrill skip',
    'error one/wrong/recreated.sh:7:1: kubectl: /etc/passwd: only files in /root and /tmp are there',
  ],
]

test.each(PLANTED.map(([mistake, changes, ...expected]) => ({ mistake, changes, expected })))(
  '$mistake',
  async ({ changes, expected }) => {
    const found = await said(changes)
    expect(found.map((each, index) => each.slice(0, expected[index]?.length))).toEqual(expected)
  },
)
