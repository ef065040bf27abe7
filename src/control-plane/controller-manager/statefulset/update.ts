import { isPodTerminal } from '../../../api/conditions.ts'
import { isDeleting } from '../../../api/meta.ts'
import type { Pod, StatefulSet, Status } from '../../../api/types.ts'
import { scaledValue } from '../int-or-percent.ts'
import {
  identityMatches,
  isCreated,
  isInRange,
  isRunningAndReady,
  isUnavailable,
  newVersionedPod,
  ordinalOf,
  podRevision,
  replicasOf,
  startOrdinal,
  storageMatches,
} from './identity.ts'
import type { StatefulPodControl } from './pod-control.ts'
import type { Revisions } from './revisions.ts'
import { type Counts, countReplicas } from './status.ts'

/** One pass over a StatefulSet's pods. Source: pkg/controller/statefulset/stateful_set_control.go */

export interface UpdateInput {
  readonly set: StatefulSet
  readonly currentSet: StatefulSet
  readonly updateSet: StatefulSet
  readonly revisions: Revisions
  readonly pods: readonly Pod[]
  /** Virtual ms. */
  readonly now: number
  readonly control: StatefulPodControl
  readonly maxUnavailable: boolean
}

export interface UpdateOutcome {
  readonly counts: Counts
  readonly failed: Status | undefined
}

/** What a step on one pod says: go on, stop here for now, or stop because of this. */
type Step = 'next' | 'wait' | Status

/** Source: updateStatefulSet */
export function updateStatefulSet(input: UpdateInput): UpdateOutcome {
  const { set, pods, revisions, now } = input
  if (isDeleting(set)) return { counts: countReplicas(set, pods, revisions, now), failed: undefined }
  const { replicas, condemned } = partition(input)
  const monotonic = set.spec.podManagementPolicy !== 'Parallel'
  const firstUnavailable = [...replicas, ...[...condemned].reverse()].find((pod) => isUnavailable(set, pod, now))
  const outcome =
    forAll(replicas, monotonic, (pod) => processReplica(input, pod, monotonic)) ??
    forAll(condemned, monotonic, (pod) => fixClaims(input, pod)) ??
    forAll(condemned, monotonic, (pod) => processCondemned(input, pod, monotonic, firstUnavailable))
  const counts = countReplicas(set, [...replicas, ...condemned], revisions, now)
  if (outcome !== undefined) return { counts, failed: outcome === 'wait' ? undefined : outcome }
  if (set.spec.updateStrategy?.type === 'OnDelete') return { counts, failed: undefined }
  const { deleted, failed } = input.maxUnavailable ? replaceSeveral(input, replicas) : replaceOne(input, replicas)
  return { counts: { ...counts, current: counts.current - deleted }, failed }
}

/** The pods that should be, those to be created among them, and the pods that should not, the highest ordinal first. */
function partition({ set, currentSet, updateSet, revisions, pods }: UpdateInput) {
  const byOrdinal = new Map<number, Pod>()
  const condemned: Pod[] = []
  for (const pod of pods) {
    const ordinal = ordinalOf(pod)
    if (isInRange(set, ordinal)) byOrdinal.set(ordinal, pod)
    else if (ordinal >= 0) condemned.push(pod)
  }
  const [current, update] = [revisions.current.metadata.name, revisions.update.metadata.name]
  const start = startOrdinal(set)
  const replicas = Array.from(
    { length: replicasOf(set) },
    (_, i) => byOrdinal.get(start + i) ?? newVersionedPod({ currentSet, current, updateSet, update }, start + i),
  )
  return { replicas, condemned: condemned.sort((a, b) => ordinalOf(b) - ordinalOf(a)) }
}

/** One after the other until one says stop; or, where the order does not matter, in growing batches until one fails. Source: runForAll */
function forAll(pods: readonly Pod[], monotonic: boolean, step: (pod: Pod) => Step): 'wait' | Status | undefined {
  if (monotonic) {
    for (const pod of pods) {
      const said = step(pod)
      if (said !== 'next') return said
    }
    return undefined
  }
  let size = 1
  for (let at = 0; at < pods.length; at += size, size = Math.min(2 * size, MAX_BATCH_SIZE)) {
    let failed: Status | undefined
    for (const pod of pods.slice(at, at + size)) {
      const said = step(pod)
      if (said !== 'next' && said !== 'wait') failed ??= said
    }
    if (failed !== undefined) return failed
  }
  return undefined
}

/** Source: stateful_set_control.go MaxBatchSize */
const MAX_BATCH_SIZE = 500

/** Source: processReplica */
function processReplica({ set, updateSet, control, now }: UpdateInput, pod: Pod, monotonic: boolean): Step {
  if (isPodTerminal(pod)) return (isDeleting(pod) ? undefined : control.delete(set, pod)) ?? 'wait'
  if (!isCreated(pod)) {
    if (control.isClaimStale(set, pod)) return 'wait'
    return control.create(set, pod) ?? (monotonic ? 'wait' : 'next')
  }
  if (pod.status?.phase === 'Pending') {
    const failed = control.createMissingClaims(set, pod)
    if (failed !== undefined) return failed
  }
  if (monotonic && (isDeleting(pod) || !isRunningAndReady(pod) || isUnavailable(set, pod, now))) return 'wait'
  if (identityMatches(set, pod) && storageMatches(set, pod) && control.claimsMatchRetention(updateSet, pod))
    return 'next'
  return control.update(updateSet, pod) ?? 'next'
}

function fixClaims({ updateSet, control }: UpdateInput, pod: Pod): Step {
  if (control.claimsMatchRetention(updateSet, pod)) return 'next'
  return control.updateClaimOwners(updateSet, pod) ?? 'next'
}

/** Source: processCondemned */
function processCondemned(
  { set, control, now }: UpdateInput,
  pod: Pod,
  monotonic: boolean,
  firstUnavailable: Pod | undefined,
): Step {
  if (isDeleting(pod)) return monotonic ? 'wait' : 'next'
  const healthy = isRunningAndReady(pod) && !isUnavailable(set, pod, now)
  if (monotonic && !healthy && pod !== firstUnavailable) return 'wait'
  return control.delete(set, pod) ?? 'wait'
}

interface Replaced {
  readonly deleted: number
  readonly failed: Status | undefined
}

/** Deletes the outdated pod with the highest ordinal, once all above it are available. */
function replaceOne({ set, revisions, control, now }: UpdateInput, replicas: readonly Pod[]): Replaced {
  const lowest = set.spec.updateStrategy?.rollingUpdate?.partition ?? 0
  for (let at = replicas.length - 1; at >= lowest; at--) {
    const pod = replicas[at]!
    if (podRevision(pod) !== revisions.update.metadata.name && !isDeleting(pod)) {
      const failed = control.delete(set, pod)
      return { deleted: failed === undefined ? 1 : 0, failed }
    }
    if (isUnavailable(set, pod, now)) break
  }
  return { deleted: 0, failed: undefined }
}

/** As many at once as may be unavailable. Source: updateStatefulSetAfterInvariantEstablished */
function replaceSeveral({ set, revisions, control, now }: UpdateInput, replicas: readonly Pod[]): Replaced {
  const { partition = 0, maxUnavailable = 1 } = set.spec.updateStrategy?.rollingUpdate ?? {}
  const allowed = Math.max(1, scaledValue(maxUnavailable, replicas.length, false))
  let room = allowed - replicas.filter((pod) => isUnavailable(set, pod, now)).length
  let deleted = 0
  for (let at = replicas.length - 1; at >= partition && room > 0; at--) {
    const pod = replicas[at]!
    if (podRevision(pod) === revisions.update.metadata.name || isDeleting(pod)) continue
    const failed = control.delete(set, pod)
    if (failed !== undefined) return { deleted, failed }
    deleted++
    room--
  }
  return { deleted, failed: undefined }
}
