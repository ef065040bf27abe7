import type { PodRecord } from '../pod-worker/pod-record.ts'
import { requestOf } from '../pod-worker/requests.ts'
import { diskUse, type PodUse } from './pod-use.ts'
import type { Starved } from './thresholds.ts'

type Compare = (a: PodRecord, b: PodRecord) => number

/** Pods in the order in which they are to go. Source: pkg/kubelet/eviction/helpers.go buildSignalToRankFunc (one file system) */
export function ranked(
  records: readonly PodRecord[],
  useOf: (record: PodRecord) => PodUse,
  starved: Starved,
): readonly PodRecord[] {
  const order = ORDER[starved](useOf)
  return [...records].sort((a, b) => {
    for (const compare of order) {
      const result = compare(a, b)
      if (result !== 0) return result
    }
    return 0
  })
}

const ORDER: Readonly<Record<Starved, (useOf: (record: PodRecord) => PodUse) => readonly Compare[]>> = {
  memory: (useOf) => {
    const beyond = (record: PodRecord) => useOf(record).memory - requestOf(record.pod, 'memory')
    return [exceedingFirst(beyond), lowestPriorityFirst, mostFirst(beyond)]
  },
  'ephemeral-storage': (useOf) => {
    const beyond = (record: PodRecord) => diskUse(useOf(record)).bytes - requestOf(record.pod, 'ephemeral-storage')
    return [exceedingFirst(beyond), lowestPriorityFirst, mostFirst(beyond)]
  },
  inodes: (useOf) => {
    const files = (record: PodRecord) => diskUse(useOf(record)).files
    const relative = (record: PodRecord) => files(record) - requestOf(record.pod, 'ephemeral-storage')
    return [exceedingFirst(files), lowestPriorityFirst, mostFirst(relative)]
  },
  pids: (useOf) => [lowestPriorityFirst, mostFirst((record) => useOf(record).pids)],
}

function exceedingFirst(beyond: (record: PodRecord) => number): Compare {
  return (a, b) => Number(beyond(b) > 0) - Number(beyond(a) > 0)
}

function mostFirst(of: (record: PodRecord) => number): Compare {
  return (a, b) => of(b) - of(a)
}

const lowestPriorityFirst: Compare = (a, b) => (a.pod.spec.priority ?? 0) - (b.pod.spec.priority ?? 0)
