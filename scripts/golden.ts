/**
 * `npm run golden [-- --folder DIR] [--differences N]`: asks a fresh server of ours what a real v1.36 server was asked, and
 * prints per part how many answers agree and the first N differences (3). The recordings are kept beside the repository.
 *
 * Exit code 0 when everything was asked, 2 when there are no recordings.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { report } from './cases/report.ts'
import { compare } from './golden/parts.ts'
import { startFreshServer } from './golden/server.ts'

const { values } = parseArgs({
  options: { folder: { type: 'string' }, differences: { type: 'string', default: '3' } },
})
const folder = values.folder ?? join(import.meta.dirname, '../../shared/golden')

async function main(): Promise<number> {
  if (!existsSync(folder)) {
    console.error(`${folder}: there are no recorded answers`)
    return 2
  }
  const server = await startFreshServer()
  try {
    report(await compare(server, folder), 'answers', {
      ofAll: Number.POSITIVE_INFINITY,
      ofGroup: Number(values.differences),
    })
  } finally {
    await server.stop()
  }
  return 0
}

process.exitCode = await main()
