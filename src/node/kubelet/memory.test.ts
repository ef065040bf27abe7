import { describe, expect, test } from 'vitest'
import { stress } from '../container-runtime/programs/stress.ts'
import { level, ramp } from '../container-runtime/usage/curve.ts'
import { aPod, TestNode } from './node.test-kit.ts'

const MI = 1024 ** 2
const limits = (memory: string, cpu?: string) => ({ resources: { limits: { memory, ...(cpu && { cpu }) } } })

describe('memory', () => {
  test('a container beyond its limit is killed as a whole and started again with growing pauses', () => {
    const node = new TestNode()
      .image('leaky', () => undefined, { usage: { memory: ramp(20 * MI, 220 * MI, 100_000) } })
      .start()
      .create(aPod('web', 'leaky', {}, limits('120Mi')))
    node.clock.advance(45_000)
    expect(node.state('web')).toBe('running')
    node.clock.advance(8_000)
    const status = node.pod('web')?.status?.containerStatuses?.[0]
    expect(status).toMatchObject({
      restartCount: 1,
      state: { running: {} },
      lastState: { terminated: { exitCode: 137, reason: 'OOMKilled' } },
    })
    node.clock.advance(52_000)
    expect(node.state('web')).toBe('waiting/CrashLoopBackOff')
    expect(node.events.some((event) => event.includes('OOM'))).toBe(false)
  })

  test('stress takes what its arguments say', () => {
    const node = new TestNode()
      .image('stress', (process) => stress.start(process))
      .start()
      .create(
        aPod(
          'web',
          'stress',
          { restartPolicy: 'Never' },
          {
            command: ['stress', '--vm', '1', '--vm-bytes', '250M', '--vm-hang', '1'],
            ...limits('200Mi'),
          },
        ),
      )
    node.clock.advance(5_000)
    expect(node.state('web')).toBe('terminated/OOMKilled')
    expect(node.pod('web')?.status).toMatchObject({ phase: 'Failed' })
  })

  test('more memory through a resize in place, and it lives', () => {
    const node = new TestNode()
      .image('leaky', () => undefined, { usage: { memory: ramp(20 * MI, 220 * MI, 100_000) } })
      .start()
      .create(aPod('web', 'leaky', {}, limits('120Mi')))
    node.clock.advance(30_000)
    node.client.update('Pod', 'web', 'default', (pod) => ({
      ...pod,
      spec: { ...pod.spec, containers: [{ ...pod.spec.containers[0]!, ...limits('240Mi') }] },
    }))
    node.clock.advance(600_000)
    expect(node.pod('web')?.status?.containerStatuses?.[0]?.restartCount).toBe(0)
  })

  test('a machine without memory: the kernel ends the worst process, and the node says so', () => {
    const node = new TestNode()
      .image('big', () => undefined, { usage: { memory: level(1800 * MI) }, entrypoint: ['/usr/bin/big'] })
      .start()
      .create(aPod('kept', 'big', { restartPolicy: 'Never' }, { resources: { requests: { memory: '1Gi' } } }))
      .create(aPod('best-effort', 'big', { restartPolicy: 'Never' }))
    node.clock.advance(5_000)
    expect(node.state('kept')).toBe('running')
    expect(node.state('best-effort')).toBe('running')
    node.runtime.resources.setOutside({ memory: 300 * MI })
    node.clock.advance(2_000)
    expect(node.state('kept')).toBe('running')
    expect(node.state('best-effort')).toBe('terminated/OOMKilled')
    expect(node.events).toContainEqual(
      expect.stringMatching(/^worker-1 Warning SystemOOM System OOM encountered, victim process: big, pid: \d+$/),
    )
  })

  test('an annotation puts other amounts in the place of the declared ones while it runs', () => {
    const node = new TestNode().start().create(aPod('web', 'pause', {}, limits('100Mi', '500m')))
    node.clock.advance(10_000)
    node.client.update('Pod', 'web', 'default', (pod) => ({
      ...pod,
      metadata: { ...pod.metadata, annotations: { 'kubedrill.io/usage': '{cpu: 2, memory: 80Mi}' } },
    }))
    const [container] = node.runtime.containers()
    node.clock.advance(1_000)
    expect(container!.meter?.usage(node.clock.now())).toMatchObject({ cpu: 0.5, memory: 80 * MI })
  })
})
