/**
 * kube-scheduler: finds nodes for pods. What happens to a waiting pod when is in queued-pod.ts, what is decided in
 * schedule-one.ts and plugins/, what the cluster looks like meanwhile in cache.ts.
 */
import type { Client, EventRecorder } from '../../client/contract.ts'
import type { ChartWorld } from '../../sim/chart.ts'
import type { Random } from '../../sim/random.ts'
import type { SchedulerFlags } from './flags.ts'
import { defaultPlugins } from './profile.ts'
import { Scheduler } from './scheduler.ts'

export { parseFlags, type SchedulerFlags } from './flags.ts'

export interface StartSchedulerOptions {
  readonly client: Client
  readonly recorder: EventRecorder
  readonly world: ChartWorld
  readonly random: Random
  readonly flags: SchedulerFlags
  /** What it holds its Lease as; on a real node the host's name and a UUID. */
  readonly identity: string
  /** It no longer leads: the real program exits now. */
  readonly onLost?: () => void
}

/** Starts kube-scheduler. Source: cmd/kube-scheduler/app/server.go Run */
export function startScheduler(options: StartSchedulerOptions): { stop(): void } {
  const { client, recorder, world, random } = options
  return new Scheduler({
    client,
    recorder,
    world,
    random,
    plugins: defaultPlugins,
    schedulerName: 'default-scheduler',
  })
}
