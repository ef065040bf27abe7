import { describe, expect, it } from 'vitest'
import type { Container, Pod } from '../../api/types.ts'
import { level } from '../container-runtime/usage/curve.ts'
import { aPod, TestNode } from './node.test-kit.ts'

const sized = (cpu: string) => ({ resources: { requests: { cpu } } })

const resize = (node: TestNode, name: string, cpu: string) => change(node, name, sized(cpu))

function change(node: TestNode, name: string, resources: object): void {
  node.client.update('Pod', name, 'default', (pod: Pod) => ({
    ...pod,
    metadata: { ...pod.metadata, generation: (pod.metadata.generation ?? 0) + 1 },
    spec: { ...pod.spec, containers: pod.spec.containers.map((each: Container) => ({ ...each, ...resources })) },
  }))
  node.clock.advance(100)
}

const shown = (node: TestNode, name: string) => {
  const { status } = node.pod(name)!
  const [container] = status!.containerStatuses!
  return {
    allocated: container?.allocatedResources?.cpu,
    actual: container?.resources?.requests?.cpu,
    restarts: container?.restartCount,
    conditions: (status!.conditions ?? [])
      .filter(({ type }) => type.startsWith('PodResize'))
      .map(({ type, reason }) => `${type} ${reason ?? ''}`.trim()),
  }
}

const resizeEvents = (node: TestNode) => node.events.filter((event) => event.includes('Resize'))

describe('a resized pod', () => {
  it('goes on with other resources', () => {
    const node = new TestNode().start()
    node.create(aPod('web', 'pause', {}, sized('100m')))
    node.clock.advance(5000)
    expect(shown(node, 'web')).toEqual({ allocated: '100m', actual: '100m', restarts: 0, conditions: [] })
    resize(node, 'web', '200m')
    node.clock.advance(5000)
    expect(shown(node, 'web')).toEqual({ allocated: '200m', actual: '200m', restarts: 0, conditions: [] })
    expect(resizeEvents(node).map((event) => event.replace(/"generation":\d+/, '"generation":N'))).toEqual([
      'web Normal ResizeStarted Pod resize started: {"containers":[{"name":"web","resources":{"requests":{"cpu":"200m"}}}],"generation":N}',
      'web Normal ResizeCompleted Pod resize completed: {"containers":[{"name":"web","resources":{"requests":{"cpu":"200m"}}}],"generation":N}',
    ])
  })

  it('starts again where its policy says so', () => {
    const node = new TestNode().start()
    const resizePolicy = [{ resourceName: 'cpu', restartPolicy: 'RestartContainer' }]
    node.create(aPod('web', 'pause', {}, { ...sized('100m'), resizePolicy }))
    node.clock.advance(5000)
    resize(node, 'web', '200m')
    expect(shown(node, 'web')).toEqual({
      allocated: '200m',
      actual: '100m',
      restarts: 0,
      conditions: ['PodResizeInProgress'],
    })
    node.clock.advance(60_000)
    expect(shown(node, 'web')).toEqual({ allocated: '200m', actual: '200m', restarts: 1, conditions: [] })
  })

  it('waits for what the node does not have', () => {
    const node = new TestNode().start()
    node.create(aPod('web', 'pause', {}, sized('100m')))
    node.create(aPod('other', 'pause', {}, sized('1')))
    node.clock.advance(5000)
    resize(node, 'web', '1500m')
    node.clock.advance(5000)
    expect(shown(node, 'web')).toEqual({
      allocated: '100m',
      actual: '100m',
      restarts: 0,
      conditions: ['PodResizePending Deferred'],
    })
    expect(node.pod('web')?.status?.conditions?.[0]?.message).toMatch(
      /^Node didn't have enough resource: cpu, requested: 1500, used: 1000, capacity: \d+$/,
    )
    node.deletePod('other', 0)
    node.clock.advance(60_000)
    expect(shown(node, 'web')).toEqual({ allocated: '1500m', actual: '1500m', restarts: 0, conditions: [] })
  })

  it('says so until it has them', () => {
    const node = new TestNode().start()
    node.create(aPod('web', 'pause', {}, sized('100m')))
    node.clock.advance(5000)
    const seen = new Set<string>()
    resize(node, 'web', '200m')
    for (let i = 0; i < 20; i++) {
      seen.add(JSON.stringify([shown(node, 'web').actual, ...shown(node, 'web').conditions]))
      node.clock.advance(100)
    }
    expect([...seen]).toEqual(['["100m","PodResizeInProgress"]', '["200m"]'])
  })

  it('keeps a memory limit that is in use, until it is not', () => {
    const limited = (memory: string) => ({ resources: { requests: { memory }, limits: { memory } } })
    const node = new TestNode().image('eater', () => undefined, { usage: { memory: level(200 * 1024 ** 2) } }).start()
    node.create(aPod('web', 'eater', {}, limited('400Mi')))
    node.clock.advance(5000)
    change(node, 'web', limited('100Mi'))
    // Shown with the next try.
    node.clock.advance(20_000)
    const problem =
      'cannot decrease memory limits: [attempting to set pod memory limit (104857600) below current usage (209715200), attempting to set container "web" memory limit (104857600) below current usage (209715200)]'
    expect(node.pod('web')?.status?.conditions?.find(({ type }) => type === 'PodResizeInProgress')).toMatchObject({
      reason: 'Error',
      message: problem,
    })
    node.clock.advance(120_000)
    expect(resizeEvents(node).filter((event) => event.includes('ResizeError'))).toHaveLength(1)
    change(node, 'web', limited('300Mi'))
    node.clock.advance(20_000)
    expect(shown(node, 'web')).toMatchObject({ restarts: 0, conditions: [] })
    expect(node.pod('web')?.status?.containerStatuses?.[0]?.resources?.limits).toEqual({ memory: '300Mi' })
  })

  it('cannot have CPUs of its own and others', () => {
    const guaranteed = (cpu: string) => ({
      resources: { requests: { cpu, memory: '64Mi' }, limits: { cpu, memory: '64Mi' } },
    })
    const config =
      'apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\ncpuManagerPolicy: static\nkubeReserved: {cpu: 500m}\n'
    const node = new TestNode({ '/var/lib/kubelet/config.yaml': config }).start()
    node.create(aPod('web', 'pause', {}, guaranteed('1')))
    node.clock.advance(5000)
    change(node, 'web', guaranteed('500m'))
    node.clock.advance(5000)
    expect(shown(node, 'web').conditions).toEqual(['PodResizePending Infeasible'])
    expect(resizeEvents(node)[0]).toMatch(
      /^web Warning ResizeInfeasible Pod resize Infeasible: .*"error":"Resize is infeasible for Guaranteed Pods alongside CPU Manager policy \\"static\\""}$/,
    )
  })

  it('remembers over a restart of the kubelet what it was given while its container waits', () => {
    const node = new TestNode().image('crash', (process) => process.exit(1)).start()
    node.create(aPod('web', 'crash', {}, sized('500m')))
    node.create(aPod('other', 'pause', {}, sized('1')))
    node.clock.advance(30_000)
    resize(node, 'web', '1500m')
    node.stop()
    expect(node.files.read('/var/lib/kubelet/allocated_pods_state')).toContain('500m')
    node.start()
    node.clock.advance(1000)
    expect(shown(node, 'web')).toMatchObject({ allocated: '500m', conditions: ['PodResizePending Deferred'] })
    expect(resizeEvents(node).filter((event) => event.includes('ResizeDeferred'))).toHaveLength(1)
    resize(node, 'web', '500m')
    node.clock.advance(1000)
    expect(shown(node, 'web').conditions).toEqual([])
    expect(node.files.read('/var/lib/kubelet/allocated_pods_state')).toBeUndefined()
  })

  it('lets those that wait have what another gives back, the more important first', () => {
    const node = new TestNode().start()
    node.create(aPod('big', 'pause', {}, sized('1')))
    node.create(aPod('low', 'pause', {}, sized('200m')))
    node.create(aPod('high', 'pause', { priority: 1000 }, sized('200m')))
    node.clock.advance(5000)
    resize(node, 'low', '800m')
    resize(node, 'high', '900m')
    expect([shown(node, 'low').allocated, shown(node, 'high').allocated]).toEqual(['800m', '200m'])
    resize(node, 'big', '400m')
    expect([shown(node, 'low').allocated, shown(node, 'high').allocated]).toEqual(['800m', '200m'])
    resize(node, 'low', '700m')
    expect([shown(node, 'low').allocated, shown(node, 'high').allocated]).toEqual(['700m', '900m'])
  })

  it('has resources of its own, which are shown as its own', () => {
    const node = new TestNode().start()
    const resources = { requests: { cpu: '500m', memory: '128Mi' }, limits: { cpu: '1', memory: '256Mi' } }
    node.create(aPod('web', 'pause', { resources }, sized('100m')))
    node.create(aPod('plain', 'pause', {}, sized('100m')))
    node.create(aPod('none', 'pause'))
    node.clock.advance(5000)
    const of = (name: string) => {
      const { resources: held, allocatedResources: allocated } = node.pod(name)!.status!
      return { held, allocated }
    }
    expect(of('none')).toEqual({ held: {}, allocated: undefined })
    expect(of('plain')).toEqual({ held: { requests: { cpu: '100m' } }, allocated: { cpu: '100m' } })
    expect(of('web')).toEqual({ held: resources, allocated: resources.requests })
    node.client.update('Pod', 'web', 'default', (pod: Pod) => ({
      ...pod,
      metadata: { ...pod.metadata, generation: 2 },
      spec: { ...pod.spec, resources: { ...resources, limits: { cpu: '1', memory: '512Mi' } } },
    }))
    node.clock.advance(5000)
    expect(of('web').held?.limits).toEqual({ cpu: '1', memory: '512Mi' })
    expect(resizeEvents(node).map((event) => event.split(' ')[2])).toEqual(['ResizeStarted', 'ResizeCompleted'])
  })
})
