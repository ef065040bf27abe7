import { mkdirSync, symlinkSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parse, stringify } from 'yaml'
import { lint } from './lint/index.ts'
import { type BrokenPack, loadPacks, PackError } from './pack.ts'
import { problemText } from './pack-error.ts'
import { type Changes, TINY_PACK, tinyPack } from './testing/tiny-pack.ts'

/** What lint says; whatever is in a pack, it says it with a place in the pack, in one line, and does not throw. */
async function said(changes: Changes, prepare: (home: string) => void = () => undefined): Promise<readonly string[]> {
  const home = tinyPack(changes)
  prepare(home)
  const problems = await lint(home)
  for (const { file, message } of problems) {
    expect(file.startsWith(home), file).toBe(true)
    expect(message).not.toMatch(/\n\s+at |undefined|\[object|node_modules|is not a function|Cannot read/)
  }
  try {
    loadPacks(home)
  } catch (error) {
    expect(error).toBeInstanceOf(PackError)
  }
  return problems.map((problem) => problemText(problem).replaceAll(`${home}/`, ''))
}

/** A document with something else in one place. */
function withValue(document: unknown, path: readonly number[], value: unknown): unknown {
  const [first, ...rest] = path
  if (typeof document !== 'object' || document === null || first === undefined) return value
  const keys = Object.keys(document)
  const key = keys[first % Math.max(1, keys.length)] ?? 'extra'
  const inner = withValue((document as Record<string, unknown>)[key], rest, value)
  if (Array.isArray(document)) return document.map((each, index) => (String(index) === key ? inner : each))
  return { ...document, [key]: inner }
}

const anything = fc.oneof(
  fc.jsonValue(),
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    '__proto__',
    'constructor',
    '\u001b[2J',
    '../../etc/passwd',
    'file:///etc/passwd',
    '9'.repeat(400),
    '{{ x }}',
    '$(id)',
    1e300,
    -1,
    0.5,
    null,
  ),
)

test('any value in any place of the YAML files', async () => {
  const name = fc.constantFrom('pack.yaml', 'one/exercise.yaml')
  await fc.assert(
    fc.asyncProperty(name, fc.array(fc.nat(12), { maxLength: 4 }), anything, async (file, path, value) => {
      await said({ [file]: (text) => stringify(withValue(parse(text), path, value)) })
    }),
    { numRuns: 80 },
  )
}, 120_000)

test('any text in place of any file, and in the middle of it', async () => {
  const name = fc.constantFrom(...Object.keys(TINY_PACK))
  const pieces = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc
      .array(
        fc.constantFrom(
          '"""',
          '|',
          ' ',
          '\n',
          '  ',
          '@criterion:',
          'Scenario:',
          'Examples:',
          '## (1 point)',
          '- ',
          '? ',
          ': ',
          '&a ',
          '*a',
          '!!js/function ',
          '<<: ',
          '$((',
          '<<EOF',
          '"',
          "'",
        ),
        { maxLength: 30 },
      )
      .map((all) => all.join('')),
  )
  await fc.assert(
    fc.asyncProperty(name, fc.nat(), pieces, fc.boolean(), async (file, at, piece, whole) => {
      await said({
        [file]: (text) => (whole ? piece : text.slice(0, at % text.length) + piece + text.slice(at % text.length)),
      })
    }),
    { numRuns: 120 },
  )
}, 120_000)

const many = (count: number, text: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => text(index)).join('')

test.each<[string, Changes, string, ((home: string) => void)?]>([
  [
    'a gigantic file',
    {},
    'pack.yaml: has 104857600 bytes: a file of a pack has at most 262144',
    (home) => truncateSync(join(home, 'pack.yaml'), 100 * 1024 * 1024),
  ],
  [
    'a file that is a link',
    { 'one/task.md': undefined },
    'one/task.md: is a link: a pack holds its own files only',
    (home) => symlinkSync('/etc/passwd', join(home, 'one/task.md')),
  ],
  [
    'a script that is a link',
    {},
    'one/wrong/x.sh: is a link: a pack holds its own files only',
    (home) => symlinkSync('/etc/passwd', join(home, 'one/wrong/x.sh')),
  ],
  [
    'a directory that is a link',
    {},
    'two: is a link: a pack holds its own directories only',
    (home) => symlinkSync('/etc', join(home, 'two')),
  ],
  [
    'solutions that are a link',
    { 'one/solutions/patch.sh': undefined, 'one/solutions/set-selector.sh': undefined },
    'one/solutions: is a link: a pack holds its own directories only',
    (home) => symlinkSync('/etc', join(home, 'one/solutions')),
  ],
  [
    'what is no file',
    { 'one/task.md': undefined },
    'one/task.md: is not a plain file',
    (home) => mkdirSync(join(home, 'one/task.md')),
  ],
  [
    'aliases that multiply',
    {
      'pack.yaml': `a: &a [x,x,x,x,x,x,x,x,x]\n${many(9, (index) => `b${index}: &b${index} [${many(9, () => `*${index === 0 ? 'a' : `b${index - 1}`},`)}]\n`)}`,
    },
    'pack.yaml:1:1: cannot be read as YAML: Excessive alias count',
  ],
  ['what contains itself', { 'one/exercise.yaml': 'id: &a [*a]\n' }, 'one/exercise.yaml:1:'],
  ['brackets in brackets', { 'pack.yaml': '['.repeat(100_000) }, 'pack.yaml:1:1: is nested deeper than 64 levels'],
  ['dashes in dashes', { 'pack.yaml': '- '.repeat(100_000) }, 'pack.yaml:1:1: is nested deeper than 64 levels'],
  [
    'manifests in brackets',
    { 'one/setup.feature': (text) => text.replace('kind: ResourceQuota', `kind: ${'['.repeat(90_000)}`) },
    'one/setup.feature:',
  ],
  [
    'exercises without end',
    {},
    'has 251 entries: at most 200 are read',
    (home) => {
      for (let index = 0; index < 249; index++) mkdirSync(join(home, `e${index}`))
    },
  ],
  [
    'scenarios without end',
    {
      'one/checks.feature': (text) =>
        text + many(200, (index) => `\n  @criterion:kept\n  Scenario: ${index}\n    Then Service "shop/web" exists\n`),
    },
    'one/checks.feature:1:1: has 203 scenarios',
  ],
  [
    'an outline that multiplies',
    {
      'one/checks.feature': (text) =>
        `${text}\n  @criterion:kept\n  Scenario Outline: x\n    Then Service "<a>" exists\n    Examples:\n      | a |\n${many(9000, () => '      | a |\n')}`,
    },
    'one/checks.feature:1:1: has 9003 scenarios',
  ],
  [
    'a step without end',
    { 'one/checks.feature': (text) => text.replace('"shop/team"', `"${'a/'.repeat(60_000)}"`) },
    'one/checks.feature:16:10: no step of the vocabulary says',
  ],
  [
    'years in a step',
    { 'one/checks.feature': (text) => text.replace('30 minutes', '90000 hours') },
    'one/checks.feature:3:3: the scenario may let 3750 days pass',
  ],
  [
    'nodes without end',
    { 'pack.yaml': (text) => text + many(60, (index) => `    - { name: w-${index}, role: worker }\n`) },
    'pack.yaml:6:',
  ],
  [
    'Pods without end',
    {
      'one/setup.feature': (text) =>
        text.replace('        selector: {match', '        replicas: 1e9\n        selector: {match'),
    },
    'one/setup.feature:4:9: asks for 1e9 Pods: at most 1000',
  ],
  [
    'a node that has everything',
    { 'pack.yaml': (text) => text.replace('role: control-plane', 'role: control-plane, cpu: 1e400') },
    'pack.yaml:6:',
  ],
])(
  '%s',
  async (_, changes, expected, prepare) => {
    expect((await said(changes, prepare)).join('\n')).toContain(expected)
  },
  60_000,
)

test('one pack that cannot be used does not keep the others from being used', () => {
  const packs = (name: string) =>
    Object.fromEntries(Object.entries(TINY_PACK).map(([file, text]) => [`${name}/${file}`, text]))
  const nothing = Object.fromEntries(Object.keys(TINY_PACK).map((file) => [file, undefined]))
  const root = tinyPack({
    ...nothing,
    ...packs('a'),
    ...packs('b'),
    'b/one/task.md': undefined,
    ...packs('c'),
    'c/pack.yaml': 'title: 5\n',
  })
  const broken: BrokenPack[] = []
  expect(loadPacks(root, (each) => void broken.push(each)).map(({ id }) => id)).toEqual(['a'])
  expect(broken.map(({ message, ids }) => [message.replaceAll(`${root}/`, ''), ids])).toEqual([
    ['b/one/task.md: the file is missing', ['one']],
    ["c/pack.yaml:1:1: the file must have required property 'exam' (and 3 more: kubedrill pack lint shows them)", []],
  ])
  expect(() => loadPacks(root)).toThrow(PackError)
  expect(() => loadPacks(join(root, 'b'), () => undefined)).toThrow('task.md: the file is missing')
})
