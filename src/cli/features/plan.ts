import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { type IPlannedPickle, type IRunConfiguration, loadSources } from '@cucumber/cucumber/api'
import { makeDirectory } from '../make-directory.ts'
import { tell } from '../terminal.ts'
import type { Shard } from './options.ts'
import { fileOf } from './watch/loop.ts'

/** Scenarios that failed last time, as cucumber-js writes them: `features/a.feature:3:12`, a line a file. */
export const RERUN_FILE = join('.kubedrill', '@rerun.txt')

const placeOf = ({ uri, location }: IPlannedPickle) => `${uri}:${location.line}`
const hash = (text: string) => createHash('sha256').update(text).digest('hex')

/**
 * The scenarios of one shard: by the hash of where each is written, so that they spread over the shards whatever their order, and
 * dealt out in turn, so that no two shards differ by more than one. Same files and total: same shards, on any machine.
 */
export function shardOf<T extends IPlannedPickle>(plan: readonly T[], { index, total }: Shard): readonly T[] {
  const dealt = plan
    .map((pickle) => ({ pickle, rank: hash(placeOf(pickle)) }))
    .toSorted((a, b) => (a.rank < b.rank ? -1 : a.rank > b.rank ? 1 : 0))
  const mine = new Set(dealt.filter((_, turn) => turn % total === index - 1).map(({ pickle }) => pickle))
  return plan.filter((pickle) => mine.has(pickle))
}

/** The run, of this shard's scenarios only. */
export async function sharded(run: IRunConfiguration, shard: Shard): Promise<IRunConfiguration> {
  const { plan, errors } = await loadSources(run.sources)
  // What cannot be read is told by the run itself.
  if (errors.length > 0) return run
  return { ...run, sources: { ...run.sources, paths: shardOf(plan, shard).map(placeOf) } }
}

/** The features that a run would read, those that are no Gherkin included, whatever tags and names it asks for. */
export async function featureFiles({ sources }: IRunConfiguration): Promise<readonly string[]> {
  const { plan, errors } = await loadSources({ ...sources, names: [], tagExpression: '' })
  return [...new Set([...plan, ...errors].map(({ uri }) => normalize(uri)))]
}

/** The run, with no more processes than there are scenarios: cucumber-js begins as many as it is told. */
export async function withWorkFor(run: IRunConfiguration): Promise<IRunConfiguration> {
  if (run.runtime.parallel === 0) return run
  const { plan, errors } = await loadSources(run.sources)
  if (errors.length > 0) return run
  return { ...run, runtime: { ...run.runtime, parallel: Math.min(run.runtime.parallel, plan.length) } }
}

/**
 * What failed last time, as paths to run; undefined: there is no record of a run. Features that were deleted since then drop out, and
 * are told of.
 */
export function failedLastTime(): readonly string[] | undefined {
  if (!existsSync(RERUN_FILE)) return undefined
  const failed = readFileSync(RERUN_FILE, 'utf8').split('\n').filter(Boolean)
  const left = failed.filter((path) => existsSync(fileOf(path)))
  if (left.length === failed.length) return failed
  for (const path of failed.filter((each) => !left.includes(each)))
    tell(`${fileOf(path)} failed last time, and is no longer there`)
  writeFileSync(RERUN_FILE, left.join('\n'))
  return left
}

/** Where this run's failures are written; made, and kept out of version control. */
export function rerunFile(): string {
  const directory = dirname(RERUN_FILE)
  makeDirectory(directory)
  const ignore = join(directory, '.gitignore')
  if (!existsSync(ignore)) writeFileSync(ignore, '*\n')
  return RERUN_FILE
}
