import { expect, test } from 'vitest'
import type { Endpoints, Service } from '../../../api/types.ts'
import { made } from '../testing/fake-client.ts'
import { createTestCluster } from '../testing/harness.ts'

const service = (selector?: Record<string, string>): Service => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'db', namespace: 'default' },
  spec: { ports: [{ port: 5432 }], ...(selector && { selector }) },
})

const endpoints = (ips: readonly string[], more: Partial<Endpoints['metadata']> = {}): Endpoints => ({
  apiVersion: 'v1',
  kind: 'Endpoints',
  metadata: { name: 'db', namespace: 'default', labels: { tier: 'data' }, ...more },
  subsets: [{ addresses: ips.map((ip) => ({ ip })), ports: [{ name: 'sql', port: 5432, protocol: 'TCP' }] }],
})

function start(...args: string[]) {
  const cluster = createTestCluster()
  cluster.start('--controllers=endpointslice-mirroring-controller', ...args)
  made(cluster.client.create(service()))
  return cluster
}
type Cluster = ReturnType<typeof start>
const slices = ({ client, clock }: Cluster) => {
  clock.settle()
  return client.list('EndpointSlice')
}

test('a slice for each family, with the labels and the owner of the Endpoints', () => {
  const cluster = start()
  const annotations = { note: 'mine', 'kubectl.kubernetes.io/last-applied-configuration': '{}' }
  made(cluster.client.create(endpoints(['192.0.2.1', '192.0.2.2', 'fd00::1'], { annotations })))
  const [four, six] = slices(cluster)
  expect(four).toMatchObject({
    addressType: 'IPv4',
    metadata: {
      labels: {
        tier: 'data',
        'kubernetes.io/service-name': 'db',
        'endpointslice.kubernetes.io/managed-by': 'endpointslicemirroring-controller.k8s.io',
      },
      annotations: { note: 'mine' },
      ownerReferences: [{ kind: 'Endpoints', name: 'db', controller: true }],
    },
    endpoints: [
      { addresses: ['192.0.2.1'], conditions: { ready: true } },
      { addresses: ['192.0.2.2'], conditions: { ready: true } },
    ],
    ports: [{ name: 'sql', port: 5432, protocol: 'TCP' }],
  })
  expect(four!.metadata.annotations).toEqual({ note: 'mine' })
  expect(six).toMatchObject({ addressType: 'IPv6', endpoints: [{ addresses: ['fd00::1'] }] })
})

test('keeps the slice while its addresses and ports change', () => {
  const cluster = start()
  made(cluster.client.create(endpoints(['192.0.2.1'])))
  const [{ metadata: before }] = slices(cluster) as never as [{ metadata: { name: string } }]
  const next = { ...endpoints(['192.0.2.9']).subsets![0]!, ports: [{ port: 99, protocol: 'TCP' }] }
  made(cluster.client.update('Endpoints', 'db', 'default', (now) => ({ ...now, subsets: [next] })))
  expect(slices(cluster)).toMatchObject([
    { metadata: { name: before.name }, endpoints: [{ addresses: ['192.0.2.9'] }], ports: [{ port: 99 }] },
  ])
})

test.each<[string, (cluster: Cluster) => void]>([
  ['the Endpoints go', ({ client }) => void client.delete('Endpoints', 'db', 'default')],
  ['the Service goes', ({ client }) => void client.delete('Service', 'db', 'default')],
  [
    'the Service gets a selector',
    ({ client }) =>
      void client.update('Service', 'db', 'default', (now) => ({
        ...now,
        spec: { ...now.spec, selector: { a: 'b' } },
      })),
  ],
  [
    'they are not to be mirrored any more',
    ({ client }) =>
      void client.update('Endpoints', 'db', 'default', (now) => ({
        ...now,
        metadata: { ...now.metadata, labels: { 'endpointslice.kubernetes.io/skip-mirror': 'true' } },
      })),
  ],
])('the slices go when %s', (_, act) => {
  const cluster = start()
  made(cluster.client.create(endpoints(['192.0.2.1'])))
  expect(slices(cluster)).toHaveLength(1)
  act(cluster)
  expect(slices(cluster)).toHaveLength(0)
})

test('says what it left out', () => {
  const cluster = start('--mirroring-max-endpoints-per-subset=2')
  made(cluster.client.create(endpoints(['192.0.2.1', 'nonsense', '192.0.2.2', '192.0.2.3', '192.0.2.4'])))
  expect(slices(cluster)[0]!.endpoints).toHaveLength(2)
  expect(cluster.messages('InvalidIPAddress')).toEqual([
    'Skipped 1 invalid IP addresses when mirroring to EndpointSlices',
  ])
  expect(cluster.messages('TooManyAddressesToMirror')).toEqual([
    'A max of 2 addresses can be mirrored to EndpointSlices per Endpoints subset. 3 addresses were skipped',
  ])
})
