import { shortDuration } from '../durations.ts'
import type { World } from '../world.ts'

/** `+4m10s` since the simulated cluster was booted; a real one's moments are those of the wall clock. */
export function stamp(world: World, at: number): string {
  const { cluster } = world.target
  return cluster === undefined ? new Date(at).toISOString() : `+${shortDuration(Math.max(0, at - cluster.bootedAt))}`
}
