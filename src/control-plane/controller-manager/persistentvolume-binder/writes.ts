import { BIND_COMPLETED, BOUND_BY_CONTROLLER } from '../../../api/storage.ts'
import { rfc3339 } from '../../../api/time.ts'
import {
  type Answer,
  isStatus,
  type ObjectMeta,
  type PersistentVolume,
  type PersistentVolumeClaim,
  type PersistentVolumeClaimStatus,
  type Status,
} from '../../../api/types.ts'
import type { Client, EventRecorder } from '../../../client/contract.ts'
import type { Recycler } from './recycler.ts'

/** The writes of the binder. Source: pkg/controller/volume/persistentvolume/pv_controller.go */

export interface BinderDependencies {
  readonly client: Client
  readonly recorder: EventRecorder
  readonly now: () => number
  readonly claimChanged: (key: string) => void
  readonly recycler: Recycler
}

const PRE_RESIZE_CAPACITY = 'volume.alpha.kubernetes.io/pre-resize-capacity'

export function annotated<T extends { readonly metadata: ObjectMeta }>(object: T, ...names: string[]): T {
  const added = Object.fromEntries(names.map((name) => [name, 'yes']))
  return { ...object, metadata: { ...object.metadata, annotations: { ...object.metadata.annotations, ...added } } }
}

export function hasAnnotation({ metadata }: { readonly metadata: ObjectMeta }, name: string): boolean {
  return metadata.annotations?.[name] !== undefined
}

/** Volume first, then claim; each write can be the last that succeeds, and the next pass goes on from there. Source: bind */
export function bind(
  deps: BinderDependencies,
  volume: PersistentVolume,
  claim: PersistentVolumeClaim,
): Status | undefined {
  const bound = bindVolume(deps, volume, claim)
  if (isStatus(bound)) return bound
  const refused = setVolumePhase(deps, bound as PersistentVolume, 'Bound')
  if (refused !== undefined) return refused
  const completed = bindClaim(deps, claim, volume)
  if (isStatus(completed)) return completed
  return setClaimPhase(deps, completed as PersistentVolumeClaim, 'Bound', bound as PersistentVolume)
}

/** Source: component-helpers/storage/volume/pv_helpers.go GetBindVolumeToClaim */
function bindVolume(
  { client }: BinderDependencies,
  volume: PersistentVolume,
  { metadata }: PersistentVolumeClaim,
): Answer<PersistentVolume> {
  const { claimRef } = volume.spec
  const { name, namespace, uid, resourceVersion } = metadata
  const isOurs = claimRef?.name === name && claimRef.namespace === namespace
  if (isOurs && claimRef.uid === uid) return volume
  const reference = {
    ...(isOurs ? claimRef : {}),
    kind: 'PersistentVolumeClaim',
    apiVersion: 'v1',
    name,
    namespace: namespace!,
    uid: uid!,
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
  }
  return client.update('PersistentVolume', volume.metadata.name, undefined, (now) => {
    const next = { ...now, spec: { ...now.spec, claimRef: reference } }
    return isOurs ? next : annotated(next, BOUND_BY_CONTROLLER)
  })
}

/** Source: bindClaimToVolume */
function bindClaim(
  { client }: BinderDependencies,
  claim: PersistentVolumeClaim,
  { metadata: { name: volumeName } }: PersistentVolume,
): Answer<PersistentVolumeClaim> {
  const named = claim.spec.volumeName === volumeName
  if (named && hasAnnotation(claim, BIND_COMPLETED)) return claim
  const { name, namespace } = claim.metadata
  return client.update('PersistentVolumeClaim', name, namespace, (now) =>
    named
      ? annotated(now, BIND_COMPLETED)
      : annotated({ ...now, spec: { ...now.spec, volumeName } }, BIND_COMPLETED, BOUND_BY_CONTROLLER),
  )
}

/** Source: updateVolumePhase */
export function setVolumePhase(
  { client, now }: BinderDependencies,
  volume: PersistentVolume,
  phase: string,
  message = '',
): Status | undefined {
  if (volume.status?.phase === phase) return undefined
  const answer = client.updateStatus('PersistentVolume', volume.metadata.name, undefined, (current) => ({
    ...current,
    status: { phase, ...(message === '' ? {} : { message }), lastPhaseTransitionTime: rfc3339(now()) },
  }))
  return isStatus(answer) ? answer : undefined
}

/** Source: updateClaimStatus */
export function setClaimPhase(
  { client }: BinderDependencies,
  claim: PersistentVolumeClaim,
  phase: string,
  volume?: PersistentVolume,
): Status | undefined {
  const next = claimStatus(claim, phase, volume)
  if (next === claim.status) return undefined
  const { name, namespace } = claim.metadata
  const answer = client.updateStatus('PersistentVolumeClaim', name, namespace, (now) => ({ ...now, status: next }))
  return isStatus(answer) ? answer : undefined
}

function claimStatus(
  { status = {} }: PersistentVolumeClaim,
  phase: string,
  volume: PersistentVolume | undefined,
): PersistentVolumeClaimStatus {
  const { accessModes, capacity, currentVolumeAttributesClassName, ...rest } = status
  if (volume === undefined) {
    const bare = accessModes === undefined && capacity === undefined && currentVolumeAttributesClassName === undefined
    return bare && status.phase === phase ? status : { ...rest, phase }
  }
  const { spec } = volume
  const sameModes = accessModes?.join() === spec.accessModes?.join()
  if (status.phase === phase && sameModes) return status
  const attributes = volume.spec.volumeAttributesClassName
  const before = volume.metadata.annotations?.[PRE_RESIZE_CAPACITY]
  const capacityNow = before === undefined ? spec.capacity : { ...status.capacity, storage: before }
  return {
    ...status,
    phase,
    ...(spec.accessModes && { accessModes: spec.accessModes }),
    ...(status.phase !== phase && capacityNow && { capacity: capacityNow }),
    ...(status.phase === 'Pending' &&
      phase === 'Bound' &&
      attributes && { currentVolumeAttributesClassName: attributes }),
  }
}

/** As {@link setClaimPhase}, told of where the phase is new. Source: updateClaimStatusWithEvent */
export function loseClaim(
  deps: BinderDependencies,
  claim: PersistentVolumeClaim,
  reason: string,
  message: string,
): Status | undefined {
  const isNew = claim.status?.phase !== 'Lost'
  const refused = setClaimPhase(deps, claim, 'Lost')
  if (refused === undefined && isNew) deps.recorder.event(claim, 'Warning', reason, message)
  return refused
}

/** Source: unbindVolume: what the controller bound is free again, what the user bound waits for its claim again. */
export function unbind(deps: BinderDependencies, volume: PersistentVolume): Status | undefined {
  const answer = deps.client.update('PersistentVolume', volume.metadata.name, undefined, (now) => {
    const { claimRef, ...spec } = now.spec
    if (!hasAnnotation(now, BOUND_BY_CONTROLLER)) {
      const { uid: _, ...reference } = claimRef ?? {}
      return { ...now, spec: { ...spec, claimRef: reference } }
    }
    const { [BOUND_BY_CONTROLLER]: _, ...annotations } = now.metadata.annotations ?? {}
    const { annotations: _all, ...metadata } = now.metadata
    return { ...now, spec, metadata: Object.keys(annotations).length === 0 ? metadata : { ...metadata, annotations } }
  })
  return isStatus(answer) ? answer : setVolumePhase(deps, answer as PersistentVolume, 'Available')
}
