import { Failure } from '../failure.ts'
import { say } from '../terminal.ts'
import { runningCluster } from './running.ts'

/** `kubedrill step back|forward [N]`: in a replay, to the end of an earlier or later step. */
export async function step(direction: string, count = '1'): Promise<void> {
  const steps = Number(count)
  if (!Number.isInteger(steps) || steps < 1) throw new Failure(`${count} is no number of steps`)
  if (direction !== 'back' && direction !== 'forward') throw new Failure('write `step back` or `step forward`')
  await travel({ step: direction === 'back' ? -steps : steps })
}

/** `kubedrill goto +2m10s`: in a replay, to an instant after boot. */
export async function goTo(at: string): Promise<void> {
  await travel({ at })
}

async function travel(place: { readonly step?: number; readonly at?: string }): Promise<void> {
  const { place: text } = await (await runningCluster()).travel(place)
  say(text)
}
