import { describe, expect, test } from 'vitest'
import { rfc3339 } from '../../../api/time.ts'
import type { Node, Pod, Service } from '../../../api/types.ts'
import { made } from '../testing/fake-client.ts'
import { createTestCluster, node, podSpec, type TestCluster } from '../testing/harness.ts'
import { allocationsFor, exchanges } from './zone-allocation.ts'

const MODE = 'service.kubernetes.io/topology-mode'

function service(annotations: Record<string, string>, trafficDistribution?: string): Service {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web', namespace: 'default', annotations },
    spec: {
      clusterIP: '10.96.0.10',
      ipFamilies: ['IPv4'],
      selector: { app: 'web' },
      ports: [{ port: 80, protocol: 'TCP' }],
      ...(trafficDistribution !== undefined && { trafficDistribution }),
    },
  }
}

function zoned(name: string, zone: string): Node {
  const plain = node(name)
  return {
    ...plain,
    metadata: { name, labels: { 'topology.kubernetes.io/zone': zone } },
    status: {
      ...plain.status,
      allocatable: { cpu: '4' },
      conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: rfc3339(0) }],
    },
  } as Node
}

function pod(n: number, nodeName: string): Pod {
  const ip = `10.244.1.${n}`
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: `web-${n}`, namespace: 'default', labels: { app: 'web' } },
    spec: { ...podSpec(), nodeName },
    status: {
      phase: 'Running',
      conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: rfc3339(0) }],
      podIP: ip,
      podIPs: [{ ip }],
    },
  }
}

function start(object: Service, ...pods: Pod[]): TestCluster {
  const cluster = createTestCluster()
  cluster.start('--controllers=endpointslice-controller')
  for (const each of [zoned('n1', 'a'), zoned('n2', 'b'), object, ...pods]) made(cluster.client.create(each))
  cluster.clock.settle()
  return cluster
}

/** `web-1 a/`: for zone a and for no node. */
function hints({ client }: TestCluster): string[] {
  return client
    .list('EndpointSlice', { namespace: 'default' })
    .flatMap(({ endpoints }) => endpoints ?? [])
    .map(({ targetRef, hints: { forZones = [], forNodes = [] } = {} }) => {
      const [zones, nodes] = [forZones, forNodes].map((each) => each.map(({ name }) => name).join())
      return `${targetRef!.name} ${zones}/${nodes}`
    })
    .sort()
}

const said = ({ events }: TestCluster) => events.map(({ type, reason, message }) => `${type} ${reason} ${message}`)

function change({ client, clock }: TestCluster, to: Service): void {
  made(
    client.update('Service', 'web', 'default', (now) => ({
      ...now,
      metadata: { ...now.metadata, annotations: to.metadata.annotations! },
      spec: to.spec,
    })),
  )
  clock.settle()
}

test('trafficDistribution: endpoints are for their own zone, or their own node', () => {
  const cluster = start(service({}, 'PreferClose'), pod(1, 'n1'), pod(2, 'n2'))
  expect(hints(cluster)).toEqual(['web-1 a/', 'web-2 b/'])
  change(cluster, service({}, 'PreferSameNode'))
  expect(hints(cluster)).toEqual(['web-1 a/n1', 'web-2 b/n2'])
  change(cluster, service({}))
  expect(hints(cluster)).toEqual(['web-1 /', 'web-2 /'])
  expect(said(cluster)).toEqual([])
})

describe('topology-mode: Auto', () => {
  test('endpoints are shared out by the CPU of the zones', () => {
    const cluster = start(service({ [MODE]: 'Auto' }), pod(1, 'n1'), pod(2, 'n1'), pod(3, 'n1'), pod(4, 'n2'))
    expect(hints(cluster).map((each) => each.split(' ')[1])).toEqual(['b/', 'a/', 'a/', 'b/'])
    change(cluster, service({}))
    expect(hints(cluster).every((each) => each.endsWith(' /'))).toBe(true)
    expect(said(cluster)).toEqual([
      'Normal TopologyAwareHintsEnabled Topology Aware Hints has been enabled, addressType: IPv4',
      'Warning TopologyAwareHintsDisabled Topology Aware Hints has been disabled, addressType: IPv4',
    ])
  })

  test('says why not', () => {
    const cluster = start(service({ [MODE]: 'Auto' }), pod(1, 'n1'))
    expect(hints(cluster)).toEqual(['web-1 /'])
    expect(said(cluster)).toEqual([
      'Warning TopologyAwareHintsDisabled Insufficient number of endpoints (1 endpoints, 2 zones), addressType: IPv4',
    ])
  })

  test('a node whose zone is not known ends it', () => {
    const cluster = start(service({ [MODE]: 'Auto' }), pod(1, 'n1'), pod(2, 'n2'))
    expect(hints(cluster)).toEqual(['web-1 a/', 'web-2 b/'])
    made(cluster.client.create({ ...zoned('n3', 'c'), metadata: { name: 'n3' } }))
    cluster.clock.settle()
    expect(hints(cluster)).toEqual(['web-1 /', 'web-2 /'])
    expect(said(cluster).at(-1)).toBe(
      'Warning TopologyAwareHintsDisabled Insufficient Node information: allocatable CPU or zone not specified on one or more nodes, addressType: IPv4',
    )
  })
})

test('shares', () => {
  const ratios = new Map([
    ['a', 0.75],
    ['b', 0.25],
  ])
  const shares = allocationsFor(8, ratios) as ReadonlyMap<string, { minimum: number; maximum: number }>
  expect([...shares]).toEqual([
    ['a', { minimum: 5, maximum: 6, desired: 6 }],
    ['b', { minimum: 2, maximum: 3, desired: 2 }],
  ])
  const { giving, receiving } = exchanges(allocationsFor(8, ratios) as never, new Map([['b', 8]]))
  expect([[...giving], [...receiving]]).toEqual([[['b', 6]], [['a', 6]]])
})
