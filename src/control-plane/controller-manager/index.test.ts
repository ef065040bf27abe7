import { describe, expect, test } from 'vitest'
import { Random } from '../../sim/random.ts'
import { knownControllers } from './flag-names.ts'
import { controllers, startControllerManager } from './index.ts'
import { made } from './testing/fake-client.ts'
import { createTestCluster, deployment, flagsOf, namespace, type TestCluster } from './testing/harness.ts'

test('every controller of the table is one of kube-controller-manager, and there once', () => {
  const names = controllers.map(({ name }) => name)
  expect(names.filter((name) => !knownControllers.has(name))).toEqual([])
  expect(new Set(names).size).toBe(names.length)
})

describe('--controllers', () => {
  const count = ({ client }: TestCluster) => [
    client.list('ReplicaSet').length,
    client.list('Pod').length,
    client.list('ServiceAccount').length,
  ]
  test.each([
    ['*', [1, 3, 1]],
    ['*,-replicaset', [1, 0, 1]],
    ['deployment-controller,replicaset-controller', [1, 3, 0]],
    ['serviceaccount', [0, 0, 1]],
  ])('%s', (names, expected) => {
    const cluster = createTestCluster()
    cluster.start(`--controllers=${names}`)
    made(cluster.client.create(namespace('default')))
    made(cluster.client.create(deployment('web')))
    cluster.clock.settle()
    expect(count(cluster)).toEqual(expected)
  })
})

test('a stopped controller manager does nothing; the next one catches up', () => {
  const cluster = createTestCluster()
  const stop = cluster.start()
  made(cluster.client.create(deployment('web', { replicas: 2 })))
  cluster.clock.settle()
  stop()
  made(cluster.client.update('Deployment', 'web', 'default', (d) => ({ ...d, spec: { ...d.spec, replicas: 5 } })))
  cluster.client.delete('Pod', cluster.client.list('Pod')[0]!.metadata.name, 'default')
  cluster.clock.advance(600_000)
  expect(cluster.client.list('Pod')).toHaveLength(1)
  cluster.start()
  cluster.clock.settle()
  expect(cluster.client.list('Pod')).toHaveLength(5)
})

test('each controller writes as its own service account, in the groups of one', () => {
  const cluster = createTestCluster()
  const users = new Map<string, readonly string[]>()
  startControllerManager({
    client: (user, groups) => {
      users.set(user, groups)
      return cluster.server.client(user)
    },
    recorder: () => ({ event: () => undefined }),
    world: { clock: cluster.clock, trace: { add: () => undefined } },
    random: new Random(1, 'controller-manager'),
    flags: flagsOf('--leader-elect=false', '--use-service-account-credentials'),
  })
  expect(users.get('system:serviceaccount:kube-system:deployment-controller')).toEqual([
    'system:serviceaccounts',
    'system:serviceaccounts:kube-system',
    'system:authenticated',
  ])
  expect(users.has('system:kube-controller-manager')).toBe(true)
})

test('of two only the leader works; the other takes over when the Lease runs out', () => {
  const cluster = createTestCluster()
  const start = (identity: string) =>
    startControllerManager({
      client: (user) => cluster.server.client(user),
      recorder: () => ({ event: () => undefined }),
      world: { clock: cluster.clock, trace: { add: () => undefined } },
      random: new Random(1, identity),
      flags: flagsOf(),
      identity,
    })
  const first = start('cp-1')
  start('cp-2')
  cluster.clock.advance(30_000)
  const holder = () =>
    cluster.client.get('Lease', 'kube-controller-manager', 'kube-system')!.spec.holderIdentity!.replace(/_.*/, '')
  expect(holder()).toBe('cp-1')
  first.stop()
  made(cluster.client.create(deployment('web')))
  cluster.clock.advance(10_000)
  expect(cluster.client.list('Pod')).toEqual([])
  cluster.clock.advance(20_000)
  expect(holder()).toBe('cp-2')
  expect(cluster.client.list('Pod')).toHaveLength(3)
})
