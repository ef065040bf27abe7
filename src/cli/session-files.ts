import { existsSync, renameSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { Topology } from '../cluster/contract.ts'
import { Failure } from './failure.ts'
import { readJson, writeJson } from './json-file.ts'
import { makeDirectory } from './make-directory.ts'

/** What a session is made from: with the journal, all that is needed to have it again. */
export interface SessionRecord {
  readonly version: 1
  /** The version and build of kubedrill that began it. */
  readonly kubedrill?: string
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

/** Where kubedrill keeps its sessions: $KUBEDRILL_HOME, $XDG_STATE_HOME/kubedrill or ~/.local/state/kubedrill. */
export function stateDirectory(): string {
  if (process.env.KUBEDRILL_HOME) return process.env.KUBEDRILL_HOME
  return join(process.env.XDG_STATE_HOME || join(home(), '.local', 'state'), 'kubedrill')
}

/** @throws {Failure} where nobody knows it: files would come to lie wherever one is */
function home(): string {
  try {
    const found = homedir()
    if (found !== '') return found
  } catch {
    // No HOME, and nobody of this number in passwd(5).
  }
  throw new Failure('HOME is not set: KUBEDRILL_HOME names the directory for what kubedrill keeps')
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
  /** What stands before the prompt of its shell. */
  get label(): string {
    return join(this.directory, 'label')
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
    this.write(record)
  }

  write(record: SessionRecord): void {
    makeDirectory(this.directory, 0o700)
    writeJson(this.record, record)
  }

  /** All at once: a process that dies on the way leaves none, or what is swept away with the next. */
  remove(): void {
    const gone = `${this.directory}.gone`
    rmSync(gone, { recursive: true, force: true })
    try {
      renameSync(this.directory, gone)
    } catch {
      // There is none, or another process was first.
    }
    rmSync(gone, { recursive: true, force: true })
  }
}
