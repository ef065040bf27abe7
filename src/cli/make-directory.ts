import { existsSync, mkdirSync } from 'node:fs'
import { dirname } from 'node:path'

/**
 * Makes a directory and those it is in, one after the other: Node's own way (`recursive`) never ends where none can be made (below
 * /proc, in a directory that was deleted).
 */
export function makeDirectory(path: string, mode = 0o777): void {
  if (existsSync(path)) return
  makeDirectory(dirname(path), mode)
  try {
    mkdirSync(path, { mode })
  } catch (error) {
    // Another process was first.
    if (!existsSync(path)) throw error
  }
}
