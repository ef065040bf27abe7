import { rfc3339 } from '../../../api/time.ts'
import type { ContainerStatus, PodStatus } from '../../../api/types.ts'
import type { KubeletContext } from '../kubelet-context.ts'
import type { ContainerSlot, PodRecord } from '../pod-worker/pod-record.ts'
import { podConditions } from './conditions.ts'
import { containerStatus } from './container-status.ts'
import { phaseOf } from './phase.ts'
import { shownResources } from './pod-resources.ts'
import { qosClass } from './qos.ts'

/**
 * The status of a pod from what its containers do.
 * Source: pkg/kubelet/kubelet_pods.go generateAPIPodStatus
 *
 * @param now virtual ms
 */
export function generatePodStatus(
  record: PodRecord,
  { ip: hostIP, devices }: Pick<KubeletContext, 'ip' | 'devices'>,
  now: number,
): PodStatus {
  const { pod, slots, rejected } = record
  // Source: kubelet.go rejectPod
  if (rejected !== undefined)
    return {
      message: `Pod was rejected: ${rejected.message}`,
      ...(pod.metadata.generation === undefined ? {} : { observedGeneration: pod.metadata.generation }),
      phase: 'Failed',
      qosClass: qosClass(pod),
      reason: rejected.reason,
      startTime: pod.status?.startTime ?? rfc3339(record.startTime),
    }
  const old = record.status ?? pod.status
  const statuses = containerStatuses(record, old, devices)
  const hasInitialized = slots.some(({ kind, current }) => kind === 'main' && current !== undefined)
  const phase = terminalPhase(old) ?? decidePhase(record, statuses, hasInitialized)
  const { reason, message } = reasonOf(record, old, phase)
  const conditions = podConditions({
    pod,
    resize: record,
    slots,
    statuses,
    phase,
    restartingAll: record.restartingAll,
    hasSandbox: record.sandbox?.ready === true,
    hasInitialized,
    old,
    disruption: record.terminated ? record.terminating?.disruption : undefined,
    now: rfc3339(now),
  })
  const init = slots.filter(({ kind }) => kind === 'init' || kind === 'sidecar')
  const ephemeral = slots.filter(({ kind }) => kind === 'ephemeral')
  const ip = podIP(record, hostIP, old)
  return {
    conditions,
    containerStatuses: byName(record.containers).map(({ name }) => statuses.get(name)!),
    ...(ephemeral.length === 0
      ? {}
      : { ephemeralContainerStatuses: byName(ephemeral).map(({ name }) => statuses.get(name)!) }),
    hostIP,
    hostIPs: ipsOf(hostIP, old?.hostIPs),
    ...(init.length === 0 ? {} : { initContainerStatuses: init.map(({ name }) => statuses.get(name)!) }),
    ...(message === undefined ? {} : { message }),
    ...(pod.metadata.generation === undefined ? {} : { observedGeneration: pod.metadata.generation }),
    phase,
    ...(ip === undefined ? {} : { podIP: ip, podIPs: ipsOf(ip, old?.podIPs) }),
    qosClass: qosClass(pod),
    ...(reason === undefined ? {} : { reason }),
    ...shownResources(record.allocated, phase === 'Running'),
    startTime: pod.status?.startTime ?? rfc3339(record.startTime),
  }
}

/** Main and ephemeral containers are shown by name, init containers as they start. Source: status_manager.go normalizeStatus */
function byName(slots: readonly ContainerSlot[]): readonly ContainerSlot[] {
  return slots.length < 2 ? slots : [...slots].sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** The same list as before where it says the same. */
function ipsOf(ip: string, old: PodStatus['podIPs']): NonNullable<PodStatus['podIPs']> {
  if (old?.length === 1 && old[0]!.ip === ip) return old
  // Pods of one node are reported one after the other.
  if (lastIPs[0]!.ip !== ip) lastIPs = [{ ip }]
  return lastIPs
}

let lastIPs: NonNullable<PodStatus['podIPs']> = [{ ip: '' }]

function containerStatuses(
  record: PodRecord,
  old: PodStatus | undefined,
  devices: KubeletContext['devices'],
): ReadonlyMap<string, ContainerStatus> {
  const before = new Map<string, ContainerStatus>()
  for (const status of old?.containerStatuses ?? []) before.set(status.name, status)
  for (const status of old?.initContainerStatuses ?? []) before.set(status.name, status)
  for (const status of old?.ephemeralContainerStatuses ?? []) before.set(status.name, status)
  const hasInit = record.slots[0]?.kind !== 'main'
  const isOver = record.terminated && !record.isStatic
  const statuses = new Map<string, ContainerStatus>()
  for (const slot of record.slots) {
    const status = containerStatus(record.pod, slot, before.get(slot.name), hasInit, isOver)
    const allocated = devices.health(record.uid, slot.name)
    const claimed = slot.kind === 'main' ? devices.claims.health(record.pod, slot.spec) : undefined
    const allocatedResourcesStatus = claimed === undefined ? allocated : [...(allocated ?? []), ...claimed]
    statuses.set(slot.name, allocatedResourcesStatus === undefined ? status : { ...status, allocatedResourcesStatus })
  }
  return statuses
}

/** A pod that has ended stays as it ended. */
function terminalPhase(old: PodStatus | undefined): string | undefined {
  return old?.phase === 'Succeeded' || old?.phase === 'Failed' ? old.phase : undefined
}

function decidePhase(
  record: PodRecord,
  statuses: ReadonlyMap<string, ContainerStatus>,
  hasInitialized: boolean,
): string {
  // Not before nothing of it runs any more. Source: pkg/kubelet/status/status_manager.go mergePodStatus
  if (record.terminating?.reason !== undefined && record.terminated) return 'Failed'
  // A static pod is never given a terminal phase while its file stands. Source: getPhase, #116484
  const isTerminal = record.terminated && !record.isStatic
  return phaseOf(record.pod, record.slots, statuses, isTerminal, hasInitialized)
}

function reasonOf(record: PodRecord, old: PodStatus | undefined, phase: string) {
  const { terminating } = record
  if (terminating?.reason !== undefined && record.terminated) return terminating
  return old !== undefined && old.phase === phase ? old : {}
}

function podIP(record: PodRecord, hostIP: string, old: PodStatus | undefined): string | undefined {
  if (record.pod.spec.hostNetwork === true) return hostIP
  if (record.sandbox?.ready === true) return record.sandbox.ip
  return record.terminated || record.terminating !== undefined ? old?.podIP : undefined
}
