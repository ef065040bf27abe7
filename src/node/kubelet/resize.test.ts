import { describe, expect, it } from 'vitest'
import type { Container, Pod } from '../../api/types.ts'
import { aPod, TestNode } from './node.test-kit.ts'

const sized = (cpu: string) => ({ resources: { requests: { cpu } } })

function resize(node: TestNode, name: string, cpu: string): void {
  node.client.update('Pod', name, 'default', (pod: Pod) => ({
    ...pod,
    metadata: { ...pod.metadata, generation: (pod.metadata.generation ?? 0) + 1 },
    spec: { ...pod.spec, containers: pod.spec.containers.map((each: Container) => ({ ...each, ...sized(cpu) })) },
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
})
