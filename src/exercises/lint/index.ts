import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { nearest } from '../../gherkin/nearest.ts'
import { readFeature, type Scenario } from '../feature.ts'
import { readChecks } from '../grade.ts'
import { type Exercise, type Pack, packDirectories, readPack } from '../pack.ts'
import { Findings, type Problem } from '../pack-error.ts'
import { filesIn, readText } from '../pack-file.ts'
import { exerciseSchema, validatorOf } from '../pack-schema.ts'
import { readYaml } from '../yaml-file.ts'
import { byChance } from './chance.ts'
import { LEAST, type Read, type Script, withoutComments } from './read.ts'
import { weakGrading } from './weak-grading.ts'
import { weakWords } from './weak-words.ts'

/** Reads everything of a pack (or of each pack below a directory) and says all that is wrong or weak. */
export async function lint(directory: string): Promise<readonly Problem[]> {
  const findings = new Findings()
  for (const each of packDirectories(directory, findings)) {
    const pack = readPack(each.directory, each.id, findings)
    for (const exercise of pack?.exercises ?? []) await lintExercise(exercise, pack!.exam, findings)
  }
  return findings.problems
}

async function lintExercise(exercise: Exercise, exam: Pack['exam'], findings: Findings): Promise<void> {
  const before = findings.errors.length
  // Files that are missing were found missing when the pack was read.
  const setup = existsSync(exercise.setup) ? readFeature(exercise.setup, findings) : []
  const checks = existsSync(exercise.checks) ? readChecks(exercise, findings) : []
  const solutions = await scriptsOf(exercise, 'solutions', findings)
  const wrong = await scriptsOf(exercise, 'wrong', findings)
  const read = { exercise, at: placesIn(exercise), setup, checks, solutions, wrong }
  moments(read, findings)
  empty(exercise, findings)
  if (findings.errors.length > before) return
  byChance(read, findings)
  notActedOn(read, findings)
  weakGrading(read, findings)
  weakWords(read, exam, findings)
}

/** Kinds that are kept and not acted on: an exercise cannot be about what they do. */
const NOT_ACTED_ON = /^\s*(?:- )?kind: (NetworkPolicy|Ingress)\b|\bkind: (NetworkPolicy|Ingress)[,}]/m

function notActedOn({ setup }: Read, findings: Findings): void {
  for (const { docString = '', place } of setup.flatMap(({ steps }) => steps)) {
    const [, block, flow] = NOT_ACTED_ON.exec(docString) ?? []
    const kind = block ?? flow
    if (kind !== undefined)
      findings.warning(place, `${kind} is kept, but nobody acts on it here: no connection is opened or closed by it`)
  }
}

/** Where fields of exercise.yaml stand; what is wrong with it has been said. */
function placesIn({ directory }: Exercise): Read['at'] {
  const file = join(directory, 'exercise.yaml')
  return readYaml(file, validatorOf(exerciseSchema), new Findings())?.at ?? (() => ({ file }))
}

function empty({ directory, task, debrief }: Exercise, findings: Findings): void {
  for (const [name, text, what] of [
    ['task.md', task, 'what is broken, and what is to be so in the end'],
    ['debrief.md', debrief, 'what happened, and how to see it faster next time'],
  ] as const)
    if (text.trim() === '' && existsSync(join(directory, name)))
      findings.error({ file: join(directory, name), line: 1, column: 1 }, `is empty: it says ${what}`)
}

async function scriptsOf(
  { directory }: Exercise,
  folder: keyof typeof LEAST,
  findings: Findings,
): Promise<readonly Script[]> {
  const place = join(directory, folder)
  const what = folder === 'wrong' ? 'near misses' : 'right solutions'
  if (!existsSync(place)) {
    findings.error({ file: place }, `the directory is missing: it holds at least ${LEAST[folder]} ${what}, *.sh`)
    return []
  }
  const scripts: Script[] = []
  for (const name of filesIn(place, '', findings)) {
    const file = join(place, name)
    if (!name.endsWith('.sh')) {
      findings.warning({ file }, 'is no script: only *.sh are run')
      continue
    }
    const text = readText(file, findings)
    if (text === undefined) continue
    await syntax(file, text, findings)
    scripts.push({ file, name: `${folder}/${name}`, text })
  }
  if (scripts.length < LEAST[folder])
    findings.error(
      { file: place },
      `has ${scripts.length} script${scripts.length === 1 ? '' : 's'}: at least ${LEAST[folder]} ${what} are expected`,
    )
  return scripts
}

async function syntax(file: string, text: string, findings: Findings): Promise<void> {
  const { parse } = await import('just-bash')
  try {
    parse(text)
  } catch (error) {
    const { message, line = 1, column = 1 } = error as Error & { line?: number; column?: number }
    findings.error({ file, line, column }, `is no shell script: ${message.split('\n')[0]}`)
  }
  if (withoutComments(text) === '') findings.error({ file, line: 1, column: 1 }, 'does nothing')
}

/** `since "the beginning"` needs a moment of that name: from the set-up, or from a step above. */
function moments({ setup, checks }: Read, findings: Findings): void {
  const REMEMBERED = /^this moment is remembered as "([^"]*)"/
  const named = (scenario: Scenario) => scenario.steps.flatMap(({ text }) => REMEMBERED.exec(text)?.[1] ?? [])
  const common = setup.flatMap(named)
  for (const scenario of checks) {
    const known = new Set([...common, ...named(scenario)])
    for (const { text, place } of scenario.steps) {
      const moment = /\bsince "([^"]*)"/.exec(text)?.[1]
      if (moment === undefined || known.has(moment)) continue
      const near = nearest(moment, [...known])
      const instead =
        near === undefined
          ? `end setup.feature with: And this moment is remembered as "${moment}"`
          : `did you mean "${near}"?`
      findings.error(place, `no moment is remembered as "${moment}": ${instead}`)
    }
  }
}
