import { isDeleting } from '../../../api/meta.ts'
import { failure, hasReason } from '../../../api/status.ts'
import {
  isStatus,
  type ObjectMeta,
  type PersistentVolumeClaim,
  type Pod,
  type StatefulSet,
  type Status,
} from '../../../api/types.ts'
import type { Client, EventRecorder } from '../../../client/contract.ts'
import {
  claimsOf,
  deletesClaims,
  hasStaleOwner,
  hasUnexpectedController,
  isOwnerUpToDate,
  withOwners,
} from './claims.ts'
import { claimName, identityLabels, identityMatches, ordinalOf, storageMatches, withClaims } from './identity.ts'

/** Creates, mends and deletes a StatefulSet's pods with their claims. Source: pkg/controller/statefulset/stateful_pod_control.go */
export interface StatefulPodControl {
  create(set: StatefulSet, pod: Pod): Status | undefined
  /** Mends identity, storage and the claims' owners where they are not as they should be. */
  update(set: StatefulSet, pod: Pod): Status | undefined
  delete(set: StatefulSet, pod: Pod): Status | undefined
  createMissingClaims(set: StatefulSet, pod: Pod): Status | undefined
  claimsMatchRetention(set: StatefulSet, pod: Pod): boolean
  updateClaimOwners(set: StatefulSet, pod: Pod): Status | undefined
  /** A claim that is still owned by an earlier pod of the name, and will go with it. */
  isClaimStale(set: StatefulSet, pod: Pod): boolean
}

export function createStatefulPodControl(client: Client, recorder: EventRecorder): StatefulPodControl {
  const control: StatefulPodControl = {
    create(set, pod) {
      const noClaims = createClaims(client, recorder, set, pod)
      if (noClaims !== undefined) return recordPod(recorder, 'Create', set, pod, noClaims)
      const answer = client.create(pod)
      if (hasReason(answer, 'AlreadyExists')) return answer as Status
      const notOwned = control.updateClaimOwners(set, isStatus(answer) ? pod : (answer as Pod))
      if (notOwned !== undefined) return recordPod(recorder, 'Update', set, pod, notOwned)
      return recordPod(recorder, 'Create', set, pod, isStatus(answer) ? answer : undefined)
    },
    update: (set, pod) => updatePod(control, client, recorder, set, pod),
    delete(set, pod) {
      const answer = client.delete('Pod', pod.metadata.name, pod.metadata.namespace)
      const refused = isStatus(answer) && !hasReason(answer, 'NotFound') ? answer : undefined
      return recordPod(recorder, 'Delete', set, pod, refused)
    },
    createMissingClaims(set, pod) {
      const failed = createClaims(client, recorder, set, pod)
      if (failed !== undefined) return failed
      const notOwned = control.updateClaimOwners(set, pod)
      return notOwned && recordPod(recorder, 'Update', set, pod, notOwned)
    },
    claimsMatchRetention: (set, pod) =>
      existingClaims(client, set, pod).every((claim) => isOwnerUpToDate(claim, set, pod)),
    updateClaimOwners(set, pod) {
      for (const claim of existingClaims(client, set, pod)) {
        const failed = updateOwners(client, recorder, set, pod, claim)
        if (failed !== undefined) return failed
      }
      return undefined
    },
    isClaimStale: (set, pod) =>
      deletesClaims(set).whenScaled && existingClaims(client, set, pod).some((claim) => hasStaleOwner(claim, pod)),
  }
  return control
}

function existingClaims(client: Client, set: StatefulSet, pod: Pod): readonly PersistentVolumeClaim[] {
  const ordinal = ordinalOf(pod)
  return (set.spec.volumeClaimTemplates ?? []).flatMap(
    (template) => client.get('PersistentVolumeClaim', claimName(set, template, ordinal), set.metadata.namespace) ?? [],
  )
}

function updateOwners(
  client: Client,
  recorder: EventRecorder,
  set: StatefulSet,
  pod: Pod,
  claim: PersistentVolumeClaim,
): Status | undefined {
  const { name, namespace } = claim.metadata
  if (hasUnexpectedController(claim, set, pod)) {
    const message = `PersistentVolumeClaim ${name} has a conflicting OwnerReference that acts as a manging controller, the retention policy is ignored for this claim`
    recorder.event(set, 'Warning', 'ConflictingController', message)
  }
  if (isOwnerUpToDate(claim, set, pod)) return undefined
  const answer = client.update('PersistentVolumeClaim', name, namespace, (now) => withOwners(now, set, pod))
  if (!isStatus(answer)) return undefined
  return { ...answer, message: `could not update claim ${name} for delete policy ownerRefs: ${answer.message}` }
}

/** Source: createPersistentVolumeClaims */
function createClaims(client: Client, recorder: EventRecorder, set: StatefulSet, pod: Pod): Status | undefined {
  const failures: string[] = []
  for (const claim of claimsOf(set, pod)) {
    const { name, namespace } = claim.metadata
    const there = client.get('PersistentVolumeClaim', name, namespace)
    if (there !== undefined) {
      if (isDeleting(there)) failures.push(`pvc ${name} is being deleted`)
      continue
    }
    const answer = client.create(claim)
    const refused = isStatus(answer) ? answer : undefined
    if (refused !== undefined) failures.push(`failed to create PVC ${name}: ${refused.message}`)
    if (!hasReason(answer, 'AlreadyExists')) recordClaim(recorder, set, pod, claim, refused)
  }
  if (failures.length === 0) return undefined
  return failure(500, '', failures.length === 1 ? failures[0]! : `[${failures.join(', ')}]`)
}

/** Source: UpdateStatefulPod */
function updatePod(
  control: StatefulPodControl,
  client: Client,
  recorder: EventRecorder,
  set: StatefulSet,
  pod: Pod,
): Status | undefined {
  const sameStorage = storageMatches(set, pod)
  if (!sameStorage) {
    const failed = createClaims(client, recorder, set, pod)
    if (failed !== undefined) return recordPod(recorder, 'Update', set, pod, failed)
  }
  const retained = control.claimsMatchRetention(set, pod)
  if (!retained) {
    const failed = control.updateClaimOwners(set, pod)
    if (failed !== undefined) return recordPod(recorder, 'Update', set, pod, failed)
  }
  if (identityMatches(set, pod) && sameStorage && retained) return undefined
  const answer = client.update('Pod', pod.metadata.name, pod.metadata.namespace, (now) => mended(set, now))
  return recordPod(recorder, 'Update', set, pod, isStatus(answer) ? answer : undefined)
}

function mended(set: StatefulSet, pod: Pod): Pod {
  const ordinal = ordinalOf(pod)
  const labels = { ...pod.metadata.labels, ...identityLabels(pod.metadata.name, ordinal) }
  const identified = identityMatches(set, pod) ? pod : { ...pod, metadata: { ...pod.metadata, labels } as ObjectMeta }
  if (storageMatches(set, pod)) return identified
  return { ...identified, spec: { ...pod.spec, volumes: withClaims(set, ordinal, pod.spec.volumes ?? []) } }
}

type PodVerb = 'Create' | 'Update' | 'Delete'

/** Answers what failed, for the caller to hand on. */
function recordPod(
  recorder: EventRecorder,
  verb: PodVerb,
  set: StatefulSet,
  pod: Pod,
  failed: Status | undefined,
): Status | undefined {
  const what = `${verb} Pod ${pod.metadata.name} in StatefulSet ${set.metadata.name}`
  if (failed === undefined) recorder.event(set, 'Normal', `Successful${verb}`, `${what} successful`)
  else recorder.event(set, 'Warning', `Failed${verb}`, `${what} failed error: ${failed.message}`)
  return failed
}

function recordClaim(
  recorder: EventRecorder,
  set: StatefulSet,
  pod: Pod,
  claim: PersistentVolumeClaim,
  failed: Status | undefined,
): void {
  const [name, podName, setName] = [claim.metadata.name, pod.metadata.name, set.metadata.name]
  if (failed === undefined) {
    const message = `Create Claim ${name} Pod ${podName} in StatefulSet ${setName} success`
    recorder.event(set, 'Normal', 'SuccessfulCreate', message)
  } else {
    const message = `Create Claim ${name} for Pod ${podName} in StatefulSet ${setName} failed error: ${failed.message}`
    recorder.event(set, 'Warning', 'FailedCreate', message)
  }
}
