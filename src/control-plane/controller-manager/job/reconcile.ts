import { selectorFromLabelSelector } from '../../../api/labels.ts'
import { controllerOf, isDeleting, splitKey } from '../../../api/meta.ts'
import { parseTime, rfc3339 } from '../../../api/time.ts'
import type { Job, Pod, Status } from '../../../api/types.ts'
import { claim } from '../claim.ts'
import { isJobFinished } from '../job-status.ts'
import { orphanPods } from '../pods-of.ts'
import { nextRecord, noFailures } from './backoff.ts'
import { newCondition, trueCondition, withCondition } from './conditions.ts'
import { jobFailure } from './failure-policy.ts'
import { deleteActivePods, manageJob } from './manage.ts'
import { isIndexed, isSuspended, TRACKING_FINALIZER } from './pods.ts'
import { judgeSuccess } from './success-policy.ts'
import { type JobDependencies, Sync } from './sync.ts'
import { trackStatus } from './tracking.ts'

/** Source: pkg/apis/batch JobControllerName: any other value of managedBy names somebody else's controller. */
const CONTROLLER_NAME = 'kubernetes.io/job-controller'

export function isManagedElsewhere({ spec: { managedBy } }: Job): boolean {
  return managedBy !== undefined && managedBy !== CONTROLLER_NAME
}

/** Source: pkg/controller/job/job_controller.go syncJob */
export function reconcileJob(key: string, deps: JobDependencies): Status | undefined {
  const { client, backoff } = deps
  const { namespace, name } = splitKey(key)
  const job = client.get('Job', name, namespace)
  if (job === undefined || isJobFinished(job)) backoff.delete(key)
  if (job === undefined || isManagedElsewhere(job) || isJobFinished(job)) return undefined
  const { claimed, failed } = podsOf(job, deps)
  if (failed !== undefined) return failed
  const record = backoff.get(key) ?? noFailures
  const sync = new Sync(key, job, claimed, deps, record)
  sync.backoff = nextRecord(record, sync.newSucceeded, sync.newFailed)
  if (sync.status.startTime === undefined && !isSuspended(job)) sync.status.startTime = rfc3339(sync.now)
  judge(sync)
  const suspensionChanged = act(sync)
  const { status } = sync
  const needsFlush =
    suspensionChanged ||
    sync.active !== (status.active ?? 0) ||
    sync.ready !== status.ready ||
    sync.terminating !== status.terminating
  status.active = sync.active
  status.ready = sync.ready
  status.terminating = sync.terminating
  return trackStatus(sync, needsFlush) ?? sync.problem
}

/** The Job's pods, with those it adopts, which it then tracks too. Source: getPodsForJob */
function podsOf(job: Job, { client }: JobDependencies): { claimed: readonly Pod[]; failed: Status | undefined } {
  const { namespace, uid } = job.metadata
  const selector = selectorFromLabelSelector(job.spec.selector)
  const owned = client.list('Pod', { namespace: namespace!, ownerUid: uid! })
  const candidates = [...owned, ...orphanPods(client, namespace!, selector)]
  const { claimed, failed } = claim(client, 'Pod', job, selector, candidates, TRACKING_FINALIZER)
  const tracked = claimed.map((pod) =>
    controllerOf(pod) === undefined ? (client.get('Pod', pod.metadata.name, namespace) ?? pod) : pod,
  )
  return { claimed: tracked, failed }
}

/** Whether the Job has failed or succeeded enough; earlier verdicts stand, failures come before successes. */
function judge(sync: Sync): void {
  const { job, now, pods } = sync
  const failure = (reason: string, message: string) => newCondition('FailureTarget', 'True', reason, message, now)
  sync.finished = trueCondition(job, 'SuccessCriteriaMet')
  if (sync.finished === undefined) {
    const target = trueCondition(job, 'FailureTarget')
    const message = target === undefined ? jobFailure(job, pods) : undefined
    if (target !== undefined)
      sync.finished = newCondition('Failed', 'True', target.reason ?? '', target.message ?? '', now)
    else if (message !== undefined) sync.finished = failure('PodFailurePolicy', message)
  }
  if (sync.finished === undefined) {
    if (sync.failed > (job.spec.backoffLimit ?? 6) || isPastLimitInPlace(job, pods))
      sync.finished = failure('BackoffLimitExceeded', 'Job has reached the specified backoff limit')
    else if (isPastDeadline(sync))
      sync.finished = failure('DeadlineExceeded', 'Job was active longer than specified deadline')
  }
  if (isIndexed(job)) judgeIndexes(sync, failure)
}

function judgeIndexes(sync: Sync, failure: (reason: string, message: string) => ReturnType<typeof newCondition>): void {
  sync.readIndexes()
  const { job, failedIndexes, indexes, now } = sync
  const { maxFailedIndexes, completions = 0, successPolicy } = job.spec
  const failed = failedIndexes?.size ?? 0
  if (sync.finished === undefined && failed > 0) {
    if (maxFailedIndexes !== undefined && failed > maxFailedIndexes)
      sync.finished = failure(
        'MaxFailedIndexesExceeded',
        'Job has exceeded the specified maximal number of failed indexes',
      )
    else if (failed + indexes.size >= completions) sync.finished = failure('FailedIndexes', 'Job has failed indexes')
  }
  if (sync.finished !== undefined) return
  const message = judgeSuccess(successPolicy, completions, indexes)
  if (message !== undefined) sync.finished = newCondition('SuccessCriteriaMet', 'True', 'SuccessPolicy', message, now)
}

/** Restarts in place count where pods restart on failure. Source: pastBackoffLimitOnFailure */
function isPastLimitInPlace({ spec }: Job, pods: readonly Pod[]): boolean {
  if (spec.template.spec?.restartPolicy !== 'OnFailure') return false
  let restarts = 0
  for (const { status } of pods)
    if (status?.phase === 'Running' || status?.phase === 'Pending')
      for (const { restartCount } of [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])])
        restarts += restartCount
  const { backoffLimit = 6 } = spec
  return backoffLimit === 0 ? restarts > 0 : restarts >= backoffLimit
}

/** Source: pastActiveDeadline; comes back at the deadline. */
function isPastDeadline({ job, status, now, deps, key }: Sync): boolean {
  const { activeDeadlineSeconds } = job.spec
  if (activeDeadlineSeconds === undefined || isSuspended(job)) return false
  const left = activeDeadlineSeconds * 1000 - (now - parseTime(status.startTime))
  if (left > 0) deps.checkAgainAfter(key, left)
  return left <= 0
}

/** Deletes what runs of a Job that is over, or brings its pods to the number there should be. Answers whether it was suspended or resumed. */
function act(sync: Sync): boolean {
  const { job, now } = sync
  if (sync.finished !== undefined) {
    const { all, failed } = deleteActivePods(sync)
    sync.problem = failed
    if (!all) sync.finished = undefined
    return false
  }
  if (!isDeleting(job)) sync.problem = manageJob(sync)
  const { completions } = job.spec
  const enough = completions === undefined ? sync.succeeded > 0 : sync.succeeded >= completions
  if (enough && sync.active === 0) {
    const message = 'Reached expected number of succeeded pods'
    sync.finished = newCondition('SuccessCriteriaMet', 'True', 'CompletionsReached', message, now)
    return false
  }
  return !isDeleting(job) && suspension(sync)
}

function suspension({ job, status, now, deps: { recorder } }: Sync): boolean {
  const suspended = isSuspended(job)
  const condition = suspended
    ? newCondition('Suspended', 'True', 'JobSuspended', 'Job suspended', now)
    : newCondition('Suspended', 'False', 'JobResumed', 'Job resumed', now)
  const conditions = withCondition(status.conditions, condition)
  if (conditions === status.conditions) return false
  status.conditions = conditions
  recorder.event(job, 'Normal', suspended ? 'Suspended' : 'Resumed', condition.message ?? '')
  if (suspended) delete status.startTime
  else status.startTime = rfc3339(now)
  return true
}
