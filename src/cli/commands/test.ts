import { existsSync } from 'node:fs'
import { Failure } from '../failure.ts'
import { configure } from '../features/configuration.ts'
import type { TestOptions } from '../features/options.ts'
import { failedLastTime, rerunFile, sharded, withWorkFor } from '../features/plan.ts'
import { makeRoomFor } from '../features/report-files.ts'
import { run } from '../features/run.ts'
import { say, tell } from '../terminal.ts'
import { recordTransitions } from '../transition-report.ts'
import { shareModules, shareModulesWithChildren } from '../user-modules.ts'

/**
 * `kubedrill test [FILES]`: runs features with the whole vocabulary, against simulated clusters or a real one. Exit code 1 when a
 * scenario failed, 2 when a feature cannot be read or has steps nobody knows.
 */
export async function test(files: readonly string[], options: TestOptions): Promise<void> {
  const named = [...files.map((file) => file.replace(/:\d+(:\d+)*$/, '')), ...(options.import ?? [])]
  const missing = named.find((file) => !/[*?{]/.test(file) && !existsSync(file))
  if (missing !== undefined) throw new Failure(`${missing}: there is no such file or directory`)
  const again = options.rerun ? failedLastTime() : undefined
  if (options.rerun && again === undefined) throw new Failure('there is no earlier run in this directory')
  if (again?.length === 0) return tell('nothing failed last time')
  shareModules()
  if (options.parallel) shareModulesWithChildren()
  process.exitCode = await runOnce(again ?? files, options)
}

async function runOnce(files: readonly string[], options: TestOptions): Promise<0 | 1 | 2> {
  const configured = await configure(files, options)
  const { shard, dryRun } = options
  const report = options.transitions ? recordTransitions() : undefined
  const part = await withWorkFor(shard === undefined ? configured.run : await sharded(configured.run, shard))
  if (shard !== undefined && part.sources.paths.length === 0) {
    tell(`shard ${shard.index}/${shard.total} has no scenario`)
    return 0
  }
  const formats = dryRun ? part.formats : { ...part.formats, files: { ...part.formats.files, [rerunFile()]: 'rerun' } }
  makeRoomFor(Object.keys(formats.files))
  if (!dryRun) await mustBeUsable(part.runtime.worldParameters?.target)
  const { exitCode } = await run({ ...configured, run: { ...part, formats } })
  if (report !== undefined) say(`\n${report().text}`)
  return exitCode
}

/** @throws {Failure} for a real cluster that does not answer, or not to us: every scenario would fail for it */
async function mustBeUsable(target: unknown): Promise<void> {
  if (typeof target !== 'string' || target === 'sim') return
  const { Connection } = await import('../../gherkin/remote/connection.ts')
  let refusal: string | undefined
  try {
    refusal = await new Connection(target).refusal()
  } catch (error) {
    refusal = (error as Error).message
  }
  if (refusal !== undefined) throw new Failure(refusal)
}
