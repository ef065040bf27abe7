import { isPodActive, isPodReady } from '../../../api/conditions.ts'
import type { Job, JobCondition, JobStatus, Pod, Status } from '../../../api/types.ts'
import type { Client, EventRecorder } from '../../../client/contract.ts'
import type { Clock } from '../../../sim/clock.ts'
import type { PodControl } from '../pod-control.ts'
import type { BackoffRecord } from './backoff.ts'
import { judgeFailure } from './failure-policy.ts'
import { Indexes } from './indexes.ts'
import {
  allIndexFailures,
  countTerminating,
  finishedAt,
  hasValidIndex,
  indexesOf,
  indexFailures,
  indexOf,
  isIndexed,
  isPodFailed,
  isTracked,
} from './pods.ts'

export interface JobDependencies {
  readonly client: Client
  readonly clock: Clock
  readonly recorder: EventRecorder
  readonly pods: PodControl
  readonly backoff: Map<string, BackoffRecord>
  /** Comes back after so long, whatever else happens. */
  readonly checkAgainAfter: (key: string, ms: number) => void
}

/** The status while it is worked out. */
export type Draft = {
  -readonly [K in keyof Omit<JobStatus, 'uncountedTerminatedPods'>]: JobStatus[K]
} & { succeeded: number; failed: number; conditions: readonly JobCondition[] }

/** One pass over one Job. Source: pkg/controller/job/job_controller.go syncJobCtx */
export class Sync {
  readonly key: string
  readonly job: Job
  readonly deps: JobDependencies
  readonly now: number
  readonly pods: readonly Pod[]
  readonly activePods: readonly Pod[]
  readonly status: Draft
  /** Pods that ended, were written down as such, but are not in the counters yet. */
  uncounted: { succeeded: readonly string[]; failed: readonly string[] }
  readonly #uncountedSucceeded: ReadonlySet<string>
  readonly #uncountedFailed: ReadonlySet<string>
  readonly newSucceeded: readonly Pod[]
  readonly newFailed: readonly Pod[]
  /** Counters with what this pass has found. */
  succeeded: number
  readonly failed: number
  ready: number
  terminating: number
  active: number
  backoff: BackoffRecord
  finished: JobCondition | undefined
  before = Indexes.none
  indexes = Indexes.none
  failedIndexes: Indexes | undefined
  /** Failed pods that stay until the pod that replaces them has taken over their count. */
  delayed: ReadonlyMap<number, Pod> = new Map()
  problem: Status | undefined

  constructor(key: string, job: Job, pods: readonly Pod[], deps: JobDependencies, backoff: BackoffRecord) {
    this.key = key
    this.job = job
    this.deps = deps
    this.now = deps.clock.now()
    this.pods = isIndexed(job) ? [...pods].sort((a, b) => indexOf(a) - indexOf(b)) : pods
    this.activePods = this.pods.filter(isPodActive)
    const { uncountedTerminatedPods: { succeeded = [], failed = [] } = {}, ...status } = job.status ?? {}
    this.status = {
      ...status,
      succeeded: status.succeeded ?? 0,
      failed: status.failed ?? 0,
      conditions: status.conditions ?? [],
    }
    this.uncounted = { succeeded, failed }
    this.#uncountedSucceeded = new Set(succeeded)
    this.#uncountedFailed = new Set(failed)
    this.newSucceeded = this.#uncountedYet(this.#uncountedSucceeded, ({ status }) => status?.phase === 'Succeeded')
    this.newFailed = this.#uncountedYet(this.#uncountedFailed, (pod) => isPodFailed(pod, job))
    const counting = this.newFailed.filter((pod) => judgeFailure(job.spec.podFailurePolicy, pod).counts)
    this.succeeded = this.status.succeeded + this.newSucceeded.length + succeeded.length
    this.failed = this.status.failed + counting.length + failed.length
    this.active = this.activePods.length
    this.ready = this.activePods.filter(isPodReady).length
    this.terminating = countTerminating(this.pods)
    this.backoff = backoff
  }

  isUncounted(pod: Pod, as: 'succeeded' | 'failed'): boolean {
    return (as === 'succeeded' ? this.#uncountedSucceeded : this.#uncountedFailed).has(pod.metadata.uid!)
  }

  /** Source: getValidPodsWithFilter */
  #uncountedYet(uncounted: ReadonlySet<string>, matches: (pod: Pod) => boolean): Pod[] {
    return this.pods.filter(
      (pod) =>
        isTracked(pod) &&
        !uncounted.has(pod.metadata.uid!) &&
        (!isIndexed(this.job) || hasValidIndex(this.job, pod)) &&
        matches(pod),
    )
  }

  /** Source: calculateSucceededIndexes, calculateFailedIndexes */
  readIndexes(): void {
    const completions = this.job.spec.completions ?? 0
    const counted = this.pods.filter((pod) => isTracked(pod) && hasValidIndex(this.job, pod))
    this.before = Indexes.parse(this.status.completedIndexes, completions)
    this.indexes = this.before.with(counted.filter(({ status }) => status?.phase === 'Succeeded').map(indexOf))
    this.succeeded = this.indexes.size
    if (this.job.spec.backoffLimitPerIndex === undefined) return
    this.failedIndexes = Indexes.parse(this.status.failedIndexes, completions).with(
      counted.filter((pod) => this.#isIndexFailed(pod)).map(indexOf),
    )
    this.delayed = this.#delayed(this.failedIndexes)
  }

  /** Source: isIndexFailed */
  #isIndexFailed(pod: Pod): boolean {
    if (!isPodFailed(pod, this.job)) return false
    const { action, counts } = judgeFailure(this.job.spec.podFailurePolicy, pod)
    return action === 'FailIndex' || (counts && indexFailures(pod) >= this.job.spec.backoffLimitPerIndex!)
  }

  /** Source: getPodsWithDelayedDeletionPerIndex */
  #delayed(failedIndexes: Indexes): Map<number, Pod> {
    const active = indexesOf(this.activePods)
    const delayed = new Map<number, Pod>()
    for (const pod of this.#uncountedYet(new Set(), (each) => isPodFailed(each, this.job))) {
      const index = indexOf(pod)
      if (this.indexes.has(index) || failedIndexes.has(index) || active.has(index)) continue
      const last = delayed.get(index)
      const isLater =
        last === undefined || (allIndexFailures(last) <= allIndexFailures(pod) && finishedAt(pod) >= finishedAt(last))
      if (isLater) delayed.set(index, pod)
    }
    return delayed
  }

  /** The draft as it is stored: what is zero goes unsaid where upstream leaves it out. */
  statusNow(): JobStatus {
    const { active, succeeded, failed, conditions, completedIndexes, ...rest } = this.status
    const { succeeded: ended, failed: lost } = this.uncounted
    return {
      ...rest,
      ...(conditions.length === 0 ? {} : { conditions }),
      ...(active ? { active } : {}),
      ...(succeeded === 0 ? {} : { succeeded }),
      ...(failed === 0 ? {} : { failed }),
      ...(completedIndexes ? { completedIndexes } : {}),
      uncountedTerminatedPods: {
        ...(ended.length === 0 ? {} : { succeeded: ended }),
        ...(lost.length === 0 ? {} : { failed: lost }),
      },
    }
  }
}
