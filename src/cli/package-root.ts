import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** The directory of this package: where package.json, bin/, exercises/ and dist/ are, however deep this file was bundled. */
export const PACKAGE_ROOT: string = rootAbove(import.meta.dirname)

export const VERSION: string = JSON.parse(readFileSync(join(PACKAGE_ROOT, 'package.json'), 'utf8')).version

function rootAbove(directory: string): string {
  if (existsSync(join(directory, 'package.json')) && existsSync(join(directory, 'bin'))) return directory
  return rootAbove(dirname(directory))
}
