/**
 * kube-scheduler: finds nodes for pods. What happens to a waiting pod when is in queued-pod.ts, what is decided in
 * schedule-one.ts and plugins/, what comes of it in cycles.ts, what the cluster looks like meanwhile in cache.ts.
 */
import type { Pod } from '../../api/types.ts'
import type { Client, EventRecorder, EventsRecorder } from '../../client/contract.ts'
import { startLeaderElection } from '../../client/leader-election.ts'
import type { ChartWorld } from '../../sim/chart.ts'
import type { Random } from '../../sim/random.ts'
import type { Registry } from './framework.ts'
import type { CompletedOptions } from './options.ts'
import { checkProfiles } from './profile-check.ts'
import { inTreeRegistry } from './registry.ts'
import { Scheduler } from './scheduler.ts'
import type { PodExplanation } from './why.ts'

export { parseFlags } from './flags.ts'
export { type CompletedOptions, completeOptions } from './options.ts'
export { type NodeVerdict, type PodExplanation, verdictText } from './why.ts'

export interface StartSchedulerOptions {
  readonly client: Client
  /** Of the events about pods, in the name of a profile. */
  eventsRecorder(schedulerName: string): EventsRecorder
  /** Of the events about the leader election. */
  readonly recorder: EventRecorder
  readonly world: ChartWorld
  readonly random: Random
  readonly options: CompletedOptions
  /** The name of its host: its Lease names that and a UUID. */
  readonly identity: string
  readonly registry?: Registry
  /** It no longer leads: the real program exits now. */
  readonly onLost?: () => void
}

export interface RunningScheduler {
  /** Undefined while another one leads, and for a pod of another scheduler. */
  why(pod: Pod): PodExplanation | undefined
  stop(): void
}

/**
 * Starts kube-scheduler: it schedules while it leads.
 *
 * @throws Error for a configuration whose profiles cannot be built
 * Source: cmd/kube-scheduler/app/server.go Run
 */
export function startScheduler(start: StartSchedulerOptions): RunningScheduler {
  const { client, recorder, world, random, options, identity, registry = inTreeRegistry } = start
  const { config, podMaxInUnschedulablePodsDuration } = options
  const { podInitialBackoffSeconds, podMaxBackoffSeconds, profiles, leaderElection: election } = config
  const schedule = () =>
    new Scheduler({
      client,
      world,
      random,
      profiles,
      registry,
      recorder: start.eventsRecorder,
      percentageOfNodesToScore: config.percentageOfNodesToScore,
      queue: { podInitialBackoffSeconds, podMaxBackoffSeconds, podMaxInUnschedulablePodsDuration },
      genericWorkload: options.features.genericWorkload,
      component: componentName(config.leaderElection.resourceName, identity),
    })
  if (!election.leaderElect) {
    const scheduler = schedule()
    return scheduler
  }
  checkProfiles(profiles, registry, world.clock)
  let scheduler: Scheduler | undefined
  const candidacy = startLeaderElection({
    client,
    world,
    random,
    recorder,
    component: componentName(election.resourceName, identity),
    lease: { name: election.resourceName, namespace: election.resourceNamespace },
    identity: `${identity}_${random.uuid()}`,
    leaseDuration: election.leaseDuration,
    renewDeadline: election.renewDeadline,
    retryPeriod: election.retryPeriod,
    onStartedLeading: () => {
      scheduler = schedule()
    },
    onStoppedLeading: () => {
      scheduler?.stop()
      scheduler = undefined
      start.onLost?.()
    },
  })
  return {
    why: (pod) => scheduler?.why(pod),
    stop: () => {
      candidacy.stop()
      scheduler?.stop()
    },
  }
}

/** As the trace names it: schedulers on one host differ by their Lease. */
const componentName = (lease: string, identity: string): string =>
  lease === 'kube-scheduler' ? `kube-scheduler/${identity}` : `kube-scheduler/${identity}/${lease}`
