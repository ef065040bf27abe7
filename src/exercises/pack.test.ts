import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import type { KubernetesObject } from '../api/types.ts'
import { World } from '../gherkin/world.ts'
import { loadFeature } from './feature.ts'
import { grade, loadChecks } from './grade.ts'
import { loadPack, loadPacks, PackError } from './pack.ts'

/** A small pack that is right; each test breaks it in one place. */
const PACK = {
  'pack.yaml': `title: A pack
exam: CKA
curriculum: v1.35
topology:
  nodes:
    - name: cp-1
      role: control-plane
`,
  'one/exercise.yaml': `id: one
title: One
domain: Troubleshooting
competency: Something
weight: 5
minutes: 5
difficulty: easy
criteria:
  - id: there
    title: It is there
    points: 2
    why: Because.
  - id: kept
    title: It stays
    points: 1
    why: Because.
    needs: [there]
`,
  'one/task.md': '# Do it\n',
  'one/debrief.md': 'Done.\n',
  'one/hints.md': '# Hints\n\n## Look (1 point)\n\na\n\n## Closer (2 points)\n\nb\n\n## It (3 points)\n\nc\n',
  'one/setup.feature': 'Feature: Set-up\n  Scenario: Begin\n    Given namespace "shop"\n',
  'one/checks.feature': `Feature: Checks
  @criterion:there
  Scenario: It is there
    Then ConfigMap "made" exists within 5 seconds

  @criterion:kept
  Scenario: It stays
    When 30 minutes pass
    Then Namespace "shop" exists
`,
}
type File = keyof typeof PACK

const homes: string[] = []
afterEach(() => {
  for (const home of homes.splice(0)) rmSync(home, { recursive: true })
})

/** Writes the pack, some files of it changed (or, undefined, left out). */
function packWith(changes: Partial<Record<File, ((text: string) => string) | undefined>>): string {
  const home = mkdtempSync(join(tmpdir(), 'pack-'))
  homes.push(home)
  for (const [name, text] of Object.entries(PACK) as [File, string][]) {
    if (name in changes && changes[name] === undefined) continue
    const changed = changes[name]?.(text) ?? text
    if (name in changes) expect(changed, 'the test changes nothing').not.toBe(text)
    mkdirSync(dirname(join(home, 'p', name)), { recursive: true })
    writeFileSync(join(home, 'p', name), changed)
  }
  return home
}

function refusal(run: () => unknown): string {
  try {
    run()
  } catch (error) {
    expect(error).toBeInstanceOf(PackError)
    return (error as Error).message.replace(/^.*?\/p(?=[/:])/, 'p').replace(/^(\S+:\d+):\d+:/, '$1:')
  }
  throw new Error('nothing was refused')
}

/** All that is read of a pack before anybody works on it. */
function read(home: string): void {
  for (const pack of loadPacks(home))
    for (const exercise of pack.exercises) {
      loadFeature(exercise.setup)
      loadChecks(exercise)
    }
}

const swap = (from: string, to: string) => (text: string) => text.replace(from, to)

test('a pack that is right', () => {
  const home = packWith({})
  read(home)
  const [pack] = loadPacks(home)
  expect(pack).toMatchObject({ id: 'p', title: 'A pack', exam: 'CKA', curriculum: 'v1.35' })
  expect(pack!.exercises[0]!.hints).toEqual([
    { cost: 1, text: 'a' },
    { cost: 2, text: 'b' },
    { cost: 3, text: 'c' },
  ])
  expect(loadPacks(join(home, 'p'))).toEqual([pack])
})

test('hidden directories are no packs and no exercises', () => {
  const home = packWith({})
  mkdirSync(join(home, '.git'))
  mkdirSync(join(home, 'p', '.cache'))
  expect(loadPacks(home)[0]!.exercises).toHaveLength(1)
})

describe('what is wrong is said with file, line and field', () => {
  test.each<[File, undefined | ((text: string) => string), string]>([
    ['pack.yaml', undefined, 'p/pack.yaml: the file is missing'],
    ['pack.yaml', () => '', 'p/pack.yaml:1: the file must be object'],
    ['pack.yaml', swap('title: A pack', 'title: 5'), 'p/pack.yaml:1: title must be string'],
    [
      'pack.yaml',
      swap('exam: CKA', 'exam: CKX'),
      'p/pack.yaml:2: exam must be equal to one of the allowed values: CKA, CKAD, CKS',
    ],
    [
      'pack.yaml',
      swap('exam: CKA', 'exam: CKA\nexan: x'),
      'p/pack.yaml:3: the file must NOT have additional properties: exan',
    ],
    ['pack.yaml', swap('exam: CKA\n', ''), "p/pack.yaml:1: the file must have required property 'exam'"],
    ['pack.yaml', swap('title: A pack', 'title: [a'), 'p/pack.yaml:2: Flow sequence in block collection'],
    ['pack.yaml', swap('exam: CKA', 'exam: CKA\nexam: CKA'), 'p/pack.yaml:3: Map keys must be unique'],
    [
      'pack.yaml',
      swap('role: control-plane', 'role: boss'),
      'p/pack.yaml:7: topology.nodes.0.role must be equal to one of the allowed values: control-plane, worker',
    ],
    [
      'pack.yaml',
      swap('role: control-plane', 'role: worker'),
      'p/pack.yaml:6: topology.nodes must have at least one node with role control-plane',
    ],
    [
      'pack.yaml',
      (text) => `${text}      cpus: 4\n`,
      'p/pack.yaml:8: topology.nodes.0 must NOT have additional properties: cpus',
    ],
    [
      'pack.yaml',
      (text) => `${text}    - name: cp-1\n      role: worker\n`,
      'p/pack.yaml:8: topology.nodes.1.name "cp-1" is used twice',
    ],
    ['one/exercise.yaml', undefined, 'p/one/exercise.yaml: the file is missing'],
    ['one/exercise.yaml', swap('weight: 5', 'weight: heavy'), 'p/one/exercise.yaml:5: weight must be integer'],
    ['one/exercise.yaml', swap('id: one', 'id: One!'), 'p/one/exercise.yaml:1: id must match pattern'],
    [
      'one/exercise.yaml',
      swap('difficulty: easy', 'difficulty: easy\nextra: 1'),
      'p/one/exercise.yaml:8: the file must NOT have additional properties: extra',
    ],
    [
      'one/exercise.yaml',
      swap('    points: 2\n', ''),
      "p/one/exercise.yaml:9: criteria.0 must have required property 'points'",
    ],
    ['one/exercise.yaml', swap('points: 2', 'points: 0'), 'p/one/exercise.yaml:11: criteria.0.points must be >= 1'],
    [
      'one/exercise.yaml',
      swap('points: 2', 'points: two'),
      'p/one/exercise.yaml:11: criteria.0.points must be integer',
    ],
    ['one/exercise.yaml', swap('id: kept', 'id: there'), 'p/one/exercise.yaml:13: criteria.1.id "there" is used twice'],
    [
      'one/exercise.yaml',
      swap('needs: [there]', 'needs: [where]'),
      'p/one/exercise.yaml:17: criteria.1.needs: "where" is not a criterion of this exercise',
    ],
    [
      'one/exercise.yaml',
      swap('needs: [there]', 'needs: [kept]'),
      'p/one/exercise.yaml:17: criteria.1.needs: "kept" does not stand above this one',
    ],
    [
      'one/exercise.yaml',
      swap('points: 2', 'points: 2\n    needs: [kept]'),
      'p/one/exercise.yaml:12: criteria.0.needs: "kept" does not stand above this one',
    ],
    [
      'one/exercise.yaml',
      swap('criteria:', 'topology: {nodes: []}\ncriteria:'),
      'p/one/exercise.yaml:8: topology.nodes must NOT have fewer than 1 items',
    ],
    ['one/task.md', undefined, 'p/one/task.md: the file is missing'],
    ['one/debrief.md', undefined, 'p/one/debrief.md: the file is missing'],
    ['one/hints.md', undefined, 'p/one/hints.md: the file is missing'],
    [
      'one/hints.md',
      swap('## Closer (2 points)', '## Closer'),
      'p/one/hints.md:7: a hint\'s heading ends with its cost, "(1 point)"',
    ],
    ['one/hints.md', swap('# Hints', 'Hints'), 'p/one/hints.md:1: a hint starts with a heading'],
    ['one/hints.md', swap('## It (3 points)', 'more'), 'p/one/hints.md: three hints are expected, there are 2'],
    ['one/setup.feature', undefined, 'p/one/setup.feature: the file is missing'],
    ['one/checks.feature', undefined, 'p/one/checks.feature: the file is missing'],
    ['one/setup.feature', (text) => `${text}    Gibt es\n`, 'p/one/setup.feature:4: expected: '],
    [
      'one/setup.feature',
      swap('namespace "shop"', 'a nice day'),
      'p/one/setup.feature:3: no step of the vocabulary says "a nice day"',
    ],
    [
      'one/checks.feature',
      swap('@criterion:kept', '@criterion:keept'),
      'p/one/checks.feature:7: @criterion:keept: exercise.yaml has no criterion "keept"',
    ],
    [
      'one/checks.feature',
      swap('  @criterion:kept\n', ''),
      'p/one/checks.feature:6: the scenario "It stays" has no tag @criterion:<id>',
    ],
    [
      'one/checks.feature',
      swap('@criterion:kept', '@criterion:there'),
      'p/one/checks.feature:1: no scenario is tagged @criterion:kept',
    ],
    ['one/checks.feature', () => '', 'p/one/checks.feature:1: has no scenario with steps'],
    [
      'one/checks.feature',
      swap('exists within 5 seconds', 'exists within 5 parsecs'),
      'p/one/checks.feature:4: no step of the vocabulary says',
    ],
    [
      'one/checks.feature',
      (text) =>
        text.replace('  @criterion:kept', '  Rule: Later\n  @criterion:kept').replace('minutes pass', 'minutes fly'),
      'p/one/checks.feature:9: no step of the vocabulary says "30 minutes fly"',
    ],
  ])('%s %#', (file, change, says) => {
    const home = packWith({ [file]: change })
    expect(refusal(() => read(home)).slice(0, says.length)).toBe(says)
  })

  test('two exercises of one id, no exercises, no directory', () => {
    const home = packWith({})
    mkdirSync(join(home, 'p', 'two'))
    for (const [name, text] of Object.entries(PACK))
      if (name.startsWith('one/')) writeFileSync(join(home, 'p', 'two', name.slice(4)), text)
    expect(refusal(() => loadPacks(home))).toBe(
      'p/two/exercise.yaml:1: id "one" is used by one too: give this one another',
    )
    rmSync(join(home, 'p', 'one'), { recursive: true })
    rmSync(join(home, 'p', 'two'), { recursive: true })
    expect(refusal(() => loadPacks(home))).toBe('p: the pack has no exercises')
    expect(refusal(() => loadPacks(join(home, 'p', 'nowhere')))).toBe('p/nowhere: there is no such directory')
    expect(refusal(() => loadPacks(join(home, 'p', 'pack.yaml')))).toBe('p/pack.yaml: not a directory that can be read')
  })
})

describe('grading', () => {
  const made = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'made', namespace: 'default' } } as const

  test('what needs another waits for it; hints are taken off, never below nothing', async () => {
    const exercise = loadPack(join(packWith({}), 'p'), 'p').exercises[0]!
    const { criteria, score, max } = await grade(exercise, async () => worldWith([]), 2)
    expect(criteria.map(({ id, outcome, awarded }) => [id, outcome, awarded])).toEqual([
      ['there', 'failed', 0],
      ['kept', 'waits', 0],
    ])
    expect(criteria[0]).toMatchObject({
      expected: 'ConfigMap "made" exists within 5 seconds',
      saw: expect.stringMatching(/ConfigMap "made"/),
    })
    expect([score, max]).toEqual([0, 3])
  })

  test.each([
    ['only looked at: the fork serves the next one, too', {}, 1],
    [
      'time passed: the next one has a fork of its own',
      { 'one/checks.feature': (text: string) => text.replace('Then Config', 'When 1 minute passes\n    Then Config') },
      2,
    ],
    [
      'something was sent: the next one has a fork of its own',
      {
        'one/checks.feature': (text: string) => text.replace('Then Config', 'Given namespace "other"\n    Then Config'),
      },
      2,
    ],
  ])('every criterion that holds earns its points; %s', async (_, changes, forked) => {
    const exercise = loadPack(join(packWith(changes), 'p'), 'p').exercises[0]!
    const forks: World[] = []
    const fork = async () => {
      forks.push(worldWith([made, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } }]))
      return forks.at(-1)!
    }
    expect(await grade(exercise, fork, 1)).toMatchObject({ score: 2, max: 3, hintCost: 1 })
    expect(forks).toHaveLength(forked)
  })
})

function worldWith(objects: readonly object[]): World {
  const world = new World()
  for (const object of objects) world.cluster.client().create(object as KubernetesObject)
  return world
}
