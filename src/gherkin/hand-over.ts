import type { World } from './world.ts'

/** Where a scenario is to stop, so that somebody can look around. */
export interface Until {
  /** Steps after this one (from 0) are not run. */
  readonly step?: number
  /** ms after the cluster has booted. */
  readonly afterMs?: number
}

/** The scenario has come to the place where it was to stop. */
export class Stopped extends Error {
  constructor() {
    super('stopped here, as asked for')
  }
}

/** Gets a scenario's World when it is over. @returns whether it keeps it: then it is not closed */
type Taker = (world: World) => boolean

// The command line and the library that cucumber loads are bundles of their own: what they share is global.
const KEY = Symbol.for('kubedrill.handOver')
const shared = globalThis as { [KEY]?: Taker | undefined }

export function takeWorlds(taker: Taker | undefined): void {
  shared[KEY] = taker
}

export function handOver(world: World): boolean {
  return shared[KEY]?.(world) === true
}
