import { describe, expect, test } from 'vitest'
import type { Pod, Taint, Toleration } from '../../../api/types.ts'
import { made } from '../testing/fake-client.ts'
import { createTestCluster, node, podSpec, type TestCluster } from '../testing/harness.ts'
import { tolerationTime } from './tolerance.ts'

const unreachable: Taint = { key: 'node.kubernetes.io/unreachable', effect: 'NoExecute' }
const fiveMinutes: Toleration = {
  key: unreachable.key,
  operator: 'Exists',
  effect: 'NoExecute',
  tolerationSeconds: 300,
}

test.each<[string, Toleration[], number]>([
  ['no toleration', [], 0],
  ['five minutes', [fiveMinutes], 300_000],
  ['for ever', [{ operator: 'Exists' }], Number.POSITIVE_INFINITY],
  ['none left', [{ ...fiveMinutes, tolerationSeconds: -5 }], 0],
])('%s', (_, tolerations, ms) => {
  expect(tolerationTime(tolerations, [unreachable])).toBe(ms)
})

function pod(name: string, tolerations: Toleration[]): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default' },
    spec: { ...podSpec(), nodeName: 'worker-1', tolerations },
    status: { phase: 'Running' },
  }
}

function taint({ client, clock }: TestCluster, taints: Taint[]): void {
  made(client.update('Node', 'worker-1', undefined, (now) => ({ ...now, spec: { ...now.spec, taints } })))
  clock.settle()
}

const isTerminating = ({ client }: TestCluster, name: string) =>
  client.get('Pod', name, 'default')!.metadata.deletionTimestamp !== undefined

describe('pods on a node that becomes unreachable', () => {
  const start = () => {
    const cluster = createTestCluster()
    // The nodes' health is another controller's business.
    cluster.start('--controllers=taint-eviction-controller')
    made(cluster.client.create(node('worker-1')))
    made(cluster.client.create(pod('web', [fiveMinutes])))
    made(cluster.client.create(pod('impatient', [])))
    made(cluster.client.create(pod('daemon', [{ operator: 'Exists' }])))
    cluster.clock.settle()
    taint(cluster, [unreachable])
    return cluster
  }

  test('go at once, after their toleration, or never', () => {
    const cluster = start()
    expect(isTerminating(cluster, 'impatient')).toBe(true)
    cluster.clock.advance(299_999)
    expect(isTerminating(cluster, 'web')).toBe(false)
    cluster.clock.advance(1)
    expect(isTerminating(cluster, 'web')).toBe(true)
    expect(isTerminating(cluster, 'daemon')).toBe(false)
    expect(cluster.client.get('Pod', 'web', 'default')!.status!.conditions).toMatchObject([
      {
        type: 'DisruptionTarget',
        status: 'True',
        reason: 'DeletionByTaintManager',
        message: 'Taint manager: deleting due to NoExecute taint',
      },
    ])
    expect(cluster.messages('TaintManagerEviction')).toEqual([
      'Marking for deletion Pod default/impatient',
      'Marking for deletion Pod default/web',
    ])
  })

  test('stay when the taint goes in time', () => {
    const cluster = start()
    cluster.clock.advance(200_000)
    taint(cluster, [])
    cluster.clock.advance(600_000)
    expect(isTerminating(cluster, 'web')).toBe(false)
    expect(cluster.messages('TaintManagerEviction')).toContain('Cancelling deletion of Pod default/web')
  })

  test('get no more time from a second taint', () => {
    const cluster = start()
    cluster.clock.advance(200_000)
    taint(cluster, [unreachable, { key: 'other', effect: 'NoSchedule' }])
    taint(cluster, [{ ...unreachable, timeAdded: '2026-01-01T00:03:20Z' }])
    cluster.clock.advance(100_000)
    expect(isTerminating(cluster, 'web')).toBe(true)
  })
})
