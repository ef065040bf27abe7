import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** The directory of this package: where package.json, bin/, exercises/ and dist/ are, however deep this file was bundled. */
export const PACKAGE_ROOT: string = rootAbove(import.meta.dirname)

export const VERSION: string = JSON.parse(readFileSync(join(PACKAGE_ROOT, 'package.json'), 'utf8')).version

/**
 * The version with what tells this build from others (`0.1.0+3f2a91c4`): the hash of the program, which names its parts by
 * theirs. Run from its source it is the version alone.
 */
export function buildVersion(directory = import.meta.dirname): string {
  const bundle = join(PACKAGE_ROOT, 'dist')
  if (directory !== bundle && dirname(directory) !== bundle) return VERSION
  const program = readFileSync(join(bundle, 'cli.js'))
  return `${VERSION}+${createHash('sha256').update(program).digest('hex').slice(0, 8)}`
}

function rootAbove(directory: string): string {
  if (existsSync(join(directory, 'package.json')) && existsSync(join(directory, 'bin'))) return directory
  return rootAbove(dirname(directory))
}
