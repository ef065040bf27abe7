import { newControllerRef } from '../../../api/meta.ts'
import { parseTime, rfc3339 } from '../../../api/time.ts'
import { loadTimeZone, utc } from '../../../api/time-zone.ts'
import type { CronJob, Job, ObjectReference } from '../../../api/types.ts'

/** The Jobs of a CronJob: pure. Source: pkg/controller/cronjob/utils.go */

/** The same for the same time, so that no time is served twice. Source: getJobName */
export function jobName(cronJob: CronJob, scheduled: number): string {
  return `${cronJob.metadata.name}-${Math.floor(scheduled / 60_000)}`
}

/** Source: getJobFromTemplate2 */
export function jobFor(cronJob: CronJob, scheduled: number): Job {
  const { jobTemplate, timeZone = '' } = cronJob.spec
  const { labels, annotations } = jobTemplate.metadata ?? {}
  const timestamp = localRfc3339(scheduled, timeZone)
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name: jobName(cronJob, scheduled),
      namespace: cronJob.metadata.namespace!,
      ...(labels === undefined ? {} : { labels }),
      annotations: { ...annotations, 'batch.kubernetes.io/cronjob-scheduled-timestamp': timestamp },
      ownerReferences: [newControllerRef(cronJob)],
    },
    spec: jobTemplate.spec!,
  } as Job
}

function localRfc3339(ms: number, timeZone: string): string {
  const minutes = (loadTimeZone(timeZone) ?? utc).offset(ms) / 60_000
  if (minutes === 0) return rfc3339(ms)
  const two = (n: number) => String(n).padStart(2, '0')
  const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60]
  return `${rfc3339(ms + minutes * 60_000).slice(0, -1)}${minutes < 0 ? '-' : '+'}${two(hours)}:${two(rest)}`
}

export function referenceTo({ apiVersion, kind, metadata }: Job): ObjectReference {
  const { name, namespace, uid, resourceVersion } = metadata
  return {
    kind,
    namespace: namespace!,
    name,
    uid: uid!,
    apiVersion,
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
  }
}

/** Those that started first come first; those that never did last. Source: byJobStartTime */
export function byStartTime(a: Job, b: Job): number {
  const [left, right] = [parseTime(a.status?.startTime), parseTime(b.status?.startTime)]
  if (Number.isNaN(left) !== Number.isNaN(right)) return Number.isNaN(left) ? 1 : -1
  if (left !== right && !Number.isNaN(left)) return left - right
  return a.metadata.name < b.metadata.name ? -1 : 1
}
