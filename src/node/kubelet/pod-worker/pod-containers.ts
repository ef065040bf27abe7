import type { Pod } from '../../../api/types.ts'
import type { ContainerRuntime } from '../../container-runtime/contract.ts'
import { USAGE_ANNOTATION } from '../../container-runtime/usage/written.ts'
import { sameJson } from '../status/same.ts'
import type { PodRecord } from './pod-record.ts'

/** Somebody plays with what running containers take. */
export function reviseUsage({ pod, slots }: PodRecord, before: Pod, runtime: ContainerRuntime): void {
  const told = ({ metadata }: Pod) =>
    Object.entries(metadata.annotations ?? {}).filter(([key]) => key.startsWith(USAGE_ANNOTATION))
  if (sameJson(told(pod), told(before))) return
  for (const { current } of slots)
    if (current?.state === 'running') runtime.updateUsage(current.id, pod.metadata.annotations)
}

/** Containers that have ended and will not be started again. Source: pkg/kubelet/container/container_gc.go DeleteAllUnusedContainers */
export function deleteUnusedContainers(records: Iterable<PodRecord>, runtime: ContainerRuntime): void {
  for (const { terminated, slots } of records)
    for (const { current, previous } of slots) {
      if (previous?.state === 'exited') runtime.removeContainer(previous.id)
      if (terminated && current?.state === 'exited') runtime.removeContainer(current.id)
    }
}
