import { spawnSync } from 'node:child_process'
import { statSync } from 'node:fs'
import type { ExamStatus } from '../../exercises/exam/index.ts'
import type { Grade } from '../../exercises/grade.ts'
import { Control } from '../control.ts'
import { type ExamFiles, runningExam } from '../exam-files.ts'
import { resume } from '../exam-session.ts'
import { Failure } from '../failure.ts'
import { ProgressFile } from '../progress-file.ts'
import { loadExerciseOf } from '../session-exercise.ts'
import { SessionFiles } from '../session-files.ts'
import { ownProgram, startServer } from '../session-server.ts'
import { say } from '../terminal.ts'
import { firstShown, frame } from '../view/frame.ts'
import { type Key, press } from '../view/keys.ts'
import { call, LiveChecks } from '../view/live-checks.ts'
import { Screen } from '../view/screen.ts'
import type { Deed, TaskShown, ViewState } from '../view/state.ts'
import { currentStatus } from './exam-status.ts'
import { practiceShell } from './learner-shell.ts'

/** How often (wall ms) the clock is drawn and the cluster asked. */
const TICK_MS = 1000
const OVER = 'the exam is over: q leaves, `kubedrill exam review` grades it'

/** `kubedrill view`: the running exercise or exam on the whole screen. */
export async function view(): Promise<void> {
  if (!process.stdin.isTTY || !process.stdout.isTTY)
    throw new Failure('a terminal is needed: `kubedrill task`, `check` and `exam status` work without one')
  await new View().run()
}

class View {
  readonly #screen = new Screen(
    (key) => this.#key(key),
    () => this.#draw(),
  )
  readonly #colours = process.env.NO_COLOR === undefined && process.env.TERM !== 'dumb'
  #place = placeNow()
  #state = initial(this.#place)
  #checks: LiveChecks | undefined
  #tick: NodeJS.Timeout | undefined
  #done: () => void = () => {}
  #failed: (error: Error) => void = () => {}

  get #files(): SessionFiles {
    return this.#place.files
  }

  async run(): Promise<void> {
    const { files, exam } = this.#place
    if (exam) await resume(exam)
    else if (!(await new Control(files).alive())) await startServer(files)
    const left = new Promise<void>((resolve, reject) => {
      this.#done = resolve
      this.#failed = reject
    })
    this.#resume()
    try {
      await left
    } finally {
      this.#suspend()
    }
  }

  #resume(): void {
    this.#screen.open()
    this.#tick = setInterval(() => {
      try {
        this.#look()
      } catch (error) {
        // Another terminal has ended the exercise: leave as from any other error, the terminal in order.
        this.#failed(error as Error)
      }
    }, TICK_MS)
    this.#watch()
    this.#look()
  }

  #suspend(): void {
    clearInterval(this.#tick)
    this.#checks?.stop()
    this.#screen.close()
  }

  #watch(): void {
    this.#checks?.stop()
    if (this.#state.exam) return
    const graded = (grade: Grade) => this.#set({ grade, checks: 'live' })
    this.#checks = new LiveChecks(this.#files.directory, graded, () => this.#set({ checks: 'off' }))
    this.#checks.start()
  }

  #set(change: Partial<ViewState>): void {
    this.#state = { ...this.#state, ...change }
    this.#draw()
  }

  #draw(): void {
    this.#screen.draw(frame(this.#state, this.#screen.size, this.#colours))
  }

  /** What time and others have changed: another terminal may have gone to another task. */
  #look(): void {
    const place = placeNow(this.#place)
    if (place.files.directory !== this.#files.directory) this.#turnTo(place)
    this.#set(clockOf(this.#place))
    new Control(this.#files).overview().then(
      (overview) => this.#set({ overview }),
      () => {},
    )
  }

  #turnTo(place: Place): void {
    this.#place = place
    const { focus, busy } = this.#state
    this.#state = { ...initial(place), focus, ...(busy === undefined ? {} : { busy }) }
    this.#watch()
  }

  #key(key: Key): void {
    const { state, deed } = press(this.#state, key, Math.max(1, this.#screen.size.rows - 6))
    this.#state = state
    this.#draw()
    if (deed) this.#doIt(deed).catch((error: Error) => this.#refused(error))
  }

  #refused({ message }: Error): void {
    const { checks } = this.#state
    this.#set({ notice: message.split('\n')[0]!, checks: checks === 'grading' ? 'off' : checks })
  }

  async #doIt(deed: Deed): Promise<void> {
    if (deed.do === 'quit') this.#done()
    else if (deed.do === 'shell') await this.#shell()
    else if (deed.do === 'check') await this.#check()
    else if (deed.do === 'list') await this.#list()
    else if (deed.do === 'hint') await this.#hint()
    else if (deed.do === 'goto' && !this.#state.exam) await this.#begin(deed.number)
    else if (deed.do === 'submit') await this.#hand()
    else await this.#command(deed)
  }

  async #run(busy: string, args: readonly string[]): Promise<string> {
    this.#set({ busy })
    const { code, stdout, stderr } = await call(this.#files.directory, args)
    const { busy: _, ...rest } = this.#state
    this.#state = rest
    // `check` ends with 1 where something is still to be done.
    if (code !== 0 && stdout === '') throw new Error(stderr.replace(/^kubedrill: /, '').trim() || `exit code ${code}`)
    return stdout
  }

  async #command(deed: Deed): Promise<void> {
    const { exam } = this.#state
    const current = exam?.tasks.find(({ number }) => number === exam.current)
    const off = current?.flagged ? ['--off'] : []
    const words: Partial<Record<Deed['do'], readonly string[]>> = {
      next: ['exam', 'next', '--json'],
      previous: ['exam', 'prev', '--json'],
      skip: ['exam', 'skip', '--json'],
      flag: ['exam', 'flag', ...off, '--json'],
      goto: ['exam', 'goto', String('number' in deed ? deed.number : 1), '--json'],
      reset: exam ? ['exam', 'reset', '--json'] : ['reset', '--no-shell'],
    }
    this.#checks?.stop()
    await this.#run('One moment', words[deed.do] ?? [])
    this.#turnTo(placeNow(this.#place))
    this.#look()
  }

  async #check(): Promise<void> {
    this.#set({ checks: 'grading' })
    const { grade: _, ...rest } = this.#state
    const text = await this.#run('Grading', ['check', '--json'])
    this.#state = { ...this.#state, ...rest, checks: 'live' }
    this.#set({ grade: JSON.parse(text) as Grade })
  }

  async #hint(): Promise<void> {
    const { number, of, text } = JSON.parse(await this.#run('One moment', ['hint', '--json'])) as Record<string, string>
    this.#set({ task: shown(this.#files), overlay: { title: `Hint ${number} of ${of}`, text: text ?? '', scroll: 0 } })
  }

  async #list(): Promise<void> {
    const packs = JSON.parse(await this.#run('One moment', ['list', '--json'])) as readonly Listed[]
    const all = packs.flatMap(({ exercises }) => exercises)
    const lines = all.map(
      ({ id, title, best }, i) => `- ${i + 1} ${id}: ${title}${best ? ` (${best.score}/${best.max})` : ''}`,
    )
    this.#set({
      overlay: { title: 'Exercises', text: lines.join('\n'), scroll: 0 },
      question: {
        text: 'Begin which (ends the running one)',
        kind: 'number',
        typed: '',
        deed: { do: 'goto', number: 0 },
      },
    })
  }

  async #begin(number: number): Promise<void> {
    const { overlay: _, ...rest } = this.#state
    this.#state = rest
    this.#checks?.stop()
    await this.#run('Setting up', ['start', String(number), '--no-shell'])
    this.#turnTo(placeNow(this.#place))
    this.#look()
  }

  async #shell(): Promise<void> {
    const { exam } = this.#state
    if (exam && exam.phase !== 'running') throw new Failure(OVER)
    this.#suspend()
    if (exam) {
      const { KUBEDRILL_SESSION: _, ...env } = process.env
      spawnSync(process.execPath, [ownProgram(), 'exam', 'shell'], { stdio: 'inherit', env })
    } else await practiceShell(this.#files, this.#state.task.id)
    this.#resume()
  }

  /** The review is longer than a screen: it is printed below what was there before. */
  async #hand(): Promise<void> {
    this.#suspend()
    if (this.#state.exam?.phase !== 'graded') say('Grading …')
    spawnSync(process.execPath, [ownProgram(), 'exam', 'submit', '--yes'], { stdio: 'inherit' })
    this.#done()
  }
}

interface Listed {
  readonly exercises: readonly {
    readonly id: string
    readonly title: string
    readonly best: { readonly score: number; readonly max: number } | null
  }[]
}

/** What is shown: a session; in an exam that of the task that is worked on. */
interface Place {
  readonly files: SessionFiles
  readonly exam?: ExamFiles
}

/** Where one is now, coming from elsewhere. An exam is stayed in when it is over. @throws {Failure} when there is nothing */
function placeNow(before?: Place): Place {
  const exam = before?.exam ?? runningExam()?.files
  if (exam === undefined) {
    const files = new SessionFiles(process.env.KUBEDRILL_SESSION)
    if (files.readRecord() === undefined) throw new Failure('no exercise is running: `kubedrill start` begins one')
    return { files }
  }
  const task = exam.read()?.current
  const files = task === undefined ? undefined : exam.task(task)
  if (files?.readRecord() !== undefined) return { files, exam }
  // A task whose cluster is only being set up is not shown yet.
  if (before !== undefined) return before
  throw new Failure(`exam ${exam.id} has no task open: \`kubedrill exam shell\` opens it`)
}

function initial(place: Place): ViewState {
  const clock = clockOf(place)
  return {
    task: shown(place.files),
    ...clock,
    checks: 'waiting',
    focus: 'task',
    scroll: { task: 0, list: firstShown(clock.exam), cluster: 0 },
  }
}

function clockOf({ files, exam: of }: Place): { timerMs: number; exam?: ExamStatus } {
  const exam = of && currentStatus(of)
  if (exam) return { exam, timerMs: exam.leftMs }
  const began = files.readRecord()?.attempt?.at ?? statSync(files.directory).birthtimeMs
  return { timerMs: Date.now() - began }
}

function shown(files: SessionFiles): TaskShown {
  const { id, title, task, domain, minutes, criteria, hints } = loadExerciseOf(files.readRecord()!)
  const { hintsTaken, best } = new ProgressFile().of(id)
  return { id, title, text: task, domain, minutes, criteria, hints, hintsTaken, ...(best ? { best } : {}) }
}
