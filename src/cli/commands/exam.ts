import { randomInt } from 'node:crypto'
import { createInterface } from 'node:readline/promises'
import { drawTasks, type Exam, isOver } from '../../exercises/exam/index.ts'
import { createExam, type ExamFiles, latestExam, runningExam } from '../exam-files.ts'
import { exerciseOf, goTo, resetTask, resume, terminal } from '../exam-session.ts'
import { Failure } from '../failure.ts'
import { markdown } from '../markdown-lines.ts'
import { paint, say, sayJson, tell } from '../terminal.ts'
import { review } from './exam-review.ts'
import { openExamShell } from './exam-shell.ts'
import { currentStatus, lineOf, minutesText, showStatus } from './exam-status.ts'
import { packs } from './exercises.ts'
import { shim } from './learner-shell.ts'

export interface ExamOptions {
  readonly packs?: string
  readonly pack?: readonly string[]
  readonly tasks: number
  readonly minutes: number
  readonly seed?: number
  readonly pass: number
  readonly shell: boolean
  readonly json?: boolean
}

/** `kubedrill exam start`: draws the tasks, starts the clock, and goes to the first. */
export async function examStart(options: ExamOptions): Promise<void> {
  refuseSecond()
  const { tasks: asked, minutes, pass } = options
  const seed = options.seed ?? randomInt(1, 1_000_000)
  const tasks = drawTasks(chosenPacks(options), asked, seed)
  if (tasks.length === 0) throw new Failure('there are no exercises to draw from')
  if (tasks.length < asked)
    tell(`${asked} tasks were asked for, there are ${tasks.length} exercises: the exam has ${tasks.length} tasks.`)
  tell('Setting up the first task …')
  const files = createExam({ seed, minutes, pass, asked, tasks })
  if (files === undefined) return refuseSecond()
  await goTo(files, 1)
  await showTask(files, options)
}

function refuseSecond(): void {
  const running = runningExam()
  if (running === undefined) return
  const left = minutesText(currentStatus(running.files).leftMs)
  throw new Failure(
    `exam ${running.files.id} is running, ${left} left: \`kubedrill exam shell\` goes on, \`kubedrill exam submit\` ends it`,
  )
}

function chosenPacks({ packs: directory, pack: wanted = [] }: ExamOptions) {
  const all = packs(directory)
  const unknown = wanted.find((id) => !all.some((pack) => pack.id === id))
  if (unknown !== undefined) throw new Failure(`there is no pack "${unknown}": ${all.map(({ id }) => id).join(', ')}`)
  return wanted.length === 0 ? all : all.filter(({ id }) => wanted.includes(id))
}

export interface GoOptions {
  readonly shell?: boolean
  readonly json?: boolean
}

/** `kubedrill exam goto N`, `next`, `prev`: to another task. */
export async function examGo(to: (current: number, count: number) => number, options: GoOptions): Promise<void> {
  const { files, exam } = current()
  const count = exam.tasks.length
  const number = to(exam.current ?? 0, count)
  if (!Number.isInteger(number) || number < 1 || number > count)
    throw new Failure(
      number < 1
        ? 'this is the first task'
        : number === count + 1 && exam.current === count
          ? 'this is the last task'
          : `there is no task ${number}: 1 to ${count}`,
    )
  await goTo(files, number)
  await showTask(files, options)
}

/** `kubedrill exam skip`: marks the task as left, and goes to the next that is open. */
export async function examSkip(options: GoOptions): Promise<void> {
  const { files, exam } = current()
  const { current: number = 1, tasks } = exam
  files.append({ event: 'skipped', task: number })
  const following = [...tasks.keys()].map((index) => ((number + index) % tasks.length) + 1)
  const next = following.find((task) => !tasks[task - 1]!.opened) ?? following[0]!
  await examGo(() => next, options)
}

/** `kubedrill exam flag [N]`: marks a task to come back to, or takes the mark off. */
export function examFlag(task: number | undefined, { off, json }: { off?: boolean; json?: boolean }): void {
  const { files, exam } = current()
  const number = task ?? exam.current ?? 1
  const state = exam.tasks[number - 1]
  if (state === undefined) throw new Failure(`there is no task ${number}: 1 to ${exam.tasks.length}`)
  const flagged = !off
  files.append({ event: 'flagged', task: number, flagged })
  if (json) sayJson(currentStatus(files))
  else say(`Task ${number} is ${flagged ? 'flagged' : 'no longer flagged'}.`)
}

/** `kubedrill exam status`: tasks and time; has the current task's cluster running if it was killed. */
export async function examStatus({ json }: { json?: boolean }): Promise<void> {
  const latest = latestExam()
  if (latest === undefined) throw new Failure('there is no exam: `kubedrill exam start` begins one')
  const damaged = latest.files.damaged()
  if (damaged.length > 0) tell(`${latest.files.log}: line ${damaged.join(', ')} cannot be read: passed over`)
  // How one stands is said whether or not the cluster can be had back.
  const problem = await resume(latest.files).catch((error: unknown) => error)
  const status = currentStatus(latest.files)
  if (json) sayJson(status)
  else say(showStatus(status))
  if (problem !== undefined) throw problem
}

/** `kubedrill exam reset`, and `kubedrill reset` in an exam: one task from its beginning; the clock goes on. */
export async function examReset(options: GoOptions): Promise<void> {
  const { files, exam } = current()
  if (exam.current === undefined) throw new Failure('no task is open: `kubedrill exam goto 1`')
  await resetTask(files, exam.current)
  await showTask(files, options)
}

/** `kubedrill exam shell`: back into the exam. */
export async function examShell(options: GoOptions): Promise<void> {
  const { files, exam } = current()
  if (process.env.KUBEDRILL_SESSION === files.current)
    throw new Failure('this is the shell of the exam: `kubedrill task` shows the task, `exit` leaves')
  if (exam.current === undefined) files.append({ event: 'went', task: 1 })
  await resume(files)
  await showTask(files, options)
}

/** `kubedrill exam submit`: hands in, grades and shows the review. Exit code 1 when it is not passed. */
export async function examSubmit({ yes, json }: { yes?: boolean; json?: boolean }): Promise<void> {
  const latest = latestExam()
  if (latest === undefined) throw new Failure('there is no exam: `kubedrill exam start` begins one')
  if (!isOver(latest.exam)) {
    if (!yes && !json && process.stdin.isTTY && !(await confirmed(latest.files))) return
    latest.files.append({ event: 'submitted', ...terminal() })
  }
  await review({ ...(json ? { json } : {}), exam: latest.files.id })
}

async function confirmed(files: ExamFiles): Promise<boolean> {
  const { tasks, leftMs } = currentStatus(files)
  const open = tasks.filter(({ state }) => state !== 'opened').length
  const flagged = tasks.filter((task) => task.flagged).map(({ number }) => number)
  const still = [
    ...(open > 0 ? [`${open} task${open > 1 ? 's' : ''} not worked on`] : []),
    ...(flagged.length > 0 ? [`${flagged.join(', ')} flagged`] : []),
  ]
  const asks = createInterface({ input: process.stdin, output: process.stderr })
  const answer = await asks.question(
    `Submit with ${minutesText(leftMs)} left${still.map((each) => `, ${each}`).join('')}? (y/N) `,
  )
  asks.close()
  if (!/^y(es)?$/i.test(answer.trim())) tell('Not submitted.')
  return /^y(es)?$/i.test(answer.trim())
}

/** @throws {Failure} when no exam goes on */
function current(): { files: ExamFiles; exam: Exam } {
  const latest = latestExam()
  if (latest === undefined) throw new Failure('no exam is running: `kubedrill exam start` begins one')
  if (isOver(latest.exam)) {
    const { because, phase } = currentStatus(latest.files)
    const why = because === 'submitted' ? 'was submitted' : 'is over, time is up; what was done until then counts'
    throw new Failure(
      `exam ${latest.files.id} ${why}: \`kubedrill exam review\` ${phase === 'graded' ? 'shows' : 'grades'} it`,
    )
  }
  return latest
}

async function showTask(files: ExamFiles, { json, shell }: GoOptions): Promise<void> {
  const exam = files.read()!
  const number = exam.current ?? 1
  const session = files.task(number)
  shim(session)
  const kubeconfig = `${files.current}/kubeconfig`
  const status = currentStatus(files)
  if (json) {
    sayJson({ ...status, task: exerciseOf(exam, number).task, kubeconfig })
    return
  }
  say(`${paint('bold', lineOf(status))}\n\n${markdown(exerciseOf(exam, number).task)}\n`)
  if (shell === undefined) return
  say(advice())
  if (shell && process.stdin.isTTY) await openExamShell(files)
  else say(`\nexport KUBECONFIG=${kubeconfig}`)
}

function advice(): string {
  const commands = [
    ['kubedrill task', 'this text again'],
    ['kubedrill exam next', 'the next task; also prev, goto 5, skip'],
    ['kubedrill exam flag', 'mark it to come back to'],
    ['kubedrill exam status', 'tasks and time'],
    ['kubedrill reset', 'this task from its beginning'],
    ['kubedrill exam submit', 'hand in'],
  ]
  return commands.map(([command, what]) => `  ${paint('cyan', command!.padEnd(22))} ${what}`).join('\n')
}
