import { Control } from '../control.ts'
import { ProgressFile, SessionFiles } from '../session-files.ts'
import { startServer } from '../session-server.ts'
import { markdown, paint, say, tell } from '../terminal.ts'
import { findExercise, packs } from './exercises.ts'
import { openLearnerShell, shim } from './learner-shell.ts'

export interface StartOptions {
  readonly packs?: string
  readonly shell: boolean
  readonly seed: number
  readonly speed: number
}

/** 2026-01-05T08:00:00Z, a Monday morning: sessions begin on the same day, so that logs and ages are the same too. */
const START_AT = 1_767_600_000_000

/** `kubedrill start [EXERCISE]`: goes on with the running session, or begins an exercise; then the learner's own shell. */
export async function start(wanted: string | undefined, options: StartOptions): Promise<void> {
  const files = new SessionFiles()
  const record = files.readRecord()
  const resumes = record !== undefined && (wanted === undefined || record.exercise.id === wanted)
  const { pack, exercise } = findExercise(
    packs(options.packs),
    resumes ? record.exercise.id : (wanted ?? nextExercise(options.packs)),
  )
  if (!resumes) {
    if (record !== undefined) await endServer(files)
    tell(`Setting up "${exercise.title}" …`)
    files.create({
      version: 1,
      exercise: { pack: pack.id, id: exercise.id, directory: pack.directory },
      topology: exercise.topology,
      seed: options.seed,
      startAt: START_AT,
      speed: options.speed,
      port: 0,
    })
  }
  shim(files)
  if (!(await new Control(files).alive())) await startServer(files)
  say(`\n${markdown(exercise.task)}\n`)
  say(advice())
  if (options.shell && process.stdin.isTTY) await openLearnerShell(files, exercise.id)
  else say(`\nexport KUBECONFIG=${files.kubeconfig}`)
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
    ['kubedrill ssh NODE', 'a shell on a node'],
    ['kubedrill skip 10m', 'let time pass'],
    ['kubedrill task', 'this text again'],
  ]
  return commands.map(([command, what]) => `  ${paint('cyan', command!.padEnd(20))} ${what}`).join('\n')
}
