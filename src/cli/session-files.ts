import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { Topology } from '../cluster/contract.ts'

/** What a session is made from: with the journal, all that is needed to have it again. */
export interface SessionRecord {
  readonly version: 1
  readonly exercise: { readonly pack: string; readonly id: string; readonly directory: string }
  readonly topology: Topology
  readonly seed: number
  /** Virtual ms at power-on. */
  readonly startAt: number
  /** Virtual seconds in a real one. */
  readonly speed: number
  readonly port: number
  /** The directory of the exam that it is a task of. */
  readonly exam?: string
  /** The attempt it is, for the history. */
  readonly attempt?: { readonly id: string; readonly mode: 'practice' | 'daily'; readonly at: number }
}

/** How far the learner is. */
export interface Progress {
  readonly hintsTaken: number
  readonly solutionSeen: boolean
  readonly best?: { readonly score: number; readonly max: number }
}

export const NO_PROGRESS: Progress = { hintsTaken: 0, solutionSeen: false }

/** Where kubedrill keeps its sessions: $KUBEDRILL_HOME, $XDG_STATE_HOME/kubedrill or ~/.local/state/kubedrill. */
export function stateDirectory(): string {
  if (process.env.KUBEDRILL_HOME) return process.env.KUBEDRILL_HOME
  return join(process.env.XDG_STATE_HOME || join(homedir(), '.local', 'state'), 'kubedrill')
}

/** Where `kubedrill serve` listens to commands such as `kubedrill states`, by the port it serves the API on. */
export function servedSocket(port: number): string {
  return join(servedSockets(), `${port}.sock`)
}

export function servedSockets(): string {
  return join(stateDirectory(), 'serve')
}

/** The files of one session. */
export class SessionFiles {
  readonly directory: string

  constructor(directory = join(stateDirectory(), 'session')) {
    this.directory = directory
  }

  get record(): string {
    return join(this.directory, 'session.json')
  }
  get journal(): string {
    return join(this.directory, 'journal.jsonl')
  }
  get credentials(): string {
    return join(this.directory, 'credentials.json')
  }
  get kubeconfig(): string {
    return join(this.directory, 'kubeconfig')
  }
  get log(): string {
    return join(this.directory, 'server.log')
  }
  get server(): string {
    return join(this.directory, 'server.json')
  }
  /** Names the process that serves the session. */
  get lock(): string {
    return join(this.directory, 'server.lock')
  }
  /** Names and addresses of the machines, one a line: what `ssh` in the learner's shell goes by. */
  get nodes(): string {
    return join(this.directory, 'nodes')
  }
  get socket(): string {
    return join(this.directory, 'control.sock')
  }

  exists(): boolean {
    return existsSync(this.record)
  }

  readRecord(): SessionRecord | undefined {
    return readJson<SessionRecord>(this.record)
  }

  create(record: SessionRecord): void {
    this.remove()
    mkdirSync(this.directory, { recursive: true, mode: 0o700 })
    writeJson(this.record, record)
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true })
  }
}

/** Best scores and hints, per exercise; they outlive sessions. */
export class ProgressFile {
  readonly #file = join(stateDirectory(), 'progress.json')

  all(): Readonly<Record<string, Progress>> {
    return readJson<Record<string, Progress>>(this.#file) ?? {}
  }

  of(exercise: string): Progress {
    return this.all()[exercise] ?? NO_PROGRESS
  }

  set(exercise: string, progress: Progress): void {
    mkdirSync(stateDirectory(), { recursive: true, mode: 0o700 })
    writeJson(this.#file, { ...this.all(), [exercise]: progress })
  }
}

export function readJson<T>(file: string): T | undefined {
  if (!existsSync(file)) return undefined
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as T
  } catch {
    return undefined
  }
}

/** Written beside and renamed: a crash leaves the old file or the new one, never half of one. */
export function writeJson(file: string, value: unknown): void {
  replaceFile(file, `${JSON.stringify(value, null, 2)}\n`)
}

export function replaceFile(file: string, text: string): void {
  const made = `${file}.${process.pid}.new`
  writeFileSync(made, text, { mode: 0o600 })
  renameSync(made, file)
}
