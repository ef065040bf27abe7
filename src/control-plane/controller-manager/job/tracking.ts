import { isDeleting } from '../../../api/meta.ts'
import { isStatus, type Pod, type Status } from '../../../api/types.ts'
import { newCondition, trueCondition, withCondition } from './conditions.ts'
import { judgeFailure } from './failure-policy.ts'
import { withoutTracking } from './finalizers.ts'
import { completionsOf, hasLimitPerIndex, hasValidIndex, indexOf, isIndexed, isPodFailed, isTracked } from './pods.ts'
import type { Sync } from './sync.ts'

/** Source: pkg/controller/job/job_controller.go MaxUncountedPods */
const MAX_UNCOUNTED = 500

/**
 * Counts pods that ended, each exactly once, whatever fails in between: writes down that they have ended, takes their
 * finalizer, then counts them. When all are counted the Job may be over.
 * Source: job_controller.go trackJobStatusAndRemoveFinalizers
 */
export function trackStatus(sync: Sync, flushNeeded: boolean): Status | undefined {
  const tracked = new Set(sync.pods.filter(isTracked).map(({ metadata }) => metadata.uid!))
  let needsFlush = countThoseWithout(sync, tracked) || flushNeeded
  const found = collectEnded(sync)
  needsFlush = found.changed || needsFlush
  if (isIndexed(sync.job)) needsFlush = writeIndexes(sync, found.indexes) || needsFlush
  needsFlush = writeInterimCondition(sync) || needsFlush
  if (needsFlush) {
    const refused = flush(sync)
    if (refused !== undefined) return explained(refused, 'adding uncounted pods to status')
    sync.deps.backoff.set(sync.key, sync.backoff)
  }
  let failed: Status | undefined
  for (const pod of found.ended) {
    const refused = withoutTracking(sync.deps.client, pod)
    if (refused === undefined) tracked.delete(pod.metadata.uid!)
    else failed ??= refused
  }
  needsFlush = countThoseWithout(sync, tracked)
  if (failed !== undefined) return (needsFlush ? flush(sync) : undefined) ?? failed
  const finished = !found.full && enactFinished(sync)
  if (!needsFlush && !finished) return undefined
  const refused = flush(sync)
  if (refused !== undefined) return explained(refused, 'removing uncounted pods from status')
  if (finished) recordFinished(sync)
  return undefined
}

function explained(refused: Status, doing: string): Status {
  return { ...refused, message: `tracking status: ${doing}: ${refused.message}` }
}

function flush(sync: Sync): Status | undefined {
  const { name, namespace } = sync.job.metadata
  const status = sync.statusNow()
  const answer = sync.deps.client.updateStatus('Job', name, namespace, (now) => ({ ...now, status }))
  return isStatus(answer) ? answer : undefined
}

/** Pods without the finalizer move from the uncounted to the counters. Source: cleanUncountedPodsWithoutFinalizers */
function countThoseWithout(sync: Sync, tracked: ReadonlySet<string>): boolean {
  const { succeeded, failed } = sync.uncounted
  const left = {
    succeeded: succeeded.filter((uid) => tracked.has(uid)),
    failed: failed.filter((uid) => tracked.has(uid)),
  }
  const [won, lost] = [succeeded.length - left.succeeded.length, failed.length - left.failed.length]
  if (won + lost === 0) return false
  sync.status.succeeded += won
  sync.status.failed += lost
  sync.uncounted = left
  return true
}

interface Ended {
  readonly ended: readonly Pod[]
  readonly indexes: readonly number[]
  readonly changed: boolean
  /** More ended than one pass writes down. */
  readonly full: boolean
}

function collectEnded(sync: Sync): Ended {
  const { job, finished } = sync
  const ended: Pod[] = []
  const indexes: number[] = []
  const added = { succeeded: [...sync.uncounted.succeeded], failed: [...sync.uncounted.failed] }
  let changed = false
  let full = false
  const over = finished !== undefined && finished.type !== 'SuccessCriteriaMet'
  for (const pod of sync.pods.filter(isTracked)) {
    const isFailed = isPodFailed(pod, job)
    if (!mayGo(sync, pod, isFailed)) continue
    ended.push(pod)
    const uid = pod.metadata.uid!
    if (pod.status?.phase === 'Succeeded' && !sync.isUncounted(pod, 'failed')) {
      if (isIndexed(job)) {
        if (hasValidIndex(job, pod) && !sync.before.has(indexOf(pod))) {
          indexes.push(indexOf(pod))
          changed = true
        }
      } else if (!sync.isUncounted(pod, 'succeeded')) {
        added.succeeded.push(uid)
        changed = true
      }
    } else if ((isFailed || over) && !sync.isUncounted(pod, 'failed')) {
      const counts = (!isIndexed(job) || hasValidIndex(job, pod)) && judgeFailure(job.spec.podFailurePolicy, pod).counts
      if (counts) {
        added.failed.push(uid)
        changed = true
      }
    }
    full = indexes.length + added.succeeded.length + added.failed.length >= MAX_UNCOUNTED
    if (full) break
  }
  sync.uncounted = added
  return { ended, indexes, changed, full }
}

/** Source: canRemoveFinalizer */
function mayGo({ job, finished, delayed }: Sync, pod: Pod, isFailed: boolean): boolean {
  if (isDeleting(job) || finished !== undefined || pod.status?.phase === 'Succeeded') return true
  if (!isFailed) return false
  return !hasLimitPerIndex(job) || delayed.get(indexOf(pod))?.metadata.uid !== pod.metadata.uid
}

function writeIndexes(sync: Sync, indexes: readonly number[]): boolean {
  const { status } = sync
  sync.indexes = sync.indexes.with(indexes)
  const completed = sync.indexes.toString()
  const failed = sync.failedIndexes?.toString()
  const changed = completed !== (status.completedIndexes ?? '') || failed !== status.failedIndexes
  status.succeeded = sync.indexes.size
  status.completedIndexes = completed
  if (failed === undefined) delete status.failedIndexes
  else status.failedIndexes = failed
  return changed
}

/** What will be Failed or Complete is first FailureTarget or SuccessCriteriaMet, written before any finalizer is taken. */
function writeInterimCondition(sync: Sync): boolean {
  const { finished, status, now, job } = sync
  if (finished?.type === 'FailureTarget') {
    status.conditions = [...status.conditions, finished]
    sync.finished = newCondition('Failed', 'True', finished.reason ?? '', finished.message ?? '', now)
    return true
  }
  if (finished?.type !== 'SuccessCriteriaMet') return false
  const isNew = trueCondition(job, 'SuccessCriteriaMet') === undefined
  if (isNew) status.conditions = [...status.conditions, finished]
  sync.finished = newCondition('Complete', 'True', finished.reason ?? '', finished.message ?? '', now)
  return isNew
}

/** Source: enactJobFinished */
function enactFinished({ finished, uncounted, terminating, status }: Sync): boolean {
  if (finished === undefined || uncounted.succeeded.length + uncounted.failed.length > 0 || terminating > 0)
    return false
  status.conditions = withCondition(status.conditions, finished)
  if (finished.type === 'Complete' && finished.lastTransitionTime !== undefined)
    status.completionTime = finished.lastTransitionTime
  return true
}

/** Source: recordJobFinished */
function recordFinished({ job, finished, status, deps: { recorder } }: Sync): void {
  if (finished?.type === 'Complete') {
    if (job.spec.completions !== undefined && status.succeeded > completionsOf(job))
      recorder.event(
        job,
        'Warning',
        'TooManySucceededPods',
        'Too many succeeded pods running after completion count reached',
      )
    recorder.event(job, 'Normal', 'Completed', 'Job completed')
  } else if (finished !== undefined) recorder.event(job, 'Warning', finished.reason ?? '', finished.message ?? '')
}
