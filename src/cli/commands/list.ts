import { ProgressFile } from '../progress-file.ts'
import { columns, paint, say, sayJson } from '../terminal.ts'
import { packs } from './exercises.ts'

/** `kubedrill list`: every exercise, with the best score so far. */
export function list({ packs: directory, json }: { packs?: string; json?: boolean }): void {
  const all = packs(directory)
  const progress = new ProgressFile().all()
  if (json) {
    sayJson(
      all.map(({ id, title, exam, exercises }) => ({
        id,
        title,
        exam,
        exercises: exercises.map(({ id: exercise, title: name, domain, minutes, difficulty, weight }) => {
          return {
            id: exercise,
            title: name,
            domain,
            minutes,
            difficulty,
            weight,
            best: progress[exercise]?.best ?? null,
          }
        }),
      })),
    )
    return
  }
  let number = 0
  for (const pack of all) {
    say(paint('bold', `${pack.title} (${pack.exam}, curriculum ${pack.curriculum})`))
    const rows = pack.exercises.map((exercise) => {
      const best = progress[exercise.id]?.best
      const score = best === undefined ? '-' : `${best.score}/${best.max}`
      return [String(++number), exercise.id, exercise.title, exercise.difficulty, `${exercise.minutes} min`, score]
    })
    say(columns([['#', 'EXERCISE', 'TITLE', 'DIFFICULTY', 'TIME', 'BEST'], ...rows], 2))
    say()
  }
  say(`Begin one with ${paint('cyan', 'kubedrill start EXERCISE')}.`)
}
