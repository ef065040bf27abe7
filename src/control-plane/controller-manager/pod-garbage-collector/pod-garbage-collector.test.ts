import { expect, test } from 'vitest'
import { findCondition } from '../../../api/conditions.ts'
import type { Pod } from '../../../api/types.ts'
import { made } from '../testing/fake-client.ts'
import { createTestCluster, node, podSpec } from '../testing/harness.ts'

function pod(name: string, nodeName?: string, phase = 'Running'): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default' },
    spec: { ...podSpec(), ...(nodeName === undefined ? {} : { nodeName }) },
    status: { phase },
  }
}

const ONLY = '--controllers=pod-garbage-collector-controller'
const names = (pods: readonly Pod[]) => pods.map(({ metadata }) => metadata.name).sort()

test('pods of a deleted node go after the quarantine, and others stay', () => {
  const cluster = createTestCluster()
  for (const name of ['worker-1', 'worker-2']) made(cluster.client.create(node(name)))
  made(cluster.client.create(pod('lost', 'worker-1')))
  made(cluster.client.create(pod('kept', 'worker-2')))
  cluster.start(ONLY)
  cluster.clock.advance(5_000)
  const seen: (Pod | undefined)[] = []
  cluster.client.watch('Pod', {}, ({ object }) => seen.push(object))
  cluster.client.delete('Node', 'worker-1')
  cluster.clock.advance(40_000)
  expect(names(cluster.client.list('Pod'))).toEqual(['kept', 'lost'])
  cluster.clock.advance(20_000)
  expect(names(cluster.client.list('Pod'))).toEqual(['kept'])
  const last = seen.findLast((each) => each?.metadata.name === 'lost')!
  expect(last.status!.phase).toBe('Failed')
  expect(findCondition(last.status!.conditions, 'DisruptionTarget')).toMatchObject({
    reason: 'DeletionByPodGC',
    message: 'PodGC: node no longer exists',
  })
})

test('a pod that is terminating on a node out of service is removed by force', () => {
  const cluster = createTestCluster()
  made(cluster.client.create(node('worker-1', 'False')))
  made(cluster.client.create(pod('stuck', 'worker-1')))
  cluster.start(ONLY)
  cluster.clock.settle()
  cluster.client.delete('Pod', 'stuck', 'default')
  cluster.clock.advance(60_000)
  expect(names(cluster.client.list('Pod'))).toEqual(['stuck'])
  const taints = [{ key: 'node.kubernetes.io/out-of-service', value: 'nodeshutdown', effect: 'NoExecute' }]
  made(cluster.client.update('Node', 'worker-1', undefined, (now) => ({ ...now, spec: { taints } })))
  cluster.clock.advance(20_000)
  expect(cluster.client.list('Pod')).toEqual([])
})

test('ended pods beyond the threshold go, the oldest first', () => {
  const cluster = createTestCluster()
  cluster.start(ONLY, '--terminated-pod-gc-threshold=2')
  for (const name of ['a', 'b', 'c', 'd']) {
    made(cluster.client.create(pod(name, undefined, 'Succeeded')))
    cluster.clock.advance(1_000)
  }
  cluster.clock.advance(20_000)
  expect(names(cluster.client.list('Pod'))).toEqual(['c', 'd'])
})

test('nothing to collect: no timer', () => {
  const cluster = createTestCluster()
  made(cluster.client.create(node('worker-1')))
  made(cluster.client.create(pod('web', 'worker-1')))
  cluster.start(ONLY)
  cluster.clock.settle()
  expect(cluster.clock.nextDue()).toBeUndefined()
})
