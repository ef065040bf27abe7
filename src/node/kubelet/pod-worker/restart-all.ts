import type { ContainerRuntime } from '../../container-runtime/contract.ts'
import { type ContainerSlot, type PodRecord, ruleFor } from './pod-record.ts'

const ACTION = 'RestartAllContainers'

/** What a container's status says while all of its pod's start anew. Source: pkg/kubelet/kubelet_pods.go */
export const RESTARTING_ALL = {
  reason: 'RestartingAllContainers',
  message: 'The container is removed because RestartAllContainers in place',
} as const

/** Whether a container of the pod can ask for that. Source: pkg/api/v1/pod/util.go AllContainersCouldRestart */
export function couldRestartAll({ slots }: Pick<PodRecord, 'slots'>): boolean {
  return slots.some(({ spec }) => spec.restartPolicyRules?.some(({ action }) => action === ACTION) === true)
}

/** Whether a container has ended in a way that means all are to start anew. Source: container/helpers.go ShouldAllContainersRestart */
export function asksForAll({ slots }: PodRecord): boolean {
  return slots.some(
    ({ kind, spec, current }) =>
      kind !== 'ephemeral' &&
      spec.restartPolicyRules !== undefined &&
      current?.state === 'exited' &&
      ruleFor(spec, current.exitCode ?? 0)?.action === ACTION,
  )
}

/** Containers that are still to be killed for it. */
export function stillRunning({ slots }: PodRecord): readonly ContainerSlot[] {
  return slots.filter(({ kind, current }) => kind !== 'ephemeral' && current?.state === 'running')
}

/** Takes the containers away, all of which have ended; they go on counting their restarts. Source: kuberuntime_manager.go getContainersToReset */
export function removeAll(record: PodRecord, runtime: ContainerRuntime): void {
  for (const slot of record.slots) {
    if (slot.kind === 'ephemeral') continue
    const { current } = slot
    for (const { id } of runtime.sandboxesOf(record.uid))
      for (const container of [...runtime.containersOf(id)])
        if (container.config.container.name === slot.name) runtime.removeContainer(container.id)
    slot.nextAttempt = current === undefined ? slot.nextAttempt : current.config.attempt + 1
    slot.current = undefined
    slot.previous = undefined
    slot.ready = false
    slot.started = false
    slot.killBecause = undefined
    slot.killGrace = undefined
    if (current !== undefined) slot.waiting = RESTARTING_ALL
  }
}
