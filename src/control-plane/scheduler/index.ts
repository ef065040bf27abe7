/**
 * kube-scheduler: finds nodes for pods. What happens when is in queued-pod.ts, what is decided in schedule-one.ts and
 * plugins/, what the cluster looks like meanwhile in cache.ts.
 */
export { parseFlags, type SchedulerFlags } from './flags.ts'
