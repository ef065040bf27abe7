import { isPodTerminal } from '../../../api/conditions.ts'
import { selectorFromLabelSelector } from '../../../api/labels.ts'
import { controllerOf, isDeleting, keyOf, splitKey } from '../../../api/meta.ts'
import { type Deployment, isStatus, type ReplicaSet, type Status } from '../../../api/types.ts'
import { claim } from '../claim.ts'
import {
  active,
  activeOrLatest,
  actualReplicas,
  availableReplicas,
  byCreation,
  DESIRED_REPLICAS,
  isRollingUpdate,
  isSaturated,
  maxUnavailable,
  newReplicaSetSize,
  nonNegative,
  proportionalSizes,
  replicasOf,
  specReplicas,
} from './rollout.ts'
import { deploymentStatus, isComplete, progressCheckAfter, rolloutStatus, sameDeploymentStatus } from './status.ts'
import {
  allOf,
  checkPausedConditions,
  cleanUpHistory,
  type DeploymentDependencies,
  ensureNewest,
  type Outcome,
  type Sync,
  scale,
  scaled,
  startSync,
  syncRevision,
  writeStatus,
} from './sync.ts'

/** Source: pkg/controller/deployment/deployment_controller.go syncDeployment */
export function reconcileDeployment(
  key: string,
  deps: DeploymentDependencies,
  orphans: (namespace: string) => readonly ReplicaSet[],
): Outcome {
  const { namespace, name } = splitKey(key)
  const deployment = deps.client.get('Deployment', name, namespace)
  if (deployment === undefined) return undefined
  const { requirements } = selectorFromLabelSelector(deployment.spec.selector)
  if (requirements.length === 0) return refuseEmptySelector(deployment, deps)
  const owned = deps.client.list('ReplicaSet', { namespace: namespace!, ownerUid: deployment.metadata.uid! })
  const selector = selectorFromLabelSelector(deployment.spec.selector)
  const candidates = [...owned, ...orphans(namespace!)]
  const { claimed, failed } = claim(deps.client, 'ReplicaSet', deployment, selector, candidates)
  if (failed !== undefined) return failed
  const outcome = syncDeployment(startSync(deps, deployment, claimed))
  // Deleted under our hands: nothing is left to do.
  return outcome?.reason === 'NotFound' ? undefined : outcome
}

function refuseEmptySelector(deployment: Deployment, { client, recorder }: DeploymentDependencies): Outcome {
  const message = 'This deployment is selecting all pods. A non-empty selector is required.'
  recorder.event(deployment, 'Warning', 'SelectingAll', message)
  const { name, namespace, generation = 0 } = deployment.metadata
  const answer = client.updateStatus('Deployment', name, namespace, (current) =>
    (current.status?.observedGeneration ?? 0) < generation
      ? { ...current, status: { ...current.status, observedGeneration: generation } }
      : undefined,
  )
  return isStatus(answer) ? answer : undefined
}

function syncDeployment(sync: Sync): Outcome {
  if (isDeleting(sync.deployment)) return syncRevision(sync) ?? syncStatus(sync)
  const failed = checkPausedConditions(sync) ?? syncRevision(sync)
  if (failed !== undefined) return failed
  if (sync.deployment.spec.paused === true) return scaleProportionally(sync) ?? cleanUpHistory(sync) ?? syncStatus(sync)
  if (isScalingEvent(sync)) return scaleProportionally(sync) ?? syncStatus(sync)
  return isRollingUpdate(sync.deployment) ? rollOut(sync) : recreate(sync)
}

/** Somebody asks for another size than the ReplicaSets were last told. Source: sync.go isScalingEvent */
function isScalingEvent(sync: Sync): boolean {
  return active(allOf(sync)).some((replicaSet) => {
    const desired = nonNegative(replicaSet.metadata.annotations?.[DESIRED_REPLICAS])
    return desired !== undefined && desired !== replicasOf(sync.deployment)
  })
}

/** Source: sync.go syncDeploymentStatus */
function syncStatus(sync: Sync): Outcome {
  return writeStatus(sync, deploymentStatus(sync.deployment, allOf(sync), sync.newest, sync.deps.clock.now()))
}

/** Source: progress.go syncRolloutStatus */
function syncRolloutStatus(sync: Sync): Outcome {
  const { deployment, deps } = sync
  const now = deps.clock.now()
  const status = rolloutStatus(deployment, allOf(sync), sync.newest, now)
  if (!sameDeploymentStatus(deployment.status, status)) return writeStatus(sync, status)
  const wait = progressCheckAfter(deployment, status, now)
  if (wait === undefined) return undefined
  if (wait < 1000) deps.checkAgainSoon(keyOf(deployment))
  else deps.checkAgainAfter(keyOf(deployment), wait + 1000)
  return undefined
}

/** Source: sync.go scale */
function scaleProportionally(sync: Sync): Outcome {
  const { deployment } = sync
  const only = activeOrLatest(sync.newest, sync.old)
  if (only !== undefined) return refusalOf(scale(sync, only, replicasOf(deployment)))
  if (isSaturated(deployment, sync.newest)) {
    for (const old of active(sync.old)) {
      const refused = refusalOf(scale(sync, old, 0))
      if (refused !== undefined) return refused
    }
    return undefined
  }
  if (!isRollingUpdate(deployment)) return undefined
  for (const [replicaSet, size] of proportionalSizes(deployment, active(allOf(sync)))) {
    const refused = refusalOf(scale(sync, replicaSet, size, true))
    if (refused !== undefined) return refused
  }
  return undefined
}

function refusalOf(scaled: boolean | Status): Outcome {
  return typeof scaled === 'boolean' ? undefined : scaled
}

/** Source: pkg/controller/deployment/rolling.go rolloutRolling */
function rollOut(sync: Sync): Outcome {
  const failed = ensureNewest(sync)
  if (failed !== undefined) return failed
  const scaledUp = scaleNewest(sync)
  if (scaledUp !== false) return scaledUp === true ? syncRolloutStatus(sync) : scaledUp
  if (scaleDownOld(sync)) return syncRolloutStatus(sync)
  return finish(sync)
}

function finish(sync: Sync): Outcome {
  const failed = isComplete(sync.deployment, sync.deployment.status) ? cleanUpHistory(sync) : undefined
  return failed ?? syncRolloutStatus(sync)
}

/** Source: rolling.go reconcileNewReplicaSet */
function scaleNewest(sync: Sync): boolean | Status {
  const newest = sync.newest!
  const [size, desired] = [replicasOf(newest), replicasOf(sync.deployment)]
  if (size === desired) return false
  return scale(sync, newest, size > desired ? desired : newReplicaSetSize(sync.deployment, allOf(sync), size))
}

/** Source: rolling.go reconcileOldReplicaSets */
function scaleDownOld(sync: Sync): boolean {
  if (specReplicas(sync.old) === 0) return false
  const newest = sync.newest!
  const minAvailable = replicasOf(sync.deployment) - maxUnavailable(sync.deployment)
  const newUnavailable = replicasOf(newest) - availableReplicas([newest])
  const room = specReplicas(allOf(sync)) - minAvailable - newUnavailable
  if (room <= 0) return false
  const old = active(sync.old).sort(byCreation)
  const cleaned = cleanUpUnhealthy(sync, old, room)
  if (cleaned === undefined) return false
  const scaled = scaleDownAvailable(sync, old, minAvailable)
  return scaled !== undefined && cleaned + scaled > 0
}

/**
 * Old pods that serve nobody go first: that costs no availability. Undefined where the status still tells of more pods
 * than are wanted: the next pass looks again. Source: rolling.go cleanupUnhealthyReplicas
 */
function cleanUpUnhealthy(sync: Sync, old: ReplicaSet[], room: number): number | undefined {
  let total = 0
  for (const [at, replicaSet] of old.entries()) {
    const unhealthy = replicasOf(replicaSet) - availableReplicas([replicaSet])
    if (total >= room || unhealthy === 0) continue
    if (unhealthy < 0) return undefined
    const count = Math.min(room - total, unhealthy)
    const after = scaled(sync, replicaSet, replicasOf(replicaSet) - count)
    if (isStatus(after)) return undefined
    old[at] = after
    total += count
  }
  return total
}

/** Source: rolling.go scaleDownOldReplicaSetsForRollingUpdate */
function scaleDownAvailable(sync: Sync, old: readonly ReplicaSet[], minAvailable: number): number | undefined {
  const surplus = availableReplicas([...old, sync.newest]) - minAvailable
  let total = 0
  for (const replicaSet of old) {
    if (total >= surplus) break
    if (replicasOf(replicaSet) === 0) continue
    const count = Math.min(replicasOf(replicaSet), surplus - total)
    if (typeof scale(sync, replicaSet, replicasOf(replicaSet) - count) !== 'boolean') return undefined
    total += count
  }
  return total
}

/** Old pods are gone before new ones come. Source: pkg/controller/deployment/recreate.go rolloutRecreate */
function recreate(sync: Sync): Outcome {
  let scaledDown = false
  for (const old of active(sync.old)) {
    const scaled = scale(sync, old, 0)
    if (typeof scaled !== 'boolean') return scaled
    scaledDown ||= scaled
  }
  if (scaledDown || oldPodsRunning(sync)) return syncRolloutStatus(sync)
  const failed = ensureNewest(sync)
  if (failed !== undefined) return failed
  return refusalOf(scale(sync, sync.newest!, replicasOf(sync.deployment))) ?? finish(sync)
}

/** Source: recreate.go oldPodsRunning */
function oldPodsRunning({ old, deps: { client } }: Sync): boolean {
  if (actualReplicas(old) > 0) return true
  return old.some(({ metadata: { namespace, uid } }) =>
    client
      .list('Pod', { namespace: namespace!, ownerUid: uid! })
      .some((pod) => controllerOf(pod)?.uid === uid && !isPodTerminal(pod)),
  )
}
