import { expect, test } from 'vitest'
import { parseCIDR } from '../../../api/ip.ts'
import { made } from '../testing/fake-client.ts'
import { createTestCluster, node } from '../testing/harness.ts'
import { CIDRSet } from './cidr-set.ts'

const KUBEADM = ['--controllers=node-ipam-controller', '--allocate-node-cidrs=true']

function start(...args: string[]) {
  const cluster = createTestCluster()
  cluster.start(...KUBEADM, ...args)
  return cluster
}

test('nodes get ranges in the order they come, one of each family', () => {
  const { client, clock } = start('--cluster-cidr=10.244.0.0/16,fd00:10:244::/48')
  for (const name of ['a', 'b']) made(client.create(node(name)))
  clock.settle()
  expect(client.list('Node').map(({ spec }) => spec?.podCIDRs)).toEqual([
    ['10.244.0.0/24', 'fd00:10:244::/64'],
    ['10.244.1.0/24', 'fd00:10:244:1::/64'],
  ])
  expect(client.get('Node', 'b')!.spec?.podCIDR).toBe('10.244.1.0/24')
})

test('a range comes back when its node goes, after all others', () => {
  const { client, clock, messages } = start('--cluster-cidr=10.0.0.0/23', '--node-cidr-mask-size=24')
  for (const name of ['a', 'b', 'c']) {
    made(client.create(node(name)))
    clock.settle()
  }
  expect(client.get('Node', 'c')!.spec?.podCIDR).toBeUndefined()
  expect(messages('CIDRNotAvailable')[0]).toBe('Node c status is now: CIDRNotAvailable')
  made(client.delete('Node', 'a'))
  clock.advance(10_000)
  expect(client.get('Node', 'c')!.spec?.podCIDR).toBe('10.0.0.0/24')
})

test('ranges of Services and of nodes that are there are not given out', () => {
  const cluster = createTestCluster()
  made(cluster.client.create({ ...node('old'), spec: { podCIDR: '10.0.1.0/24', podCIDRs: ['10.0.1.0/24'] } }))
  cluster.start(...KUBEADM, '--cluster-cidr=10.0.0.0/16', '--service-cluster-ip-range=10.0.0.0/24')
  made(cluster.client.create(node('new')))
  cluster.clock.settle()
  expect(cluster.client.get('Node', 'new')!.spec?.podCIDR).toBe('10.0.2.0/24')
})

test('without --allocate-node-cidrs it does nothing', () => {
  const cluster = createTestCluster()
  cluster.start('--cluster-cidr=10.244.0.0/16')
  made(cluster.client.create(node('a')))
  cluster.clock.settle()
  expect(cluster.client.get('Node', 'a')!.spec?.podCIDR).toBeUndefined()
})

test('says which range is not its own', () => {
  const set = new CIDRSet(parseCIDR('10.0.0.0/16')!, 24)
  expect(set.occupy(parseCIDR('10.1.3.0/24')!)).toBe('cidr 10.1.3.0/24 is out the range of cluster cidr 10.0.0.0/16')
  expect(set.occupy(parseCIDR('10.0.0.0/8')!)).toBeUndefined()
  expect(set.allocate()).toBeUndefined()
})
