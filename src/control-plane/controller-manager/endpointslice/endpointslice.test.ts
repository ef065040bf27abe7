import { describe, expect, test } from 'vitest'
import { rfc3339 } from '../../../api/time.ts'
import type { EndpointSlice, Pod, Service } from '../../../api/types.ts'
import { made } from '../testing/fake-client.ts'
import { createTestCluster, node, podSpec, type TestCluster } from '../testing/harness.ts'

const ARGS = ['--controllers=endpointslice-controller,endpoints-controller', '--max-endpoints-per-slice=3']

function service(spec: Partial<Service['spec']> = {}): Service {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web', namespace: 'default', labels: { tier: 'front' } },
    spec: {
      clusterIP: '10.96.0.10',
      ipFamilies: ['IPv4'],
      selector: { app: 'web' },
      ports: [{ name: 'http', port: 80, targetPort: 'http', protocol: 'TCP' }],
      ...spec,
    },
  }
}

function pod(n: number, ready = 'True', labels: Record<string, string> = { app: 'web', n: String(n) }): Pod {
  const conditions = [{ type: 'Ready', status: ready, lastTransitionTime: rfc3339(0) }]
  const ip = `10.244.1.${n}`
  const ports = [{ name: 'http', containerPort: 8080, protocol: 'TCP' }]
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: `web-${n}`, namespace: 'default', labels },
    spec: { ...podSpec(), containers: [{ name: 'app', image: 'nginx', ports }], nodeName: 'worker-1' },
    status: { phase: 'Running', conditions, podIP: ip, podIPs: [{ ip }] },
  }
}

function start(serviceSpec: Partial<Service['spec']> = {}, ...pods: Pod[]): TestCluster {
  const cluster = createTestCluster()
  cluster.start(...ARGS)
  made(
    cluster.client.create({
      ...node('worker-1'),
      metadata: { name: 'worker-1', labels: { 'topology.kubernetes.io/zone': 'a' } },
    }),
  )
  made(cluster.client.create(service(serviceSpec)))
  for (const each of pods) made(cluster.client.create(each))
  cluster.clock.settle()
  return cluster
}

const slices = ({ client }: TestCluster) => [...client.list('EndpointSlice', { namespace: 'default' })]
const ready = (list: readonly EndpointSlice[]) =>
  list
    .flatMap(({ endpoints = [] }) => endpoints)
    .filter(({ conditions }) => conditions?.ready)
    .map(({ targetRef }) => targetRef!.name!)
    .sort()
const changeReady = ({ client, clock }: TestCluster, n: number, status: string) => {
  made(client.updateStatus('Pod', `web-${n}`, 'default', (now) => ({ ...now, status: pod(n, status).status! })))
  clock.settle()
}

test('a Service without pods has one slice without ports, and Endpoints without subsets', () => {
  const cluster = start()
  expect(slices(cluster)).toMatchObject([
    {
      metadata: {
        generateName: 'web-',
        labels: {
          tier: 'front',
          'kubernetes.io/service-name': 'web',
          'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
        },
        ownerReferences: [{ kind: 'Service', name: 'web', controller: true, blockOwnerDeletion: true }],
      },
      addressType: 'IPv4',
      endpoints: null,
      ports: null,
    },
  ])
  expect(cluster.client.get('Endpoints', 'web', 'default')).not.toHaveProperty('subsets')
})

test('a ready pod is an endpoint with its node, zone and named port', () => {
  const cluster = start({}, pod(1), pod(2, 'False'))
  const [slice, ...others] = slices(cluster)
  expect(others).toEqual([])
  expect(slice!.ports).toEqual([{ name: 'http', port: 8080, protocol: 'TCP' }])
  expect(slice!.endpoints![0]).toMatchObject({
    addresses: ['10.244.1.1'],
    conditions: { ready: true, serving: true, terminating: false },
    nodeName: 'worker-1',
    zone: 'a',
    targetRef: { kind: 'Pod', name: 'web-1', namespace: 'default' },
  })
  expect(ready([slice!])).toEqual(['web-1'])
  expect(cluster.client.get('Endpoints', 'web', 'default')!.subsets).toMatchObject([
    {
      addresses: [{ ip: '10.244.1.1', nodeName: 'worker-1', targetRef: { name: 'web-1' } }],
      notReadyAddresses: [{ ip: '10.244.1.2' }],
      ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
    },
  ])
})

describe('what happens to a pod shows', () => {
  test('readiness', () => {
    const cluster = start({}, pod(1), pod(2))
    changeReady(cluster, 1, 'False')
    expect(ready(slices(cluster))).toEqual(['web-2'])
    changeReady(cluster, 1, 'True')
    expect(ready(slices(cluster))).toEqual(['web-1', 'web-2'])
  })

  test('deletion: serving but not ready while it terminates, then gone', () => {
    const cluster = start({}, pod(1), pod(2))
    cluster.client.delete('Pod', 'web-1', 'default')
    cluster.clock.settle()
    const endpoint = slices(cluster)[0]!.endpoints!.find(({ targetRef }) => targetRef!.name === 'web-1')
    expect(endpoint!.conditions).toEqual({ ready: false, serving: true, terminating: true })
    cluster.client.delete('Pod', 'web-1', 'default', { gracePeriodSeconds: 0 })
    cluster.clock.settle()
    expect(slices(cluster)[0]!.endpoints).toHaveLength(1)
  })

  test('relabelling takes it out and puts it in', () => {
    const cluster = start({}, pod(1), pod(2))
    const relabel = (labels: Record<string, string>) => {
      made(
        cluster.client.update('Pod', 'web-1', 'default', (now) => ({ ...now, metadata: { ...now.metadata, labels } })),
      )
      cluster.clock.settle()
    }
    relabel({ app: 'other' })
    expect(ready(slices(cluster))).toEqual(['web-2'])
    relabel({ app: 'web' })
    expect(ready(slices(cluster))).toEqual(['web-1', 'web-2'])
  })
})

test('slices hold at most --max-endpoints-per-slice, and new endpoints fill them up', () => {
  const cluster = start({}, ...[1, 2, 3, 4].map((n) => pod(n)))
  expect(
    slices(cluster)
      .map(({ endpoints }) => endpoints!.length)
      .sort(),
  ).toEqual([1, 3])
  made(cluster.client.create(pod(5)))
  cluster.clock.settle()
  expect(
    slices(cluster)
      .map(({ endpoints }) => endpoints!.length)
      .sort(),
  ).toEqual([2, 3])
})

test('a headless Service with publishNotReadyAddresses', () => {
  const cluster = start({ clusterIP: 'None', publishNotReadyAddresses: true, ports: [] }, pod(1, 'False'))
  expect(slices(cluster)[0]!.metadata.labels).toHaveProperty(['service.kubernetes.io/headless'], '')
  expect(ready(slices(cluster))).toEqual(['web-1'])
  expect(cluster.client.get('Endpoints', 'web', 'default')!.subsets).toMatchObject([
    { addresses: [{ ip: '10.244.1.1' }] },
  ])
})

test('pods with other ports under the same name get a slice of their own', () => {
  const other = pod(2)
  const ports = [{ name: 'http', containerPort: 9090, protocol: 'TCP' }]
  const cluster = start({}, pod(1), {
    ...other,
    spec: { ...other.spec, containers: [{ name: 'app', image: 'x', ports }] },
  })
  expect(
    slices(cluster)
      .map((slice) => slice.ports![0]!.port)
      .sort(),
  ).toEqual([8080, 9090])
  expect(cluster.client.get('Endpoints', 'web', 'default')!.subsets).toHaveLength(2)
})

test('a slice somebody changed or deleted is put right', () => {
  const cluster = start({}, pod(1))
  const { name } = slices(cluster)[0]!.metadata
  cluster.client.delete('EndpointSlice', name, 'default')
  cluster.clock.settle()
  expect(ready(slices(cluster))).toEqual(['web-1'])
})

test('a Service without a selector is left alone', () => {
  const cluster = createTestCluster()
  cluster.start(...ARGS)
  const { selector: _, ...spec } = service().spec
  made(cluster.client.create({ ...service(), spec }))
  cluster.clock.settle()
  expect(slices(cluster)).toEqual([])
})
