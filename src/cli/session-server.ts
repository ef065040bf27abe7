import { spawn } from 'node:child_process'
import { openSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { Control } from './control.ts'
import { Failure } from './failure.ts'
import { PACKAGE_ROOT } from './package-root.ts'
import type { SessionFiles } from './session-files.ts'

const POLL_MS = 20
/** How long (wall ms) a session is left to another server before it is tried again. */
const AGAIN_MS = 200
const PATIENCE_MS = 60_000

/** The program this process was started with: the server runs the same one. */
export function ownProgram(): string {
  return join(PACKAGE_ROOT, 'bin', 'kubedrill.js')
}

/** Starts the session's server in the background and waits until it answers. @throws {Failure} with the end of its log */
export async function startServer(files: SessionFiles): Promise<void> {
  const log = openSync(files.log, 'a', 0o600)
  const before = statSync(files.log).size
  const control = new Control(files)
  let ended: number | null | undefined
  const begin = () => {
    ended = undefined
    const child = spawn(process.execPath, [ownProgram(), 'serve', '--session', files.directory], {
      detached: true,
      stdio: ['ignore', log, log],
    })
    child.unref()
    child.on('exit', (code) => {
      ended = code
    })
  }
  begin()
  for (let waited = 0; waited < PATIENCE_MS; waited += POLL_MS) {
    if (await control.alive()) return
    // Without an error another server comes up, or is about to end, and has the session until then; or ours was killed.
    if ((ended === 0 || ended === null) && waited % AGAIN_MS === 0) begin()
    else if (ended) break
    await new Promise((resolve) => setTimeout(resolve, POLL_MS))
  }
  const words = readFileSync(files.log).subarray(before).toString().trimEnd()
  // The server's own Failure is the whole story; anything else is shown as it is.
  const known = /^kubedrill: (?!this should)(.*)$/s.exec(words)
  if (ended && known) throw new Failure(known[1]!)
  throw new Failure(`the cluster did not come up:\n${words.split('\n').slice(-12).join('\n')}`, 1)
}
