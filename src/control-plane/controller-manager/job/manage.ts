import { isPodReady, isPodTerminating } from '../../../api/conditions.ts'
import { newControllerRef } from '../../../api/meta.ts'
import type { Container, Job, ObjectMeta, Pod, PodTemplateSpec, Status } from '../../../api/types.ts'
import { podsToDelete } from '../deletion-order.ts'
import { isNamespaceTerminating, podFromTemplate, slowStart } from '../pod-control.ts'
import { remainingTime, remainingTimeOfIndex } from './backoff.ts'
import { judgeFailure } from './failure-policy.ts'
import { withoutTracking } from './finalizers.ts'
import {
  completionsOf,
  hasLimitPerIndex,
  INDEX,
  INDEX_FAILURES,
  INDEX_IGNORED_FAILURES,
  ignoredIndexFailures,
  indexesOf,
  indexFailures,
  indexOf,
  isIndexed,
  isSuspended,
  replacesOnlyFailed,
  TRACKING_FINALIZER,
} from './pods.ts'
import type { Sync } from './sync.ts'

/** How many pods are made or deleted a pass. Source: pkg/controller/job/job_controller.go MaxPodCreateDeletePerSync */
const MAX_PER_SYNC = 500
/** Source: job_controller.go SyncJobBatchPeriod */
export const BATCH_MS = 1_000

/** Makes pods where there are too few and deletes them where there are too many. Source: job_controller.go manageJob */
export function manageJob(sync: Sync): Status | undefined {
  const { job } = sync
  if (isSuspended(job)) return deletePods(sync, toRemove(sync, sync.activePods.length))
  const wanted = wantedActive(sync)
  const surplus = toRemove(sync, Math.max(0, sync.active - wanted)).slice(0, MAX_PER_SYNC)
  if (surplus.length > 0) return deletePods(sync, surplus)
  const missing = wanted - (replacesOnlyFailed(job) ? sync.terminating : 0) - sync.active
  return missing > 0 ? createPods(sync, Math.min(missing, MAX_PER_SYNC)) : undefined
}

function wantedActive({ job, succeeded, active }: Sync): number {
  const { parallelism = 1, completions } = job.spec
  if (completions === undefined) return succeeded > 0 ? active : parallelism
  return Math.max(0, Math.min(completions - succeeded, parallelism))
}

/** Source: activePodsForRemoval: of indexed pods those that have no index of the Job, or one that another has. */
function toRemove({ job, activePods, now }: Sync, atLeast: number): readonly Pod[] {
  if (!isIndexed(job)) return atLeast === 0 ? [] : podsToDelete(activePods, [], atLeast, now)
  const remove: Pod[] = []
  const left: Pod[] = []
  for (const index of new Set(activePods.map(indexOf))) {
    const pods = activePods.filter((pod) => indexOf(pod) === index)
    if (index < 0 || index >= completionsOf(job)) remove.push(...pods)
    else {
      const twice = podsToDelete(pods, [], pods.length - 1, now)
      remove.push(...(pods.length === 1 ? [] : twice))
      left.push(...(pods.length === 1 ? pods : pods.filter((pod) => !twice.includes(pod))))
    }
  }
  if (remove.length >= atLeast) return remove
  return [...remove, ...podsToDelete(left, [], atLeast - remove.length, now)]
}

/** Deletes active pods without counting them. Source: deleteJobPods */
function deletePods(sync: Sync, pods: readonly Pod[]): Status | undefined {
  let failed: Status | undefined
  for (const pod of pods) {
    const refused = withoutTracking(sync.deps.client, pod) ?? sync.deps.pods.delete(pod, sync.job)
    if (refused !== undefined && refused.reason !== 'NotFound') {
      failed ??= refused
      continue
    }
    sync.active--
    sync.terminating++
    if (isPodReady(pod)) sync.ready--
  }
  return failed
}

/** Deletes active pods of a Job that is over; they are counted as they go. Source: deleteActivePods */
export function deleteActivePods(sync: Sync): { readonly all: boolean; readonly failed: Status | undefined } {
  let failed: Status | undefined
  let deleted = 0
  for (const pod of sync.activePods) {
    const refused = sync.deps.pods.delete(pod, sync.job)
    if (refused !== undefined && refused.reason !== 'NotFound') failed ??= refused
    else deleted++
    if (isPodReady(pod)) sync.ready--
  }
  const all = deleted === sync.active
  sync.active -= deleted
  sync.terminating += deleted
  return { all, failed }
}

function createPods(sync: Sync, missing: number): Status | undefined {
  const { job, now, deps } = sync
  const wait = hasLimitPerIndex(job) ? 0 : remainingTime(sync.backoff, now)
  if (wait > 0) return waitFor(sync, wait)
  let indexes: number[] = []
  if (isIndexed(job)) {
    indexes = pendingIndexes(sync, missing)
    if (hasLimitPerIndex(job)) {
      const waits = indexes.map((index) => remainingTimeOfIndex(sync.delayed.get(index), now))
      const ready = indexes.filter((_, at) => waits[at] === 0)
      if (ready.length === 0 && waits.length > 0) return waitFor(sync, Math.min(...waits))
      indexes = ready
    }
  }
  const count = isIndexed(job) ? indexes.length : missing
  const template = podTemplate(job)
  return slowStart(count, () => {
    const refused = deps.pods.create(newPod(sync, template, indexes.shift()), job)
    if (refused === undefined) sync.active++
    return refused !== undefined && isNamespaceTerminating(refused) ? undefined : refused
  })
}

/** Upstream counts no pod as active while it holds back. */
function waitFor(sync: Sync, ms: number): undefined {
  sync.deps.checkAgainAfter(sync.key, Math.max(ms, BATCH_MS))
  sync.active = 0
  return undefined
}

/** Source: indexed_job_utils.go firstPendingIndexes */
function pendingIndexes({ job, pods, activePods, indexes, failedIndexes }: Sync, count: number): number[] {
  const sorted = (of: readonly Pod[]) => [...indexesOf(of)].sort((a, b) => a - b)
  let taken = indexes.with(sorted(activePods))
  if (replacesOnlyFailed(job)) taken = taken.with(sorted(pods.filter(isPodTerminating)))
  if (failedIndexes !== undefined) taken = taken.union(failedIndexes)
  return taken.lowestMissing(count, completionsOf(job))
}

const templates = new WeakMap<PodTemplateSpec, PodTemplateSpec>()

/** The template with the tracking finalizer and, for an indexed Job, the variable that tells a container its index. */
function podTemplate(job: Job): PodTemplateSpec {
  const { template } = job.spec
  const known = templates.get(template)
  if (known !== undefined) return known
  const { finalizers = [] } = template.metadata ?? {}
  const tracked = finalizers.includes(TRACKING_FINALIZER) ? finalizers : [...finalizers, TRACKING_FINALIZER]
  const { spec } = template
  const result: PodTemplateSpec = {
    metadata: { ...template.metadata, finalizers: tracked } as ObjectMeta,
    ...(spec !== undefined && {
      spec: isIndexed(job)
        ? {
            ...spec,
            containers: spec.containers.map(withIndexVariable),
            ...(spec.initContainers && { initContainers: spec.initContainers.map(withIndexVariable) }),
          }
        : spec,
    }),
  }
  templates.set(template, result)
  return result
}

const INDEX_VARIABLE = {
  name: 'JOB_COMPLETION_INDEX',
  valueFrom: { fieldRef: { fieldPath: `metadata.labels['${INDEX}']` } },
}

function withIndexVariable(container: Container): Container {
  const { env = [] } = container
  return env.some(({ name }) => name === INDEX_VARIABLE.name)
    ? container
    : { ...container, env: [...env, INDEX_VARIABLE] }
}

function newPod(sync: Sync, template: PodTemplateSpec, index: number | undefined): Pod {
  const { job } = sync
  const pod = podFromTemplate(template, job, [newControllerRef(job)])
  if (index === undefined) return pod
  const { name } = job.metadata
  const failures = hasLimitPerIndex(job) ? failureAnnotations(job, sync.delayed.get(index)) : {}
  const annotations = { ...pod.metadata.annotations, [INDEX]: String(index), ...failures }
  const labels = { ...pod.metadata.labels, [INDEX]: String(index) }
  const suffix = `-${index}-`
  // Source: podGenerateNameWithIndex; generated names are cut to 63.
  const generateName = `${name.slice(0, 58 - suffix.length)}${suffix}`
  return {
    ...pod,
    metadata: { ...pod.metadata, generateName, annotations, labels },
    spec: { ...pod.spec, hostname: `${name}-${index}` },
  }
}

/** Source: addIndexFailureCountAnnotation */
function failureAnnotations(job: Job, replaced: Pod | undefined): Readonly<Record<string, string>> {
  if (replaced === undefined) return { [INDEX_FAILURES]: '0' }
  const { counts } = judgeFailure(job.spec.podFailurePolicy, replaced)
  const ignored = ignoredIndexFailures(replaced) + (counts ? 0 : 1)
  return {
    [INDEX_FAILURES]: String(indexFailures(replaced) + (counts ? 1 : 0)),
    ...(ignored > 0 ? { [INDEX_IGNORED_FAILURES]: String(ignored) } : {}),
  }
}
