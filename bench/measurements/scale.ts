import { groupOf, versionOf } from '../../src/api/meta.ts'
import type { KubernetesObject } from '../../src/api/types.ts'
import { isStatus } from '../../src/api/types.ts'
import type { Cluster } from '../../src/cluster/index.ts'
import { createCluster } from '../../src/cluster/index.ts'
import { storedKinds } from '../../src/cluster/stored-kinds.ts'
import type { RecordedTrace } from '../../src/sim/trace.ts'
import type { Figure, Figures, Measurement } from '../measurement.ts'
import { admin } from './lists.ts'
import { topologyOf, untilRunning } from './rollout.ts'

/** As many to a node as Kubernetes' own limits come to: 150,000 on 5,000. */
const PODS_PER_NODE = 30
const REPLICAS = 100
const HOUR_MS = 3_600_000

interface Phase<T> {
  readonly result: T
  readonly wall: number
  /** ms of processor time of all threads: what a busy machine does not blur. */
  readonly cpu: number
}

function phase<T>(work: () => T): Phase<T> {
  const [start, before] = [performance.now(), process.cpuUsage()]
  const result = work()
  const { user, system } = process.cpuUsage(before)
  return { result, wall: performance.now() - start, cpu: (user + system) / 1000 }
}

const ms = (value: number): Figure => ({ value, unit: 'ms' })
const residentMB = () => process.memoryUsage.rss() / 1024 / 1024

interface Sizes {
  readonly nodes: number
  /** Wall time and memory that the two phases together may take. */
  readonly wallLimit?: number
}

function rollOut({ nodes, wallLimit }: Sizes): Figures {
  const pods = nodes * PODS_PER_NODE
  const boot = phase(() => createCluster({ topology: topologyOf(nodes) }))
  const booted = residentMB()
  const rollout = phase(() => untilRunning(boot.result, pods / REPLICAS, REPLICAS, pods))
  return {
    'boot: wall': ms(boot.wall),
    'boot: processor': ms(boot.cpu),
    'boot: per node': { value: (boot.cpu * 1000) / nodes, unit: 'µs' },
    'boot: memory': { value: booted, unit: 'MB' },
    'roll-out: wall': ms(rollout.wall),
    'roll-out: processor': ms(rollout.cpu),
    'roll-out: per pod': { value: (rollout.cpu * 1000) / pods, unit: 'µs' },
    'roll-out: pods': { value: (pods * 1000) / rollout.wall, unit: 'per s' },
    'together: wall': { ...ms(boot.wall + rollout.wall), ...(wallLimit !== undefined && { limit: wallLimit }) },
    'virtual time': ms(rollout.result),
  }
}

/** Each size has the one before it in the table: growth is read between them. */
const rollouts: readonly (Measurement & Sizes)[] = [
  { name: 'scale-100', nodes: 100 },
  { name: 'scale-1000', nodes: 1000 },
  { name: 'scale-5000', nodes: 5000, wallLimit: 120_000, memoryLimit: 3072 },
].map((sizes) => ({
  ...sizes,
  title: `${sizes.nodes.toLocaleString('en-US')} nodes and ${(sizes.nodes * PODS_PER_NODE).toLocaleString('en-US')} pods: to all Running`,
  run: ({ scale }) => rollOut({ ...sizes, nodes: Math.round(sizes.nodes * scale) }),
}))

export const scaleMeasurements: readonly Measurement[] = rollouts

const idleHour = (name: string, nodes: number, limit?: number): Measurement => ({
  name,
  title: `a virtual hour of ${nodes.toLocaleString('en-US')} idle nodes`,
  run({ scale }) {
    const { clock } = createCluster({ topology: topologyOf(Math.round(nodes * scale)) })
    // What a boot leaves to do is not idleness.
    clock.advance(HOUR_MS / 6)
    const before = clock.fired
    const hour = phase(() => clock.advance(HOUR_MS))
    return {
      wall: { ...ms(hour.wall), ...(limit !== undefined && { limit }) },
      processor: ms(hour.cpu),
      'timers fired': { value: clock.fired - before, unit: '' },
    }
  },
})

export const idleHourMeasurements: readonly Measurement[] = [
  idleHour('idle-hour-1000', 1000),
  idleHour('idle-hour', 5000, 1000),
]

export const determinismMeasurement: Measurement = {
  name: 'determinism-1000',
  title: '1,000 nodes and 10,000 pods, lived twice with one seed: revisions, objects and trace are the same',
  run({ scale }) {
    const live = () => {
      const cluster = createCluster({ topology: topologyOf(Math.round(1000 * scale)), seed: 7 })
      const log = revisionLog(cluster)
      const pods = Math.round(10_000 * scale)
      untilRunning(cluster, pods / REPLICAS, REPLICAS, pods)
      cluster.faults.node('worker-1', 'fails')
      cluster.clock.advance(HOUR_MS / 6)
      return `${log()} ${(cluster.trace as RecordedTrace).hash} ${cluster.clock.fired}`
    }
    const first = phase(live)
    const second = phase(live)
    if (first.result !== second.result) throw new Error(`two lives differ: ${first.result} and ${second.result}`)
    return { first: ms(first.cpu), second: ms(second.cpu) }
  },
}

/** Hears of every revision of every kind. @returns what tells a hash over all of them */
function revisionLog(cluster: Cluster): () => string {
  let [hash, count] = [0, 0]
  const add = (text: string) => {
    count++
    for (let i = 0; i < text.length; i++) hash = (Math.imul(hash, 31) + text.charCodeAt(i)) | 0
  }
  for (const { apiVersion, resource } of storedKinds) {
    const address = { group: groupOf(apiVersion), version: versionOf(apiVersion), resource }
    const watch = cluster.apiServer()!.watch({ verb: 'watch', credentials: admin, resource: address }, (event) => {
      if ('object' in event) add(`${event.type}${JSON.stringify(event.object as KubernetesObject)}`)
    })
    if (isStatus(watch)) throw new Error(watch.message)
  }
  return () => `${count} revisions ${(hash >>> 0).toString(16)}`
}
