import { describe, expect, it } from 'vitest'
import type { ObjectList } from '../../../api/request.ts'
import type { EndpointSlice, Endpoints, KubernetesObject, Service } from '../../../api/types.ts'
import { Random } from '../../../sim/random.ts'
import { type Etcd, EtcdError } from '../../etcd/contract.ts'
import { createApiServer } from '../index.ts'
import { World } from '../testing/world.ts'

const get = <T extends KubernetesObject>(world: World, resource: string, namespace: string | undefined, name: string) =>
  world.ask('get', resource, namespace, name).body as unknown as T

/** Of a server that started with the world: nothing else is due. */
const NEXT_COMPACTION = Date.UTC(2026, 0, 1) + 300_000

describe('post-start', () => {
  it('makes what every cluster has', () => {
    const world = new World({ advertiseAddress: '10.0.0.1', serviceCIDR: '10.96.0.0/12' })
    const namespaces = world.ask('list', 'namespaces').body as ObjectList
    expect(namespaces.items.map(({ metadata }) => metadata.name)).toEqual([
      'default',
      'kube-node-lease',
      'kube-public',
      'kube-system',
    ])
    expect(get<Service>(world, 'services', 'default', 'kubernetes').spec?.clusterIP).toBe('10.96.0.1')
    expect(get<Endpoints>(world, 'endpoints', 'default', 'kubernetes').subsets?.[0]?.addresses).toEqual([
      { ip: '10.0.0.1' },
    ])
    const slice = get<EndpointSlice>(world, 'discovery/endpointslices', 'default', 'kubernetes')
    expect(slice.endpoints).toEqual([{ addresses: ['10.0.0.1'], conditions: { ready: true } }])
    expect(get(world, 'scheduling/priorityclasses', undefined, 'system-node-critical')).toMatchObject({
      value: 2000001000,
    })
    expect(world.server.health().every(({ ok }) => ok)).toBe(true)
    expect(world.clock.nextDue()).toBe(NEXT_COMPACTION)
  })

  it('makes the Service again when somebody deletes it', () => {
    const world = new World({ advertiseAddress: '10.0.0.1', serviceCIDR: '10.96.0.0/12' })
    world.ask('delete', 'services', 'default', 'kubernetes')
    world.clock.advance(9_999)
    expect(world.ask('get', 'services', 'default', 'kubernetes').code).toBe(404)
    world.clock.advance(1)
    expect(get<Service>(world, 'services', 'default', 'kubernetes').spec?.clusterIP).toBe('10.96.0.1')
    expect(world.clock.nextDue()).toBe(NEXT_COMPACTION)
  })

  it('keeps the endpoints in step with the servers there are', () => {
    const world = new World({ advertiseAddress: '10.0.0.1' })
    const start = (address: string) =>
      createApiServer({
        clock: world.clock,
        etcd: world.etcd,
        random: new Random(1, address),
        advertiseAddress: address,
      })
    const addresses = () =>
      get<Endpoints>(world, 'endpoints', 'default', 'kubernetes').subsets?.[0]?.addresses?.map(({ ip }) => ip)
    const second = start('10.0.0.2')
    const third = start('10.0.0.3')
    world.clock.advance(60_000)
    expect(addresses()).toEqual(['10.0.0.1', '10.0.0.2', '10.0.0.3'])
    second.stop()
    world.clock.advance(30_000)
    expect(addresses()).toEqual(['10.0.0.1', '10.0.0.3'])
    third.stop(true)
    expect(addresses()).toEqual(['10.0.0.1'])
  })
})

describe('without etcd', () => {
  it('says what etcd says, keeps what it knows, and sees to the rest later', () => {
    const world = new World()
    world.create('configmaps', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', namespace: 'default' } })
    let broken = false
    const failing = new Proxy(world.etcd, {
      get(target, property) {
        const value = Reflect.get(target, property, target) as unknown
        if (typeof value !== 'function') return value
        return (...given: unknown[]) => {
          if (broken && property !== 'watch') throw new EtcdError('timeout', 'etcdserver: request timed out', 7000)
          return Reflect.apply(value, target, given) as unknown
        }
      },
    }) as Etcd
    const other = new World({ etcd: failing })
    const list = (resourceVersion?: string) =>
      other.ask('list', 'configmaps', 'default', undefined, {
        ...(resourceVersion && { options: { resourceVersion } }),
      })
    expect(list().code).toBe(200)
    broken = true
    expect(list()).toMatchObject({ code: 500, afterMs: 7000, body: { message: 'etcdserver: request timed out' } })
    expect((list('0').body as ObjectList).items).toHaveLength(1)
    const refused = other.ask('create', 'configmaps', 'default', undefined, {
      body: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'b' } },
    })
    expect(refused.code).toBe(500)
    expect(other.server.health().find(({ name }) => name === 'etcd')?.ok).toBe(false)
    const late = new World({ etcd: failing })
    expect(late.server.health().find(({ name }) => name === 'poststarthook/bootstrap-controller')?.ok).toBe(false)
    broken = false
    late.clock.advance(1000)
    expect(late.server.health().every(({ ok }) => ok)).toBe(true)
  })
})
