import { existsSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import type { Topology } from '../cluster/contract.ts'
import { checkTopology, TopologyError } from '../cluster/topology.ts'
import { domainNamed } from './curriculum.ts'
import { type Hint, parseHints } from './hints.ts'
import { LIMITS } from './limits.ts'
import { Findings } from './pack-error.ts'
import { directoriesIn, readText, shown } from './pack-file.ts'
import { exerciseSchema, packSchema, validatorOf } from './pack-schema.ts'
import { readYaml, type YamlFile } from './yaml-file.ts'

export { PackError } from './pack-error.ts'

export interface Pack {
  readonly id: string
  readonly directory: string
  readonly title: string
  readonly exam: 'CKA' | 'CKAD' | 'CKS'
  /** Version of the exam's curriculum that the pack follows: `v1.35`. */
  readonly curriculum: string
  readonly description?: string
  /** Packs with one are listed by it, before those without. */
  readonly order?: number
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

type PackFile = Omit<Pack, 'id' | 'directory' | 'exercises'> & { readonly topology: Topology }
type ExerciseFile = Pick<
  Exercise,
  'id' | 'title' | 'domain' | 'competency' | 'weight' | 'minutes' | 'difficulty' | 'criteria'
> & {
  readonly topology?: Topology
}

/** A pack that cannot be used, and why. */
export interface BrokenPack {
  readonly directory: string
  readonly message: string
  /** What could be read of its exercises' ids. */
  readonly ids: readonly string[]
}

/**
 * Reads every pack below a directory, or the one that it is.
 *
 * @param onBroken is told of packs that cannot be used, and the others are read; without it they are refused
 * @throws {PackError} also for a directory that cannot be read, and where it is itself a pack that cannot be used
 */
export function loadPacks(root: string, onBroken?: (broken: BrokenPack) => void): readonly Pack[] {
  const findings = new Findings()
  const found = packDirectories(root, findings)
  findings.refuse()
  const packs = found.flatMap(({ directory, id }) => {
    const own = new Findings()
    const pack = readPack(directory, id, own)
    if (own.errors.length === 0) return pack === undefined ? [] : [pack]
    if (onBroken === undefined || directory === root) own.refuse()
    const ids = pack?.exercises.map((exercise) => exercise.id) ?? []
    onBroken!({ directory, message: own.refusal(), ids })
    return []
  })
  const place = ({ order = Number.MAX_SAFE_INTEGER }: Pack) => order
  return packs.toSorted((a, b) => place(a) - place(b))
}

/** Where the packs below a directory are, by their ids. */
export function packDirectories(
  root: string,
  findings: Findings,
): readonly { readonly directory: string; readonly id: string }[] {
  if (!existsSync(root)) {
    findings.error({ file: root }, 'there is no such directory')
    return []
  }
  if (existsSync(join(root, 'pack.yaml'))) return [{ directory: root, id: basename(resolve(root)) }]
  const packs = directoriesIn(root, findings)
    .map((id) => ({ directory: join(root, id), id }))
    .filter(({ directory }) => looksLikePack(directory))
  if (packs.length === 0 && findings.errors.length === 0)
    findings.error({ file: root }, 'no pack is here: neither a pack.yaml nor a directory with one')
  return packs
}

/** One whose pack.yaml was forgotten is a pack still, and told of. */
function looksLikePack(directory: string): boolean {
  const has = (...path: string[]) => existsSync(join(directory, ...path))
  return has('pack.yaml') || directoriesIn(directory, new Findings()).some((name) => has(name, 'exercise.yaml'))
}

/** Reads one pack: a directory with pack.yaml and a directory for each exercise. @throws {PackError} */
export function loadPack(directory: string, id: string): Pack {
  const findings = new Findings()
  const pack = readPack(directory, id, findings)
  findings.refuse()
  return pack!
}

/** The same; what is wrong with it is among the findings. @returns undefined where pack.yaml cannot be used */
export function readPack(directory: string, id: string, findings: Findings): Pack | undefined {
  const file = readYaml<PackFile>(join(directory, 'pack.yaml'), validatorOf(packSchema), findings)
  const common = file && topologyIn(file, findings)
  const exercises = directoriesIn(directory, findings).flatMap((name) => {
    const place = join(directory, name)
    const exercise = readExercise(place, common, findings)
    return exercise === undefined ? [] : [exercise]
  })
  if (exercises.length === 0 && findings.errors.length === 0)
    findings.error({ file: directory }, 'the pack has no exercises')
  const ids = new Map<string, string>()
  for (const exercise of exercises) {
    const other = ids.get(exercise.id)
    if (other !== undefined)
      findings.error(
        { file: join(exercise.directory, 'exercise.yaml'), line: 1, column: 1 },
        `id "${exercise.id}" is used by ${basename(other)} too: give this one another`,
      )
    ids.set(exercise.id, exercise.directory)
  }
  if (file === undefined) return undefined
  const { topology: _, title, description, ...pack } = file.value
  return {
    id,
    directory,
    ...pack,
    title: shown(title),
    ...(description === undefined ? {} : { description: shown(description) }),
    // Exams and the history go by domain: one name for one domain, whatever the spelling.
    exercises: exercises.map((each) => ({ ...each, domain: domainNamed(pack.exam, each.domain) ?? each.domain })),
  }
}

function topologyIn(
  { value, at }: YamlFile<{ readonly topology?: unknown }>,
  findings: Findings,
): Topology | undefined {
  try {
    const topology = checkTopology(value.topology, (wrong) => {
      const field = ['topology', ...wrong.path].join('.')
      findings.error(at(['topology', ...wrong.at]), `${field} ${wrong.problem}`)
      return wrong.problem
    })
    if (topology.nodes.length > LIMITS.nodes)
      findings.error(
        at(['topology', 'nodes']),
        `topology.nodes has ${topology.nodes.length} nodes: an exercise has at most ${LIMITS.nodes}`,
      )
    return topology
  } catch (error) {
    if (error instanceof TopologyError) return undefined
    throw error
  }
}

const NO_TOPOLOGY: Topology = { nodes: [] }

function readExercise(directory: string, common: Topology | undefined, findings: Findings): Exercise | undefined {
  const file = readYaml<ExerciseFile>(join(directory, 'exercise.yaml'), validatorOf(exerciseSchema), findings)
  const read = (name: string) => shown(readText(join(directory, name), findings) ?? '')
  const [task, debrief, hints] = [read('task.md'), read('debrief.md'), readText(join(directory, 'hints.md'), findings)]
  const tiers = hints === undefined ? [] : parseHints(shown(hints), join(directory, 'hints.md'), findings)
  for (const feature of ['setup.feature', 'checks.feature']) readText(join(directory, feature), findings)
  if (file === undefined) return undefined
  checkCriteria(file, findings)
  const { topology, criteria, title, domain, competency, ...exercise } = file.value
  return {
    ...exercise,
    title: shown(title),
    domain: shown(domain),
    competency: shown(competency),
    criteria: criteria.map((each) => ({ ...each, title: shown(each.title), why: shown(each.why) })),
    directory,
    topology: (topology === undefined ? common : topologyIn(file, findings)) ?? NO_TOPOLOGY,
    task,
    debrief,
    hints: tiers,
    setup: join(directory, 'setup.feature'),
    checks: join(directory, 'checks.feature'),
  }
}

/** Criteria are graded from first to last: what one needs has to stand above it. */
function checkCriteria({ value: { criteria }, at }: YamlFile<ExerciseFile>, findings: Findings): void {
  const above = new Set<string>()
  criteria.forEach(({ id, needs = [] }, index) => {
    const path = ['criteria', String(index)]
    if (above.has(id)) findings.error(at([...path, 'id']), `${path.join('.')}.id "${id}" is used twice`)
    needs.forEach((need, place) => {
      if (above.has(need)) return
      const found = criteria.some((criterion) => criterion.id === need)
      const why = found ? 'does not stand above this one' : 'is not a criterion of this exercise'
      findings.error(at([...path, 'needs', String(place)]), `${path.join('.')}.needs: "${need}" ${why}`)
    })
    above.add(id)
  })
}
