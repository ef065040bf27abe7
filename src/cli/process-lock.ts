import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { Failure } from './failure.ts'
import { readJson } from './json-file.ts'

/** A process, told apart from a later one with the same number. */
interface Holder {
  readonly pid: number
  /** Clock ticks after the machine's start; none where the system does not say. */
  readonly started?: string
}

/**
 * Takes a lock that one process holds at a time and that a dead one loses, however it died.
 *
 * @returns false when a living process holds it
 */
export function takeLock(file: string): boolean {
  const own = `${file}.${process.pid}`
  writeFileSync(own, JSON.stringify(holderOf(process.pid)), { mode: 0o600 })
  try {
    for (;;) {
      if (linked(own, file)) return true
      const holder = readJson<Holder>(file)
      if (holder !== undefined && lives(holder)) return holder.pid === process.pid
      takeAway(file, holder)
    }
  } finally {
    rmSync(own, { force: true })
  }
}

/** Whether this process holds a lock: it is lost with the directory that it was in. */
export function holdsLock(file: string): boolean {
  return readJson<Holder>(file)?.pid === process.pid
}

/** How long (wall ms) a turn is waited for, and how often it is asked. */
const PATIENCE_MS = 10_000
const ASK_MS = 5

/** Does something that takes no time while no other process does anything under the same lock. */
export function underLock<T>(file: string, action: () => T): T {
  const last = performance.now() + PATIENCE_MS
  while (!takeLock(file)) {
    if (performance.now() > last) throw new Failure(`another kubedrill holds ${file} and does not let go of it`, 1)
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ASK_MS)
  }
  try {
    return action()
  } finally {
    rmSync(file, { force: true })
  }
}

/** A dead holder's lock goes; one that somebody else has taken in the meantime is put back. */
function takeAway(file: string, dead: Holder | undefined): void {
  const aside = `${file}.${process.pid}.dead`
  try {
    renameSync(file, aside)
  } catch {
    return
  }
  const found = readJson<Holder>(aside)
  if (found !== undefined && found.pid !== dead?.pid && lives(found)) linked(aside, file)
  rmSync(aside, { force: true })
}

function linked(from: string, to: string): boolean {
  try {
    linkSync(from, to)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

function holderOf(pid: number): Holder {
  const started = statOf(pid)?.[19]
  return started === undefined ? { pid } : { pid, started }
}

function lives({ pid, started }: Holder): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
  const stat = statOf(pid)
  return stat === undefined || (stat[0] !== 'Z' && (started === undefined || stat[19] === started))
}

/** The fields of /proc/PID/stat behind the program's name: its state first. Source: proc_pid_stat(5) */
function statOf(pid: number): readonly string[] | undefined {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)!.split(' ')
  } catch {
    return undefined
  }
}
