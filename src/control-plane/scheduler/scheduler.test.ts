import { describe, expect, test } from 'vitest'
import type { Pod } from '../../api/types.ts'
import { VirtualClock } from '../../sim/clock.ts'
import { Random } from '../../sim/random.ts'
import { inTreeRegistry } from './registry.ts'
import { Scheduler } from './scheduler.ts'
import { node, pod } from './testing/builders.ts'
import { FakeClient } from './testing/fake-client.ts'
import { defaultProfiles } from './testing/plugins.ts'

function world() {
  const clock = new VirtualClock()
  const client = new FakeClient(clock)
  const events: string[] = []
  const scheduler = new Scheduler({
    client,
    recorder: () => ({
      eventf: (about, _related, _type, reason, _action, note) =>
        void events.push(`${about.metadata.name} ${reason} ${note}`),
    }),
    world: { clock, trace: { add: () => undefined } },
    random: new Random(1, 'kube-scheduler'),
    profiles: defaultProfiles(),
    registry: inTreeRegistry,
  })
  const nodeOf = (name: string) => client.get('Pod', name, 'default')?.spec.nodeName
  const condition = (name: string) =>
    client.get('Pod', name, 'default')?.status?.conditions?.find(({ type }) => type === 'PodScheduled')
  return { clock, client, events, scheduler, nodeOf, condition }
}

describe('a pod', () => {
  test('gets a node, an event, and is left alone afterwards', () => {
    const { clock, client, events, nodeOf } = world()
    client.create(node('worker-1'))
    client.create(pod('web'))
    clock.settle()
    expect(nodeOf('web')).toBe('worker-1')
    expect(events).toEqual(['web Scheduled Successfully assigned default/web to worker-1'])
  })

  test('of another scheduler is ignored', () => {
    const { clock, client, nodeOf } = world()
    client.create(node('worker-1'))
    client.create(pod('web', { spec: { schedulerName: 'my-scheduler' } }))
    clock.settle()
    expect(nodeOf('web')).toBeUndefined()
  })

  test('that fits nowhere says why, word for word', () => {
    const { clock, client, events, condition } = world()
    client.create(node('cp-1', { taints: [{ key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' }] }))
    client.create(node('worker-1'))
    client.create(node('worker-2'))
    client.create(pod('web', { cpu: '3' }))
    client.create(pod('web-2', { cpu: '3' }))
    client.create(pod('web-3', { cpu: '3' }))
    clock.settle()
    const message =
      '0/3 nodes are available: 1 node(s) had untolerated taint(s), 2 Insufficient cpu. no new claims to deallocate, ' +
      'preemption: 0/3 nodes are available: 1 Preemption is not helpful for scheduling, ' +
      '2 No preemption victims found for incoming pod.'
    expect(events).toContain(`web-3 FailedScheduling ${message}`)
    expect(condition('web-3')).toMatchObject({ status: 'False', reason: 'Unschedulable', message })
  })

  test('without any nodes is tried again after 1, 2, 4, 8 and 10 seconds', () => {
    const { clock, client, events, nodeOf } = world()
    client.create(pod('web'))
    clock.settle()
    expect(events).toEqual(['web FailedScheduling no nodes available to schedule pods'])
    clock.advance(30_000)
    expect(events.length).toBeGreaterThanOrEqual(4)
    client.create(node('worker-1'))
    clock.advance(11_000)
    expect(nodeOf('web')).toBe('worker-1')
  })
})

describe('a waiting pod', () => {
  test('goes as soon as a pod that was in its way is deleted', () => {
    const { clock, client, nodeOf } = world()
    client.create(node('worker-1'))
    client.create(pod('first', { cpu: '3' }))
    client.create(pod('second', { cpu: '3' }))
    clock.settle()
    expect(nodeOf('second')).toBeUndefined()
    client.delete('Pod', 'first', 'default')
    clock.advance(2000)
    expect(nodeOf('second')).toBe('worker-1')
  })

  test('is not tried again for events that cannot help it', () => {
    const { clock, client, events } = world()
    client.create(node('worker-1', { labels: { disk: 'hdd' } }))
    client.create(pod('web', { spec: { nodeSelector: { disk: 'ssd' } } }))
    clock.settle()
    const before = events.length
    client.create(pod('other'))
    client.update('Node', 'worker-1', undefined, (n) => ({
      ...n,
      metadata: { ...n.metadata, labels: { disk: 'tape' } },
    }))
    clock.advance(20_000)
    expect(events.filter((event) => event.startsWith('web')).length).toBe(before)
  })

  test('is tried again after five minutes in any case', () => {
    const { clock, client, events } = world()
    client.create(node('worker-1'))
    client.create(pod('web', { spec: { nodeSelector: { disk: 'ssd' } } }))
    clock.advance(299_000)
    expect(events.length).toBe(1)
    clock.advance(60_000)
    expect(events.length).toBe(2)
  })

  test('with gates is not looked at', () => {
    const { clock, client, events, nodeOf } = world()
    client.create(node('worker-1'))
    client.create(pod('web', { spec: { schedulingGates: [{ name: 'example.com/gate' }] } }))
    clock.advance(60_000)
    expect(events).toEqual([])
    client.update('Pod', 'web', 'default', (p: Pod) => ({ ...p, spec: { ...p.spec, schedulingGates: [] } }))
    clock.settle()
    expect(nodeOf('web')).toBe('worker-1')
  })
})

test('uncordoning a node lets pods on', () => {
  const { clock, client, nodeOf, condition } = world()
  client.create(node('worker-1', { unschedulable: true }))
  client.create(pod('web'))
  clock.settle()
  expect(condition('web')?.message).toContain('0/1 nodes are available: 1 node(s) were unschedulable.')
  client.update('Node', 'worker-1', undefined, (n) => ({ ...n, spec: {} }))
  clock.advance(2000)
  expect(nodeOf('web')).toBe('worker-1')
})

test('higher priority goes first', () => {
  const { clock, client, nodeOf } = world()
  client.create(node('worker-1'))
  client.create(pod('low', { cpu: '3' }))
  client.create(pod('high', { cpu: '3', priority: 10 }))
  clock.settle()
  expect([nodeOf('low'), nodeOf('high')]).toContain('worker-1')
})

test('a pod of higher priority makes room by preemption', () => {
  const { clock, client, events, nodeOf } = world()
  client.create(node('worker-1'))
  client.create(pod('low', { cpu: '3' }))
  clock.settle()
  client.create(pod('high', { cpu: '3', priority: 1000 }))
  clock.settle()
  expect(client.get('Pod', 'low', 'default')).toBeUndefined()
  clock.advance(2000)
  expect(nodeOf('high')).toBe('worker-1')
  expect(events).toContain('high FailedScheduling 0/1 nodes are available: 1 Insufficient cpu.')
  expect(events.some((event) => event.startsWith('low Preempted Preempted by pod uid-'))).toBe(true)
})

test('a refused binding is tried again after a back-off', () => {
  const { clock, client, events, nodeOf, condition } = world()
  client.create(node('worker-1'))
  client.refuseBinding = 'connect: connection refused'
  client.create(pod('web'))
  clock.settle()
  expect(events.at(-1)).toBe('web FailedScheduling running Bind plugin "DefaultBinder": connect: connection refused')
  expect(condition('web')?.reason).toBe('SchedulerError')
  client.refuseBinding = undefined
  clock.advance(3000)
  expect(nodeOf('web')).toBe('worker-1')
})

test('replicas are spread over the nodes', () => {
  const { clock, client } = world()
  for (let i = 0; i < 10; i++) client.create(node(`worker-${i}`))
  client.create({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web', namespace: 'default' },
    spec: { selector: { app: 'web' } },
  })
  for (let i = 0; i < 30; i++) client.create(pod(`web-${i}`, { labels: { app: 'web' } }))
  clock.settle()
  const counts = new Map<string, number>()
  for (const { spec } of client.list('Pod')) counts.set(spec.nodeName!, (counts.get(spec.nodeName!) ?? 0) + 1)
  expect([...counts.values()]).toEqual(Array(10).fill(3))
})

test('many pods that drive out others at once all get the room they made', () => {
  const { clock, client, events, nodeOf } = world()
  for (let i = 0; i < 5; i++) client.create(node(`worker-${i}`))
  for (let i = 0; i < 20; i++) client.create(pod(`low-${i}`, { cpu: '900m', spec: { nodeName: `worker-${i % 5}` } }))
  clock.settle()
  for (let i = 0; i < 5; i++) client.create(pod(`high-${i}`, { cpu: '3', priority: 10 }))
  clock.settle()
  const nodes = [0, 1, 2, 3, 4].map((i) => nodeOf(`high-${i}`))
  expect(new Set(nodes)).toEqual(new Set([0, 1, 2, 3, 4].map((i) => `worker-${i}`)))
  expect(events.filter((event) => event.includes(' Preempted '))).toHaveLength(15)
})
