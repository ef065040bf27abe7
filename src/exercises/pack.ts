import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv } from 'ajv'
import { parseDocument } from 'yaml'
import type { Topology } from '../cluster/contract.ts'
import { parseTopology, TopologyError } from '../cluster/topology.ts'
import { type Hint, parseHints } from './hints.ts'
import { PackError } from './pack-error.ts'

export { PackError } from './pack-error.ts'

export interface Pack {
  readonly id: string
  readonly directory: string
  readonly title: string
  readonly exam: 'CKA' | 'CKAD' | 'CKS'
  /** Version of the exam's curriculum that the pack follows: `v1.35`. */
  readonly curriculum: string
  readonly description?: string
  readonly exercises: readonly Exercise[]
}

/** One thing that is graded. */
export interface Criterion {
  /** Names its scenarios in checks.feature: they carry the tag `@criterion:<id>`. */
  readonly id: string
  readonly title: string
  readonly points: number
  /** Why it matters, for whoever failed it. */
  readonly why: string
  /** Criteria that must hold before this one counts: keeping things intact earns nothing while nothing is repaired. */
  readonly needs?: readonly string[]
}

export interface Exercise {
  readonly id: string
  readonly directory: string
  readonly title: string
  readonly domain: string
  readonly competency: string
  readonly weight: number
  readonly minutes: number
  readonly difficulty: 'easy' | 'medium' | 'hard'
  readonly topology: Topology
  readonly criteria: readonly Criterion[]
  readonly task: string
  readonly debrief: string
  readonly hints: readonly Hint[]
  /** Paths of the two features. */
  readonly setup: string
  readonly checks: string
}

const text = { type: 'string', minLength: 1 }
const slug = { type: 'string', pattern: '^[a-z0-9]+(-[a-z0-9]+)*$' }

const packSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['title', 'exam', 'curriculum', 'topology'],
  properties: {
    title: text,
    exam: { enum: ['CKA', 'CKAD', 'CKS'] },
    curriculum: { type: 'string', pattern: '^v1\\.\\d+$' },
    description: text,
    topology: { type: 'object' },
  },
}

const exerciseSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['id', 'title', 'domain', 'competency', 'weight', 'minutes', 'difficulty', 'criteria'],
  properties: {
    id: slug,
    title: text,
    domain: text,
    competency: text,
    weight: { type: 'integer', minimum: 1, maximum: 20 },
    minutes: { type: 'integer', minimum: 1, maximum: 60 },
    difficulty: { enum: ['easy', 'medium', 'hard'] },
    topology: { type: 'object' },
    criteria: {
      type: 'array',
      minItems: 1,
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['id', 'title', 'points', 'why'],
        properties: {
          id: slug,
          title: text,
          points: { type: 'integer', minimum: 1 },
          why: text,
          needs: { type: 'array', items: slug },
        },
      },
    },
  },
}

const ajv = new Ajv({ allErrors: true })
const validatePack = ajv.compile(packSchema)
const validateExercise = ajv.compile(exerciseSchema)

type PackFile = Omit<Pack, 'id' | 'directory' | 'exercises'> & { readonly topology: Topology }
type ExerciseFile = Pick<
  Exercise,
  'id' | 'title' | 'domain' | 'competency' | 'weight' | 'minutes' | 'difficulty' | 'criteria'
> & {
  readonly topology?: Topology
}

/** Reads every pack below a directory. @throws {PackError} */
export function loadPacks(root: string): readonly Pack[] {
  if (!existsSync(root)) throw new PackError(`${root}: there is no such directory`)
  const directories = readdirSync(root, { withFileTypes: true }).filter((entry) => entry.isDirectory())
  return directories.map(({ name }) => loadPack(join(root, name), name)).sort((a, b) => a.id.localeCompare(b.id))
}

/** Reads one pack: a directory with pack.yaml and a directory for each exercise. @throws {PackError} */
export function loadPack(directory: string, id: string): Pack {
  const file = join(directory, 'pack.yaml')
  const { topology, ...pack } = readYaml<PackFile>(file, validatePack)
  const common = topologyIn(topology, file)
  const exercises = readdirSync(directory, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort()
    .map((name) => loadExercise(join(directory, name), common))
  const ids = exercises.map((exercise) => exercise.id)
  const twice = ids.find((exercise, index) => ids.indexOf(exercise) !== index)
  if (twice !== undefined) throw new PackError(`${directory}: the id "${twice}" is used by two exercises`)
  return { id, directory, ...pack, exercises }
}

function topologyIn(topology: Topology, file: string): Topology {
  try {
    return parseTopology(JSON.stringify(topology), file)
  } catch (error) {
    if (error instanceof TopologyError) throw new PackError(error.message.replace(/:\d+: /, ': topology: '))
    throw error
  }
}

function loadExercise(directory: string, common: Topology): Exercise {
  const file = join(directory, 'exercise.yaml')
  const { topology, ...exercise } = readYaml<ExerciseFile>(file, validateExercise)
  const read = (name: string) => readText(join(directory, name))
  const ids = new Set(exercise.criteria.map((criterion) => criterion.id))
  for (const { id, needs = [] } of exercise.criteria) {
    const unknown = needs.find((need) => !ids.has(need) || need === id)
    if (unknown !== undefined)
      throw new PackError(`${file}: criteria.${id}.needs: there is no other criterion "${unknown}"`)
  }
  for (const feature of ['setup.feature', 'checks.feature']) read(feature)
  return {
    ...exercise,
    directory,
    topology: topology === undefined ? common : topologyIn(topology, file),
    task: read('task.md'),
    debrief: read('debrief.md'),
    hints: parseHints(read('hints.md'), join(directory, 'hints.md')),
    setup: join(directory, 'setup.feature'),
    checks: join(directory, 'checks.feature'),
  }
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    throw new PackError(`${file}: the file is missing`)
  }
}

function readYaml<T>(file: string, validate: ReturnType<Ajv['compile']>): T {
  const source = readText(file)
  const document = parseDocument(source)
  const broken = document.errors[0]
  if (broken) throw new PackError(`${file}:${broken.linePos?.[0].line ?? 1}: ${broken.message.split('\n')[0]}`)
  const value: unknown = document.toJS()
  if (validate(value)) return value as T
  const wrong = validate.errors![0]!
  const path = wrong.instancePath
    .split('/')
    .slice(1)
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part))
  const node = document.getIn(path, true) as { range?: [number, number, number] } | undefined
  const line = source.slice(0, node?.range?.[0] ?? 0).split('\n').length
  const { additionalProperty, allowedValues } = wrong.params as {
    additionalProperty?: string
    allowedValues?: string[]
  }
  const detail = additionalProperty ? `: ${additionalProperty}` : allowedValues ? `: ${allowedValues.join(', ')}` : ''
  throw new PackError(`${file}:${line}: ${path.join('.') || 'the file'} ${wrong.message}${detail}`)
}
