import { expect, test } from 'vitest'
import type { IPAddress, ServiceCIDR } from '../../../api/types.ts'
import { made } from '../testing/fake-client.ts'
import { createTestCluster } from '../testing/harness.ts'

const range = (name: string, ...cidrs: string[]): ServiceCIDR => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'ServiceCIDR',
  metadata: { name },
  spec: { cidrs },
  status: {},
})

const address = (name: string): IPAddress => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'IPAddress',
  metadata: { name, labels: { 'ipaddress.kubernetes.io/managed-by': 'ipallocator.k8s.io' } },
  spec: { parentRef: { resource: 'services', name: 'web', namespace: 'default' } },
})

function start(...ranges: ServiceCIDR[]) {
  const cluster = createTestCluster()
  cluster.start('--controllers=service-cidr-controller')
  for (const each of ranges) made(cluster.client.create(each))
  cluster.clock.settle()
  return cluster
}

test('a range is held and Ready', () => {
  const { client } = start(range('more', '10.1.0.0/24'))
  expect(client.get('ServiceCIDR', 'more')).toMatchObject({
    metadata: { finalizers: ['networking.k8s.io/service-cidr-finalizer'] },
    status: { conditions: [{ type: 'Ready', status: 'True', message: 'Kubernetes Service CIDR is ready' }] },
  })
})

test('it does not go while an address of it is in use, and 10 s after that', () => {
  const { client, clock } = start(range('more', '10.1.0.0/24'))
  made(client.create(address('10.1.0.7')))
  client.delete('ServiceCIDR', 'more')
  clock.advance(30_000)
  expect(client.get('ServiceCIDR', 'more')!.status?.conditions).toMatchObject([
    { status: 'False', reason: 'Terminating', message: expect.stringContaining('still IPAddresses') },
  ])
  client.delete('IPAddress', '10.1.0.7')
  clock.settle()
  expect(client.get('ServiceCIDR', 'more')).toBeUndefined()
})

test('a range that nobody uses goes after 10 s', () => {
  const { client, clock } = start(range('more', '10.1.0.0/24'))
  client.delete('ServiceCIDR', 'more')
  clock.advance(9_000)
  expect(client.get('ServiceCIDR', 'more')).toBeDefined()
  clock.advance(1_000)
  expect(client.get('ServiceCIDR', 'more')).toBeUndefined()
})

test('a range within another one can go, and one that a new one replaces', () => {
  const { client, clock } = start(range('more', '10.1.0.0/24'))
  made(client.create(address('10.1.0.7')))
  client.delete('ServiceCIDR', 'more')
  clock.advance(20_000)
  made(client.create(range('wide', '10.1.0.0/16')))
  clock.advance(1_000)
  expect(client.get('ServiceCIDR', 'more')).toBeUndefined()
})
