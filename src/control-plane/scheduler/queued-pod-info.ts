import { hearsOf, mayHelp } from './cluster-events.ts'
import type { ClusterEvent, EventName, Plugin } from './framework.ts'
import type { PodInfo } from './pod-info.ts'
import type { Framework } from './profile.ts'

/** A pod that waits for a node. Source: pkg/scheduler/framework/types.go QueuedPodInfo */
export interface QueuedPod {
  info: PodInfo
  readonly key: string
  readonly uid: string | undefined
  readonly framework: Framework
  priority: number
  /** When it was last put in line, virtual ms, and its place among those of that instant. */
  timestamp: number
  sequence: number
  /** Among all pods, as they came. */
  readonly order: number
  place: 'active' | 'backoff' | 'waiting' | 'gated' | 'scheduling'
  backoffExpiration: number
  attempts: number
  /** When it was first tried, virtual ms. */
  initialAttempt: number | undefined
  /** Who refused it the last time, or keeps it from being tried. */
  unschedulablePlugins: ReadonlySet<string>
  gatingPlugin: Plugin | undefined
  /** What happened while it was held back after its scheduling cycle. */
  missed: ClusterEvent[] | undefined
}

/**
 * Pods of a group are tried again after their back-off, whatever happens meanwhile, and none of them waits for an event. A
 * real scheduler with nothing else to do takes them from the back-off queue at once, and again, as fast as it can: what
 * comes of that is what comes of trying them when something has changed.
 * Source: determineSchedulingHintForInFlightPod
 */
export const inGroup = ({ info }: QueuedPod): boolean => info.pod.spec.schedulingGroup !== undefined

/** Source: runPreEnqueuePlugins: the one that held it before is asked first. */
export function gatingPlugin({ gatingPlugin: before, framework, info }: QueuedPod): Plugin | undefined {
  if (before?.preEnqueue?.(info.pod) !== undefined) return before
  return framework.preEnqueue.find((plugin) => plugin !== before && plugin.preEnqueue!(info.pod) !== undefined)
}

/** Source: isPodWorthRequeuing */
export function worthRequeuing(queued: QueuedPod, event: ClusterEvent): boolean {
  const name = `${event.resource}/${event.action}` as EventName
  if (queued.gatingPlugin !== undefined && queued.gatingPlugin.events?.has(name) !== true) return false
  return queued.framework.all.some(
    (plugin) =>
      queued.unschedulablePlugins.has(plugin.name) &&
      hearsOf(plugin, name) &&
      mayHelp(plugin, name, event, queued.info.pod),
  )
}
