import { Failure } from '../failure.ts'
import { type Journey, placeText } from '../replay-place.ts'
import { say } from '../terminal.ts'
import { runningCluster } from './running.ts'

interface Options {
  readonly json?: boolean
}

/** `kubedrill step back|forward [N]`: in a replay, to the end of an earlier or later step. */
export async function step(direction: string, count = '1', options: Options = {}): Promise<void> {
  const steps = Number(count)
  if (!Number.isInteger(steps) || steps < 1) throw new Failure(`${count} is no number of steps`)
  if (direction !== 'back' && direction !== 'forward') throw new Failure('write `step back` or `step forward`')
  await travel({ steps: direction === 'back' ? -steps : steps }, options)
}

/** `kubedrill goto +2m10s`, `kubedrill goto 3`: in a replay, to an instant after boot, or to the end of a step. */
export async function goTo(to: string, options: Options = {}): Promise<void> {
  if (/^0+$/.test(to)) throw new Failure('steps are counted from 1; +0s is the instant after boot')
  await travel(/^\d+$/.test(to) ? { step: Number(to) } : { at: to }, options)
}

async function travel(to: Journey, { json }: Options): Promise<void> {
  const place = await (await runningCluster()).travel(to)
  say(json ? JSON.stringify(place, null, 2) : placeText(place))
}
