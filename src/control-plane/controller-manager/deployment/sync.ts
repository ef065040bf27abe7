import { findCondition } from '../../../api/conditions.ts'
import { controllerOf, isDeleting, newControllerRef } from '../../../api/meta.ts'
import { conflict, hasReason } from '../../../api/status.ts'
import { type Deployment, type DeploymentStatus, isStatus, type ReplicaSet, type Status } from '../../../api/types.ts'
import type { Client, EventRecorder } from '../../../client/contract.ts'
import type { Clock } from '../../../sim/clock.ts'
import { isNamespaceTerminating } from '../pod-control.ts'
import { sameTemplate, TEMPLATE_HASH_LABEL, templateHash } from '../template-hash.ts'
import { beyondHistory, maxRevision, newReplicaSetAnnotations, REVISION, withReplicas } from './revision.ts'
import { byCreation, newReplicaSetSize, replicasOf, specReplicas } from './rollout.ts'
import { hasProgressDeadline, newCondition, sameDeploymentStatus, setDeploymentCondition } from './status.ts'

export interface DeploymentDependencies {
  readonly client: Client
  readonly clock: Clock
  readonly recorder: EventRecorder
  readonly checkAgainAfter: (key: string, ms: number) => void
  readonly checkAgainSoon: (key: string) => void
}

/**
 * One pass over one Deployment: what it was when the pass began. As upstream, a pass does not look again at what it has
 * written: its status counts the ReplicaSets as they were, and its second write of the Deployment is a conflict, after
 * which the next pass sees what the first has done.
 */
export interface Sync {
  readonly deps: DeploymentDependencies
  deployment: Deployment
  /** The ReplicaSet of the Deployment's template. */
  newest: ReplicaSet | undefined
  /** All others. */
  readonly old: readonly ReplicaSet[]
}

/** Nothing stood in the way, or the Status that did. */
export type Outcome = Status | undefined

export function allOf(sync: Sync): readonly (ReplicaSet | undefined)[] {
  return [...sync.old, sync.newest]
}

export function startSync(deps: DeploymentDependencies, deployment: Deployment, owned: readonly ReplicaSet[]): Sync {
  const sorted = [...owned].sort(byCreation)
  const newest = sorted.find(({ spec }) => sameTemplate(spec.template, deployment.spec.template))
  return { deps, deployment, newest, old: sorted.filter((replicaSet) => replicaSet !== newest) }
}

/** Writes the status, and annotations with it, unless they stand already. */
export function writeStatus(
  sync: Sync,
  status: DeploymentStatus,
  annotations = sync.deployment.metadata.annotations,
): Outcome {
  const { metadata } = sync.deployment
  const { name, namespace, resourceVersion } = metadata
  if (annotations === metadata.annotations && sameDeploymentStatus(sync.deployment.status, status)) return undefined
  let outdated = false
  const answer = sync.deps.client.updateStatus('Deployment', name, namespace, (current) => {
    outdated = current.metadata.resourceVersion !== resourceVersion
    if (outdated) return undefined
    return { ...current, metadata: withAnnotations(current.metadata, annotations), status }
  })
  if (isStatus(answer)) return answer
  if (outdated) return conflict(DEPLOYMENTS, name)
  // The version stays that of the beginning: whatever this pass writes next is out of date.
  sync.deployment = { ...sync.deployment, metadata: withAnnotations(metadata, annotations), status }
  return undefined
}

const DEPLOYMENTS = { group: 'apps', resource: 'deployments' }
const REPLICA_SETS = { group: 'apps', resource: 'replicasets' }

function withAnnotations<M extends Deployment['metadata']>(metadata: M, annotations: M['annotations']): M {
  return annotations === undefined || annotations === metadata.annotations
    ? metadata
    : { ...metadata, annotations: { ...metadata.annotations, ...annotations } }
}

function withProgressing(sync: Sync, status: 'True' | 'False' | 'Unknown', reason: string, message: string) {
  const condition = newCondition('Progressing', status, reason, message, sync.deps.clock.now())
  const old = sync.deployment.status ?? {}
  return { ...old, conditions: setDeploymentCondition(old.conditions ?? [], condition) }
}

/** Pausing and resuming stop the progress deadline. Source: pkg/controller/deployment/sync.go checkPausedConditions */
export function checkPausedConditions(sync: Sync): Outcome {
  if (!hasProgressDeadline(sync.deployment)) return undefined
  const reason = findCondition(sync.deployment.status?.conditions, 'Progressing')?.reason
  if (reason === 'ProgressDeadlineExceeded') return undefined
  const paused = sync.deployment.spec.paused === true
  if (paused && reason !== 'DeploymentPaused')
    return writeStatus(sync, withProgressing(sync, 'Unknown', 'DeploymentPaused', 'Deployment is paused'))
  if (!paused && reason === 'DeploymentPaused')
    return writeStatus(sync, withProgressing(sync, 'Unknown', 'DeploymentResumed', 'Deployment is resumed'))
  return undefined
}

/** Brings the annotations of the newest ReplicaSet, and the Deployment's revision, up to date. Source: sync.go getNewReplicaSet */
export function syncRevision(sync: Sync): Outcome {
  const { newest, deployment } = sync
  if (newest === undefined) return undefined
  const { annotations } = newest.metadata
  const revision = maxRevision(sync.old) + 1
  const wanted = newReplicaSetAnnotations(deployment, annotations, revision, true)
  const minReadySeconds = deployment.spec.minReadySeconds ?? 0
  if (wanted !== (annotations ?? {}) && wanted !== annotations) return updateNewest(sync, newest, wanted)
  if ((newest.spec.minReadySeconds ?? 0) !== minReadySeconds) return updateNewest(sync, newest, wanted)
  const known = findCondition(deployment.status?.conditions, 'Progressing') !== undefined
  const status =
    hasProgressDeadline(deployment) && !known
      ? withProgressing(sync, 'True', 'FoundNewReplicaSet', `Found new replica set "${newest.metadata.name}"`)
      : (deployment.status ?? {})
  return writeStatus(sync, status, withRevision(deployment, annotations?.[REVISION] ?? ''))
}

/**
 * Where a pass looks for the newest ReplicaSet twice, it writes it twice, the second time out of date: the rest is for
 * the next pass. Source: deployment_controller.go syncDeployment: isScalingEvent, then sync or rolloutRolling
 */
function updateNewest(sync: Sync, { metadata: { name, namespace } }: ReplicaSet, annotations: object): Outcome {
  const { minReadySeconds, paused } = sync.deployment.spec
  const answer = sync.deps.client.update('ReplicaSet', name, namespace, (current) => {
    const { minReadySeconds: _, ...spec } = current.spec
    return {
      ...current,
      metadata: { ...current.metadata, annotations: { ...current.metadata.annotations, ...annotations } },
      spec: minReadySeconds === undefined ? spec : { ...spec, minReadySeconds },
    }
  })
  if (isStatus(answer)) return answer
  sync.newest = answer as ReplicaSet
  return paused === true || isDeleting(sync.deployment) ? undefined : conflict(REPLICA_SETS, name)
}

function withRevision({ metadata: { annotations } }: Deployment, revision: string) {
  return annotations?.[REVISION] === revision ? annotations : { ...annotations, [REVISION]: revision }
}

/** Creates the ReplicaSet of the template if there is none. Source: sync.go getNewReplicaSet */
export function ensureNewest(sync: Sync): Outcome {
  if (sync.newest !== undefined) return undefined
  const { client, recorder } = sync.deps
  const wanted = newReplicaSet(sync)
  const size = replicasOf(wanted)
  const { name } = wanted.metadata
  const answer = client.create(wanted)
  if (hasReason(answer, 'AlreadyExists')) return resolveCollision(sync, wanted, answer as Status)
  if (isStatus(answer)) return isNamespaceTerminating(answer) ? answer : reportCreateError(sync, name, answer)
  sync.newest = answer as ReplicaSet
  if (size > 0)
    recorder.event(sync.deployment, 'Normal', 'ScalingReplicaSet', `Scaled up replica set ${name} from 0 to ${size}`)
  const status = hasProgressDeadline(sync.deployment)
    ? withProgressing(sync, 'True', 'NewReplicaSetCreated', `Created new replica set "${name}"`)
    : (sync.deployment.status ?? {})
  return writeStatus(sync, status, withRevision(sync.deployment, wanted.metadata.annotations?.[REVISION] ?? ''))
}

function newReplicaSet(sync: Sync): ReplicaSet {
  const { deployment, old } = sync
  const { selector, template, minReadySeconds } = deployment.spec
  const hash = templateHash(template, deployment.status?.collisionCount)
  const labels = { ...template.metadata?.labels, [TEMPLATE_HASH_LABEL]: hash }
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: replicaSetName(deployment.metadata.name, hash),
      namespace: deployment.metadata.namespace!,
      labels,
      annotations: newReplicaSetAnnotations(deployment, undefined, maxRevision(old) + 1, false),
      ownerReferences: [newControllerRef(deployment)],
    },
    spec: {
      replicas: newReplicaSetSize(deployment, old, 0, specReplicas(old)),
      ...(minReadySeconds === undefined ? {} : { minReadySeconds }),
      selector: { ...selector, matchLabels: { ...selector.matchLabels, [TEMPLATE_HASH_LABEL]: hash } },
      // The spec is the Deployment's own object: whatever was computed for it once holds for the copies.
      template: { ...template, metadata: { ...template.metadata!, labels } },
    },
  }
}

/** Source: sync.go generateReplicaSetName */
function replicaSetName(deployment: string, hash: string): string {
  return `${deployment.slice(0, 253 - 1 - hash.length)}-${hash}`
}

/** A ReplicaSet of that name is there: ours after all, or another template with the same hash. */
function resolveCollision(sync: Sync, wanted: ReplicaSet, conflict: Status): Outcome {
  const { deployment, deps } = sync
  const there = deps.client.get('ReplicaSet', wanted.metadata.name, wanted.metadata.namespace)
  if (there === undefined) return conflict
  const ours = controllerOf(there)?.uid === deployment.metadata.uid
  if (ours && sameTemplate(there.spec.template, deployment.spec.template)) {
    sync.newest = there
    return undefined
  }
  const collisionCount = (deployment.status?.collisionCount ?? 0) + 1
  return writeStatus(sync, { ...deployment.status, collisionCount }) ?? conflict
}

function reportCreateError(sync: Sync, name: string, refused: Status): Status {
  const message = `Failed to create new replica set "${name}": ${refused.message}`
  if (hasProgressDeadline(sync.deployment))
    writeStatus(sync, withProgressing(sync, 'False', 'ReplicaSetCreateError', message))
  sync.deps.recorder.event(sync.deployment, 'Warning', 'ReplicaSetCreateError', message)
  return refused
}

/** Sets the size of a ReplicaSet, the annotations also where only they are behind. Source: sync.go scaleReplicaSet */
export function scale(sync: Sync, replicaSet: ReplicaSet, size: number, force = false): boolean | Status {
  const answer = scaled(sync, replicaSet, size, force)
  return isStatus(answer) ? answer : replicasOf(answer) !== replicasOf(replicaSet)
}

/** As {@link scale}; answers the ReplicaSet as it is then. */
export function scaled(sync: Sync, replicaSet: ReplicaSet, size: number, force = false): ReplicaSet | Status {
  const before = replicasOf(replicaSet)
  const annotations = withReplicas(replicaSet.metadata.annotations, sync.deployment)
  if (before === size && (!force || annotations === replicaSet.metadata.annotations)) return replicaSet
  const { name, namespace } = replicaSet.metadata
  const answer = sync.deps.client.update('ReplicaSet', name, namespace, (current) => ({
    ...current,
    metadata: { ...current.metadata, annotations: withReplicas(current.metadata.annotations, sync.deployment) },
    spec: current.spec.replicas === size ? current.spec : { ...current.spec, replicas: size },
  }))
  if (isStatus(answer) || before === size) return answer as ReplicaSet | Status
  const message = `Scaled ${before < size ? 'up' : 'down'} replica set ${name} from ${before} to ${size}`
  sync.deps.recorder.event(sync.deployment, 'Normal', 'ScalingReplicaSet', message)
  return answer as ReplicaSet
}

/** Source: sync.go cleanupDeployment */
export function cleanUpHistory(sync: Sync): Outcome {
  for (const { metadata } of beyondHistory(sync.deployment, sync.old)) {
    const answer = sync.deps.client.delete('ReplicaSet', metadata.name, metadata.namespace)
    if (isStatus(answer) && answer.reason !== 'NotFound') return answer
  }
  return undefined
}
