import type { NodeResources } from '../../container-runtime/usage/node-resources.ts'
import { amountOf, type Signal, type Threshold } from './thresholds.ts'

export interface Observation {
  readonly available: number
  readonly capacity: number
}

export type Observations = Readonly<Record<Signal, Observation>>

/** What is left of everything. Source: pkg/kubelet/eviction/helpers.go makeSignalObservations */
export function observe(resources: NodeResources, now: number): Observations {
  const { size, disk, memory, pids, podLimit } = resources
  const taken = inPages(memory.taken(now))
  const byPods = inPages(memory.taken(now) - resources.systemMemory)
  const bytes = { available: disk.capacity.bytes - disk.bytes.taken(now), capacity: disk.capacity.bytes }
  const files = { available: disk.capacity.files - disk.files.taken(now), capacity: disk.capacity.files }
  return {
    'memory.available': { available: Math.max(0, size.memory - taken), capacity: size.memory },
    'allocatableMemory.available': { available: Math.max(0, podLimit - byPods), capacity: podLimit },
    'nodefs.available': whole(bytes),
    'nodefs.inodesFree': whole(files),
    'imagefs.available': whole(bytes),
    'imagefs.inodesFree': whole(files),
    'containerfs.available': whole(bytes),
    'containerfs.inodesFree': whole(files),
    'pid.available': whole({ available: size.pids - pids.taken(now), capacity: size.pids }),
  }
}

/** The kernel counts memory in pages of 4 KiB. */
export function inPages(bytes: number): number {
  return Math.ceil(bytes / 4096) * 4096
}

function whole({ available, capacity }: Observation): Observation {
  return { available: Math.max(0, Math.floor(available)), capacity }
}

/** Source: helpers.go thresholdsMet */
export function thresholdsMet(
  thresholds: readonly Threshold[],
  observations: Observations,
  enforceMinReclaim: boolean,
): readonly Threshold[] {
  return thresholds.filter(({ signal, value, minReclaim }) => {
    const { available, capacity } = observations[signal]
    const more = enforceMinReclaim && minReclaim !== undefined ? amountOf(minReclaim, capacity) : 0
    return amountOf(value, capacity) + more > available
  })
}

/** When the first of these thresholds can be met from what containers take as time passes. `again`: look again then. */
export function nextMet(thresholds: readonly Threshold[], resources: NodeResources, now: number): number | undefined {
  let soonest: number | undefined
  for (const { signal, value } of thresholds) {
    const [amount, capacity, outside] = amountBehind(signal, resources)
    const next = amount.firstAbove(capacity - amountOf(value, capacity) + outside, now)
    if (next === 'never') continue
    const at = 'at' in next ? next.at : next.again
    if (soonest === undefined || at < soonest) soonest = at
  }
  return soonest
}

/** Whether any of them can be met at all: cheap, asked with every change. */
export function canBeMet(thresholds: readonly Threshold[], resources: NodeResources): boolean {
  return thresholds.some(({ signal, value }) => {
    const [amount, capacity, outside] = amountBehind(signal, resources)
    return amount.most > capacity - amountOf(value, capacity) + outside
  })
}

function amountBehind(signal: Signal, { memory, pids, disk, size, podLimit, systemMemory }: NodeResources) {
  if (signal === 'memory.available') return [memory, size.memory, 0] as const
  if (signal === 'allocatableMemory.available') return [memory, podLimit, systemMemory] as const
  if (signal === 'pid.available') return [pids, size.pids, 0] as const
  return signal.endsWith('inodesFree')
    ? ([disk.files, disk.capacity.files, 0] as const)
    : ([disk.bytes, disk.capacity.bytes, 0] as const)
}
