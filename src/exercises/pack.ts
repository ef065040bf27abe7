import { existsSync, readdirSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { Ajv, type ValidateFunction } from 'ajv'
import type { Topology } from '../cluster/contract.ts'
import { checkTopology, TopologyError } from '../cluster/topology.ts'
import { type Hint, parseHints } from './hints.ts'
import { PackError } from './pack-error.ts'
import { readText, readYaml, type YamlFile } from './yaml-file.ts'

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
  /** Criteria above this one that must hold before this one counts: keeping things intact earns nothing while nothing is repaired. */
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

/** Compiled when the first pack is read: who only wants a cluster does not wait for it. */
const validators = new Map<object, ValidateFunction>()

function validatorOf(schema: object): ValidateFunction {
  let validate = validators.get(schema)
  if (validate === undefined) {
    validate = new Ajv({ allErrors: true }).compile(schema)
    validators.set(schema, validate)
  }
  return validate
}

type PackFile = Omit<Pack, 'id' | 'directory' | 'exercises'> & { readonly topology: Topology }
type ExerciseFile = Pick<
  Exercise,
  'id' | 'title' | 'domain' | 'competency' | 'weight' | 'minutes' | 'difficulty' | 'criteria'
> & {
  readonly topology?: Topology
}

/** Reads every pack below a directory, or the one that it is. @throws {PackError} */
export function loadPacks(root: string): readonly Pack[] {
  if (!existsSync(root)) throw new PackError(`${root}: there is no such directory`)
  if (existsSync(join(root, 'pack.yaml'))) return [loadPack(root, basename(resolve(root)))]
  return directoriesIn(root)
    .map((name) => loadPack(join(root, name), name))
    .sort((a, b) => a.id.localeCompare(b.id))
}

/** Reads one pack: a directory with pack.yaml and a directory for each exercise. @throws {PackError} */
export function loadPack(directory: string, id: string): Pack {
  const file = readYaml<PackFile>(join(directory, 'pack.yaml'), validatorOf(packSchema))
  const { topology: _, ...pack } = file.value
  const common = topologyIn(file)
  const exercises = directoriesIn(directory).map((name) => loadExercise(join(directory, name), common))
  if (exercises.length === 0) throw new PackError(`${directory}: the pack has no exercises`)
  const ids = exercises.map((exercise) => exercise.id)
  const again = ids.findIndex((exercise, index) => ids.indexOf(exercise) !== index)
  if (again >= 0)
    throw new PackError(`${exercises[again]!.directory}/exercise.yaml: id "${ids[again]}" is used by another exercise`)
  return { id, directory, ...pack, exercises }
}

function directoriesIn(directory: string): readonly string[] {
  let entries: ReturnType<typeof list>
  try {
    entries = list(directory)
  } catch {
    throw new PackError(`${directory}: not a directory that can be read`)
  }
  return entries
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .map((entry) => entry.name)
    .sort()
}

const list = (directory: string) => readdirSync(directory, { withFileTypes: true })

function topologyIn({ value, at }: YamlFile<{ readonly topology?: unknown }>): Topology {
  try {
    return checkTopology(value.topology, (wrong) => {
      const field = ['topology', ...wrong.path].join('.')
      return `${at(['topology', ...wrong.at])}: ${field} ${wrong.problem}`
    })
  } catch (error) {
    if (error instanceof TopologyError) throw new PackError(error.message)
    throw error
  }
}

function loadExercise(directory: string, common: Topology): Exercise {
  const file = readYaml<ExerciseFile>(join(directory, 'exercise.yaml'), validatorOf(exerciseSchema))
  const { topology, ...exercise } = file.value
  const read = (name: string) => readText(join(directory, name))
  checkCriteria(file)
  for (const feature of ['setup.feature', 'checks.feature']) read(feature)
  return {
    ...exercise,
    directory,
    topology: topology === undefined ? common : topologyIn(file),
    task: read('task.md'),
    debrief: read('debrief.md'),
    hints: parseHints(read('hints.md'), join(directory, 'hints.md')),
    setup: join(directory, 'setup.feature'),
    checks: join(directory, 'checks.feature'),
  }
}

/** Criteria are graded from first to last: what one needs has to stand above it. */
function checkCriteria({ value: { criteria }, at }: YamlFile<ExerciseFile>): void {
  const above = new Set<string>()
  criteria.forEach(({ id, needs = [] }, index) => {
    const path = ['criteria', String(index)]
    if (above.has(id)) throw new PackError(`${at([...path, 'id'])}: ${path.join('.')}.id "${id}" is used twice`)
    needs.forEach((need, place) => {
      if (above.has(need)) return
      const found = criteria.some((criterion) => criterion.id === need)
      const why = found ? 'does not stand above this one' : 'is not a criterion of this exercise'
      throw new PackError(`${at([...path, 'needs', String(place)])}: ${path.join('.')}.needs: "${need}" ${why}`)
    })
    above.add(id)
  })
}
