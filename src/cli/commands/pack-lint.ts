import { lint } from '../../exercises/lint/index.ts'
import { type Problem, placeText } from '../../exercises/pack-error.ts'
import { shown } from '../../exercises/pack-file.ts'
import { paint, say, sayJson } from '../terminal.ts'

/** So many problems are shown; whoever mends them sees the next. */
const MOST = 200

/** `kubedrill pack lint`: exit code 2 for a pack that cannot be used; warnings alone are no failure, unless `strict`. */
export async function packLint(
  directory: string,
  { json, strict }: { json?: boolean; strict?: boolean },
): Promise<void> {
  const problems = await lint(directory)
  if (json) sayJson(problems)
  else sayProblems(problems)
  if (problems.some(({ severity }) => severity === 'error')) process.exitCode = 2
  else if (strict && problems.length > 0) process.exitCode = 1
}

export function sayProblems(problems: readonly Problem[]): void {
  for (const problem of problems.slice(0, MOST)) {
    const word = problem.severity === 'error' ? paint('red', 'error') : paint('yellow', 'warning')
    say(
      `${placeText({ ...problem, file: shown(problem.file) })}: ${word}: ${shown(problem.message).replaceAll('\n', ' ')}`,
    )
  }
  if (problems.length > MOST) say(`… and ${problems.length - MOST} more`)
  const errors = problems.filter(({ severity }) => severity === 'error').length
  const warnings = problems.length - errors
  const count = (number: number, noun: string) => `${number} ${noun}${number === 1 ? '' : 's'}`
  say(problems.length === 0 ? 'nothing is wrong' : `${count(errors, 'error')}, ${count(warnings, 'warning')}`)
}
