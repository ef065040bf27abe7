import { describe, expect, it } from 'vitest'
import type { KubernetesObject } from '../../api/types.ts'
import type { Process } from '../contract.ts'
import { aPod, TestNode } from './node.test-kit.ts'

const configMap = (name: string, data: Record<string, string>): KubernetesObject =>
  ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default' }, data }) as KubernetesObject
const secret = (name: string, data: Record<string, string>): KubernetesObject =>
  ({ apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace: 'default' }, data }) as KubernetesObject

/** Starts a pod and hands out the process of its first container. */
function run(node: TestNode, spec: object, container: object): Process | undefined {
  let seen: Process | undefined
  node.image('spy', (process) => {
    seen = process
  })
  node.start()
  node.create(aPod('web', 'spy', spec, container))
  node.clock.advance(3000)
  return seen
}

describe('the environment', () => {
  it('comes from everywhere', () => {
    const node = new TestNode()
    node.create(configMap('settings', { mode: 'fast', level: '3' })).create(secret('keys', { token: 'czNjcjN0' }))
    const process = run(
      node,
      {},
      {
        envFrom: [{ configMapRef: { name: 'settings' }, prefix: 'CFG_' }],
        env: [
          { name: 'NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
          { name: 'IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } },
          { name: 'TOKEN', valueFrom: { secretKeyRef: { name: 'keys', key: 'token' } } },
          { name: 'CPU', valueFrom: { resourceFieldRef: { resource: 'limits.cpu' } } },
          { name: 'GREETING', value: 'I am $(NAME), $$(NAME), $(NOBODY)' },
        ],
        command: ['serve', '--name=$(NAME)'],
        args: ['$(CFG_mode)'],
      },
    )
    expect(process?.env).toMatchObject({
      CFG_mode: 'fast',
      CFG_level: '3',
      NAME: 'web',
      IP: '10.244.1.2',
      TOKEN: 's3cr3t',
      CPU: '2',
      GREETING: 'I am web, $(NAME), $(NOBODY)',
    })
    expect(process?.argv).toEqual(['serve', '--name=web', 'fast'])
  })

  it.each([
    [
      { env: [{ name: 'A', valueFrom: { configMapKeyRef: { name: 'nosuch', key: 'a' } } }] },
      'configmap "nosuch" not found',
    ],
    [
      { env: [{ name: 'A', valueFrom: { secretKeyRef: { name: 'keys', key: 'a' } } }] },
      "couldn't find key a in Secret default/keys",
    ],
    [{ envFrom: [{ secretRef: { name: 'nosuch' } }] }, 'secret "nosuch" not found'],
  ])('%j: CreateContainerConfigError', (container, message) => {
    const node = new TestNode()
    node.create(secret('keys', {}))
    expect(run(node, {}, container)).toBeUndefined()
    const waiting = node.pod('web')?.status?.containerStatuses?.[0]?.state?.waiting
    expect(waiting).toEqual({ reason: 'CreateContainerConfigError', message })
    expect(node.events).toContain(`web Warning Failed Error: ${message}`)
  })
})

describe('volumes', () => {
  it('are files', () => {
    const node = new TestNode({ '/data/host.txt': 'on the host' })
    node
      .create(configMap('site', { 'index.html': 'hello', 'a.txt': 'a' }))
      .create(secret('keys', { token: 'czNjcjN0' }))
    const process = run(
      node,
      {
        volumes: [
          { name: 'site', configMap: { name: 'site', items: [{ key: 'index.html', path: 'www/index.html' }] } },
          { name: 'keys', secret: { secretName: 'keys' } },
          { name: 'host', hostPath: { path: '/data' } },
          { name: 'scratch', emptyDir: {} },
          { name: 'info', downwardAPI: { items: [{ path: 'name', fieldRef: { fieldPath: 'metadata.name' } }] } },
        ],
      },
      {
        volumeMounts: [
          { name: 'site', mountPath: '/site' },
          { name: 'keys', mountPath: '/keys', readOnly: true },
          { name: 'host', mountPath: '/host' },
          { name: 'scratch', mountPath: '/scratch' },
          { name: 'info', mountPath: '/info' },
        ],
      },
    )
    const files = process!.files
    expect(files.read('/site/www/index.html')).toBe('hello')
    expect(files.list('/keys')).toEqual([expect.stringMatching(/^\.\.2026_01_01_00_00_0\d\.\d+$/), '..data', 'token'])
    expect(files.read('/keys/token')).toBe('s3cr3t')
    expect(files.read('/host/host.txt')).toBe('on the host')
    expect(files.read('/info/name')).toBe('web')
    files.write('/scratch/x', '1')
    expect(files.read('/scratch/x')).toBe('1')
    expect(files.read('/etc/resolv.conf')).toBe(
      'search default.svc.cluster.local svc.cluster.local cluster.local\nnameserver 10.96.0.10\noptions ndots:5\n',
    )
    expect(files.read('/etc/hosts')).toContain('10.244.1.2\tweb')
  })

  it('of a missing object keep the pod waiting, and change with their object', () => {
    const node = new TestNode()
    const volumes = [{ name: 'site', configMap: { name: 'site' } }]
    let changes = 0
    let seen: Process | undefined
    node.image('spy', (process) => {
      seen = process
      process.files.onChange('/site', () => {
        changes++
      })
    })
    node.start()
    node.create(aPod('web', 'spy', { volumes }, { volumeMounts: [{ name: 'site', mountPath: '/site' }] }))
    node.clock.advance(3000)
    expect(node.state('web')).toBe('waiting/ContainerCreating')
    expect(node.events).toContain(
      'web Warning FailedMount MountVolume.SetUp failed for volume "site" : configmap "site" not found',
    )
    node.create(configMap('site', { a: '1' }))
    node.clock.advance(10_000)
    expect(node.state('web')).toBe('running')
    expect(seen?.files.read('/site/a')).toBe('1')
    node.client.update('ConfigMap', 'site', 'default', (object) => ({ ...object, data: { a: '2' } }))
    node.clock.advance(40_000)
    expect(seen?.files.read('/site/a')).toBe('1')
    node.clock.advance(51_000)
    expect(seen?.files.read('/site/a')).toBe('2')
    expect(changes).toBe(1)
  })
})

describe('init containers', () => {
  const initContainers = (image: string) => [{ name: 'init', image, imagePullPolicy: 'IfNotPresent' }]

  it('run before the others', () => {
    const order: string[] = []
    const node = new TestNode()
      .image('first', (process) => {
        order.push('first')
        process.world.clock.setTimeout(() => process.exit(0), 5000)
      })
      .image('second', () => order.push('second'))
      .start()
    node.create(aPod('web', 'second', { initContainers: initContainers('first') }))
    node.clock.advance(4000)
    expect(node.state('web')).toBe('waiting/PodInitializing')
    const initialized = () => node.pod('web')?.status?.conditions?.find(({ type }) => type === 'Initialized')
    expect(initialized()).toMatchObject({ status: 'False', message: 'containers with incomplete status: [init]' })
    node.clock.advance(6000)
    expect(order).toEqual(['first', 'second'])
    expect(node.pod('web')?.status?.phase).toBe('Running')
    expect(initialized()?.status).toBe('True')
  })

  it('that fail for good fail the pod', () => {
    const node = new TestNode().image('bad', (process) => process.exit(2)).start()
    node.create(aPod('web', 'pause', { restartPolicy: 'Never', initContainers: initContainers('bad') }))
    node.clock.advance(10_000)
    expect(node.pod('web')?.status?.phase).toBe('Failed')
  })

  it('that are sidecars keep running and go last', () => {
    const ended: string[] = []
    const ends = (name: string) => (process: Process) => process.onEnd(() => ended.push(name))
    const node = new TestNode().image('side', ends('side')).image('main', ends('main')).start()
    const sidecar = { name: 'side', image: 'side', imagePullPolicy: 'IfNotPresent', restartPolicy: 'Always' }
    node.create(aPod('web', 'main', { initContainers: [sidecar] }))
    node.clock.advance(8000)
    expect(node.pod('web')?.status?.phase).toBe('Running')
    node.deletePod('web')
    node.clock.advance(5000)
    expect(ended).toEqual(['main', 'side'])
    expect(node.pod('web')).toBeUndefined()
  })
})

describe('logs', () => {
  function read(node: TestNode, options: object, pod = 'web') {
    let text = ''
    let ended = false
    const answer = node.kubelet!.logs('default', pod, 'web', options, {
      write: (part) => {
        text += part
      },
      end: () => {
        ended = true
      },
    })
    return { answer, text: () => text, ended: () => ended }
  }

  it('are cut, stamped, followed, and kept of the previous container', () => {
    let process: Process | undefined
    const node = new TestNode()
      .image('talker', (started) => {
        process = started
        started.log('one')
        started.log('two', 'stderr')
      })
      .start()
    node.create(aPod('web', 'talker'))
    node.clock.advance(5000)
    expect(read(node, {}).text()).toBe('one\ntwo\n')
    expect(read(node, { tailLines: 1 }).text()).toBe('two\n')
    expect(read(node, { limitBytes: 5 }).text()).toBe('one\nt')
    expect(read(node, { timestamps: true, tailLines: 1 }).text()).toBe('2026-01-01T00:00:01.200000000Z two\n')
    expect(read(node, { sinceSeconds: 1 }).text()).toBe('')
    const following = read(node, { follow: true })
    process!.log('three')
    expect(following.text()).toBe('one\ntwo\nthree\n')
    expect(following.ended()).toBe(false)
    expect(read(node, { previous: true }).answer).toMatchObject({
      message: 'previous terminated container "web" in pod "web" not found',
      code: 400,
    })
    process!.exit(1)
    node.clock.advance(5000)
    expect(following.ended()).toBe(true)
    expect(read(node, { previous: true }).text()).toBe('one\ntwo\nthree\n')
    expect(read(node, {}).text()).toBe('one\ntwo\n')
  })

  it('are refused while there are none', () => {
    const node = new TestNode().start()
    node.create(aPod('web', 'nosuch'))
    node.clock.advance(5000)
    expect(read(node, {}).answer).toMatchObject({
      code: 400,
      reason: 'BadRequest',
      message: 'container "web" in pod "web" is waiting to start: trying and failing to pull image',
    })
  })
})

describe('the kubelet refuses', () => {
  it.each([
    ['OutOfcpu', {}, { resources: { requests: { cpu: '3' } } }],
    ['NodeAffinity', { nodeSelector: { disk: 'ssd' } }, {}],
  ])('%s', (reason, spec, container) => {
    const node = new TestNode().start()
    node.clock.advance(1000)
    node.create(aPod('web', 'pause', spec, container))
    node.clock.advance(1000)
    expect(node.pod('web')?.status).toMatchObject({ phase: 'Failed', reason })
    expect([...node.runtime.containers()]).toEqual([])
  })
})

describe('a container', () => {
  it('is restarted when its image changes', () => {
    const node = new TestNode().image('other', () => undefined).start()
    node.create(aPod('web', 'pause'))
    node.clock.advance(4000)
    node.client.update('Pod', 'web', 'default', (pod) => ({
      ...pod,
      spec: { ...pod.spec, containers: [{ ...pod.spec.containers[0]!, image: 'other' }] },
    }))
    node.clock.advance(10_000)
    expect(node.events).toContain('web Normal Killing Container web definition changed, will be restarted')
    const status = node.pod('web')?.status?.containerStatuses?.[0]
    expect(status).toMatchObject({ image: 'docker.io/library/other:latest', restartCount: 1, ready: true })
  })

  it('is killed when its postStart hook fails, and waits for its preStop hook', () => {
    const node = new TestNode()
      .image('hooked', (process) => {
        if (process.argv[0] === 'bad') process.exit(1)
      })
      .start()
    node.create(aPod('bad', 'hooked', {}, { lifecycle: { postStart: { exec: { command: ['bad'] } } } }))
    node.create(aPod('slow', 'hooked', {}, { lifecycle: { preStop: { sleep: { seconds: 5 } } } }))
    node.clock.advance(8000)
    expect(node.events).toContain('bad Warning FailedPostStartHook PostStartHook failed')
    node.deletePod('slow')
    node.clock.advance(4000)
    expect(node.pod('slow')).toBeDefined()
    node.clock.advance(2000)
    expect(node.pod('slow')).toBeUndefined()
  })

  it('ends with its pod at the deadline', () => {
    const node = new TestNode().start()
    node.create(aPod('web', 'pause', { activeDeadlineSeconds: 60 }))
    node.clock.advance(65_000)
    expect(node.pod('web')?.status).toMatchObject({
      phase: 'Failed',
      reason: 'DeadlineExceeded',
      message: 'Pod was active on the node longer than the specified deadline',
    })
  })

  it('killed by its liveness probe backs off by the time it ran', () => {
    const node = new TestNode().start()
    const livenessProbe = { tcpSocket: { port: 81 }, periodSeconds: 10, failureThreshold: 3 }
    node.create(aPod('web', 'pause', {}, { livenessProbe }))
    node.clock.advance(75_000)
    // It ran for about 20 s each time: longer than back-offs of 10 and 20 s, shorter than the next one.
    expect(node.pod('web')?.status?.containerStatuses?.[0]).toMatchObject({ restartCount: 3 })
    expect(node.state('web')).toBe('running')
    node.clock.advance(16_000)
    expect(node.state('web')).toBe('waiting/CrashLoopBackOff')
  })
})
