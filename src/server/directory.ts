import { existsSync, mkdirSync } from 'node:fs'
import { dirname } from 'node:path'

/**
 * Makes a directory and those above it. Not by Node's own recursion, which never ends where a parent takes no directories,
 * as in /proc.
 *
 * @throws in a line that names the parent in which none can be made
 */
export function makeDirectory(path: string): void {
  if (path === '' || existsSync(path)) return
  const parent = dirname(path)
  makeDirectory(parent)
  try {
    mkdirSync(path)
  } catch (error) {
    throw new Error(`no directory can be made in ${parent} (${(error as NodeJS.ErrnoException).code})`)
  }
}
