import { describe, expect, it } from 'vitest'
import type { ObjectList } from '../../../api/request.ts'
import type { APIService, FlowSchema, KubernetesObject, Service } from '../../../api/types.ts'
import { World } from '../testing/world.ts'

const names = (world: World, resource: string): readonly string[] =>
  (world.ask('list', resource).body as ObjectList).items.map(({ metadata }) => metadata.name)

const schemas = 'flowcontrol/flowschemas'

const dangling = (world: World, name: string) =>
  (world.ask('get', schemas, undefined, name).body as unknown as FlowSchema).status?.conditions?.[0]

const flowSchema = (name: string, level: string): KubernetesObject =>
  ({
    apiVersion: 'flowcontrol.apiserver.k8s.io/v1',
    kind: 'FlowSchema',
    metadata: { name },
    spec: { priorityLevelConfiguration: { name: level } },
  }) as KubernetesObject

describe('flow control', () => {
  it('is there from the start', () => {
    const world = new World()
    expect(names(world, schemas)).toHaveLength(11)
    expect(names(world, 'flowcontrol/prioritylevelconfigurations')).toHaveLength(8)
    expect(dangling(world, 'probes')).toMatchObject({ status: 'False', reason: 'Found' })
  })

  it('says of a schema whether its level exists, and follows changes', () => {
    const world = new World()
    world.create(schemas, flowSchema('mine', 'gone'))
    world.clock.advance(0)
    expect(dangling(world, 'mine')).toMatchObject({
      status: 'True',
      reason: 'NotFound',
      message:
        'This FlowSchema references the PriorityLevelConfiguration object named "gone" but there is no such object',
    })
    world.ask('delete', 'flowcontrol/prioritylevelconfigurations', undefined, 'workload-low')
    world.clock.advance(0)
    expect(dangling(world, 'service-accounts')).toMatchObject({ status: 'True' })
  })
})

describe('APIServices', () => {
  it('stand for every group and version that is built in, but for their own', () => {
    const world = new World()
    const services = (world.ask('list', 'apiregistration/apiservices').body as ObjectList<APIService>).items
    const served = new Set(world.server.endpoints.map(({ definition: { group, version } }) => `${version}.${group}`))
    served.delete('v1.apiregistration.k8s.io')
    expect(new Set(services.map(({ metadata }) => metadata.name))).toEqual(served)
    for (const { status } of services)
      expect(status?.conditions?.[0]).toMatchObject({ status: 'True', reason: 'Local' })
  })
})

describe('the Service network', () => {
  const service = (name: string): KubernetesObject =>
    ({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name, namespace: 'default' },
      spec: { ports: [{ port: 80 }] },
    }) as KubernetesObject

  it('is an object, and so is every address that a Service has, for as long as it has it', () => {
    const world = new World()
    expect(names(world, 'networking/servicecidrs')).toEqual(['kubernetes'])
    const { clusterIP } = (world.create('services', service('web')) as Service).spec!
    world.clock.advance(0)
    expect(names(world, 'networking/ipaddresses')).toContain(clusterIP)
    world.ask('delete', 'services', 'default', 'web')
    world.clock.advance(0)
    expect(names(world, 'networking/ipaddresses')).not.toContain(clusterIP)
  })
})
