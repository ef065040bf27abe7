import { findCondition, isPodReady } from '../../api/conditions.ts'
import type { Deployment, Job, KubernetesObject, Pod } from '../../api/types.ts'
import type { World } from '../world.ts'
import type { Family } from './family.ts'
import type { Stamp } from './next.ts'
import { podNext } from './next-pod.ts'

const PODS_SHOWN = 3

interface Workload extends KubernetesObject {
  readonly spec?: { readonly paused?: boolean; readonly suspend?: boolean; readonly replicas?: number }
}

/** What keeps whatever owns Pods from having them all: itself, or the Pods. */
export function workloadNext(world: World, owner: Workload, family: Family, stamp: Stamp): readonly string[] {
  const lines: string[] = []
  if (owner.spec?.paused === true) lines.push('it is paused (spec.paused): nothing is rolled out until it is resumed')
  if (owner.spec?.suspend === true) lines.push('it is suspended (spec.suspend)')
  if (owner.spec?.replicas === 0) lines.push('it has no replicas: somebody has to scale it')
  lines.push(...refused(owner))
  const waiting = family.pods
    .map((pod) => world.get('Pod', pod.metadata.name, pod.metadata.namespace) as Pod | undefined)
    .filter((pod): pod is Pod => pod !== undefined && pod.metadata.deletionTimestamp === undefined)
    .filter((pod) => !isPodReady(pod) && pod.status?.phase !== 'Succeeded')
  for (const pod of waiting.slice(0, PODS_SHOWN))
    lines.push(`Pod ${pod.metadata.name} has to be ready:`, ...podNext(world, pod, stamp).map((line) => `  ${line}`))
  if (waiting.length > PODS_SHOWN) lines.push(`and ${waiting.length - PODS_SHOWN} more Pods`)
  return [...lines, ...deadline(owner, stamp)]
}

/** Why no more Pods are made: a quota, admission. */
function refused({ status }: KubernetesObject & { readonly status?: Deployment['status'] }): string[] {
  const failure = findCondition(status?.conditions, 'ReplicaFailure')
  return failure?.status === 'True' ? [`its Pods have to be accepted: ${failure.message}`] : []
}

/** When a rollout is given up, or a Job ended. Source: pkg/controller/deployment/util DeploymentTimedOut; pkg/controller/job */
function deadline(owner: KubernetesObject, stamp: Stamp): string[] {
  if (owner.kind === 'Deployment') {
    const { spec, status } = owner as Deployment
    const progressing = findCondition(status?.conditions, 'Progressing')
    const { reason, lastUpdateTime } = progressing ?? {}
    if (reason === 'ProgressDeadlineExceeded')
      return ['its progress deadline has passed: the rollout counts as failed, and goes on all the same']
    if (spec.progressDeadlineSeconds === undefined || lastUpdateTime === undefined) return []
    if (reason === 'NewReplicaSetAvailable' || spec.paused === true) return []
    return [
      `its progress deadline passes at ${stamp(Date.parse(lastUpdateTime) + spec.progressDeadlineSeconds * 1000)}`,
    ]
  }
  if (owner.kind !== 'Job') return []
  const { spec, status } = owner as Job
  if (spec?.activeDeadlineSeconds === undefined || status?.startTime === undefined) return []
  return [
    `the Job is ended at ${stamp(Date.parse(status.startTime) + spec.activeDeadlineSeconds * 1000)} (activeDeadlineSeconds)`,
  ]
}
