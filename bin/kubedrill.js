#!/usr/bin/env node
import { existsSync } from 'node:fs'

const built = new URL('../dist/cli.js', import.meta.url)
if (existsSync(built)) await (await import(built.href)).main(process.argv)
else {
  process.stderr.write('kubedrill is not built: run `npm run build` in its directory first\n')
  process.exitCode = 2
}
