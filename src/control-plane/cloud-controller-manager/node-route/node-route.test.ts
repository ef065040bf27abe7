import { describe, expect, test } from 'vitest'
import { findCondition } from '../../../api/conditions.ts'
import type { Node, NodeAddress } from '../../../api/types.ts'
import type { CloudProvider, Route } from '../cloud-provider.ts'
import { createTestCloud, nodeOf } from '../testing/harness.ts'
import { isResponsibleFor } from './plan.ts'

// Source: k8s.io/cloud-provider/controllers/route/route_controller_test.go TestIsResponsibleForRoute
test.each([
  ['10.244.0.0/16', '10.244.0.0/24', true],
  ['10.244.0.0/16', '10.244.10.0/24', true],
  ['10.244.0.0/16', '10.244.255.0/24', true],
  ['10.244.0.0/14', '10.244.0.0/24', true],
  ['10.244.0.0/14', '10.247.255.0/24', true],
  ['a00:100::/10', 'a00:100::/24', true],
  ['10.244.0.0/16', '10.224.0.0/24', false],
  ['10.244.0.0/16', '10.0.10.0/24', false],
  ['10.244.0.0/16', '10.255.255.0/24', false],
  ['10.244.0.0/14', '10.248.0.0/24', false],
  ['10.244.0.0/14', '10.243.255.0/24', false],
  ['a00:100::/10', 'b00:100::/24', false],
  ['10.244.0.0/16', '10.244.0.0/14', true],
  ['10.244.0.0/16', 'nonsense', false],
])('of cluster %s a route to %s is its own: %s', (cluster, destinationCIDR, own) => {
  expect(isResponsibleFor({ name: 'my-awesome-cluster-12345678', targetNode: 'x', destinationCIDR }, [cluster])).toBe(
    own,
  )
})

const ARGS = ['--controllers=route', '--allocate-node-cidrs=true', '--cluster-cidr=10.120.0.0/16,a00:100::/10']

/** A cloud that does what it is told, unless it `fails`. */
function fakeRoutes(initial: readonly Route[] = []) {
  const state = { routes: [...initial], fails: false, changed: () => {} }
  const provider = {
    name: 'fake',
    routes: {
      list: () => state.routes,
      create(cluster: string, hint: string, route: Omit<Route, 'name'>) {
        if (state.fails) return { error: 'no' }
        state.routes.push({ ...route, name: `${cluster}-${hint}` })
        return undefined
      },
      delete(_cluster: string, { name, destinationCIDR }: Route) {
        state.routes = state.routes.filter((each) => each.name !== name || each.destinationCIDR !== destinationCIDR)
        return undefined
      },
    },
    onChange(listener: () => void) {
      state.changed = listener
      return () => {}
    },
  } as unknown as CloudProvider
  return { state, provider }
}

const ip = (address: string): NodeAddress[] => [{ type: 'InternalIP', address }]
const node1 = nodeOf('node-1', { podCIDRs: ['10.120.0.0/24'], addresses: ip('10.0.1.1') })
const node2 = nodeOf('node-2', { podCIDRs: ['10.120.1.0/24'], addresses: ip('10.0.2.1') })
const node3 = nodeOf('node-3', { podCIDRs: ['10.120.0.0/24', 'a00:100::/24'], addresses: ip('10.0.3.1') })
const node4 = nodeOf('node-4', { podCIDRs: ['10.120.1.0/24', 'a00:200::/24'], addresses: ip('10.0.4.1') })
const noCIDR = nodeOf('node-2', { addresses: ip('10.0.5.1') })

const route = (name: string, targetNode: string, destinationCIDR: string, more: Partial<Route> = {}): Route => ({
  name: `my-k8s-${name}`,
  targetNode,
  destinationCIDR,
  ...more,
})
const all = [
  route('01', 'node-3', '10.120.0.0/24'),
  route('02', 'node-4', '10.120.1.0/24'),
  route('03', 'node-3', 'a00:100::/24'),
  route('04', 'node-4', 'a00:200::/24'),
]
const byAddress = (routes: readonly Route[], address?: string) =>
  routes.map((each) => ({
    ...each,
    enableNodeAddresses: true,
    ...(address !== undefined && { targetNodeAddresses: ip(address) }),
  }))
const RIGHT = ['node-3 10.120.0.0/24', 'node-4 10.120.1.0/24', 'node-3 a00:100::/24', 'node-4 a00:200::/24'].sort()
const RIGHT_SINGLE = ['node-1 10.120.0.0/24', 'node-2 10.120.1.0/24']

// Source: route_controller_test.go TestReconcile
describe('routes come to be what the nodes ask for', () => {
  test.each<[string, Node[], readonly Route[], string[], (string | undefined)[]]>([
    ['they have no addresses at first', [node3, node4], byAddress(all), RIGHT, ['False', 'False']],
    ['addresses have changed', [node3, node4], byAddress(all, '10.0.13.1'), RIGHT, ['False', 'False']],
    ['there are none', [node3, node4], [], RIGHT, ['False', 'False']],
    ['all are there', [node3, node4], all, RIGHT, ['False', 'False']],
    [
      'they are mixed up',
      [node3, node4],
      [
        route('01', 'node-3', '10.120.1.0/24'),
        route('02', 'node-4', '10.120.0.0/24'),
        route('03', 'node-3', 'a00:200::/24'),
      ],
      RIGHT,
      ['False', 'False'],
    ],
    ['some are there', [node3, node4], [all[0]!, all[3]!], RIGHT, ['False', 'False']],
    [
      'too many are there',
      [node3, node4],
      [...all, route('001', 'node-x', '10.120.2.0/24'), route('0002', 'node-y', 'a00:300::/24')],
      RIGHT,
      ['False', 'False'],
    ],
    ['one CIDR each', [node1, node2], [], RIGHT_SINGLE, ['False', 'False']],
    [
      'a route of others stays',
      [node1, node2],
      [route('z', 'node-z', '10.1.2.0/24')],
      ['node-z 10.1.2.0/24', ...RIGHT_SINGLE].sort(),
      ['False', 'False'],
    ],
    [
      'a blackhole goes',
      [node1, node2],
      [route('01', 'node-1', '10.120.0.0/24'), route('03', '', '10.120.3.0/24', { blackhole: true })],
      RIGHT_SINGLE,
      ['False', 'False'],
    ],
    ['a node without CIDR has no say', [node1, noCIDR], [], ['node-1 10.120.0.0/24'], ['False', undefined]],
    [
      'a node that has lost its CIDR',
      [node1, noCIDR],
      [route('02', 'node-2', '10.120.1.0/24')],
      ['node-1 10.120.0.0/24'],
      ['False', 'True'],
    ],
  ])('%s', (_what, nodes, initial, wanted, unavailable) => {
    const { client, clock, node, start } = createTestCloud()
    const { state, provider } = fakeRoutes(initial)
    for (const each of nodes) client.create(each)
    start(ARGS, provider)
    clock.advance(1)
    expect(state.routes.map(({ targetNode, destinationCIDR }) => `${targetNode} ${destinationCIDR}`).sort()).toEqual(
      wanted,
    )
    const said = nodes.map(({ metadata }) =>
      findCondition(node(metadata.name)?.status?.conditions, 'NetworkUnavailable'),
    )
    expect(said.map((condition) => condition?.status)).toEqual(unavailable)
    expect(said[0]).toMatchObject({ reason: 'RouteCreated', message: 'RouteController created a route' })
  })
})

test('a route that cannot be made is tried again every period, and said', () => {
  const { client, clock, node, start, told } = createTestCloud()
  const { state, provider } = fakeRoutes()
  const said = () => findCondition(node('node-1')?.status?.conditions, 'NetworkUnavailable')
  state.fails = true
  start(ARGS, provider)
  client.create(node1)
  clock.advance(29_999)
  const uid = node('node-1')?.metadata.uid
  expect(told()).toEqual(
    Array(3).fill(
      `Warning FailedToCreateRoute Could not create route ${uid} 10.120.0.0/24 for node node-1 after 0s: no`,
    ),
  )
  expect(said()).toMatchObject({
    status: 'True',
    reason: 'NoRouteCreated',
    message: 'RouteController failed to create a route',
  })
  state.fails = false
  clock.advance(10_000)
  expect(said()).toMatchObject({ status: 'False', reason: 'RouteCreated' })
  clock.advance(60_000)
  expect(clock.nextDue()).toBeUndefined()
})

test('without --allocate-node-cidrs there is nothing to do', () => {
  const { client, clock, log, start } = createTestCloud()
  const { state, provider } = fakeRoutes()
  client.create(node1)
  start(['--controllers=route', '--cluster-cidr=10.120.0.0/16'], provider)
  clock.advance(60_000)
  expect(state.routes).toEqual([])
  expect(log[0]).toContain(
    'Will not configure cloud provider routes for allocate-node-cidrs: false, configure-cloud-routes: true.',
  )
})
