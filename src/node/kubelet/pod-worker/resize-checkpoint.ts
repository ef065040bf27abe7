import type { FileTree } from '../../contract.ts'
import type { PodAllocation, PodRecord } from './pod-record.ts'

const FILE = '/var/lib/kubelet/allocated_pods_state'

/**
 * What pods have been given, where that differs from what they ask for on this node: it outlives the kubelet. Without such
 * a pod all have what they ask for, and there is no file.
 * Source: pkg/kubelet/allocation/state/state_checkpoint.go
 */
export function writeAllocations(files: FileTree, records: Iterable<PodRecord>): void {
  const all = [...records].filter(({ terminated }) => !terminated)
  if (!all.some(({ wantsResize, resizeInProgress }) => wantsResize || resizeInProgress !== undefined)) {
    if (files.read(FILE) !== undefined) files.remove(FILE)
    return
  }
  const entries = Object.fromEntries(all.map((record) => [record.uid, allocationOf(record)]))
  files.write(FILE, JSON.stringify({ data: JSON.stringify({ entries }), checksum: 0 }), 0o600)
}

function allocationOf({ slots, podResources }: PodRecord): PodAllocation {
  const own = slots.filter(({ kind }) => kind !== 'ephemeral')
  return {
    ContainerResources: Object.fromEntries(own.map(({ name, spec }) => [name, spec.resources ?? {}])),
    PodLevelResources: podResources ?? null,
  }
}

export function readAllocations(files: FileTree): Readonly<Record<string, PodAllocation>> {
  const text = files.read(FILE)
  if (text === undefined) return {}
  try {
    const { data } = JSON.parse(text) as { readonly data: string }
    return (JSON.parse(data) as { readonly entries?: Readonly<Record<string, PodAllocation>> }).entries ?? {}
  } catch {
    return {}
  }
}
