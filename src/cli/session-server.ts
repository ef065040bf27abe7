import { spawn } from 'node:child_process'
import { openSync, readFileSync } from 'node:fs'
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
  throw new Failure(
    `the cluster did not come up:\n${readFileSync(files.log, 'utf8').split('\n').slice(-12).join('\n')}`,
    1,
  )
}
