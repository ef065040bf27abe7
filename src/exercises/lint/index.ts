import { existsSync } from 'node:fs'
import { join, sep } from 'node:path'
import { argumentsIn } from '../../gherkin/bind.ts'
import { momentsOf, remembered } from '../../gherkin/lint/index.ts'
import { nearest } from '../../gherkin/nearest.ts'
import { readFeature, type Scenario, type ScenarioStep } from '../feature.ts'
import { readChecks } from '../grade.ts'
import { type Exercise, type Pack, packDirectories, readPack } from '../pack.ts'
import { Findings, type Problem } from '../pack-error.ts'
import { readText } from '../pack-file.ts'
import { exerciseSchema, validatorOf } from '../pack-schema.ts'
import { unfilled } from '../unfilled.ts'
import { readYaml } from '../yaml-file.ts'
import { agreement } from './agreement.ts'
import { byChance } from './chance.ts'
import { unread, unreadOf } from './files.ts'
import { unknownImages } from './images.ts'
import { meanings, patternOf } from './meanings.ts'
import type { Read } from './read.ts'
import { scriptsOf } from './scripts.ts'
import { weakGrading } from './weak-grading.ts'
import { weakWords } from './weak-words.ts'

/** Reads everything of a pack (or of each pack below a directory) and says all that is wrong or weak. */
export async function lint(directory: string): Promise<readonly Problem[]> {
  const findings = new Findings()
  for (const each of packDirectories(directory, findings)) {
    const pack = readPack(each.directory, each.id, findings)
    unread(each.directory, findings)
    for (const exercise of pack?.exercises ?? []) await lintExercise(exercise, pack!.exam, findings)
  }
  return findings.problems
}

async function lintExercise(exercise: Exercise, exam: Pack['exam'], findings: Findings): Promise<void> {
  // Files that are missing were found missing when the pack was read.
  const setup = existsSync(exercise.setup) ? readFeature(exercise.setup, findings) : []
  const checks = existsSync(exercise.checks) ? readChecks(exercise, findings) : []
  const solutions = await scriptsOf(exercise, 'solutions', findings)
  const wrong = await scriptsOf(exercise, 'wrong', findings)
  const read = { exercise, at: placesIn(exercise), setup, checks, solutions, wrong }
  moments(read, findings)
  empty(exercise, findings)
  for (const { place, what } of unfilled(exercise)) findings.error(place, `is still to be filled in: ${what}`)
  unreadOf(exercise, findings)
  if (findings.errors.some(({ file }) => file.startsWith(exercise.directory + sep))) return
  meanings(read, findings)
  agreement(read, findings)
  byChance(read, findings)
  notActedOn(read, findings)
  unknownImages(read, findings)
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
    if (text.replace(/^#.*$/gm, '').trim() === '' && readText(join(directory, name), new Findings()) !== undefined)
      findings.error({ file: join(directory, name), line: 1, column: 1 }, `is empty: it says ${what}`)
}

/** `since "the beginning"` needs a moment of that name: from the set-up, or from a step above. */
function moments({ setup, checks }: Read, findings: Findings): void {
  const args = (step: ScenarioStep) => argumentsIn(patternOf(step), step.text)
  const named = ({ steps }: Scenario) => steps.flatMap((step) => remembered(patternOf(step), args(step)) ?? [])
  const common = setup.flatMap(named)
  for (const scenario of checks) {
    const known = new Set([...common, ...named(scenario)])
    const asked = scenario.steps.flatMap((step) =>
      momentsOf(patternOf(step), args(step)).map(({ name }) => ({ moment: name, place: step.place })),
    )
    for (const { moment, place } of asked.filter(({ moment }) => !known.has(moment))) {
      const near = nearest(moment, [...known])
      const instead =
        near === undefined
          ? `end setup.feature with: And this moment is remembered as "${moment}"`
          : `did you mean "${near}"?`
      findings.error(place, `no moment is remembered as "${moment}": ${instead}`)
    }
  }
}
