import { expect, test } from 'vitest'
import { lint } from './lint/index.ts'
import { loadPack } from './pack.ts'
import { problemText } from './pack-error.ts'
import { Attempt } from './prove/attempt.ts'
import { prove } from './prove/index.ts'
import { skeletonExercise } from './skeleton.ts'
import { starterExercise, starterPack } from './starter.ts'
import { TEMPLATES } from './templates.ts'
import { TINY_PACK, tinyPack } from './testing/tiny-pack.ts'

const nothing = Object.fromEntries(Object.keys(TINY_PACK).map((name) => [name, undefined]))
const starter = (changes: Readonly<Record<string, (text: string) => string>> = {}) =>
  tinyPack({
    ...nothing,
    'pack.yaml': starterPack('My pack'),
    ...Object.fromEntries(
      Object.entries(starterExercise('first')).map(([name, text]) => [`first/${name}`, changes[name]?.(text) ?? text]),
    ),
  })

test('what `kubedrill pack new` writes is right in every respect', async () => {
  expect((await lint(starter())).map(problemText)).toEqual([])
})

test('an exercise to be written can be begun; lint names every gap, and prove waits for it', async () => {
  const files = Object.entries(skeletonExercise('wrong-port', 'CKA')).map(([name, text]) => [`one/${name}`, text])
  const scripts = Object.fromEntries(
    Object.keys(TINY_PACK).flatMap((name) => (name.endsWith('.sh') ? [[name, undefined]] : [])),
  )
  const home = tinyPack({ ...scripts, ...Object.fromEntries(files) })
  const problems = await lint(home)
  const gaps = problems.map((problem) => problemText(problem).replace(`${home}/one/`, ''))
  expect(gaps).toContain(
    'checks.feature:5:13: is still to be filled in: what has to hold, and still does half an hour later',
  )
  expect(gaps).toContain('wrong/half.sh:2:3: is still to be filled in: a near miss: only half of it')
  expect(gaps.filter((text) => !text.includes(': is still to be filled in: '))).toEqual([])
  expect(gaps).toHaveLength(files.flatMap(([, text]) => text!.split('FILL IN: ').slice(1)).length)
  const [exercise] = loadPack(home, 'tiny').exercises
  expect(exercise).toMatchObject({ id: 'wrong-port', title: 'Wrong port' })
  const { flaws, trials } = await prove(exercise!)
  expect(flaws.map(({ message }) => message)).toEqual([
    expect.stringMatching(/^is still to be filled in: .* \(and \d+ more\)$/),
  ])
  expect(trials).toEqual([])
})

/** What the templates speak of and the starter has not. */
const MORE = `    And namespace "other"
    And these manifests are applied:
      """yaml
      {apiVersion: v1, kind: ConfigMap, metadata: {name: settings, namespace: shop}}
      ---
      {apiVersion: v1, kind: Pod, metadata: {name: guest, namespace: other}, spec: {containers: [{name: c, image: "curlimages/curl:8.10.1", command: [sleep, infinity]}]}}
      ---
      apiVersion: rbac.authorization.k8s.io/v1
      kind: Role
      metadata: {name: looks, namespace: shop}
      rules: [{apiGroups: [""], resources: [pods], verbs: [list]}]
      ---
      apiVersion: rbac.authorization.k8s.io/v1
      kind: RoleBinding
      metadata: {name: looks, namespace: shop}
      roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: looks}
      subjects: [{kind: User, name: jane}]
      """
`

test('every template of a criterion works as it is copied', async () => {
  const known = /^ {2}- id: (kept)\n/
  const home = starter({
    'exercise.yaml': (text) =>
      text.replace('id: kept', 'id: same') +
      TEMPLATES.map(({ criterion }) => criterion.replace('OUTCOME', 'answers')).join(''),
    'setup.feature': (text) => text.replace('    And 15 minutes pass', `${MORE}    And 15 minutes pass`),
    'checks.feature': (text) =>
      `${text.replace('@criterion:kept', '@criterion:same')}\n${TEMPLATES.map(({ scenario }) => scenario).join('\n')}`,
  })
  expect(TEMPLATES.some(({ criterion }) => known.test(criterion))).toBe(true)
  expect((await lint(home)).filter(({ severity }) => severity === 'error').map(problemText)).toEqual([])
  const attempt = await Attempt.begin(loadPack(home, 'starter').exercises[0]!)
  try {
    const untouched = await attempt.grade()
    expect(untouched.score).toBe(0)
    await attempt.run(starterExercise('first')['solutions/patch.sh']!)
    const { criteria } = await attempt.grade()
    expect(criteria.filter(({ outcome }) => outcome !== 'passed')).toEqual([])
    expect(criteria).toHaveLength(2 + TEMPLATES.length)
  } finally {
    await attempt.close()
  }
}, 300_000)
