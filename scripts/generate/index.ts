import { mkdirSync, writeFileSync } from 'node:fs'
import { typescriptDeclarations } from './types.ts'

const out = 'src/api/generated'
mkdirSync(out, { recursive: true })
writeFileSync(`${out}/types.ts`, typescriptDeclarations())
