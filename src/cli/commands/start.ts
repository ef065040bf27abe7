import { randomUUID } from 'node:crypto'
import type { Exercise } from '../../exercises/pack.ts'
import { Control } from '../control.ts'
import { refuseWhileExam } from '../current-session.ts'
import { replaceFile } from '../json-file.ts'
import { markdown } from '../markdown-lines.ts'
import { buildVersion } from '../package-root.ts'
import { ProgressFile } from '../progress-file.ts'
import { loadExerciseOf } from '../session-exercise.ts'
import { SessionFiles, type SessionRecord } from '../session-files.ts'
import { startServer } from '../session-server.ts'
import { START_AT } from '../session-start.ts'
import { paint, say, sayJson, tell } from '../terminal.ts'
import { findExercise, packs } from './exercises.ts'
import { practiceShell, shim } from './learner-shell.ts'

export interface StartOptions {
  readonly packs?: string
  readonly shell: boolean
  readonly seed: number
  readonly speed: number
  readonly json?: boolean
  /** Default practice. */
  readonly mode?: 'practice' | 'daily'
}

/** `kubedrill start [EXERCISE]`: goes on with the running session, or begins an exercise; then the learner's own shell. */
export async function start(wanted: string | undefined, options: StartOptions): Promise<void> {
  refuseWhileExam()
  const files = new SessionFiles()
  const record = files.readRecord()
  const resumes = record !== undefined && (wanted === undefined || record.exercise.id === wanted)
  const exercise = resumes ? loadExerciseOf(record) : await begin(files, wanted, options)
  shim(files)
  replaceFile(files.label, `${exercise.id}\n`)
  if (!(await new Control(files).alive())) await startServer(files)
  if (options.json) {
    const { id, title, task } = exercise
    sayJson({ id, title, task, kubeconfig: files.kubeconfig })
    return
  }
  say(`\n${markdown(exercise.task)}\n`)
  say(advice())
  // Its own shell goes on with it: no other within.
  if (process.env.KUBEDRILL_SESSION === files.directory) return
  if (options.shell && process.stdin.isTTY) await practiceShell(files, exercise.id)
  else say(`\nexport KUBECONFIG=${files.kubeconfig}`)
}

/** In place of the session there was, if any. */
async function begin(files: SessionFiles, wanted: string | undefined, options: StartOptions): Promise<Exercise> {
  const { pack, exercise } = findExercise(packs(options.packs), wanted ?? nextExercise(options.packs))
  const record = files.readRecord()
  if (record !== undefined) {
    tell(`Leaving "${record.exercise.id}": its cluster ends …`)
    await endServer(files)
  }
  tell(`Setting up "${exercise.title}" …`)
  files.create({
    version: 1,
    kubedrill: buildVersion(),
    exercise: { pack: pack.id, id: exercise.id, directory: pack.directory },
    topology: exercise.topology,
    seed: options.seed,
    startAt: START_AT,
    speed: options.speed,
    port: 0,
    attempt: newAttempt(options.mode),
  })
  return exercise
}

/** What the history calls this life of the exercise. */
export function newAttempt(mode: 'practice' | 'daily' = 'practice'): NonNullable<SessionRecord['attempt']> {
  return { id: randomUUID(), mode, at: Date.now() }
}

/** The first exercise that has not been solved with full marks. */
function nextExercise(directory: string | undefined): string {
  const progress = new ProgressFile().all()
  const all = packs(directory).flatMap((pack) => pack.exercises)
  const open = all.find(({ id }) => {
    const best = progress[id]?.best
    return best === undefined || best.score < best.max
  })
  return (open ?? all[0])?.id ?? ''
}

export async function endServer(files: SessionFiles): Promise<void> {
  const control = new Control(files)
  if (await control.alive()) await control.stop()
}

function advice(): string {
  const commands = [
    ['kubedrill check', 'what is still wrong, and why it matters'],
    ['kubedrill hint', 'a nudge; each costs points'],
    ['ssh NODE', 'a shell on a node'],
    ['kubedrill skip 10m', 'let time pass'],
    ['kubedrill task', 'this text again'],
  ]
  return commands.map(([command, what]) => `  ${paint('cyan', command!.padEnd(20))} ${what}`).join('\n')
}
