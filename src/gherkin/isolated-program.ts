import { closeSync, existsSync, openSync, readSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** A proxy that answers nobody. */
const NOWHERE = 'http://127.0.0.1:9'

/**
 * How a program is started for somebody unknown: by its own path, without anything of this machine's environment: no
 * plug-ins, no git, no preferences, no network but this machine's own address.
 */
export function isolated(program: string): { readonly program: string; readonly env: Record<string, string> } {
  const PATH = process.env.PATH ?? ''
  const candidates = program.includes('/') ? [program] : PATH.split(delimiter).map((each) => join(each, program))
  const found = candidates.find((each) => existsSync(each)) ?? program
  return {
    program: found,
    env: {
      // One that is a script finds what it starts there.
      PATH: isScript(found) ? PATH : '/nonexistent',
      HOME: '/nonexistent',
      KUBERC: 'off',
      HTTP_PROXY: NOWHERE,
      HTTPS_PROXY: NOWHERE,
      NO_PROXY: '127.0.0.1,localhost',
      GIT_ALLOW_PROTOCOL: 'none',
      ...(process.env.SystemRoot === undefined ? {} : { SystemRoot: process.env.SystemRoot }),
    },
  }
}

function isScript(file: string): boolean {
  if (!existsSync(file)) return false
  const start = Buffer.alloc(2)
  const opened = openSync(file, 'r')
  try {
    return readSync(opened, start, 0, 2, 0) === 2 && start.toString() === '#!'
  } finally {
    closeSync(opened)
  }
}
