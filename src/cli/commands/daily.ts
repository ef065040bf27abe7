import { attemptsOf, dailyExercise, streakOf } from '../../exercises/history.ts'
import { refuseWhileExam } from '../current-session.ts'
import { Failure } from '../failure.ts'
import { history, today } from '../history-file.ts'
import { SessionFiles } from '../session-files.ts'
import { paint, say, sayJson, tell } from '../terminal.ts'
import { packs } from './exercises.ts'
import { endServer, start } from './start.ts'

export interface DailyOptions {
  readonly packs?: string
  readonly shell: boolean
  readonly show?: boolean
  readonly json?: boolean
}

/** `kubedrill daily`: one exercise a day, weak domains first; a day counts when it is solved without its solution. */
export async function daily({ packs: directory, shell, show, json }: DailyOptions): Promise<void> {
  const day = today()
  const attempts = attemptsOf(history())
  const exercise = dailyExercise(
    packs(directory).flatMap((pack) => pack.exercises),
    attempts,
    day,
  )
  if (exercise === undefined) throw new Failure('there are no exercises')
  const streak = streakOf(attempts, day)
  const own = attempts.filter((each) => each.mode === 'daily' && each.day === day && each.exercise === exercise.id)
  const solved = own.some((each) => each.solved && !each.helped)
  const { id, title, domain, minutes } = exercise
  if (json) sayJson({ day, exercise: id, title, domain, minutes, solved, streak })
  else say(`${paint('bold', `${day}: ${title}`)} (${domain}, ${minutes} min)\n${streakText(streak, solved)}`)
  if (json || show || solved) return
  refuseWhileExam()
  const files = new SessionFiles()
  const running = files.readRecord()
  if (running !== undefined && (running.exercise.id !== id || running.attempt?.mode !== 'daily')) {
    tell(`Leaving "${running.exercise.id}" …`)
    await endServer(files)
    files.remove()
  }
  await start(id, { ...(directory === undefined ? {} : { packs: directory }), shell, seed: 1, speed: 1, mode: 'daily' })
}

function streakText(streak: number, solved: boolean): string {
  const days = `${streak} day${streak === 1 ? '' : 's'} in a row`
  if (solved) return `Solved today: ${days}.`
  return streak > 0 ? `${days} so far.` : 'The first day of a row.'
}
