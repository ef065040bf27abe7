import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** kubedrill's own version: package.json stands above src/ and above dist/. */
export const VERSION: string = JSON.parse(readFileSync(join(import.meta.dirname, '..', 'package.json'), 'utf8')).version
