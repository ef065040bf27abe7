import { describe, expect, test } from 'vitest'
import type { Pod } from '../../api/types.ts'
import type { NetworkAnswer, Process } from '../contract.ts'
import { aPod, TestNode } from './node.test-kit.ts'

/** A program that goes on for a while after SIGTERM; commands run in it take `ms` and end with `code`. */
function program(stopsAfterMs: number, { ms = 0, code = 0, says = '' } = {}) {
  return (process: Process) => {
    const { clock } = process.world
    if (process.argv[0] === 'hook') {
      if (says !== '') process.log(says, 'stderr')
      clock.setTimeout(() => process.exit(code), ms)
      return
    }
    process.onSignal(() => clock.setTimeout(() => process.exit(0), stopsAfterMs))
  }
}

const container = (name: string, more: object = {}) => ({ name, image: name, imagePullPolicy: 'IfNotPresent', ...more })
const HOOK = { exec: { command: ['hook'] } }

const statesOf = (node: TestNode, name: string) => {
  const { containerStatuses = [], initContainerStatuses = [] } = node.pod(name)?.status ?? {}
  const all = [...initContainerStatuses, ...containerStatuses]
  return all.map(({ state }) => Object.keys(state ?? {})[0])
}
const eventsOf = (node: TestNode, word: RegExp) => node.events.filter((event) => word.test(event))

describe('a postStart hook', () => {
  test('holds up the containers after its own, and what is said of the pod', () => {
    const node = new TestNode()
      .image('a', program(0, { ms: 10_000 }))
      .image('b', program(0))
      .start()
    const containers = [container('a', { lifecycle: { postStart: HOOK } }), container('b')]
    node.create(aPod('web', '', { containers } as Partial<Pod['spec']>))
    node.clock.advance(8_000)
    expect([node.pod('web')?.status?.phase, ...statesOf(node, 'web')]).toEqual(['Pending', 'waiting', 'waiting'])
    node.clock.advance(10_000)
    expect([node.pod('web')?.status?.phase, ...statesOf(node, 'web')]).toEqual(['Running', 'running', 'running'])
  })

  test('that fails kills its container, which then waits for its next try', () => {
    const node = new TestNode().image('a', program(0, { code: 3, says: 'no luck' })).start()
    node.create(aPod('web', '', { containers: [container('a', { lifecycle: { postStart: HOOK } })] } as never))
    const seen = new Map<string, string | undefined>()
    for (let i = 0; i < 50; i++) {
      node.clock.advance(100)
      const { reason = '', message } = node.pod('web')?.status?.containerStatuses?.[0]?.state?.waiting ?? {}
      seen.set(reason, message)
    }
    const { uid } = node.pod('web')!.metadata
    expect([...seen.keys()].filter(Boolean)).toEqual(['ContainerCreating', 'PostStartHookError', 'CrashLoopBackOff'])
    expect(seen.get('PostStartHookError')).toBe(
      `Exec lifecycle hook ([hook]) for Container "a" in Pod "web_default(${uid})" failed - error: command 'hook' exited with 3: no luck\n, message: "no luck\\n"`,
    )
    expect(eventsOf(node, /Hook/).slice(0, 2)).toEqual([
      'web Warning FailedPostStartHook PostStartHook failed',
      'web Normal Killing FailedPostStartHook',
    ])
  })

  test('that never ends is given up when the pod is deleted', () => {
    const node = new TestNode().image('a', program(0, { ms: 1e9 })).start()
    node.create(aPod('web', '', { containers: [container('a', { lifecycle: { postStart: HOOK } })] } as never))
    node.clock.advance(200_000)
    expect(statesOf(node, 'web')).toEqual(['waiting'])
    node.deletePod('web')
    node.clock.advance(3_000)
    expect(node.pod('web')).toBeUndefined()
    expect(eventsOf(node, /Hook|Killing/)).toEqual([
      'web Warning FailedPostStartHook PostStartHook failed',
      'web Normal Killing Stopping container a',
    ])
  })

  test('over HTTP has done its work whatever the server answers', () => {
    const paths: unknown[] = []
    const serve = (process: Process) =>
      process.listen(80, 'TCP', (request): NetworkAnswer => {
        paths.push(`${request.path} ${request.headers?.['User-Agent']}`)
        return { status: 500 }
      })
    const node = new TestNode().image('a', serve).start()
    const hook = { lifecycle: { postStart: { httpGet: { path: '/go', port: 80 } } } }
    node.create(aPod('web', '', { containers: [container('a', hook)] } as never))
    node.clock.advance(5_000)
    expect([paths, statesOf(node, 'web')]).toEqual([['/go kube-lifecycle/1.36'], ['running']])
  })
})

describe('a pod that is deleted', () => {
  const sidecar = (name: string, more: object = {}) => container(name, { restartPolicy: 'Always', ...more })

  test('tells all its containers at once; sidecars wait for their turn within the same grace period', () => {
    const node = new TestNode()
      .image('s1', program(1e9))
      .image('s2', program(3_000))
      .image('main', program(5_000))
      .start()
    const spec = { initContainers: [sidecar('s1'), sidecar('s2')], containers: [container('main')] }
    node.create(aPod('web', '', spec as never))
    node.clock.advance(10_000)
    const ends: string[] = []
    node.runtime.onEvent(({ type, container: { config } }) => {
      if (type === 'exited') ends.push(`${config.container.name} ${(node.clock.now() - deletedAt) / 1000}`)
    })
    const deletedAt = node.clock.now()
    node.deletePod('web', 20)
    node.clock.advance(100)
    expect(eventsOf(node, /Killing/)).toEqual(
      ['s1', 's2', 'main'].map((name) => `web Normal Killing Stopping container ${name}`),
    )
    node.clock.advance(60_000)
    expect(ends).toEqual(['main 5', 's2 8', 's1 20'])
  })

  test.each([
    ['Never', 0, 'Succeeded'],
    ['OnFailure', 0, 'Succeeded'],
    ['Never', 3, 'Failed'],
  ])(
    'end with the last main container, the one started last first: restartPolicy %s, exit code %i',
    (policy, code, phase) => {
      const node = new TestNode()
        .image('s1', program(1_000))
        .image('s2', program(2_000))
        .image('main', (process) => void process.world.clock.setTimeout(() => process.exit(code), 5_000))
        .start()
      const initContainers = [sidecar('s1'), sidecar('s2')]
      node.create(aPod('job', '', { restartPolicy: policy, initContainers, containers: [container('main')] } as never))
      const ends: string[] = []
      node.runtime.onEvent(({ type, container: { config } }) => {
        if (type === 'exited') ends.push(config.container.name)
      })
      node.clock.advance(60_000)
      expect(ends).toEqual(['main', 's2', 's1'])
      expect(eventsOf(node, /Killing/)).toEqual(
        ['s1', 's2'].map((name) => `job Normal Killing Stopping container ${name}`),
      )
      expect(node.pod('job')?.status?.phase).toBe(phase)
    },
  )

  test.each([
    ['its preStop hook takes from the grace period', 4_500, 10, 10],
    ['at least two seconds are left after it', 60_000, 10, 12],
    ['a sleep is a hook too', 0, 10, 10],
  ])('%s', (_, ms, grace, seconds) => {
    const node = new TestNode().image('a', program(1e9, { ms })).start()
    const preStop = ms === 0 ? { sleep: { seconds: 4 } } : HOOK
    node.create(aPod('web', '', { containers: [container('a', { lifecycle: { preStop } })] } as never))
    node.clock.advance(5_000)
    node.deletePod('web', grace)
    // Half a second of the hook is not counted: what is left is in whole seconds.
    const end = seconds * 1000 + (ms % 1000)
    node.clock.advance(end - 100)
    expect(node.pod('web')).toBeDefined()
    node.clock.advance(200)
    expect(node.pod('web')).toBeUndefined()
  })
})

describe('a gRPC probe', () => {
  const answering = (answer: NetworkAnswer) => (process: Process) =>
    process.listen(5000, 'TCP', (request) => (request.protocol === 'GRPC' ? answer : { status: 200 }))
  const said = (node: TestNode) => eventsOf(node, /Unhealthy/)[0]?.replace('web Warning Unhealthy Readiness probe ', '')

  test.each<[string, NetworkAnswer, string | undefined]>([
    ['a healthy service', { grpc: { serving: 'SERVING' } }, undefined],
    [
      'one that is not',
      { grpc: { serving: 'NOT_SERVING' } },
      'failed: service unhealthy (responded with "NOT_SERVING")',
    ],
    [
      'one that nobody knows',
      { grpc: { code: 'NotFound', message: 'unknown service' } },
      'failed: error: health rpc probe failed: rpc error: code = NotFound desc = unknown service',
    ],
    [
      'no gRPC server',
      {},
      'failed: timeout: failed to connect service "10.244.1.2:5000" within 1s: context deadline exceeded',
    ],
  ])('%s', (_, answer, event) => {
    const node = new TestNode().image('a', answering(answer)).start()
    node.create(aPod('web', 'a', {}, { readinessProbe: { grpc: { port: 5000, service: 'ready' } } }))
    node.clock.advance(5_000)
    expect(said(node)).toBe(event)
    expect(node.pod('web')?.status?.containerStatuses?.[0]?.ready).toBe(event === undefined)
  })

  test('a port that the container does not name', () => {
    const node = new TestNode().image('a', program(0)).start()
    node.create(aPod('web', 'a', {}, { readinessProbe: { tcpSocket: { port: 'http' } } }))
    node.clock.advance(5_000)
    expect(said(node)).toBe('errored and resulted in unknown state: strconv.Atoi: parsing "http": invalid syntax')
  })

  test('redirects are followed within the host; one that leads away is a warning', () => {
    const serve = (process: Process) =>
      process.listen(80, 'TCP', ({ path }): NetworkAnswer => {
        if (path === '/here') return { status: 302, headers: { Location: '/there' } }
        if (path === '/there') return { status: 200 }
        return { status: 302, headers: { Location: 'http://example.com/' }, body: 'gone' }
      })
    const node = new TestNode().image('a', serve).start()
    const probes = {
      readinessProbe: { httpGet: { path: '/here', port: 80 } },
      livenessProbe: { httpGet: { path: '/', port: 80 } },
    }
    node.create(aPod('web', 'a', {}, probes))
    node.clock.advance(5_000)
    expect(node.pod('web')?.status?.containerStatuses?.[0]?.ready).toBe(true)
    expect(eventsOf(node, /Probe/)).toEqual([
      'web Warning ProbeWarning Liveness probe warning: Probe terminated redirects, Response body: gone',
    ])
  })
})

describe('what a container says at its end', () => {
  const ending = (write: (process: Process) => void) => (process: Process) => {
    write(process)
    process.exit(1)
  }
  const fallback = { terminationMessagePolicy: 'FallbackToLogsOnError' }

  test.each<[string, (process: Process) => void, object, string | undefined]>([
    ['in its file', (process) => process.files.write('/dev/termination-log', 'DONE'), {}, 'DONE'],
    [
      'the last 4096 bytes of it',
      (process) => process.files.write('/dev/termination-log', `x${'é'.repeat(3000)}`),
      {},
      'é'.repeat(2048),
    ],
    ['nothing', (process) => process.log('no'), {}, undefined],
    ['the log where it may', (process) => process.log('no'), fallback, 'no\n'],
    [
      'at most 80 lines of it',
      (process) => {
        for (let i = 0; i < 100; i++) process.log(String(i))
      },
      fallback,
      Array.from({ length: 80 }, (_, i) => `${i + 20}\n`).join(''),
    ],
    ['and 2048 bytes', (process) => process.log('y'.repeat(5000)), fallback, `${'y'.repeat(2047)}\n`],
  ])('%s', (_, write, more, message) => {
    const node = new TestNode().image('a', ending(write)).start()
    node.create(aPod('web', 'a', { restartPolicy: 'Never' }, more))
    node.clock.advance(5_000)
    expect(node.pod('web')?.status?.containerStatuses?.[0]?.state?.terminated?.message).toBe(message)
  })
})

test("limits that a container has not got are its pod's, or the node's", () => {
  const seen: unknown[] = []
  const env = ['limits.cpu', 'limits.memory'].map((resource) => ({
    name: resource,
    valueFrom: { resourceFieldRef: { resource } },
  }))
  const node = new TestNode().image('a', ({ env: own }) => seen.push([own['limits.cpu'], own['limits.memory']])).start()
  node.create(aPod('web', 'a', { resources: { limits: { memory: '64Mi' } } }, { env }))
  node.clock.advance(5_000)
  expect(seen).toEqual([['2', '67108864']])
})

test('a container that is killed by its probe runs, and then runs again', () => {
  const node = new TestNode().image('a', program(2_000)).start()
  const probe = { tcpSocket: { port: 80 }, periodSeconds: 1, failureThreshold: 1 }
  node.create(aPod('web', 'a', {}, { livenessProbe: probe }))
  const seen: string[] = []
  for (let i = 0; i < 50; i++) {
    node.clock.advance(100)
    const { state, restartCount } = node.pod('web')?.status?.containerStatuses?.[0] ?? {}
    const now = `${Object.keys(state ?? {})[0]} ${restartCount}`
    if (seen.at(-1) !== now) seen.push(now)
  }
  expect(seen).toEqual(['waiting 0', 'running 0', 'running 1'])
})

test('a container that its probe has ended for good', () => {
  const node = new TestNode().image('a', program(2_000)).start()
  const probe = { tcpSocket: { port: 80 }, periodSeconds: 1, failureThreshold: 1 }
  node.create(aPod('web', 'a', { restartPolicy: 'Never' }, { livenessProbe: probe }))
  node.clock.advance(20_000)
  expect(node.pod('web')?.status?.phase).toBe('Succeeded')
  expect(eventsOf(node, /Killing/)).toEqual(['web Normal Killing Container web failed liveness probe'])
})
