import { expect, test } from 'vitest'
import type { Pod } from '../../api/types.ts'
import { createCluster } from '../../cluster/index.ts'
import { topologyOf } from '../../cluster/topology.ts'
import { explanationText } from './why.ts'

const cluster = createCluster({ topology: topologyOf(1, 2) })
const client = cluster.client()
client.update('Node', 'worker-2', undefined, (node) => ({
  ...node,
  spec: { ...node.spec, taints: [{ key: 'gpu', value: 'true', effect: 'NoSchedule' }] },
}))

/** What `kubedrill why` prints of a pod a little after it was made. */
function said(name: string, cpu: string, spec: object = {}): string {
  client.create<Pod>({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default' },
    spec: { containers: [{ name: 'c', image: 'nginx:1.27', resources: { requests: { cpu } } }], ...spec },
  } as Pod)
  cluster.clock.advance(30_000)
  const explanation = cluster.why('default', name)
  return typeof explanation === 'string' ? explanation : explanationText(explanation)
}

test('of a Pod that no node takes: which plug-in says what of which node', () => {
  expect(said('large', '16')).toMatchInlineSnapshot(`
    "Pod default/large has no node: default-scheduler says it waits for something to
    change, tried 1 time

    Last attempt: 0/3 nodes are available: 1 Insufficient cpu, 2 node(s) had
    untolerated taint(s). no new claims to deallocate, preemption: 0/3 nodes are
    available: 3 Preemption is not helpful for scheduling.

    Judged now, against the cluster as it is:

    NODE       VERDICT
    cp-1       TaintToleration: node(s) had untolerated taint(s)
    worker-1   NodeResourcesFit: Insufficient cpu
    worker-2   TaintToleration: node(s) had untolerated taint(s)"
  `)
})

test('of a Pod that has a node: what each plug-in gave it, beside the next best', () => {
  expect(said('placed', '1', { tolerations: [{ key: 'gpu', operator: 'Exists' }] })).toMatchInlineSnapshot(`
    "Pod default/placed is on node worker-2, placed by default-scheduler

    Judged now, as if the Pod had no node yet; when it was placed the cluster may
    have been another:

    NODE       VERDICT
    worker-1   fits, 450
    worker-2   fits, 450  <- it is here
    cp-1       TaintToleration: node(s) had untolerated taint(s)

    SCORE (raw -> 0..100 = weighted)   WEIGHT   worker-2         worker-1
    TaintToleration                    3        0 -> 100 = 300   0 -> 100 = 300
    NodeResourcesFit                   1        82 -> 82 = 82    82 -> 82 = 82
    NodeResourcesBalancedAllocation    1        68 -> 68 = 68    68 -> 68 = 68
    ImageLocality                      1        0 -> 0 = 0       0 -> 0 = 0
    total                                       450              450"
  `)
})

test('of a Pod behind a gate: who keeps it there', () => {
  expect(said('gated', '1', { schedulingGates: [{ name: 'example.com/approval' }] })).toMatchInlineSnapshot(`
    "Pod default/gated has no node: default-scheduler says it is held back before it
    is tried, tried 0 times

    Last attempt: Scheduling is blocked due to non-empty scheduling gates

    Judged now, against the cluster as it is:

    No node is looked at: SchedulingGates: waiting for scheduling gates:
    [example.com/approval]"
  `)
})

test('of a Pod of a scheduler that nobody runs, and of one that nobody made', () => {
  expect(said('foreign', '1', { schedulerName: 'mine' })).toMatchInlineSnapshot(
    `"no scheduler named "mine" is running, so nobody can say why Pod default/foreign is where it is: it stays Pending without any event"`,
  )
  expect(cluster.why('default', 'unknown')).toMatchInlineSnapshot(`"pods "unknown" not found in namespace "default""`)
})

test('without a scheduler nobody can tell', () => {
  cluster.faults.component('kube-scheduler', 'stops')
  cluster.clock.advance(60_000)
  expect(said('later', '1')).toMatchInlineSnapshot(
    `"no scheduler named "default-scheduler" is running, so nobody can say why Pod default/later is where it is: it stays Pending without any event"`,
  )
})
