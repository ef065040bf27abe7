import { isPodAvailable, isPodReady } from '../../../api/conditions.ts'
import { isDeleting, newControllerRef } from '../../../api/meta.ts'
import type { PersistentVolumeClaim, Pod, StatefulSet, Volume } from '../../../api/types.ts'
import { podFromTemplate } from '../pod-control.ts'

/** Who is who in a StatefulSet: pure. Source: pkg/controller/statefulset/stateful_set_utils.go */

export const REVISION_LABEL = 'controller-revision-hash'
const POD_NAME_LABEL = 'statefulset.kubernetes.io/pod-name'
const POD_INDEX_LABEL = 'apps.kubernetes.io/pod-index'

const MEMBER = /^(.*)-([0-9]+)$/s
const INT32_MAX = 2 ** 31 - 1

/** Of a pod that no StatefulSet can have made: no parent, -1. Source: getParentNameAndOrdinal */
export function parentAndOrdinal({ metadata: { name } }: Pod): { readonly parent: string; readonly ordinal: number } {
  const [, parent, digits] = MEMBER.exec(name) ?? []
  if (parent === undefined) return { parent: '', ordinal: -1 }
  const ordinal = Number(digits)
  return { parent, ordinal: ordinal > INT32_MAX ? -1 : ordinal }
}

export function ordinalOf(pod: Pod): number {
  return parentAndOrdinal(pod).ordinal
}

export function isMemberOf(set: StatefulSet, pod: Pod): boolean {
  return parentAndOrdinal(pod).parent === set.metadata.name
}

export function startOrdinal({ spec }: StatefulSet): number {
  return spec.ordinals?.start ?? 0
}

export function replicasOf({ spec }: StatefulSet): number {
  return spec.replicas ?? 1
}

export function isInRange(set: StatefulSet, ordinal: number): boolean {
  const start = startOrdinal(set)
  return ordinal >= start && ordinal < start + replicasOf(set)
}

export function isCreated({ metadata }: Pod): boolean {
  return metadata.uid !== undefined
}

export function isRunningAndReady(pod: Pod): boolean {
  return pod.status?.phase === 'Running' && isPodReady(pod)
}

export function isUnavailable(set: StatefulSet, pod: Pod, now: number): boolean {
  return !isPodAvailable(pod, set.spec.minReadySeconds ?? 0, now) || isDeleting(pod)
}

export function podRevision({ metadata }: Pod): string {
  return metadata.labels?.[REVISION_LABEL] ?? ''
}

/** `data-web-0`. */
export function claimName(set: StatefulSet, claim: PersistentVolumeClaim, ordinal: number): string {
  return `${claim.metadata.name}-${set.metadata.name}-${ordinal}`
}

/** Source: identityMatches */
export function identityMatches(set: StatefulSet, { metadata }: Pod): boolean {
  return metadata.namespace === set.metadata.namespace && metadata.labels?.[POD_NAME_LABEL] === metadata.name
}

/** Source: storageMatches */
export function storageMatches(set: StatefulSet, pod: Pod): boolean {
  const ordinal = ordinalOf(pod)
  const volumes = new Map((pod.spec.volumes ?? []).map((volume) => [volume.name, volume]))
  return (set.spec.volumeClaimTemplates ?? []).every(
    (claim) => volumes.get(claim.metadata.name)?.persistentVolumeClaim?.claimName === claimName(set, claim, ordinal),
  )
}

/** Source: updateIdentity */
export function identityLabels(name: string, ordinal: number): Readonly<Record<string, string>> {
  return { [POD_NAME_LABEL]: name, [POD_INDEX_LABEL]: String(ordinal) }
}

/** The set's claims in place of the template's volumes of the same names. Source: updateStorage */
export function withClaims(set: StatefulSet, ordinal: number, volumes: readonly Volume[]): readonly Volume[] {
  const templates = set.spec.volumeClaimTemplates ?? []
  if (templates.length === 0) return volumes
  const names = new Set(templates.map(({ metadata }) => metadata.name))
  return [
    ...templates.map((claim) => ({
      name: claim.metadata.name,
      persistentVolumeClaim: { claimName: claimName(set, claim, ordinal) },
    })),
    ...volumes.filter(({ name }) => !names.has(name)),
  ]
}

/** Source: newStatefulSetPod */
function newPod(set: StatefulSet, ordinal: number, revision: string): Pod {
  const pod = podFromTemplate(set.spec.template, set, [newControllerRef(set)])
  const name = `${set.metadata.name}-${ordinal}`
  const volumes = withClaims(set, ordinal, pod.spec.volumes ?? [])
  return {
    ...pod,
    metadata: {
      ...pod.metadata,
      name,
      labels: { ...pod.metadata.labels, ...identityLabels(name, ordinal), [REVISION_LABEL]: revision },
    },
    spec: {
      ...pod.spec,
      hostname: name,
      ...(set.spec.serviceName ? { subdomain: set.spec.serviceName } : {}),
      ...(volumes.length === 0 ? {} : { volumes }),
    },
  }
}

export interface Versions {
  /** The set with the template of its current revision, and that revision's name. */
  readonly currentSet: StatefulSet
  readonly current: string
  readonly updateSet: StatefulSet
  readonly update: string
}

/** Source: newVersionedStatefulSetPod */
export function newVersionedPod({ currentSet, current, updateSet, update }: Versions, ordinal: number): Pod {
  const { updateStrategy } = currentSet.spec
  const { rollingUpdate } = updateStrategy ?? {}
  const keep =
    rollingUpdate === undefined
      ? updateStrategy?.type === 'RollingUpdate' && (currentSet.status?.currentReplicas ?? 0)
      : (rollingUpdate.partition ?? 0)
  const isOld = keep !== false && ordinal < startOrdinal(currentSet) + keep
  return isOld ? newPod(currentSet, ordinal, current) : newPod(updateSet, ordinal, update)
}
