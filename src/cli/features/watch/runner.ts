import { type ChildProcess, spawn } from 'node:child_process'

/** One `kubedrill test` at a time, each in a process of its own: changed steps are loaded anew, and nothing is left of a run that is ended. */
export class Runner {
  #child: ChildProcess | undefined
  #next: (() => void) | undefined

  /** Ends the run there is, if any, and begins another. */
  run(args: readonly string[], onEnd: () => void): void {
    const begin = () => {
      const child = spawn(process.execPath, [process.argv[1]!, 'test', ...args], {
        stdio: ['ignore', 'inherit', 'inherit'],
        detached: true,
      })
      this.#child = child
      child.on('exit', () => this.#ended(child, onEnd))
    }
    if (this.#child === undefined) begin()
    else this.stop(begin)
  }

  get running(): boolean {
    return this.#child !== undefined
  }

  /** Ends the run; what it has in a real cluster it takes out first. */
  stop(then: () => void): void {
    if (this.#child === undefined) then()
    else {
      this.#next = then
      this.#child.kill('SIGTERM')
    }
  }

  /** Ends it at once, and goes on to what was to come after it. */
  kill(): void {
    this.#child?.kill('SIGKILL')
  }

  #ended(child: ChildProcess, onEnd: () => void): void {
    this.#child = undefined
    // Workers and kubectls that outlive it are of its group.
    try {
      process.kill(-child.pid!, 'SIGKILL')
    } catch {
      // There are none.
    }
    const next = this.#next
    this.#next = undefined
    if (next === undefined) onEnd()
    else next()
  }
}
