import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { ExamStatus } from '../exercises/exam/index.ts'
import { Random } from '../sim/random.ts'

export interface KilledExamOptions {
  readonly kills: number
  readonly seed: number
  readonly tell?: (line: string) => void
}

const KUBEDRILL = join(process.cwd(), 'bin', 'kubedrill.js')
const KUBECTL = process.env.KUBECTL ?? 'kubectl'
/** How far (ms) two looks at the exam's clock may be off: what a command takes to answer. */
const SLACK_MS = 30_000

/**
 * Takes an exam while its processes are killed (SIGKILL) at random moments: now the server, now the command at work. After
 * each kill everything that was answered has to be there (flags, the task, ConfigMaps written in each cluster), and the
 * exam's clock has to say what this process's own says.
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

class KilledExam {
  readonly #home: string
  readonly #random: Random
  readonly #tell: (line: string) => void
  /** What was answered: flags by task, and the names of the ConfigMaps in each task's cluster. */
  readonly #flags = new Map<number, boolean>()
  readonly #written = new Map<number, string[]>()
  #began = 0

  constructor(home: string, random: Random, tell: (line: string) => void) {
    this.#home = home
    this.#random = random
    this.#tell = tell
  }

  async run(kills: number): Promise<void> {
    // Of a pack whose clusters all answer kubectl from the beginning.
    await this.#ended(this.#kubedrill('exam start --no-shell --tasks 3 --seed 7 --pack cka-storage'))
    const begun = await this.#status()
    this.#began = performance.now() - begun.elapsedMs
    for (let kill = 1; kill <= kills; kill++) {
      await this.#write(kill)
      const status = await (this.#random.int(2) === 0 ? this.#killServer() : this.#killCommand())
      await this.#compare(status)
      this.#tell(`kill ${kill}: task ${status.current}, ${Math.round(status.leftMs / 1000)} s left, nothing lost`)
    }
    for (const task of this.#written.keys()) {
      await this.#ended(this.#kubedrill(`exam goto ${task}`))
      await this.#compare(await this.#status())
    }
    await this.#ended(this.#kubedrill('exam submit --json'))
    const graded = await this.#status()
    if (graded.phase !== 'graded') throw new Error(`the exam is ${graded.phase}, not graded`)
  }

  /** Something answered: from here on it must not get lost. */
  async #write(kill: number): Promise<void> {
    const { current } = await this.#status()
    const made = await this.#asked(current!, `create configmap kill-${kill} -n default`)
    if (made.code !== 0) throw new Error(`kubectl after kill ${kill - 1}: ${made.stderr}`)
    this.#written.set(current!, [...(this.#written.get(current!) ?? []), `kill-${kill}`])
    const flagged = this.#random.int(2) === 0
    await this.#ended(this.#kubedrill(`exam flag ${current}${flagged ? '' : ' --off'}`))
    this.#flags.set(current!, flagged)
  }

  async #killServer(): Promise<ExamStatus> {
    await pause(this.#random.int(1500))
    const { pid } = JSON.parse(readFileSync(join(this.#home, 'exams/0001/current/server.lock'), 'utf8')) as {
      pid: number
    }
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // It was about to end by itself.
    }
    return this.#status()
  }

  /** A command that changes something dies on the way: it has happened, or it has not. */
  async #killCommand(): Promise<ExamStatus> {
    const command = ['exam next', 'exam goto 1', 'exam goto 2', 'exam goto 3', 'exam prev'][this.#random.int(5)]!
    const child = this.#kubedrill(command)
    await pause(this.#random.int(3000))
    child.kill('SIGKILL')
    return this.#status()
  }

  async #compare(status: ExamStatus): Promise<void> {
    if (status.phase !== 'running') throw new Error(`the exam is ${status.phase}`)
    const off = Math.abs(status.elapsedMs - (performance.now() - this.#began))
    if (off > SLACK_MS) throw new Error(`the exam's clock is off by ${Math.round(off)} ms`)
    for (const [task, flagged] of this.#flags)
      if (status.tasks[task - 1]!.flagged !== flagged) throw new Error(`the flag of task ${task} was lost`)
    const { stdout, stderr } = await this.#asked(status.current!, 'get configmaps -n default -o name')
    const there = stdout.split('\n')
    const lost = (this.#written.get(status.current!) ?? []).filter((name) => !there.includes(`configmap/${name}`))
    if (lost.length > 0) throw new Error(`lost in task ${status.current}: ${lost.join(', ')} ${stderr}`)
  }

  async #status(): Promise<ExamStatus> {
    const { code, stdout, stderr } = await this.#ended(this.#kubedrill('exam status --json'))
    if (code !== 0) throw new Error(`exam status: ${stderr}`)
    return JSON.parse(stdout) as ExamStatus
  }

  /** kubectl; where the cluster's server has died or was never begun, after going back to the task, as a learner would. */
  async #asked(task: number, args: string): Promise<{ code: number | null; stdout: string; stderr: string }> {
    const answer = await this.#ended(this.#kubectl(args))
    if (answer.code === 0) return answer
    await this.#ended(this.#kubedrill(`exam goto ${task}`))
    return this.#ended(this.#kubectl(args))
  }

  #kubedrill(args: string): ChildProcess {
    return this.#spawn(process.execPath, [KUBEDRILL, ...args.split(' ')])
  }

  #kubectl(args: string): ChildProcess {
    return this.#spawn(KUBECTL, args.split(' '))
  }

  #spawn(program: string, args: readonly string[]): ChildProcess {
    const KUBECONFIG = join(this.#home, 'exams/0001/current/kubeconfig')
    const env = { ...process.env, KUBEDRILL_HOME: this.#home, KUBEDRILL_SESSION: '', KUBECONFIG }
    return spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'] })
  }

  #ended(child: ChildProcess): Promise<{ code: number | null; stdout: string; stderr: string }> {
    const result = { stdout: '', stderr: '' }
    child.stdout?.on('data', (text) => (result.stdout += String(text)))
    child.stderr?.on('data', (text) => (result.stderr += String(text)))
    return new Promise((resolve) => child.on('close', (code) => resolve({ code, ...result })))
  }
}
