import { describe, expect, test } from 'vitest'
import { loadPack } from '../pack.ts'
import { placeText } from '../pack-error.ts'
import { type Changes, swap, tinyPack } from '../testing/tiny-pack.ts'
import { asksToKeep } from './asked.ts'
import { Attempt } from './attempt.ts'
import { careless, isDoneWithout, isSpokenOf } from './careless.ts'
import type { Ask, Flaw, Trial } from './contract.ts'
import { flawsOf, notesOf } from './flaws.ts'
import { prove } from './index.ts'
import { openToAsked } from './opened.ts'
import { hollowed } from './vandals.ts'

const exerciseOf = (home: string) => loadPack(home, 'tiny').exercises[0]!

/** What proving the tiny pack finds, changed so: `checks.feature:4:3 criterion x: message`. */
async function found(changes: Changes, ask: Ask = {}) {
  const home = tinyPack(changes)
  const { flaws, notes } = await prove(exerciseOf(home), ask)
  const texts = (all: readonly Flaw[]) =>
    all.map(({ place, about, message }) => `${placeText(place!).replace(`${home}/one/`, '')} ${about}: ${message}`)
  return { flaws: texts(flaws), notes: texts(notes) }
}

test('nothing is wrong with the pack that the mistakes are planted in', async () => {
  expect((await found({}, { quick: true })).flaws).toEqual([])
}, 300_000)

test('a set-up that cannot be done', async () => {
  const setup = swap('And 5 minutes pass', 'And Service "shop/wbe" exists within 1 second')
  const { flaws } = await found({ 'one/setup.feature': setup })
  expect(flaws).toHaveLength(1)
  expect(flaws[0]).toMatch(/^setup\.feature:27:9 setup\.feature: the set-up cannot be done: Service "shop\/wbe" exists/)
}, 300_000)

/** Grades that look at too little, a task that asks for more, and solutions that are none. */
const CHECKS = `Feature: Checks
  @criterion:answers
  Scenario: At this moment
    Then Service "shop/web" has at least 1 ready endpoint within 1 minute

  @criterion:kept
  Scenario: A Deployment
    Then Deployment "shop/web" exists

  @criterion:quota
  Scenario: A quota
    Then ResourceQuota "shop/team" exists
`
const byHand = (spec: string) => `kubectl apply -f - <<EOF
apiVersion: v1
kind: Pod
metadata: {name: hand, namespace: shop, labels: {tier: front}}
spec: {${spec} tolerations: [{operator: Exists}], containers: [{name: web, image: "nginx:1.27"}]}
EOF
kubectl wait --for=condition=Ready pod/hand -n shop
`

test('what the author did not think of', async () => {
  const attempt = await Attempt.begin(exerciseOf(tinyPack()))
  const pod = attempt.world.client.list('Pod', { namespace: 'shop' })[0]!.metadata.name
  await attempt.close()
  const { flaws, notes } = await found({
    'one/setup.feature': swap('app: webb', 'tier: front'),
    'one/checks.feature': CHECKS,
    'one/task.md': (text) => `${text}It should survive a reboot.\n`,
    'one/hints.md': swap(
      '`kubectl describe service web -n shop`',
      '`kubectl describe service wbe` or `kubectl describe service web`',
    ),
    // Another seed, another name.
    'one/solutions/patch.sh': `kubectl get pod ${pod} -n shop && kubectl set selector service web app=web -n shop\n`,
    'one/solutions/set-selector.sh': byHand('restartPolicy: Never,'),
    'one/solutions/tier.sh': 'kubectl label pods -n shop -l app=web tier=front\n',
    'one/solutions/typo.sh': 'kubectl set selector service web app=wob -n shop\n',
    'one/wrong/other-label.sh': 'kubectl scale deployment web -n shop --replicas 1\n',
    'one/wrong/recreated.sh': byHand('activeDeadlineSeconds: 600,'),
  })
  const none = 'is failed by none of the wrong solutions: add a near miss that does, or see whether it grades anything'
  const cheated = 'solutions/patch.sh: can be cheated: still full marks when'
  const chance = 'it misses answers, kept, quota, with seed 1 nothing'
  expect(flaws.map((flaw) => flaw.replace(/^(\S+) \1: /, '$1: ').replace(/;.*| \(.*/, ''))).toEqual([
    'checks.feature:3:3 criterion answers: is earned by wrong/recreated.sh and lost 30 minutes later',
    'solutions/typo.sh: earns 0 of 10: answers: Service "web" has 0 ready endpoints, not at least 1',
    'wrong/quota-raised.sh: earns full marks: add a criterion that it misses, or move it to solutions/',
    'wrong/recreated.sh: earns full marks: add a criterion that it misses, or move it to solutions/',
    `checks.feature:7:3 criterion kept: ${none}`,
    `checks.feature:11:3 criterion quota: ${none}`,
    'wrong/other-label.sh: changes nothing, so it is no near miss',
    'checks.feature:3:3 checks.feature: can be cheated: full marks without a repair when Service "shop/web" is replaced by one that leads to Deployment "shop/web"',
    `${cheated} ResourceQuota "shop/team" is deleted and made anew`,
    `${cheated} ResourceQuota "shop/team" holds nothing back any more`,
    `${cheated} Service "shop/web" is deleted and made anew`,
    'solutions/tier.sh: does not last: answers is missed once the Pods of its workloads are deleted and others have come',
    'solutions/set-selector.sh: does not survive a reboot of every node: it misses answers, kept, quota, though the exercise speaks of one',
    `solutions/patch.sh: is graded by chance: with seed 2 ${chance}`,
    `solutions/patch.sh: is graded by chance: with seed 3, begun 40 minutes later ${chance}`,
  ])
  expect(notes.filter((note) => note.includes('does not work'))).toEqual([
    'hints.md:5 hints.md:5: "kubectl describe service wbe" does not work: Error from server (NotFound): services "wbe" not found',
  ])
}, 300_000)

test('a set-up by chance, that heals by itself', async () => {
  const slow = swap(
    'containers: [{name: web, ',
    'containers: [{name: web, readinessProbe: {exec: {command: ["true"]}, initialDelaySeconds: 1500}, ',
  )
  const checks = CHECKS.replace(
    /Service .* ready endpoint within 1 minute/,
    'Deployment "shop/web" is Available within 1 second',
  )
  const only = {
    'one/checks.feature': checks,
    'one/solutions/set-selector.sh': undefined,
    'one/wrong/recreated.sh': undefined,
    'one/wrong/quota-raised.sh': undefined,
  }
  const attempt = await Attempt.begin(exerciseOf(tinyPack({ ...only, 'one/setup.feature': slow })))
  const pod = attempt.world.client.list('Pod', { namespace: 'shop' })[0]!.metadata.name
  await attempt.close()
  const byName = (text: string) => `${slow(text)}    Then Pod "shop/${pod}" exists within 1 second\n`
  const { flaws } = await found({ ...only, 'one/setup.feature': byName })
  expect(flaws).toContainEqual(
    expect.stringMatching(/untouched: earns 10 of 10 3 hours later: what the set-up breaks heals/),
  )
  expect(flaws).toContainEqual(
    expect.stringMatching(/^setup\.feature:29:\d+ .*cannot be done with seed 2, which names and places things/),
  )
}, 300_000)

describe('what the grades of all scripts say', () => {
  const exercise = () => exerciseOf(tinyPack())
  const trial = (name: string, kind: Trial['kind'], script: string, ...missed: readonly string[]): Trial => {
    const criteria = exercise().criteria.map((each) => ({
      ...each,
      awarded: 0,
      outcome: missed.includes(each.id) ? ('failed' as const) : ('passed' as const),
      ...(missed.includes(each.id) && { saw: 'nothing\nat all' }),
    }))
    const score = criteria.reduce((sum, { outcome, points }) => sum + (outcome === 'passed' ? points : 0), 0)
    const grade = { exercise: 'one', score, max: 10, hintCost: 0, criteria }
    return { name, kind, script, output: '', exitCode: 0, requests: script, changes: true, grade }
  }
  const good = [
    trial('untouched', 'untouched', '', 'answers', 'kept', 'quota'),
    trial('solutions/a.sh', 'right', 'a'),
    trial('solutions/b.sh', 'right', 'b'),
    trial('wrong/c.sh', 'wrong', 'c', 'answers'),
    trial('wrong/d.sh', 'wrong', 'd', 'kept'),
    trial('wrong/e.sh', 'wrong', 'e', 'quota'),
  ]
  const REMEDY = 'let the set-up break it, or let it count only with the outcome (needs: [its id])'
  test.each<[string, readonly Trial[], string?]>([
    ['all is well', good],
    [
      'nothing is broken',
      [trial('untouched', 'untouched', ''), ...good.slice(1)],
      'untouched: earns full marks before anything is done: the set-up breaks nothing that the checks look at',
    ],
    [
      'doing nothing earns something',
      [trial('untouched', 'untouched', '', 'answers'), ...good.slice(1)],
      `untouched: earns 4 of 10 before anything is done: kept, quota; ${REMEDY}`,
    ],
    [
      'a right solution that is none',
      [...good.slice(0, 2), trial('solutions/b.sh', 'right', 'b', 'kept'), ...good.slice(3)],
      'solutions/b.sh: earns 8 of 10: kept: nothing',
    ],
    [
      'a near miss that is none',
      [...good, trial('wrong/f.sh', 'wrong', 'f')],
      'wrong/f.sh: earns full marks: add a criterion that it misses, or move it to solutions/',
    ],
    [
      'a criterion that nobody fails',
      [...good.slice(0, 5), trial('wrong/e.sh', 'wrong', 'e', 'kept')],
      'criterion quota: is failed by none of the wrong solutions: add a near miss that does, or see whether it grades anything',
    ],
    [
      'a copy',
      [...good, trial('wrong/f.sh', 'wrong', '# another\nc', 'quota')],
      'wrong/f.sh: is the same as wrong/c.sh: try something else in it',
    ],
    [
      'a near miss that does nothing',
      [
        ...good,
        { ...trial('wrong/f.sh', 'wrong', 'f', 'answers'), changes: false, output: 'hm\nError: no such thing\n' },
      ],
      'wrong/f.sh: changes nothing, so it is no near miss: Error: no such thing',
    ],
    ['too few', good.filter(({ name }) => name !== 'solutions/b.sh'), 'solutions/: has 1 script, not at least 2'],
  ])('%s', (_, trials, expected) => {
    const texts = flawsOf(exercise(), trials).map(({ about, message }) => `${about}: ${message}`)
    expect(texts).toEqual(expected === undefined ? [] : [expected])
  })

  test('criteria that go together', () => {
    const message =
      'is earned and missed together with kept by every script: make them one, or add a near miss that earns only one of them'
    const trials = [...good.slice(0, 4), trial('d', 'wrong', 'd', 'kept', 'quota'), trial('e', 'wrong', 'e', 'answers')]
    const { criteria, ...rest } = exercise()
    const free = { ...rest, criteria: criteria.map(({ needs: _, ...criterion }) => criterion) }
    const expected = [{ exercise: 'one', about: 'criterion quota', message }]
    expect([flawsOf(exercise(), trials), notesOf(exercise(), trials)]).toEqual([[], expected])
    expect([flawsOf(free, trials), notesOf(free, trials)]).toEqual([expected, []])
  })
})

test('who may be made administrator, what may be left out, emptied, suspended', () => {
  const step = (text: string, cells: readonly string[] = []) => ({ text, cells, type: 'Outcome' }) as never
  const steps = [
    step('user "jane" can list "pods" in namespace "shop"'),
    step('user "joe" cannot list "pods" in namespace "shop"'),
    step('these permissions hold:', [
      ...['who', 'verb', 'resource', 'namespace', 'allowed'],
      ...['service account "shop/robot"', 'get', 'pods', '', 'yes'],
      ...['user "eve"', 'get', 'pods', '', 'no'],
    ]),
  ]
  expect(openToAsked([{ steps } as never]).map(({ deed }) => deed)).toEqual([
    'user "jane", service account "shop/robot" becomes cluster-admin',
  ])
  const named = (kind: string, more: object = {}) =>
    ({ kind, metadata: { name: 'x', namespace: 'shop' }, ...more }) as never
  const template = { spec: { containers: [{ name: 'web', livenessProbe: { exec: {} }, resources: {} }] } }
  const [careful, bare] = [
    named('Deployment', { spec: { template } }),
    named('Deployment', { spec: { template: { spec: { containers: [{ name: 'web' }] } } } }),
  ]
  const [deed, ...more] = careless([careful, bare])
  expect([deed!.deed, deed!.objects, more]).toEqual(['probes are taken out', [careful], []])
  expect([isSpokenOf(deed!, 'Correct the liveness probe.'), isSpokenOf(deed!, 'Repair it.')]).toEqual([true, false])
  expect([isDoneWithout(deed!, () => bare), isDoneWithout(deed!, () => careful)]).toEqual([true, false])
  const limited = (limits: object) =>
    named('Deployment', { spec: { template: { spec: { containers: [{ resources: { limits } }] } } } })
  const [unlimited] = careless([limited({ memory: '1Gi', cpu: 1 })])
  const right = [{ cpu: 2 }, { cpu: 2, memory: '2Gi' }].map(limited)
  expect(right.map((object) => isDoneWithout(unlimited!, () => object))).toEqual([true, false])
  expect(hollowed([named('ConfigMap'), named('Role'), named('CronJob')]).map((each) => each.deed)).toEqual([
    'ConfigMap "shop/x" is deleted',
    'ConfigMap "shop/x" is emptied',
    'Role "shop/x" is deleted',
    'Role "shop/x" holds nothing back any more',
    'CronJob "shop/x" is deleted',
    'CronJob "shop/x" is suspended and its Jobs are deleted',
  ])
  const services = [{ type: 'ExternalName' }, { selector: { app: 'x' } }, {}].map((spec) => named('Service', { spec }))
  const emptied = services.map((service) => hollowed([service]).some(({ what }) => what === 'emptied'))
  expect(emptied).toEqual([true, true, false])
})

test.each([
  ['Repair it. Keep the Service and the Deployment.', true],
  ['Repair it, and keep the Service and the ResourceQuota `team`.', true],
  ['Repair it, and keep the ResourceQuota `team`.', false],
  ['Keep the Deployment. Repair the Service `web`.', false],
  ['No Pod of `web` may stay there.', false],
  ['Leave `web` as it is.', true],
  ['Whoever is in the same namespace may try `web`.', false],
  ['The Services `api` and `web` must not be replaced.', true],
  ['Repair it; the Service `api` stays as it is.', false],
  ['The Service has to answer.', false],
  ['The Service keeps its name.', false],
])('%s', (task, expected) => {
  const object = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'web', namespace: 'shop' } } as const
  expect(asksToKeep(task, object as never)).toBe(expected)
})
