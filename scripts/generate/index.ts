import { mkdirSync, writeFileSync } from 'node:fs'
import { mergeModule } from './merge.ts'
import { openApiModule } from './openapi.ts'
import { protobufModule } from './protobuf.ts'
import { structureModule } from './structure.ts'
import { typescriptDeclarations } from './types.ts'

const out = 'src/api/generated'
mkdirSync(out, { recursive: true })
writeFileSync(`${out}/types.ts`, typescriptDeclarations())
writeFileSync(`${out}/structure.ts`, structureModule())
writeFileSync(`${out}/merge.ts`, mergeModule())
writeFileSync(`${out}/protobuf.ts`, protobufModule())
writeFileSync(`${out}/openapi.ts`, openApiModule())
