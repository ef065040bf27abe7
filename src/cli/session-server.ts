import { spawn } from 'node:child_process'
import { closeSync, existsSync, openSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { Control } from './control.ts'
import { Failure } from './failure.ts'
import { PACKAGE_ROOT } from './package-root.ts'
import type { SessionFiles } from './session-files.ts'
import { NO_ROOM, noRoom } from './system-error.ts'
import { tell } from './terminal.ts'

const POLL_MS = 20
/** How long (wall ms) a session is left to another server before it is tried again. */
const AGAIN_MS = 200
/** After this long (wall ms) the learner is told what is waited for. */
const QUIET_MS = 10_000
/** A long journal on a busy machine takes its time. */
const PATIENCE_MS = 300_000

/** The program this process was started with: the server runs the same one. */
export function ownProgram(): string {
  return join(PACKAGE_ROOT, 'bin', 'kubedrill.js')
}

/** Starts the session's server in the background and waits until it answers. @throws {Failure} with the end of its log */
export async function startServer(files: SessionFiles): Promise<void> {
  const log = openSync(files.log, 'a', 0o600)
  try {
    await started(files, log, statSync(files.log).size)
  } finally {
    closeSync(log)
  }
}

async function started(files: SessionFiles, log: number, before: number): Promise<void> {
  const control = new Control(files)
  const began = performance.now()
  const livedBefore = existsSync(files.journal)
  let server = serverOf(files, log)
  let told = false
  for (let waited = 0; waited < PATIENCE_MS; waited = performance.now() - began) {
    if (await control.alive()) return
    // Without an error another server comes up, or is about to end, and has the session until then; or ours was killed.
    const { ended, at } = server
    if ((ended === 0 || ended === null) && performance.now() - at >= AGAIN_MS) server = serverOf(files, log)
    else if (ended) break
    if (!told && waited > QUIET_MS) {
      told = true
      tell(
        livedBefore
          ? 'The cluster is being brought back: all that was done in it is done again …'
          : 'Still setting up …',
      )
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS))
  }
  // One that never answered must not write into the journal later.
  if (server.ended === undefined) server.kill()
  const words = readFileSync(files.log).subarray(before).toString().trimEnd()
  // Its log is on the same disk.
  if (server.ended === NO_ROOM) throw new Failure(noRoom(files.directory))
  // The server's own Failure is the whole story; anything else is shown as it is.
  const known = /^kubedrill: (?!this should)(.*)$/s.exec(words)
  if (server.ended && known) throw new Failure(known[1]!)
  throw new Failure(`the cluster did not come up:\n${words.split('\n').slice(-12).join('\n')}`, 1)
}

/** A server in the background, and how it ended. */
function serverOf(files: SessionFiles, log: number) {
  const child = spawn(process.execPath, [ownProgram(), 'serve', '--session', files.directory], {
    detached: true,
    stdio: ['ignore', log, log],
  })
  child.unref()
  const server: { at: number; ended: number | null | undefined; kill(): void } = {
    at: performance.now(),
    ended: undefined,
    kill: () => void child.kill(),
  }
  child.on('exit', (code) => {
    server.ended = code
  })
  return server
}
