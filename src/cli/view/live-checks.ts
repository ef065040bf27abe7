import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Grade } from '../../exercises/grade.ts'
import { ownProgram } from '../session-server.ts'

/** Grading computes for seconds: a process of its own does it, so that keys are answered meanwhile. */
export class LiveChecks {
  readonly #session: string
  readonly #onGrade: (grade: Grade) => void
  readonly #onEnd: () => void
  #child: ChildProcess | undefined

  constructor(session: string, onGrade: (grade: Grade) => void, onEnd: () => void) {
    this.#session = session
    this.#onGrade = onGrade
    this.#onEnd = onEnd
  }

  start(): void {
    this.stop()
    const env = { ...process.env, KUBEDRILL_SESSION: this.#session }
    const child = spawn(process.execPath, [ownProgram(), 'watch', '--json'], {
      env,
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    this.#child = child
    // However this process ends, the one it began does not stay behind.
    const end = () => child.kill()
    process.once('exit', end)
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (this.#child === child) this.#onGrade(JSON.parse(line) as Grade)
    })
    child.on('exit', () => {
      process.off('exit', end)
      if (this.#child === child) this.#onEnd()
    })
  }

  stop(): void {
    const child = this.#child
    this.#child = undefined
    child?.kill()
  }
}

/** Another command of kubedrill's. @returns its answer, or the words it failed with */
export function call(
  session: string,
  args: readonly string[],
): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    const env = { ...process.env, KUBEDRILL_SESSION: session }
    const child = spawn(process.execPath, [ownProgram(), ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] })
    let stdout = ''
    let stderr = ''
    child.stdout.on('data', (data) => (stdout += String(data)))
    child.stderr.on('data', (data) => (stderr += String(data)))
    child.on('close', (code) => resolve({ code: code ?? 1, stdout, stderr }))
  })
}
