import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface, type Interface } from 'node:readline'
import type { Control } from './control.ts'
import { Failure } from './failure.ts'
import { makeDirectory } from './make-directory.ts'
import { stateDirectory } from './session-files.ts'
import { tell } from './terminal.ts'

const HISTORY = 1000

/** A person at a node's shell: history, Tab, Ctrl-C and Ctrl-D as they know them; lines run in the cluster's server. */
export class NodeTerminal {
  readonly #control: Control
  readonly #node: string
  readonly #shell: { readonly id: number; readonly prompt: string }
  readonly #edit: (path: string) => Promise<void>
  readonly #lines: Interface
  readonly #typed: string[] = []
  #running = false
  #exitCode = 0
  /** The last one that was not in the middle of a command. */
  #prompt: string
  /** Output since the last newline: a prompt must not wipe it out. */
  #tail = ''

  constructor(
    control: Control,
    node: string,
    shell: { readonly id: number; readonly prompt: string },
    edit: (path: string) => Promise<void>,
  ) {
    this.#control = control
    this.#node = node
    this.#shell = shell
    this.#edit = edit
    this.#prompt = shell.prompt
    this.#lines = createInterface({
      input: process.stdin,
      output: process.stdout,
      terminal: true,
      prompt: shell.prompt,
      history: readHistory(),
      historySize: HISTORY,
      removeHistoryDuplicates: true,
      completer: (line: string, done: Completed) => this.#complete(line, done),
    })
  }

  /** Until the shell is left. @returns the exit code of the last command */
  open(): Promise<number> {
    return new Promise((resolve, reject) => {
      const lines = this.#lines
      lines.on('history', writeHistory)
      lines.on('SIGINT', () => this.#interrupt())
      lines.on('line', (line) => {
        this.#typed.push(line)
        this.#goOn().catch((error: Error) => {
          lines.close()
          reject(error)
        })
      })
      lines.on('close', () => {
        tell(`logout\nConnection to ${this.#node} closed.`)
        resolve(this.#exitCode)
      })
      lines.prompt()
    })
  }

  #complete(line: string, done: Completed): void {
    if (this.#running) done(null, [[], line])
    else
      this.#control.complete(this.#shell.id, line).then(
        ({ word, candidates }) => done(null, [[...candidates], word]),
        () => done(null, [[], line]),
      )
  }

  async #goOn(): Promise<void> {
    if (this.#running) return
    this.#running = true
    for (let line = this.#typed.shift(); line !== undefined; line = this.#typed.shift()) {
      if (await this.#run(line)) return this.#lines.close()
    }
    this.#running = false
    if (this.#tail !== '') process.stdout.write('\n')
    this.#tail = ''
    this.#lines.prompt(true)
  }

  /** @returns whether that was the shell's end */
  async #run(line: string): Promise<boolean> {
    const prompt = this.#lines.getPrompt()
    if (line.trim() === '' && prompt !== CONTINUED) return false
    this.#lines.setPrompt('')
    try {
      const write = (text: string) => {
        this.#tail = (this.#tail + text).split('\n').at(-1)!
        process.stdout.write(text)
      }
      const { exitCode, prompt: next, edit, closed } = await this.#control.run(this.#shell.id, line, write, INTERACTIVE)
      this.#exitCode = exitCode
      if (edit !== undefined) await this.#handOver(() => this.#edit(edit))
      this.#lines.setPrompt(next)
      if (next !== CONTINUED) this.#prompt = next
      return closed === true
    } catch (error) {
      // The shell goes on where a file could not be edited; without its server it has ended.
      if (!(error instanceof Failure) || error.exitCode !== 1) throw error
      tell(error.message)
      this.#lines.setPrompt(prompt)
      return !(await this.#control.alive())
    }
  }

  /** The terminal is somebody else's for a while: the editor's. */
  async #handOver(action: () => Promise<void>): Promise<void> {
    this.#lines.pause()
    process.stdin.setRawMode(false)
    try {
      await action()
    } finally {
      process.stdin.setRawMode(true)
      this.#lines.resume()
    }
  }

  #interrupt(): void {
    process.stdout.write('^C\n')
    this.#typed.length = 0
    // What was typed is given up; a command of several lines too.
    Object.assign(this.#lines, { line: '', cursor: 0 })
    this.#tail = ''
    const isContinued = this.#lines.getPrompt() === CONTINUED
    if (this.#running || isContinued) this.#control.interrupt(this.#shell.id).catch(() => {})
    if (this.#running) return
    this.#lines.setPrompt(this.#prompt)
    this.#lines.prompt()
  }
}

type Completed = (error: null, result: [string[], string]) => void

const CONTINUED = '> '
const INTERACTIVE = { interactive: true }

const historyFile = () => join(stateDirectory(), 'node-history')

/** Newest first, as readline has it. */
function readHistory(): string[] {
  const file = historyFile()
  return existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter(Boolean).slice(0, HISTORY) : []
}

function writeHistory(lines: readonly string[]): void {
  makeDirectory(stateDirectory(), 0o700)
  writeFileSync(historyFile(), `${lines.join('\n')}\n`, { mode: 0o600 })
}
