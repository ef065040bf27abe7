import { cpus } from 'node:os'
import { relative, sep } from 'node:path'
import { lint } from '../../exercises/lint/index.ts'
import { type Exercise, loadPacks } from '../../exercises/pack.ts'
import { PackError, type Problem, placeText } from '../../exercises/pack-error.ts'
import { shown } from '../../exercises/pack-file.ts'
import type { Flaw, Proof } from '../../exercises/prove/index.ts'
import { Failure } from '../failure.ts'
import { proveApart } from '../pack-prover.ts'
import { columns, paint, say, sayJson, tell } from '../terminal.ts'
import { sayProblems } from './pack-lint.ts'

export interface ProveOptions {
  readonly only?: readonly string[]
  readonly quick?: boolean
  readonly jobs?: number
  readonly json?: boolean
}

/**
 * `kubedrill pack prove`: exit code 1 for flaws, 2 for a pack that cannot be used. What lint says of the same exercises is
 * shown below, so that who only proves misses nothing.
 */
export async function packProve(directory: string, options: ProveOptions): Promise<void> {
  const proofs = await proofsOf(directory, options)
  const own = exercisesIn(directory, options.only).map((exercise) => exercise.directory + sep)
  const problems = (await lint(directory)).filter(
    ({ file }) => options.only === undefined || own.some((each) => file.startsWith(each)),
  )
  if (options.json) sayJson(proofs)
  else {
    if (problems.length > 0) sayProblems(problems)
    summary(proofs)
  }
  if (proofs.some(({ flaws }) => flaws.length > 0)) process.exitCode = 1
  else if (hasErrors(problems)) process.exitCode = 2
}

/** `kubedrill pack test`: lint, then prove. */
export async function packTest(
  directory: string,
  options: ProveOptions & { readonly strict?: boolean },
): Promise<void> {
  const problems: readonly Problem[] = await lint(directory)
  const usable = !hasErrors(problems)
  if (!options.json) sayProblems(problems)
  const proofs = usable ? await proofsOf(directory, options) : []
  if (options.json) sayJson({ problems, proofs })
  else if (usable) summary(proofs)
  const isWeak = options.strict === true && problems.length > 0
  if (!usable) process.exitCode = 2
  else if (isWeak || proofs.some(({ flaws }) => flaws.length > 0)) process.exitCode = 1
}

const hasErrors = (problems: readonly Problem[]) => problems.some(({ severity }) => severity === 'error')

async function proofsOf(directory: string, { only, quick, jobs, json }: ProveOptions): Promise<readonly Proof[]> {
  const queue = [...exercisesIn(directory, only)]
  const all = queue.length
  const proofs: Proof[] = []
  const begun = performance.now()
  const work = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const { id } = next
      const proof = await proveApart(next, quick === true, (what) => progress(`${proofs.length}/${all} ${id}: ${what}`))
      proofs.push(proof)
      progress('')
      if (!json) sayProof(proof)
      else tell(`${proofs.length}/${all} ${id}`)
    }
  }
  await Promise.all(Array.from({ length: Math.min(all, Math.max(1, jobs ?? cpus().length)) }, work))
  if (!json) tell(`${all} exercise${all === 1 ? '' : 's'} in ${((performance.now() - begun) / 1000).toFixed(0)} s`)
  return proofs.sort((a, b) => (a.exercise < b.exercise ? -1 : 1))
}

/** @throws {Failure} for a pack that cannot be read, and an exercise that is not in it */
function exercisesIn(directory: string, only: readonly string[] | undefined): readonly Exercise[] {
  try {
    const all = loadPacks(directory).flatMap(({ exercises }) => exercises)
    const unknown = only?.find((id) => !all.some((exercise) => exercise.id === id))
    if (unknown !== undefined)
      throw new Failure(`there is no exercise "${unknown}": ${all.map(({ id }) => id).join(', ')}`)
    return all.filter(({ id }) => only === undefined || only.includes(id))
  } catch (error) {
    if (error instanceof PackError) throw new Failure(shown(error.message))
    throw error
  }
}

/** One line that is written over, where a person looks. */
function progress(text: string): void {
  if (!process.stderr.isTTY) return
  const width = (process.stderr.columns ?? 80) - 1
  process.stderr.write(`\r\u001b[K${text.slice(0, width)}`)
}

const WORDS = { passed: 'ok', failed: 'miss', waits: 'wait' } as const
const STYLES = { ok: 'green', miss: 'red', wait: 'dim' } as const

/** The table: each script, each criterion. */
function sayProof({ exercise, criteria, trials, flaws, notes }: Proof): void {
  say(paint('bold', exercise))
  const rows = trials.map(({ name, grade }) => [
    name,
    ...grade.criteria.map(({ outcome }) => WORDS[outcome]),
    `${grade.score}/${grade.max}`,
  ])
  const table = columns([['TRIAL', ...criteria, 'SCORE'], ...rows])
  say(table.replace(/ (ok|miss|wait)(?= )/g, (_, word: keyof typeof STYLES) => ` ${paint(STYLES[word], word)}`))
  for (const flaw of flaws) say(`${flawText(flaw)}: ${paint('red', 'flaw')}: ${shown(flaw.message)}`)
  for (const note of notes) say(`${flawText(note)}: ${paint('yellow', 'note')}: ${shown(note.message)}`)
  say()
}

/** `my-pack/01-a/checks.feature:4:3: criterion kept` */
function flawText({ about, place }: Flaw): string {
  if (place === undefined) return shown(about)
  const where = shown(placeText({ ...place, file: relative('.', place.file) }))
  return where.includes(about) ? where : `${where}: ${shown(about)}`
}

function summary(proofs: readonly Proof[]): void {
  const flaws = proofs.flatMap((proof) => proof.flaws)
  const trials = proofs.reduce((sum, proof) => sum + proof.trials.length, 0)
  const found = flaws.length === 0 ? 'no flaws' : `${flaws.length} flaw${flaws.length === 1 ? '' : 's'}`
  say(`${trials} trials of ${proofs.length} exercises: ${found}`)
}
