/**
 * kube-scheduler: finds nodes for pods. What happens to a waiting pod when is in queued-pod.ts, what is decided in
 * schedule-one.ts and plugins/, what the cluster looks like meanwhile in cache.ts.
 */
import type { Client, EventRecorder } from '../../client/contract.ts'
import { startLeaderElection } from '../../client/leader-election.ts'
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
  /** The name of its host: its Lease names that and a UUID. */
  readonly identity: string
  /** It no longer leads: the real program exits now. */
  readonly onLost?: () => void
}

/** Starts kube-scheduler: it schedules while it leads. Source: cmd/kube-scheduler/app/server.go Run */
export function startScheduler(options: StartSchedulerOptions): { stop(): void } {
  const { client, recorder, world, random, flags, identity } = options
  let scheduler: Scheduler | undefined
  const schedule = () => {
    const plugins = defaultPlugins({ client, recorder, clock: world.clock, random })
    scheduler = new Scheduler({ client, recorder, world, random, plugins, schedulerName: 'default-scheduler' })
  }
  if (!flags.leaderElect) {
    schedule()
    return { stop: () => scheduler?.stop() }
  }
  const election = startLeaderElection({
    client,
    world,
    random,
    recorder,
    component: `kube-scheduler/${identity}`,
    lease: { name: flags.leaderElectResourceName, namespace: flags.leaderElectResourceNamespace },
    identity: `${identity}_${random.uuid()}`,
    leaseDuration: flags.leaderElectLeaseDuration,
    renewDeadline: flags.leaderElectRenewDeadline,
    retryPeriod: flags.leaderElectRetryPeriod,
    onStartedLeading: schedule,
    onStoppedLeading: () => {
      scheduler?.stop()
      options.onLost?.()
    },
  })
  return {
    stop: () => {
      election.stop()
      scheduler?.stop()
    },
  }
}
