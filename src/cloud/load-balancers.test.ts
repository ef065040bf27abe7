import { describe, expect, test } from 'vitest'
import type { Serve } from '../network/contract.ts'
import { createNetwork } from '../network/index.ts'
import { VirtualClock } from '../sim/clock.ts'
import { Random } from '../sim/random.ts'
import { type BalancerSpec, isCloudError, type Quotas } from './contract.ts'
import { createCloud } from './index.ts'

/** Two machines whose port 30080 answers with their name, and whose port 10256 says that they are well. */
function cloudOf(quotas: Partial<Quotas> = {}) {
  const clock = new VirtualClock()
  const network = createNetwork()
  const cloud = createCloud({ world: { clock, trace: { add() {} } }, network, random: new Random(1), quotas })
  const closers = new Map<string, () => void>()
  const backends = ['a', 'b'].map((name, index) => {
    const privateIP = `192.168.64.1${index}`
    network.addHost(name, privateIP)
    const serve: Serve = () => ({ status: 200, body: name })
    network.listen(privateIP, 30080, 'TCP', serve)
    closers.set(
      name,
      network.listen(privateIP, 10256, 'TCP', () => ({ status: 200, onStale: () => () => {} })),
    )
    const made = cloud.instances.create({ name, zone: 'region-1a', type: 'standard-2', privateIP })
    if (isCloudError(made)) throw new Error(made.error)
    return made.id
  })
  const spec: BalancerSpec = {
    name: 'web',
    kind: 'network',
    scheme: 'internet-facing',
    listeners: [{ port: 80, protocol: 'TCP', targetPort: 30080 }],
    backends,
    healthCheck: { port: 10256, path: '/healthz' },
  }
  const create = (over: Partial<BalancerSpec> = {}) => {
    const made = cloud.loadBalancers.create({ ...spec, ...over })
    if (isCloudError(made)) throw new Error(made.error)
    return made
  }
  let turn = 0
  const reach = (ip: string, port = 80, from = '8.8.8.8') => {
    const met = network.connect<Serve>({ host: 'gateway', ip: from }, { ip, port }, (n) => turn++ % n)
    return met.outcome === 'connected' ? met.serve({ protocol: 'TCP', from }).body : met.because
  }
  const health = (id: string) => [...cloud.loadBalancers.health(id).values()]
  return { clock, network, cloud, backends, spec, create, reach, health, closers }
}

describe('a load balancer', () => {
  test('has an address at once, is there after a while, and spreads connections over its machines', () => {
    const { clock, cloud, create, reach, health } = cloudOf()
    const { id, address } = create()
    expect(address).toBe('203.0.113.1')
    expect(cloud.loadBalancers.get(id)?.state).toBe('provisioning')
    expect(reach(address)).toContain('nobody has the address')
    clock.advance(30_000)
    expect(cloud.loadBalancers.get(id)?.state).toBe('active')
    expect(health(id)).toEqual(['healthy', 'healthy'])
    expect(new Set([reach(address), reach(address)])).toEqual(new Set(['a', 'b']))
    expect(reach(address, 81)).toBe('load balancer web does not listen on 81/TCP')
    cloud.loadBalancers.delete(id)
    expect(reach(address)).toContain('nobody has the address')
    clock.advance(10_000)
    expect(cloud.loadBalancers.list()).toEqual([])
    expect(clock.nextDue()).toBeUndefined()
  })

  test('leaves out a machine after three checks that fail, and takes it back after two that pass', () => {
    const { clock, network, create, reach, health } = cloudOf()
    const { id, address } = create()
    clock.advance(60_000)
    expect(clock.nextDue()).toBeUndefined()
    network.setHostUp('a', false)
    clock.advance(29_999)
    expect(health(id)).toEqual(['healthy', 'healthy'])
    clock.advance(1)
    expect(health(id)).toEqual(['unhealthy', 'healthy'])
    expect([reach(address), reach(address)]).toEqual(['b', 'b'])
    clock.advance(600_000)
    network.setHostUp('a', true)
    clock.advance(20_000)
    expect(health(id)).toEqual(['healthy', 'healthy'])
    clock.advance(60_000)
    expect(clock.nextDue()).toBeUndefined()
  })

  test('notices a port that is closed, and one that comes back before it has made up its mind', () => {
    const { clock, network, create, health, closers } = cloudOf()
    const { id } = create()
    clock.advance(60_000)
    closers.get('a')!()
    clock.advance(15_000)
    network.listen('192.168.64.10', 10256, 'TCP', () => ({ status: 200, onStale: () => () => {} }))
    clock.advance(60_000)
    expect(health(id)).toEqual(['healthy', 'healthy'])
  })

  test('without a healthy machine drops connections, or answers 503 where it speaks HTTP', () => {
    const { clock, network, create, reach } = cloudOf()
    network.setHostUp('a', false)
    network.setHostUp('b', false)
    const [plain, site] = [create(), create({ name: 'site', kind: 'application' })]
    clock.advance(60_000)
    expect(reach(plain.address)).toBe('load balancer web has no healthy machine')
    expect(reach(site.address)).toBe('Service Unavailable\n')
  })

  test('lets in whom it is told to, and keeps a client with a machine', () => {
    const { clock, create, reach } = cloudOf()
    const { address } = create({ sourceRanges: ['10.0.0.0/8'], sticky: true })
    clock.advance(60_000)
    expect(reach(address)).toBe('load balancer web does not let 8.8.8.8 in')
    const answers = Array.from({ length: 5 }, () => reach(address, 80, '10.1.2.3'))
    expect(new Set(answers).size).toBe(1)
  })

  test('that is internal is not found from outside', () => {
    const { clock, create, reach } = cloudOf()
    const { address } = create({ scheme: 'internal' })
    clock.advance(60_000)
    expect(reach(address)).toBe('load balancer web is internal, and 8.8.8.8 is outside')
    expect(reach(address, 80, '192.168.64.12')).toMatch(/^[ab]$/)
  })

  test('is changed in place; what is as it was is left alone', () => {
    const { clock, cloud, create, spec, backends, health } = cloudOf()
    const { id } = create()
    clock.advance(30_000)
    cloud.loadBalancers.update(id, { ...spec, backends: [...backends].reverse() })
    expect(cloud.loadBalancers.get(id)?.state).toBe('active')
    cloud.loadBalancers.update(id, { ...spec, backends: [backends[0]!], kind: 'application' })
    expect(cloud.loadBalancers.get(id)).toMatchObject({ state: 'updating', spec: { kind: 'network' } })
    expect(health(id)).toEqual(['healthy'])
    clock.advance(1000)
    expect(cloud.loadBalancers.get(id)?.state).toBe('active')
  })

  test('has a name where it speaks HTTP, an address of another network inside, or the one that was asked for', () => {
    const { clock, network, cloud, create, spec } = cloudOf()
    const { hostname = '' } = create({ kind: 'application' })
    expect(hostname).toMatch(/^web-[0-9a-f]{8}\.elb\.region-1\.kubedrill\.cloud$/)
    clock.advance(30_000)
    const met = network.connect<Serve>(
      { host: 'a', ip: '192.168.64.10' },
      { ip: '192.168.64.1', port: 53, protocol: 'UDP' },
      () => 0,
    )
    const answer =
      met.outcome === 'connected' ? met.serve({ protocol: 'DNS', from: '', question: hostname }) : undefined
    expect(answer?.addresses).toEqual(['203.0.113.1'])
    expect(create({ name: 'inside', scheme: 'internal' }).address).toBe('192.168.127.1')
    expect(create({ name: 'fixed', address: '203.0.113.77' }).address).toBe('203.0.113.77')
    expect(cloud.loadBalancers.create({ ...spec, name: 'x', address: '203.0.113.77' })).toMatchObject({ code: 'InUse' })
    expect(cloud.loadBalancers.create({ ...spec, name: 'x', address: '1.2.3.4' })).toEqual({
      code: 'InvalidParameter',
      error: 'InvalidParameter: address 1.2.3.4 is not one of the account (203.0.113.0/24)',
    })
    expect(cloud.loadBalancers.create(spec)).toMatchObject({ code: 'AlreadyExists' })
  })

  test('beyond the quota is refused', () => {
    const { cloud, create, spec } = cloudOf({ loadBalancers: 1 })
    create()
    expect(cloud.loadBalancers.create({ ...spec, name: 'second' })).toEqual({
      code: 'QuotaExceeded',
      error: "QuotaExceeded: the account's quota of load balancers in this region is 1",
    })
  })
})

test('a route leads to a machine that is there, once', () => {
  const { cloud, backends } = cloudOf()
  const [instance = ''] = backends
  const route = { name: 'r', destination: '10.244.1.0/24', instance }
  expect(cloud.routes.create(route)).toBe(route)
  expect(cloud.routes.create({ ...route, name: 's' })).toMatchObject({ code: 'AlreadyExists' })
  expect(cloud.routes.create({ ...route, name: 's', destination: 'x', instance: 'i-0' })).toMatchObject({
    code: 'NotFound',
  })
  expect(cloud.routes.delete('r')).toBeUndefined()
  expect(cloud.routes.delete('r')).toMatchObject({ code: 'NotFound' })
})
