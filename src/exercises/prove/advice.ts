import { join } from 'node:path'
import type { Exercise } from '../pack.ts'
import { Findings } from '../pack-error.ts'
import { readText } from '../pack-file.ts'
import { Attempt } from './attempt.ts'

/** A command that a text for learners names. */
interface Advice {
  /** `hints.md:5` */
  readonly about: string
  readonly command: string
}

/** What is typed at a terminal, goes on for long, or is no whole command. */
const NOT_TRIED =
  /[<>$|;&…\\]|\.\.\.|\s[A-Z][A-Z_-]+(\s|$)|\s(-w|--watch|-it|-ti|-i|-f|--follow)\b(?!\S)|^\S+ (-n \S+ )?(edit|exec|attach|debug|port-forward|proxy|diff|cp|run|completion)\b/

/** Nothing of that name or kind is there, or kubectl does not know the words. */
const MISTAKEN =
  /\(NotFound\)|unknown (command|flag|shorthand flag)|doesn't have a resource type|is not allowed in scripts/

/** Commands of the hints and the debrief that cannot be meant: before the repair nor after it they name anything. */
export async function badAdvice(
  exercise: Exercise,
  solution: string,
): Promise<readonly (readonly [about: string, message: string])[]> {
  const advice = ['hints.md', 'debrief.md'].flatMap((file) =>
    commandsIn(file, readText(join(exercise.directory, file), new Findings()) ?? ''),
  )
  let left: readonly (Advice & { readonly saw: string })[] = advice.map((each) => ({ ...each, saw: '' }))
  for (const script of ['', solution]) {
    if (left.length === 0) break
    const attempt = await Attempt.begin(exercise)
    try {
      await attempt.run(script)
      left = await mistakenIn(attempt, left)
    } finally {
      await attempt.close()
    }
  }
  return left.map(({ about, command, saw }) => [about, `"${command}" does not work: ${saw}`])
}

function commandsIn(file: string, text: string): readonly Advice[] {
  let isCode = false
  return text.split('\n').flatMap((line, index) => {
    if (line.startsWith('```')) isCode = !isCode
    const found =
      isCode || line.startsWith('    ') ? [line.trim()] : [...line.matchAll(/`([^`]+)`/g)].map(([, code]) => code!)
    return found
      .map((each) => each.replace(/^\$ /, '').replace(/\s+#.*$/, ''))
      .filter((each) => /^(kubectl|k) \S+ \S/.test(each) && !NOT_TRIED.test(each))
      .map((command) => ({ about: `${file}:${index + 1}`, command }))
  })
}

async function mistakenIn<T extends Advice>(
  attempt: Attempt,
  all: readonly T[],
): Promise<readonly (T & { readonly saw: string })[]> {
  const namespaces = attempt.world.client.list('Namespace').map(({ metadata }) => metadata.name)
  const found: (T & { readonly saw: string })[] = []
  for (const each of all) {
    const { exitCode, output } = await attempt.run(each.command)
    const saw = output.split('\n').find((line) => MISTAKEN.test(line))
    if (exitCode === 0 || saw === undefined) continue
    // A text may leave out what task.md has said.
    if (!/\s(-n|--namespace|-A)\b/.test(each.command) && (await worksIn(attempt, each.command, namespaces))) continue
    found.push({ ...each, saw })
  }
  return found
}

async function worksIn(attempt: Attempt, command: string, namespaces: readonly string[]): Promise<boolean> {
  for (const namespace of namespaces.filter((name) => !/^(default|kube-.*)$/.test(name)))
    if (!MISTAKEN.test((await attempt.run(`${command} -n ${namespace}`)).output)) return true
  return false
}
