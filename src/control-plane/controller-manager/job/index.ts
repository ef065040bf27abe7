import { selectorFromLabelSelector } from '../../../api/labels.ts'
import { controllerOf, isDeleting, keyOf, splitKey } from '../../../api/meta.ts'
import { parseTime } from '../../../api/time.ts'
import type { Job, Pod, Status } from '../../../api/types.ts'
import type { Client } from '../../../client/contract.ts'
import type { Controller, ControllerContext, ControllerDescriptor } from '../controller.ts'
import { isJobFinished } from '../job-status.ts'
import { startLoop } from '../machine.ts'
import { createPodControl } from '../pod-control.ts'
import { followPodsOf } from '../pods-of.ts'
import type { BackoffRecord } from './backoff.ts'
import { withoutTracking } from './finalizers.ts'
import { BATCH_MS } from './manage.ts'
import { isTracked } from './pods.ts'
import { isManagedElsewhere, reconcileJob } from './reconcile.ts'

/** Runs pods until enough of them have succeeded. Source: pkg/controller/job/job_controller.go */
export const jobController: ControllerDescriptor = {
  name: 'job-controller',
  account: 'job-controller',
  component: 'job-controller',
  needs: ['Job'],
  start: startJobController,
}

/** Source: job_controller.go DefaultJobApiBackOff, MaxJobApiBackOff */
const RATE_LIMITS = { baseMs: 1_000, maxMs: 60_000 }

function startJobController({ client, informers, recorder, world }: ControllerContext): Controller {
  const backoff = new Map<string, BackoffRecord>()
  const loop = startLoop({
    component: 'controller-manager/job-controller',
    world,
    rateLimits: RATE_LIMITS,
    reconcile: (key) =>
      reconcileJob(key, {
        client,
        clock: world.clock,
        recorder,
        pods: createPodControl(client, recorder),
        backoff,
        checkAgainAfter: loop.queue.addAfter.bind(loop.queue),
      }),
  })
  const orphans = startLoop({
    component: 'controller-manager/job-controller/orphan-pods',
    world,
    rateLimits: RATE_LIMITS,
    reconcile: (key) => releaseOrphan(client, key),
  })
  /** Pods of a Job that is over or gone, still held by its finalizer. Source: enqueueLabelSelector */
  function releaseAll({ metadata, spec }: Job): void {
    const selector = selectorFromLabelSelector(spec.selector)
    if (selector.nothing) return
    for (const pod of client.list('Pod', { namespace: metadata.namespace!, labelSelector: selector.text }))
      if (isTracked(pod)) orphans.queue.add(keyOf(pod))
  }
  const stop = followPodsOf({
    informers,
    client,
    kind: 'Job',
    selectorOf: ({ spec }) => selectorFromLabelSelector(spec.selector),
    onOwner({ type, object: job }, old) {
      const key = keyOf(job)
      if (type === 'DELETED' || isJobFinished(job)) {
        backoff.delete(key)
        releaseAll(job)
      }
      if (type === 'DELETED' || isManagedElsewhere(job)) return
      const specChanged = old === undefined || old.metadata.generation !== job.metadata.generation
      if (specChanged) loop.queue.add(key)
      else loop.queue.addAfter(key, BATCH_MS)
      const left = deadlineLeft(job, world.clock.now())
      if (left !== undefined && old?.spec.activeDeadlineSeconds !== job.spec.activeDeadlineSeconds)
        loop.queue.addAfter(key, left)
    },
    onPod: (key) => loop.queue.addAfter(key, BATCH_MS),
    onAnyPod(type, pod) {
      if (type !== 'DELETED' && isTracked(pod) && isOrphan(client, pod)) orphans.queue.add(keyOf(pod))
    },
  })
  return {
    stop() {
      stop()
      loop.stop()
      orphans.stop()
    },
  }
}

function deadlineLeft({ spec, status }: Job, now: number): number | undefined {
  if (spec.activeDeadlineSeconds === undefined || status?.startTime === undefined) return undefined
  return parseTime(status.startTime) + spec.activeDeadlineSeconds * 1000 - now
}

/** Nobody will count it: it has no Job, or one that is over while the pod is being deleted. */
function isOrphan(client: Client, pod: Pod): boolean {
  const ref = controllerOf(pod)
  if (ref === undefined) return true
  if (ref.kind !== 'Job' || !isDeleting(pod)) return false
  const job = client.get('Job', ref.name, pod.metadata.namespace)
  return job === undefined || job.metadata.uid !== ref.uid || isJobFinished(job)
}

/** Source: job_controller.go handleSingleOrphanPod */
function releaseOrphan(client: Client, key: string): Status | undefined {
  const { namespace, name } = splitKey(key)
  const pod = client.get('Pod', name, namespace)
  if (pod === undefined) return undefined
  const ref = controllerOf(pod)
  if (ref !== undefined) {
    if (ref.kind !== 'Job') return undefined
    const job = client.get('Job', ref.name, namespace)
    const isTheirs = job !== undefined && job.metadata.uid === ref.uid
    if (isTheirs && (isManagedElsewhere(job) || !isJobFinished(job))) return undefined
  }
  return withoutTracking(client, pod)
}
