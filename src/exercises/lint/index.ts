import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { readFeature, type Scenario } from '../feature.ts'
import { readChecks } from '../grade.ts'
import { type Exercise, packDirectories, readPack } from '../pack.ts'
import { Findings, type Problem } from '../pack-error.ts'
import { filesIn, readText } from '../pack-file.ts'
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

async function lintExercise(exercise: Exercise, exam: string, findings: Findings): Promise<void> {
  const before = findings.errors.length
  // Files that are missing were found missing when the pack was read.
  const setup = existsSync(exercise.setup) ? readFeature(exercise.setup, findings) : []
  const checks = existsSync(exercise.checks) ? readChecks(exercise, findings) : []
  const solutions = await scriptsOf(exercise, 'solutions', findings)
  const wrong = await scriptsOf(exercise, 'wrong', findings)
  const read = { exercise, setup, checks, solutions, wrong }
  moments(read, findings)
  if (findings.errors.length > before) return
  weakGrading(read, findings)
  weakWords(read, exam, findings)
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
    findings.error({ file: place }, `has ${scripts.length} scripts: at least ${LEAST[folder]} ${what} are expected`)
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
      if (moment !== undefined && !known.has(moment))
        findings.error(
          place,
          `no moment is remembered as "${moment}": end setup.feature with: And this moment is remembered as "${moment}"`,
        )
    }
  }
}
