import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { describe, expect, test } from 'vitest'

/** What each room of src/ may import besides itself. The order is the order to read the code in. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  sim: [],
  api: [],
  cel: ['api'],
  etcd: ['api', 'sim'],
  apiserver: ['api', 'sim', 'etcd', 'cel'],
  client: ['api', 'sim'],
  network: ['api', 'sim'],
  cloud: ['api', 'sim', 'network'],
  scheduler: ['api', 'sim', 'client', 'cel'],
  'controller-manager': ['api', 'sim', 'client'],
  // Its controllers live by the loop that all controllers share.
  'cloud-controller-manager': ['api', 'sim', 'client', 'cloud', 'controller-manager'],
  node: ['api', 'sim', 'client', 'network', 'cloud'],
  addons: ['api', 'sim', 'client', 'network', 'cloud', 'node'],
  cluster: [
    ...['api', 'sim', 'etcd', 'apiserver', 'client', 'network', 'cloud', 'scheduler', 'controller-manager'],
    ...['cloud-controller-manager', 'node', 'addons'],
  ],
  server: ['cluster', 'client', 'api', 'sim'],
  // kubectl steps serve the scenario's cluster; expressions of features are CEL.
  gherkin: ['server', 'cluster', 'cel', 'client', 'api', 'sim'],
  // Exercises are set up and graded by features, and proven with kubectl.
  exercises: ['gherkin', 'server', 'cluster', 'client', 'api', 'sim'],
  cli: ['server', 'gherkin', 'exercises', 'cluster', 'client', 'api', 'sim'],
  // What users of the package import.
  'index.ts': ['server', 'gherkin', 'exercises', 'cluster', 'client', 'api', 'sim'],
  // What extensions of the core are written with.
  'extension.ts': [
    ...['cluster', 'node', 'scheduler', 'controller-manager', 'apiserver', 'network', 'client', 'api', 'sim'],
  ],
  'version.ts': [],
}

/** Rooms that touch the world outside. All others are pure and synchronous. */
const DOORS = new Set(['server', 'gherkin', 'exercises', 'cli', 'index.ts', 'version.ts'])

interface Import {
  readonly target: string
  /** Gone once the types are. */
  readonly typeOnly: boolean
}

interface Source {
  readonly file: string
  readonly room: string
  readonly imports: readonly Import[]
  /** Without comments and the insides of strings. */
  readonly code: string
}

function read(file: string, text: string): Source {
  const imports = [
    ...text.matchAll(/^(import|export)\b(?!\s*\()(\s+type\b)?(?:[^'"`;]*?\bfrom)?\s*['"]([^'"\n]+)['"]/gm),
  ]
  return {
    file,
    room: roomOf(file),
    imports: imports.map(([, , typeOnly, target]) => ({
      target: target!.startsWith('.') ? normalize(join(dirname(file), target!)) : target!,
      typeOnly: typeOnly !== undefined,
    })),
    code: codeOf(text),
  }
}

function roomOf(file: string): string {
  const [, first, second] = file.split('/')
  return first === 'control-plane' ? second! : first!
}

function codeOf(text: string): string {
  const literal =
    /\/\/[^\n]*|\/\*[\s\S]*?\*\/|'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|(?<=[=(,:[!&|?{};\n]\s*|return )\/(?![/*])(?:[^/\\\n[]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/g
  return text.replace(literal, (found) => (found.startsWith('/') ? ' ' : "''"))
}

/** Imports against the direction of the house. */
function misdirected(sources: readonly Source[]): string[] {
  return sources.flatMap(({ file, room, imports }) =>
    imports
      .filter(({ target }) => target.startsWith('src/'))
      .filter(({ target }) => roomOf(target) !== room && !MAY_IMPORT[room]?.includes(roomOf(target)))
      .filter(({ target }) => !(target === 'src/version.ts' && DOORS.has(room)))
      .map(({ target }) => `${file} -> ${target}`),
  )
}

/** Controllers that know of each other. */
function entangled(sources: readonly Source[]): string[] {
  const controllerOf = (file: string) => /^src\/control-plane\/controller-manager\/([^/]+)\//.exec(file)?.[1]
  return sources.flatMap(({ file, imports }) =>
    imports
      .filter(({ target }) => {
        const [own, other] = [controllerOf(file), controllerOf(target)]
        return own !== undefined && other !== undefined && own !== other
      })
      .map(({ target }) => `${file} -> ${target}`),
  )
}

/** The one place where shells, which run on promises, meet the clock, and what hands their promises on to the doors. */
const ASYNCHRONOUS =
  /^src\/(sim\/barrier|node\/host\/shell\/.*|node\/host\/shell-[^/]*|cluster\/host-door|cluster\/simulated-cluster)\.ts$/
/** just-bash speaks of files' times in Dates: they may be made there, of our clock's time. */
const DATED = /^src\/node\/host\/shell\//

const IMPURE: readonly (readonly [what: string, pattern: RegExp])[] = [
  ['the date', /(?<![.\w$])Date\s*\.\s*now\b|\bnew Date\s*(?!\s*\()|\bnew Date\s*\(\s*\)/],
  ['chance that is not seeded', /\bMath\s*\.\s*random\b/],
  // Biome's noRestrictedGlobals knows scopes and sees the rest: `setTimeout(callback` declares one of ours.
  ['a timer of the machine', /(?<![.#\w$])(?:setTimeout|setInterval|setImmediate|queueMicrotask)\s*\((?!callback\b)/],
  ['time of the machine', /(?<![.\w$])performance\s*\./],
]

function impure(sources: readonly Source[]): string[] {
  return sources
    .filter(({ room }) => !DOORS.has(room) && room in MAY_IMPORT)
    .flatMap(({ file, code, imports }) => {
      const found = IMPURE.filter(([, pattern]) => pattern.test(code)).map(([what]) => what)
      if (!DATED.test(file) && /(?<![.\w$])Date\b(?!\s*:)/.test(code) && !found.includes('the date'))
        found.push('a date')
      if (!ASYNCHRONOUS.test(file) && /(?<![.\w$])(?:await\b|async\b|new Promise\b|Promise\.)/.test(code))
        found.push('something asynchronous')
      if (usesTheProcess(code)) found.push('the process')
      if (imports.some(({ target }) => target.startsWith('node:'))) found.push('a module of Node')
      return found.map((what) => `${file}: ${what}`)
    })
}

/** `process` is Node's unless the file has one of its own. */
function usesTheProcess(code: string): boolean {
  return /(?<![.\w$])process\s*\./.test(code) && !/(?:[({,]\s*|const |let )process\s*[:,)}=]|\bprocess\s*=>/.test(code)
}

/** Files that import each other in a circle; types are no matter of order. */
function cycles(sources: readonly Source[]): string[] {
  const byFile = new Map(sources.map((source) => [source.file, source]))
  const done = new Set<string>()
  const found: string[] = []
  const visit = (file: string, path: readonly string[]): void => {
    if (path.includes(file)) found.push([...path.slice(path.indexOf(file)), file].join(' -> '))
    if (done.has(file) || path.includes(file)) return
    for (const { target, typeOnly } of byFile.get(file)?.imports ?? []) if (!typeOnly) visit(target, [...path, file])
    done.add(file)
  }
  for (const { file } of sources) visit(file, [])
  return found
}

const sources = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !/\.test\.ts$|\.test-kit\.ts$|\/testing\/|\/generated\//.test(file))
  .map((file) => join('src', file))
  .sort()
  .map((file) => read(file, readFileSync(file, 'utf8')))

describe('the house', () => {
  test('a room imports only the rooms below it', () => {
    expect(misdirected(sources)).toEqual([])
  })

  test('no controller knows another', () => {
    expect(entangled(sources)).toEqual([])
  })

  test('the core is pure and synchronous: it asks its own clock and dice', () => {
    expect(impure(sources)).toEqual([])
  })

  test('nothing is imported in a circle', () => {
    expect(cycles(sources)).toEqual([])
  })

  test('is there, and was looked at', () => {
    const rooms = new Set(sources.map(({ room }) => room))
    expect([...rooms].filter((room) => !(room in MAY_IMPORT))).toEqual([])
    for (const room of [
      'sim',
      'api',
      'etcd',
      'apiserver',
      'client',
      'scheduler',
      'controller-manager',
      'node',
      'cluster',
    ])
      expect(rooms).toContain(room)
    const inside = sources.flatMap(({ imports }) => imports).filter(({ target }) => target.startsWith('src/'))
    expect(inside.length).toBeGreaterThan(sources.length)
    const files = new Set(readdirSync('src', { recursive: true, encoding: 'utf8' }).map((file) => join('src', file)))
    expect(inside.filter(({ target }) => !files.has(target)).map(({ target }) => target)).toEqual([])
  })
})

describe('what is wrong is found', () => {
  const planted = (file: string, text: string) => [read(file, text)]
  const file = 'src/control-plane/scheduler/x.ts'

  test.each([
    ["import { Store } from '../etcd/store.ts'"],
    ["import type { Store } from '../etcd/store.ts'"],
    ["export * from '../etcd/store.ts'"],
    ["import {\n  a,\n  type B,\n} from '../etcd/store.ts'"],
    ["import '../etcd/store.ts'"],
  ])('a wrong import: %j', (text) => {
    expect(misdirected(planted(file, text))).toEqual([`${file} -> src/control-plane/etcd/store.ts`])
  })

  test('a controller that knows another', () => {
    const from = 'src/control-plane/controller-manager/deployment/x.ts'
    expect(entangled(planted(from, "import { a } from '../replicaset/y.ts'"))).toHaveLength(1)
    expect(entangled(planted(from, "import { a } from '../queue.ts'\nimport { b } from './y.ts'"))).toEqual([])
  })

  test.each([
    ['const now = Date.now()'],
    ['const now = new Date(0)'],
    ['const now = new Date()'],
    ['if (Math.random() > 0.5) roll()'],
    ['setTimeout(() => {}, 5)'],
    ['const t = performance.now()'],
    ['const wait = async () => {}'],
    ['await later()'],
    ['return Promise.resolve(1)'],
    ['const home = process.env.HOME'],
    ["import { readFileSync } from 'node:fs'"],
    ["const regular = /'/\nconst now = Date.now()"],
  ])('an impure line: %j', (text) => {
    expect(impure(planted(file, text))).toHaveLength(1)
  })

  test('the date, even where a Date may be', () => {
    const shell = 'src/node/host/shell/x.ts'
    expect(impure(planted(shell, 'const mtime = new Date(clock.now())'))).toEqual([])
    expect(impure(planted(shell, 'const mtime = new Date()'))).toEqual([`${shell}: the date`])
  })

  test.each([
    ['// new Date() would be wrong here'],
    ["const header = 'Date'"],
    ['world.clock.setTimeout(() => {}, 5)'],
    ['function start(process: Process) { process.exit(1) }'],
    ["log('process.exit and await')"],
  ])('a pure line: %j', (text) => {
    expect(impure(planted(file, text))).toEqual([])
  })

  test('a circle', () => {
    const circle = [
      read('src/sim/a.ts', "import { b } from './b.ts'"),
      read('src/sim/b.ts', "import { c } from './c.ts'"),
      read('src/sim/c.ts', "import { a } from './a.ts'\nimport type { b } from './b.ts'"),
    ]
    expect(cycles(circle)).toEqual(['src/sim/a.ts -> src/sim/b.ts -> src/sim/c.ts -> src/sim/a.ts'])
  })
})
