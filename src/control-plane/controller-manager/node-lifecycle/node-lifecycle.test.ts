import { describe, expect, test } from 'vitest'
import { findCondition } from '../../../api/conditions.ts'
import { rfc3339 } from '../../../api/time.ts'
import type { Node, Pod } from '../../../api/types.ts'
import { made } from '../testing/fake-client.ts'
import { createTestCluster, heartbeat, node, podSpec, type TestCluster } from '../testing/harness.ts'

const get = ({ client }: TestCluster, name = 'worker-1') => client.get('Node', name)!
const ready = (cluster: TestCluster, name?: string) => findCondition(get(cluster, name).status!.conditions, 'Ready')!
const taints = (cluster: TestCluster, name?: string) =>
  (get(cluster, name).spec!.taints ?? []).map(
    ({ key, effect }) => `${key.replace('node.kubernetes.io/', '')}:${effect}`,
  )

function pod(name: string, nodeName: string): Pod {
  const conditions = [{ type: 'Ready', status: 'True', lastTransitionTime: rfc3339(0) }]
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default', labels: { app: 'web' } },
    spec: { ...podSpec(), nodeName },
    status: { phase: 'Running', conditions },
  }
}

function clusterOf(...names: string[]) {
  const cluster = createTestCluster()
  for (const name of names) made(cluster.client.create(node(name, 'True', cluster.clock.now())))
  const stops = Object.fromEntries(names.map((name) => [name, heartbeat(cluster, name)]))
  cluster.start()
  cluster.clock.settle()
  return { cluster, stops }
}

describe('a node that falls silent', () => {
  const { cluster, stops } = clusterOf('worker-1', 'worker-2', 'worker-3')
  made(cluster.client.create(pod('web', 'worker-1')))
  cluster.clock.advance(33_000)
  stops['worker-1']!()
  const failedAt = cluster.clock.now()

  test('is registered first', () => {
    expect(cluster.messages('RegisteredNode')).toContain('Node worker-1 event: Registered Node worker-1 in Controller')
  })

  test('is NotReady between grace - 10 s and grace + 5 s later, and not before', () => {
    cluster.clock.advance(39_000)
    expect(ready(cluster).status).toBe('True')
    while (ready(cluster).status === 'True') cluster.clock.advance(100)
    expect(cluster.clock.now() - failedAt).toBeGreaterThanOrEqual(40_000)
    expect(cluster.clock.now() - failedAt).toBeLessThanOrEqual(55_000)
    expect(ready(cluster)).toMatchObject({
      status: 'Unknown',
      reason: 'NodeStatusUnknown',
      message: 'Kubelet stopped posting node status.',
    })
    for (const type of ['MemoryPressure', 'DiskPressure', 'PIDPressure'])
      expect(findCondition(get(cluster).status!.conditions, type)!.status).toBe('Unknown')
    expect(cluster.messages('NodeNotReady')).toEqual(['Node worker-1 status is now: NodeNotReady', 'Node is not ready'])
  })

  test('has its pods marked not ready', () => {
    const { conditions } = cluster.client.get('Pod', 'web', 'default')!.status!
    expect(findCondition(conditions, 'Ready')).toMatchObject({ status: 'False' })
  })

  test('is tainted, NoSchedule at once and NoExecute by the rate limiter', () => {
    cluster.clock.advance(100)
    expect(taints(cluster).sort()).toEqual(['unreachable:NoExecute', 'unreachable:NoSchedule'])
    expect(get(cluster).spec!.taints![0]!.timeAdded).toBeDefined()
  })

  test('loses the taints when it comes back', () => {
    heartbeat(cluster, 'worker-1')
    const time = rfc3339(cluster.clock.now())
    made(
      cluster.client.updateStatus('Node', 'worker-1', undefined, (now) => ({
        ...now,
        status: {
          conditions: now.status!.conditions!.map((each) => ({
            ...each,
            status: each.type === 'Ready' ? 'True' : 'False',
            lastHeartbeatTime: time,
          })),
        },
      })),
    )
    cluster.clock.advance(5_000)
    expect(taints(cluster)).toEqual([])
    cluster.clock.advance(300_000)
    expect(ready(cluster).status).toBe('True')
  })
})

test('a node that never posts its status is unknown after the startup grace period', () => {
  const cluster = createTestCluster()
  cluster.start()
  made(cluster.client.create(node('worker-1', 'never')))
  cluster.clock.advance(59_000)
  expect(get(cluster).status!.conditions).toEqual([])
  cluster.clock.advance(6_000)
  expect(ready(cluster)).toMatchObject({
    status: 'Unknown',
    reason: 'NodeStatusNeverUpdated',
    message: 'Kubelet never posted node status.',
  })
})

test('--node-monitor-grace-period is obeyed', () => {
  const cluster = createTestCluster()
  cluster.start('--node-monitor-grace-period=20s')
  made(cluster.client.create(node('worker-1', 'True', cluster.clock.now())))
  cluster.clock.advance(19_000)
  expect(ready(cluster).status).toBe('True')
  cluster.clock.advance(6_000)
  expect(ready(cluster).status).toBe('Unknown')
})

test('four nodes failing at once are tainted one every ten seconds', () => {
  const names = ['w1', 'w2', 'w3', 'w4', 'w5', 'w6', 'w7', 'w8', 'w9', 'w10']
  const { cluster, stops } = clusterOf(...names)
  cluster.clock.advance(60_000)
  for (const name of names.slice(0, 4)) stops[name]!()
  const tainted = () => names.filter((name) => taints(cluster, name).includes('unreachable:NoExecute')).length
  while (tainted() === 0) cluster.clock.advance(100)
  expect(names.filter((name) => taints(cluster, name).includes('unreachable:NoSchedule'))).toHaveLength(4)
  cluster.clock.advance(9_800)
  expect(tainted()).toBe(1)
  cluster.clock.advance(300)
  expect(tainted()).toBe(2)
  cluster.clock.advance(20_000)
  expect(tainted()).toBe(4)
})

test('when every node is silent nobody is evicted', () => {
  const names = ['w1', 'w2', 'w3']
  const { cluster, stops } = clusterOf(...names)
  cluster.clock.advance(60_000)
  for (const name of names) stops[name]!()
  cluster.clock.advance(300_000)
  for (const name of names) expect(taints(cluster, name)).toEqual(['unreachable:NoSchedule'])
})

test('a cordoned node and one under pressure get their NoSchedule taints, and lose them', () => {
  const { cluster } = clusterOf('worker-1')
  const change = (spec: Node['spec'], disk: string) => {
    made(cluster.client.update('Node', 'worker-1', undefined, (now) => ({ ...now, spec: { ...now.spec, ...spec } })))
    made(
      cluster.client.updateStatus('Node', 'worker-1', undefined, (now) => ({
        ...now,
        status: {
          conditions: now.status!.conditions!.map((c) => (c.type === 'DiskPressure' ? { ...c, status: disk } : c)),
        },
      })),
    )
    cluster.clock.settle()
  }
  change({ unschedulable: true }, 'True')
  expect(taints(cluster).sort()).toEqual(['disk-pressure:NoSchedule', 'unschedulable:NoSchedule'])
  change({ unschedulable: false }, 'False')
  expect(taints(cluster)).toEqual([])
})

test('a removed node is told of', () => {
  const { cluster } = clusterOf('worker-1')
  cluster.client.delete('Node', 'worker-1')
  cluster.clock.advance(5_000)
  expect(cluster.messages('RemovingNode')).toEqual(['Node worker-1 event: Removing Node worker-1 from Controller'])
})
