import { spawn } from 'node:child_process'
import { openSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { Control } from './control.ts'
import { Failure } from './failure.ts'
import { PACKAGE_ROOT } from './package-root.ts'
import type { SessionFiles } from './session-files.ts'

const POLL_MS = 20
const PATIENCE_MS = 60_000

/** The program this process was started with: the server runs the same one. */
export function ownProgram(): string {
  return join(PACKAGE_ROOT, 'bin', 'kubedrill.js')
}

/** Starts the session's server in the background and waits until it answers. @throws {Failure} with the end of its log */
export async function startServer(files: SessionFiles): Promise<void> {
  const log = openSync(files.log, 'a', 0o600)
  const before = statSync(files.log).size
  const child = spawn(process.execPath, [ownProgram(), 'serve', '--session', files.directory], {
    detached: true,
    stdio: ['ignore', log, log],
  })
  child.unref()
  let exited = false
  child.on('exit', () => {
    exited = true
  })
  const control = new Control(files)
  for (let waited = 0; waited < PATIENCE_MS; waited += POLL_MS) {
    if (await control.alive()) return
    if (exited) break
    await new Promise((resolve) => setTimeout(resolve, POLL_MS))
  }
  const words = readFileSync(files.log).subarray(before).toString().trimEnd()
  // The server's own Failure is the whole story; anything else is shown as it is.
  const known = /^kubedrill: (?!this should)(.*)$/s.exec(words)
  if (exited && known) throw new Failure(known[1]!)
  throw new Failure(`the cluster did not come up:\n${words.split('\n').slice(-12).join('\n')}`, 1)
}
