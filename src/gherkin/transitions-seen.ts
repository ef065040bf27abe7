import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { statecharts } from '../cluster/statecharts.ts'
import { TransitionCounts } from '../sim/transitions.ts'
import { usedExtensions } from './extensions.ts'

/** How often the scenarios of this process have fired each transition of each statechart. */
export const transitionsSeen = new TransitionCounts()

/** A directory that every process of a run, parallel workers too, leaves its counts in. */
export const TRANSITIONS_DIRECTORY = 'KUBEDRILL_TRANSITIONS'

/** The times each arrow of a statechart was fired, in the order of `arrowsOf`, by the chart's name. */
export type TransitionTimes = Readonly<Record<string, readonly number[]>>

/** Leaves this process's counts where $KUBEDRILL_TRANSITIONS says, if it does. */
export function writeTransitionsSeen(): void {
  const directory = process.env[TRANSITIONS_DIRECTORY]
  if (!directory) return
  const times: TransitionTimes = Object.fromEntries(
    [...statecharts, ...usedExtensions().flatMap((each) => each.statecharts ?? [])].map(({ machine }) => [
      machine.id,
      transitionsSeen.of(machine).map((seen) => seen.times),
    ]),
  )
  writeFileSync(join(directory, `${process.pid}.json`), JSON.stringify(times))
}
