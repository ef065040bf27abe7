import { describe, expect, it } from 'vitest'
import type { NetworkAnswer, Process } from '../../contract.ts'
import { aPod, TestNode } from '../node.test-kit.ts'

const STEADY = () => () => undefined

/** A server whose answer the test decides. */
function serving(answer: () => NetworkAnswer, afterMs = 0) {
  return (process: Process) => {
    process.world.clock.setTimeout(() => process.listen(80, 'TCP', answer), afterMs)
  }
}

const readiness = { readinessProbe: { httpGet: { path: '/ready', port: 80 }, periodSeconds: 5, failureThreshold: 2 } }

const isReady = (node: TestNode) => node.pod('web')?.status?.containerStatuses?.[0]?.ready

describe('a readiness probe', () => {
  it('makes a container ready and unready', () => {
    let status = 200
    const node = new TestNode()
      .image(
        'server',
        serving(() => ({ status })),
      )
      .start()
    node.create(aPod('web', 'server', {}, readiness))
    node.clock.advance(4000)
    expect(isReady(node)).toBe(true)
    status = 503
    node.clock.advance(6000)
    expect(isReady(node)).toBe(true)
    node.clock.advance(6000)
    expect(isReady(node)).toBe(false)
    expect(node.events).toContain(
      'web Warning Unhealthy Readiness probe failed: HTTP probe failed with statuscode: 503',
    )
    const ready = node.pod('web')?.status?.conditions?.find(({ type }) => type === 'Ready')
    expect(ready).toMatchObject({ reason: 'ContainersNotReady', message: 'containers with unready status: [web]' })
    status = 200
    node.clock.advance(6000)
    expect(isReady(node)).toBe(true)
  })

  it('is refused until somebody listens', () => {
    const node = new TestNode()
      .image(
        'server',
        serving(() => ({ status: 200 }), 12_000),
      )
      .start()
    node.create(aPod('web', 'server', {}, readiness))
    node.clock.advance(8000)
    expect(isReady(node)).toBe(false)
    expect(node.events).toContain(
      'web Warning Unhealthy Readiness probe failed: Get "http://10.244.1.2:80/ready": dial tcp 10.244.1.2:80: connect: connection refused',
    )
    node.clock.advance(11_000)
    expect(isReady(node)).toBe(true)
  })

  it('sleeps while its answer holds, and wakes when it may not', () => {
    let asked = 0
    let status = 200
    let stale: (() => void) | undefined
    const answer = () => {
      asked++
      return {
        status,
        onStale: (listener: () => void) => {
          stale = listener
          return () => undefined
        },
      }
    }
    const node = new TestNode().image('server', serving(answer)).start()
    node.create(aPod('web', 'server', {}, readiness))
    node.clock.advance(3_600_000)
    expect(asked).toBe(1)
    status = 500
    stale?.()
    node.clock.advance(11_000)
    expect(isReady(node)).toBe(false)
  })

  it('can be forced to fail', () => {
    const node = new TestNode()
      .image(
        'server',
        serving(() => ({ status: 200, onStale: STEADY })),
      )
      .start()
    node.create(aPod('web', 'server', {}, readiness))
    node.clock.advance(60_000)
    node.kubelet?.forceProbe('default', 'web', 'readiness', 'fails')
    node.clock.advance(11_000)
    expect(isReady(node)).toBe(false)
    node.kubelet?.forceProbe('default', 'web', 'readiness', 'as declared')
    node.clock.advance(11_000)
    expect(isReady(node)).toBe(true)
  })
})

describe('a liveness probe', () => {
  it('has the container restarted', () => {
    const node = new TestNode()
      .image(
        'server',
        serving(() => ({ status: 500 })),
      )
      .start()
    const livenessProbe = { httpGet: { port: 80 }, periodSeconds: 2, failureThreshold: 3 }
    node.create(aPod('web', 'server', {}, { livenessProbe }))
    node.clock.advance(15_000)
    expect(node.events).toContain('web Normal Killing Container web failed liveness probe, will be restarted')
    const status = node.pod('web')?.status?.containerStatuses?.[0]
    expect(status?.restartCount).toBe(1)
    expect(status?.lastState?.terminated?.exitCode).toBe(143)
  })
})

describe('a startup probe', () => {
  it('holds the others off, and gives up in the end', () => {
    const node = new TestNode()
      .image(
        'slow',
        serving(() => ({ status: 200 }), 30_000),
      )
      .start()
    const startupProbe = { tcpSocket: { port: 80 }, periodSeconds: 10, failureThreshold: 5 }
    const livenessProbe = { tcpSocket: { port: 80 }, periodSeconds: 1, failureThreshold: 1 }
    node.create(aPod('web', 'slow', {}, { startupProbe, livenessProbe }))
    node.clock.advance(25_000)
    expect(node.pod('web')?.status?.containerStatuses?.[0]).toMatchObject({ started: false, ready: false })
    node.clock.advance(20_000)
    expect(node.pod('web')?.status?.containerStatuses?.[0]).toMatchObject({
      started: true,
      ready: true,
      restartCount: 0,
    })
  })
})
