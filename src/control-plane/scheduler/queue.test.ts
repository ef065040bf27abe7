import { describe, expect, test } from 'vitest'
import { VirtualClock } from '../../sim/clock.ts'
import { DEFAULT_QUEUE_OPTIONS, SchedulingQueue } from './queue.ts'
import { backoffDuration } from './queued-pod.ts'
import { node, pod } from './testing/builders.ts'
import { testFramework } from './testing/plugins.ts'

function world() {
  const clock = new VirtualClock()
  const frameworks = new Map([['default-scheduler', testFramework()]])
  let ready = 0
  const chartWorld = { clock, trace: { add: () => undefined } }
  const queue = new SchedulingQueue(chartWorld, frameworks, DEFAULT_QUEUE_OPTIONS, () => ready++, 'kube-scheduler')
  const fail = (...by: string[]) => queue.unschedulable(queue.pop()!, new Set(by))
  return { clock, queue, fail, isReady: () => ready > 0, forget: () => (ready = 0) }
}

const fitting = { resource: 'Node', action: 'Add', new: node('big', { cpu: '64' }) } as const

test.each([
  [1, 1000],
  [2, 2000],
  [3, 4000],
  [4, 8000],
  [5, 10_000],
  [20, 10_000],
])('after %i failures a pod backs off %i ms', (count, ms) => {
  expect(backoffDuration(count, DEFAULT_QUEUE_OPTIONS)).toBe(ms)
})

describe('the active queue', () => {
  test('gives the highest priority first, then the one that waits longest', () => {
    const { queue } = world()
    queue.add(pod('first'))
    queue.add(pod('second'))
    queue.add(pod('urgent', { priority: 100 }))
    expect([queue.pop(), queue.pop(), queue.pop(), queue.pop()].map((each) => each?.info.pod.metadata.name)).toEqual([
      'urgent',
      'first',
      'second',
      undefined,
    ])
  })

  test('forgets a pod that was deleted', () => {
    const { queue } = world()
    queue.add(pod('first'))
    queue.delete(pod('first'))
    expect(queue.pop()).toBeUndefined()
    expect(queue.size).toBe(0)
  })
})

describe('a pod that fits nowhere', () => {
  test('is tried again when the taints of a node change, as new nodes lose theirs', () => {
    const { queue, fail } = world()
    queue.add(pod('web', { cpu: '8' }))
    fail('NodeResourcesFit')
    queue.moveAll({ resource: 'Node', action: 'UpdateNodeTaint', new: node('small', { cpu: '1' }) })
    expect(queue.pop()?.info.pod.metadata.name).toBe('web')
  })

  test('of a group waits for its back-off, or for an event that may help', () => {
    const { clock, queue, fail } = world()
    queue.add(pod('rank-0', { cpu: '8', spec: { schedulingGroup: { podGroupName: 'training' } } }))
    fail('NodeResourcesFit')
    expect(queue.pop()).toBeUndefined()
    clock.advance(2000)
    expect(queue.pop()?.attempts).toBe(2)
    queue.unschedulable(queue.get('default/rank-0')!, new Set(['NodeResourcesFit']))
    queue.moveAll(fitting)
    expect(queue.pop()?.attempts).toBe(3)
  })

  test('waits for an event that concerns the plugin that refused it', () => {
    const { queue, fail } = world()
    queue.add(pod('web', { cpu: '8' }))
    fail('NodeResourcesFit')
    queue.moveAll({ resource: 'Node', action: 'Add', new: node('small', { cpu: '1' }) })
    expect(queue.pop()).toBeUndefined()
    queue.moveAll({ resource: 'AssignedPod', action: 'Add', new: pod('other') })
    expect(queue.pop()).toBeUndefined()
    queue.moveAll(fitting)
    expect(queue.pop()?.key).toBe('default/web')
  })

  test('is taken out of its back-off when nobody else wants to be scheduled', () => {
    const { queue, fail } = world()
    queue.add(pod('web'))
    fail('NodeResourcesFit')
    queue.moveAll(fitting)
    queue.add(pod('new'))
    expect(queue.pop()?.key).toBe('default/new')
    expect(queue.pop()?.key).toBe('default/web')
  })

  test('goes back in line by itself when its back-off ends', () => {
    const { clock, queue, fail, isReady, forget } = world()
    queue.add(pod('web'))
    fail('NodeResourcesFit')
    queue.moveAll(fitting)
    forget()
    clock.advance(3000)
    expect(isReady()).toBe(true)
  })
})

test('an error is waited out, however idle the queue is', () => {
  const { clock, queue } = world()
  queue.add(pod('web'))
  queue.error(queue.pop()!)
  expect(queue.pop()).toBeUndefined()
  clock.advance(999)
  expect(queue.pop()).toBeUndefined()
  clock.advance(1001)
  expect(queue.pop()?.attempts).toBe(2)
})
