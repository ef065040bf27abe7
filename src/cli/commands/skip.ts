import { parseGoDuration } from '../../api/duration.ts'
import { Failure } from '../failure.ts'
import { say, sayJson } from '../terminal.ts'
import { runningCluster } from './running.ts'

/** `kubedrill skip 10m`: lets virtual time pass at once. */
export async function skip(text: string, { json }: { json?: boolean }): Promise<void> {
  const ms = milliseconds(text)
  const control = await runningCluster()
  const { now } = await control.skip(ms)
  const time = new Date(now).toISOString().replace(/\.\d+/, '')
  if (json) sayJson({ skippedMs: ms, now: time })
  else say(`Skipped ${text}: it is ${time} in the cluster.`)
}

function milliseconds(text: string): number {
  const ms = parseGoDuration(text)
  if (ms === undefined || ms <= 0) throw new Failure(`"${text}" is not a duration: 90s, 10m, 1h30m`)
  if (ms > 30 * 86_400_000) throw new Failure('at most 30 days (720h) can be skipped at once')
  return ms
}
