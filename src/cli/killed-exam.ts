import { type ChildProcess, spawn } from 'node:child_process'
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { type ExamStatus, statusOf } from '../exercises/exam/index.ts'
import { Random } from '../sim/random.ts'
import { ExamFiles, readClocks } from './exam-files.ts'
import { exerciseOf } from './exam-session.ts'

export interface KilledExamOptions {
  readonly kills: number
  readonly seed: number
  readonly tell?: (line: string) => void
}

const KUBEDRILL = join(process.cwd(), 'bin', 'kubedrill.js')
const KUBECTL = process.env.KUBECTL ?? 'kubectl'
const TASKS = 3
/** How far (ms) two looks at the exam's clock may be off: what a command takes to answer. */
const SLACK_MS = 30_000
/** How long (ms) after it was begun a command is killed at the latest. */
const LATE_MS = 3000

/**
 * Takes an exam while its processes are killed (SIGKILL) at random moments: the server, while it is written to too, and
 * commands at work, resets and the grading among them. After each kill everything that was answered has to be there
 * (flags, the task, ConfigMaps written in each cluster), and the exam's clock has to say what this process's own says. In
 * the end each task has the marks that a grading without kills gives it.
 *
 * @throws Error naming what was lost
 */
export async function killedExam({ kills, seed, tell = () => {} }: KilledExamOptions): Promise<void> {
  const home = mkdtempSync(join(tmpdir(), 'kubedrill-kill-'))
  try {
    await new KilledExam(home, new Random(seed, 'kill'), tell).run(kills)
  } finally {
    rmSync(home, { recursive: true, force: true })
  }
}

interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

class KilledExam {
  readonly #home: string
  readonly #random: Random
  readonly #tell: (line: string) => void
  readonly #files: ExamFiles
  /** What was answered: flags by task, and the names of the ConfigMaps in each task's cluster. */
  readonly #flags = new Map<number, boolean>()
  readonly #written = new Map<number, string[]>()
  #began = 0

  constructor(home: string, random: Random, tell: (line: string) => void) {
    this.#home = home
    this.#random = random
    this.#tell = tell
    this.#files = new ExamFiles(join(home, 'exams/0001'))
  }

  async run(kills: number): Promise<void> {
    // Of a pack whose clusters all answer kubectl from the beginning.
    await this.#ended(this.#kubedrill(`exam start --no-shell --tasks ${TASKS} --seed 7 --pack cka-storage`))
    this.#began = performance.now() - this.#now().elapsedMs
    const grading = Math.floor(kills / 5)
    for (let kill = 1; kill <= kills - grading; kill++) {
      await this.#write(kill)
      const what = await this.#kill(kill)
      const status = await this.#status()
      await this.#compare(status)
      this.#tell(
        `kill ${kill} (${what}): task ${status.current}, ${Math.round(status.leftMs / 1000)} s left, nothing lost`,
      )
    }
    for (const task of this.#written.keys()) {
      await this.#ended(this.#kubedrill(`exam goto ${task}`))
      await this.#compare(await this.#status())
    }
    if (grading > 0) await this.#solve(1)
    await this.#grade(grading)
  }

  /** Marks that are none are kept easily. */
  async #solve(task: number): Promise<void> {
    await this.#ended(this.#kubedrill(`exam goto ${task}`))
    const { directory } = exerciseOf(this.#files.read()!, task)
    const script = readdirSync(join(directory, 'solutions')).find((name) => name.endsWith('.sh'))!
    await this.#ended(this.#spawn('sh', [join(directory, 'solutions', script)], this.#home))
  }

  /** Something answered: from here on it must not get lost. */
  async #write(kill: number): Promise<void> {
    const current = this.#now().current!
    const flagged = this.#random.int(2) === 0
    const flag = this.#ended(this.#kubedrill(`exam flag ${current}${flagged ? '' : ' --off'}`))
    const made = await this.#asked(current, `create configmap kill-${kill} -n default`)
    if (made.code !== 0) throw new Error(`kubectl after kill ${kill - 1}: ${made.stderr}`)
    this.#written.set(current, [...(this.#written.get(current) ?? []), `kill-${kill}`])
    if ((await flag).code !== 0) throw new Error(`exam flag: ${(await flag).stderr}`)
    this.#flags.set(current, flagged)
  }

  /** @returns what was killed */
  #kill(kill: number): Promise<string> {
    return [() => this.#killServer(), () => this.#killCommand(), () => this.#killWritten(kill)][this.#random.int(3)]!()
  }

  async #killServer(): Promise<string> {
    await pause(this.#random.int(LATE_MS / 2))
    const { pid } = JSON.parse(readFileSync(join(this.#files.current, 'server.lock'), 'utf8')) as { pid: number }
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // It was about to end by itself.
    }
    return 'the server'
  }

  /** A command that changes something dies on the way: it has happened, or it has not. */
  async #killCommand(): Promise<string> {
    const commands = ['exam next', 'exam goto 1', 'exam goto 2', 'exam goto 3', 'exam prev', 'exam reset', 'skip 1m']
    const command = commands[this.#random.int(commands.length)]!
    const child = this.#kubedrill(command)
    const ended = this.#ended(child)
    await pause(this.#random.int(LATE_MS))
    child.kill('SIGKILL')
    await ended
    if (command === 'exam reset') await this.#wasReset()
    return command
  }

  /** A task whose reset was killed is as it was, or anew: never in between. */
  async #wasReset(): Promise<void> {
    const task = (await this.#status()).current!
    const answered = this.#written.get(task) ?? []
    const there = await this.#configMaps(task)
    const kept = answered.filter((name) => there.includes(name))
    if (kept.length > 0 && kept.length < answered.length) throw new Error(`half of task ${task} was begun anew`)
    this.#written.set(task, kept)
  }

  /** The server dies while it is written to: what it has answered is there. */
  async #killWritten(kill: number): Promise<string> {
    const task = this.#now().current!
    const names = Array.from({ length: 4 }, (_, i) => `kill-${kill}-${i}`)
    const writes = names.map(async (name) => ({
      name,
      ...(await this.#ended(this.#kubectl(`create configmap ${name} -n default`))),
    }))
    await this.#killServer()
    const answered = (await Promise.all(writes)).filter(({ code }) => code === 0).map(({ name }) => name)
    this.#written.set(task, [...(this.#written.get(task) ?? []), ...answered])
    return `the server, ${answered.length} of ${names.length} writes answered`
  }

  async #grade(kills: number): Promise<void> {
    const command = 'exam submit --json'
    for (let kill = 1; kill <= kills; kill++) {
      const child = this.#kubedrill(command)
      const ended = this.#ended(child)
      await pause(500 + this.#random.int(2 * LATE_MS))
      child.kill('SIGKILL')
      await ended
      const { phase, tasks } = this.#now()
      this.#tell(`kill ${kill} of the grading: ${phase}, ${tasks.filter(({ spentMs }) => spentMs > 0).length} tasks`)
    }
    const copy = `${this.#home}-undisturbed`
    try {
      await this.#ended(this.#kubedrill(command))
      const status = this.#now()
      if (status.phase !== 'graded') throw new Error(`the exam is ${status.phase}, not graded`)
      if (kills > 0) await this.#gradeAgain(copy, status)
    } finally {
      rmSync(copy, { recursive: true, force: true })
    }
  }

  /** The same exam without its grades, graded in peace. */
  async #gradeAgain(home: string, { score }: ExamStatus): Promise<void> {
    cpSync(this.#home, home, { recursive: true, filter: (file) => !file.endsWith('.sock') })
    const files = new ExamFiles(join(home, 'exams/0001'))
    const lines = readFileSync(files.log, 'utf8').split('\n')
    writeFileSync(files.log, lines.filter((line) => !line.includes('"event":"graded"')).join('\n'))
    await this.#ended(this.#kubedrill('exam review --json', home))
    const again = statusOf(files.read()!, readClocks())
    if (JSON.stringify(again.score) !== JSON.stringify(score))
      throw new Error(`marks differ: ${JSON.stringify(score)}, without kills ${JSON.stringify(again.score)}`)
    this.#tell(`graded twice: ${score?.percent} %`)
  }

  async #compare(status: ExamStatus): Promise<void> {
    if (status.phase !== 'running') throw new Error(`the exam is ${status.phase}`)
    const off = Math.abs(status.elapsedMs - (performance.now() - this.#began))
    if (off > SLACK_MS) throw new Error(`the exam's clock is off by ${Math.round(off)} ms`)
    for (const [task, flagged] of this.#flags)
      if (status.tasks[task - 1]!.flagged !== flagged) throw new Error(`the flag of task ${task} was lost`)
    const there = await this.#configMaps(status.current!)
    const lost = (this.#written.get(status.current!) ?? []).filter((name) => !there.includes(name))
    if (lost.length > 0) throw new Error(`lost in task ${status.current}: ${lost.join(', ')}`)
  }

  async #configMaps(task: number): Promise<readonly string[]> {
    const { code, stdout, stderr } = await this.#asked(task, 'get configmaps -n default -o name')
    if (code !== 0) throw new Error(`kubectl in task ${task}: ${stderr}`)
    return stdout.split('\n').map((line) => line.replace('configmap/', ''))
  }

  /** What the exam's file says: no command is run. */
  #now(): ExamStatus {
    return statusOf(this.#files.read()!, readClocks())
  }

  /** What a learner is told, who has the cluster back by that. */
  async #status(): Promise<ExamStatus> {
    const { code, stdout, stderr } = await this.#ended(this.#kubedrill('exam status --json'))
    if (code !== 0) throw new Error(`exam status: ${stderr}`)
    return JSON.parse(stdout) as ExamStatus
  }

  /** kubectl; where the cluster's server has died or was never begun, after going back to the task, as a learner would. */
  async #asked(task: number, args: string): Promise<Ended> {
    const answer = await this.#ended(this.#kubectl(args))
    if (answer.code === 0) return answer
    await this.#ended(this.#kubedrill(`exam goto ${task}`))
    return this.#ended(this.#kubectl(args))
  }

  #kubedrill(args: string, home = this.#home): ChildProcess {
    return this.#spawn(process.execPath, [KUBEDRILL, ...args.split(' ')], home)
  }

  #kubectl(args: string): ChildProcess {
    return this.#spawn(KUBECTL, args.split(' '), this.#home)
  }

  #spawn(program: string, args: readonly string[], home: string): ChildProcess {
    const KUBECONFIG = join(home, 'exams/0001/current/kubeconfig')
    const PATH = `${join(home, 'bin')}:${process.env.PATH}`
    const env = { ...process.env, PATH, KUBEDRILL_HOME: home, KUBEDRILL_SESSION: '', KUBECONFIG }
    return spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'] })
  }

  #ended(child: ChildProcess): Promise<Ended> {
    const result = { stdout: '', stderr: '' }
    child.stdout?.on('data', (text) => (result.stdout += String(text)))
    child.stderr?.on('data', (text) => (result.stderr += String(text)))
    return new Promise((resolve) => child.on('close', (code) => resolve({ code, ...result })))
  }
}
