/**
 * The scheduler alone at 100, 1,000 and 5,000 nodes, with the shapes of upstream's scheduler_perf: what a pod costs, and how
 * that grows with the cluster. `--profile` says what dominates.
 * Source: test/integration/scheduler_perf (SchedulingBasic, SchedulingPodAffinity, SchedulingPodAntiAffinity,
 * TopologySpreading, PreemptionBasic)
 */
import type { Pod, PodSpec } from '../../src/api/types.ts'
import { inTreeRegistry } from '../../src/control-plane/scheduler/registry.ts'
import { Scheduler } from '../../src/control-plane/scheduler/scheduler.ts'
import { node, type PodOptions, pod } from '../../src/control-plane/scheduler/testing/builders.ts'
import { FakeClient } from '../../src/control-plane/scheduler/testing/fake-client.ts'
import { defaultProfiles } from '../../src/control-plane/scheduler/testing/plugins.ts'
import { VirtualClock } from '../../src/sim/clock.ts'
import { Random } from '../../src/sim/random.ts'
import type { Figures, Measurement } from '../measurement.ts'

const SIZES = [100, 1000, 5000]
const ZONE = 'topology.kubernetes.io/zone'
const HOSTNAME = 'kubernetes.io/hostname'

interface Workload {
  readonly title: string
  readonly zones: number
  /** Pods that are there before, per node, and what they are like. */
  readonly before: { readonly perNode: number; readonly options: PodOptions }
  /** Pods that are measured, per node, and at most. */
  readonly measured: { readonly perNode: number; readonly most: number; readonly options: PodOptions }
}

const required = (kind: 'podAffinity' | 'podAntiAffinity', topologyKey: string, color: string): Partial<PodSpec> => ({
  affinity: {
    [kind]: {
      requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey, labelSelector: { matchLabels: { color } } }],
    },
  },
})

const plain: PodOptions = { cpu: '100m', memory: '500Mi', labels: { app: 'web' } }
const green: PodOptions = {
  ...{ cpu: '100m', memory: '500Mi', labels: { color: 'green' } },
  spec: required('podAntiAffinity', HOSTNAME, 'green'),
}
const blue: PodOptions = {
  ...{ cpu: '100m', memory: '500Mi', labels: { color: 'blue' } },
  spec: required('podAffinity', ZONE, 'blue'),
}
const spread: PodOptions = {
  ...{ cpu: '100m', memory: '500Mi', labels: { color: 'red' } },
  spec: {
    topologySpreadConstraints: [
      {
        ...{ maxSkew: 5, topologyKey: ZONE, whenUnsatisfiable: 'DoNotSchedule' },
        labelSelector: { matchLabels: { color: 'red' } },
      },
    ],
  },
}

const WORKLOADS: Readonly<Record<string, Workload>> = {
  basic: {
    title: 'plain pods',
    zones: 1,
    before: { perNode: 1, options: plain },
    measured: { perNode: 10, most: 5000, options: plain },
  },
  affinity: {
    title: 'pods that want the zone of their kind',
    zones: 1,
    before: { perNode: 1, options: blue },
    measured: { perNode: 5, most: 3000, options: blue },
  },
  'anti-affinity': {
    title: 'pods that want a node without their kind',
    zones: 1,
    before: { perNode: 0.2, options: green },
    measured: { perNode: 0.4, most: 2000, options: green },
  },
  spread: {
    title: 'pods spread over three zones',
    zones: 3,
    before: { perNode: 1, options: plain },
    measured: { perNode: 5, most: 3000, options: spread },
  },
  preemption: {
    title: 'pods that drive out others: four of low priority on each node',
    zones: 1,
    before: { perNode: 4, options: { cpu: '900m', memory: '500Mi', priority: 0, labels: { app: 'low' } } },
    measured: { perNode: 1, most: 1000, options: { cpu: '3', memory: '500Mi', priority: 10 } },
  },
}

/** µs of processor time per pod. */
function costPerPod({ zones, before, measured }: Workload, nodes: number): number {
  const clock = new VirtualClock()
  const client = new FakeClient(clock)
  const scheduler = new Scheduler({
    client,
    recorder: () => ({ eventf: () => undefined }),
    world: { clock, trace: { add: () => undefined } },
    random: new Random(1, 'kube-scheduler'),
    profiles: defaultProfiles(),
    registry: inTreeRegistry,
  })
  for (let i = 0; i < nodes; i++)
    client.create(node(`node-${i}`, { cpu: '4', memory: '32Gi', labels: { [ZONE]: `zone-${i % zones}` } }))
  const make = (prefix: string, count: number, options: PodOptions, place?: (i: number) => string) => {
    const template = pod('template', options)
    for (let i = 0; i < count; i++) {
      const metadata = { ...template.metadata, name: `${prefix}-${i}` }
      const spec = place === undefined ? template.spec : { ...template.spec, nodeName: place(i) }
      client.create<Pod>({ ...template, metadata, spec })
    }
  }
  make('before', Math.trunc(before.perNode * nodes), before.options, (i) => `node-${i % nodes}`)
  clock.settle()
  const count = Math.min(Math.trunc(measured.perNode * nodes), measured.most)
  make('pod', count, measured.options)
  const start = process.cpuUsage()
  clock.settle()
  const { user, system } = process.cpuUsage(start)
  scheduler.stop()
  const left = client.list('Pod').filter(({ spec }) => !spec.nodeName).length
  if (left > 0) throw new Error(`${left} of ${count} pods have no node`)
  return (user + system) / count
}

function figuresOf(workload: Workload, scale: number): Figures {
  // What the first size compiles is not its cost.
  costPerPod(workload, 100)
  const figures: Record<string, Figures[string]> = {}
  let smaller: number | undefined
  for (const size of SIZES.map((each) => Math.round(each * scale))) {
    const cost = costPerPod(workload, size)
    const nodes = size.toLocaleString('en-US')
    figures[`${nodes} nodes`] = { value: 1e6 / cost, unit: 'per s' }
    figures[`${nodes}, per pod`] = { value: cost, unit: 'µs' }
    if (smaller !== undefined) figures[`${nodes}, growth`] = { value: cost / smaller, unit: '' }
    smaller = cost
  }
  return figures
}

/** Rates are pods per second of processor time. */
export const schedulingWorkloads: readonly Measurement[] = Object.entries(WORKLOADS).map(([name, workload]) => ({
  name: `scheduling-${name}`,
  title: `the scheduler alone: ${workload.title}`,
  run: ({ scale }) => figuresOf(workload, scale),
}))
