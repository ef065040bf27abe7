import { describe, expect, it } from 'vitest'
import type { Container, Pod } from '../../api/types.ts'
import { createNetwork } from '../../network/index.ts'
import { VirtualClock } from '../../sim/clock.ts'
import { Random } from '../../sim/random.ts'
import type { Process } from '../contract.ts'
import { createFileTree } from '../host/file-tree.ts'
import { AddressPool } from './address-pool.ts'
import type { PullResult, RuntimeContainer } from './contract.ts'
import { invalidImageName, normalizeImageName, repositoryOf } from './image-name.ts'
import { createContainerRuntime } from './index.ts'

describe('image names', () => {
  it.each([
    ['nginx', 'docker.io/library/nginx:latest'],
    ['nginx:1.27', 'docker.io/library/nginx:1.27'],
    ['bitnami/redis', 'docker.io/bitnami/redis:latest'],
    ['registry.k8s.io/pause:3.10', 'registry.k8s.io/pause:3.10'],
    ['localhost:5000/app', 'localhost:5000/app:latest'],
    ['index.docker.io/library/busybox', 'docker.io/library/busybox:latest'],
  ])('%s is %s', (name, full) => {
    expect(normalizeImageName(name)).toBe(full)
    expect(invalidImageName(name)).toBeUndefined()
  })

  it('are taken apart and refused', () => {
    expect(repositoryOf('localhost:5000/app:1')).toBe('localhost:5000/app')
    expect(invalidImageName('Nginx')).toMatch(/repository name must be lowercase/)
    expect(invalidImageName('nginx:')).toMatch(/invalid reference format/)
  })
})

describe('the address pool', () => {
  it('gives every address once before it gives one again', () => {
    const pool = new AddressPool('10.244.1.0/29')
    const taken = [1, 2, 3, 4, 5].map(() => pool.take())
    expect(taken).toEqual(['10.244.1.2', '10.244.1.3', '10.244.1.4', '10.244.1.5', '10.244.1.6'])
    expect(pool.take()).toBeUndefined()
    pool.release('10.244.1.3')
    expect(pool.take()).toBe('10.244.1.3')
  })
})

function start(program: (process: Process) => void, container: Partial<Container> = {}) {
  const clock = new VirtualClock(0)
  const network = createNetwork()
  network.addHost('w', '192.168.64.11')
  const image = { name: 'docker.io/library/app:latest', sizeBytes: 1, program: { start: program } }
  const runtime = createContainerRuntime({
    host: 'w',
    ip: '192.168.64.11',
    world: { clock, trace: { add: () => undefined } },
    random: new Random(1),
    network,
    images: { find: (name) => (name === image.name ? image : undefined) },
    files: createFileTree(clock, { '/etc/cni/net.d/a.conflist': '{"ipam":{"subnet":"10.244.3.0/24"}}' }),
  })
  runtime.setUp(true)
  const pod = { metadata: { name: 'p', namespace: 'default', uid: 'u' }, spec: { containers: [] } } as unknown as Pod
  const sandbox = runtime.runPodSandbox({ pod, attempt: 0 })
  if ('error' in sandbox) throw new Error(sandbox.error)
  const spec = { name: 'app', image: 'app', ...container }
  const made = runtime.createContainer(sandbox.id, { container: spec, attempt: 0, image, env: {}, mounts: [] })
  if ('error' in made) throw new Error(made.error)
  runtime.startContainer(made.id)
  return { clock, network, runtime, sandbox, made: made as RuntimeContainer }
}

describe('a container', () => {
  it('runs in its sandbox and ends with its program', () => {
    const { clock, sandbox, made } = start((process) => process.world.clock.setTimeout(() => process.exit(0), 500))
    expect(sandbox.ip).toBe('10.244.3.2')
    expect(made.id).toMatch(/^[0-9a-f]{64}$/)
    expect(made.state).toBe('running')
    clock.advance(1000)
    expect(made).toMatchObject({ state: 'exited', exitCode: 0, reason: 'Completed', startedAt: 0, finishedAt: 500 })
  })

  it('is killed when its grace is over, sooner when it is shortened', () => {
    const stubborn = (process: Process) => process.onSignal(() => undefined)
    const { clock, runtime, made } = start(stubborn)
    runtime.stopContainer(made.id, 30_000)
    clock.advance(29_000)
    expect(made.state).toBe('running')
    clock.advance(1000)
    expect(made).toMatchObject({ state: 'exited', exitCode: 137, reason: 'Error' })
    const other = start(stubborn)
    other.runtime.stopContainer(other.made.id, 30_000)
    other.clock.advance(5000)
    other.runtime.stopContainer(other.made.id, 2000)
    other.clock.advance(2000)
    expect(other.made.finishedAt).toBe(7000)
  })

  it('that takes more memory than it may is OOMKilled', () => {
    const { clock, made } = start((process) => process.exit(137), { resources: { limits: { memory: '10Mi' } } })
    clock.settle()
    expect(made).toMatchObject({ exitCode: 137, reason: 'OOMKilled' })
  })

  it('serves a port of the machine where it asks for one', () => {
    const ports = [{ containerPort: 80, hostPort: 8080 }]
    const { network, runtime, made, clock } = start((process) => process.listen(80, 'TCP', () => ({ status: 200 })), {
      ports,
    })
    const outcome = () =>
      network.connect({ host: 'w', ip: '192.168.64.11' }, { ip: '192.168.64.11', port: 8080 }, () => 0).outcome
    expect(outcome()).toBe('connected')
    runtime.stopContainer(made.id, 0)
    clock.settle()
    expect(outcome()).toBe('refused')
  })

  it('runs further commands', () => {
    const { clock, runtime, made } = start((process) => {
      if (process.argv[0] !== 'ask') return
      process.log('42')
      process.exit(3)
    })
    const results: object[] = []
    runtime.exec(made.id, ['ask'], (result) => results.push(result))
    clock.settle()
    expect(results).toEqual([{ exitCode: 3, output: '42\n', stderr: '' }])
  })

  it('is lost with the machine, its log is not', () => {
    const { clock, runtime, made, sandbox } = start((process) => process.log('hello'))
    runtime.powerOff()
    clock.settle()
    expect(made).toMatchObject({ state: 'exited', exitCode: 255, reason: 'Unknown' })
    expect(sandbox.ready).toBe(false)
    expect(runtime.log(made.id)?.lines.map(({ text }) => text)).toEqual(['hello'])
  })

  it('says what it wrote for its end', () => {
    const { clock, made } = start((process) => {
      process.files.write('/dev/termination-log', 'no such table')
      process.exit(1)
    })
    clock.settle()
    expect(made.message).toBe('no such table')
  })
})

describe('images', () => {
  it('are pulled once and then there', () => {
    const { clock, runtime } = start(() => undefined)
    const results: PullResult[] = []
    runtime.pullImage('app', (result) => results.push(result))
    runtime.pullImage('nosuch', (result) => results.push(result))
    clock.advance(1000)
    expect(runtime.presentImage('app')?.name).toBe('docker.io/library/app:latest')
    expect(results[0]).toMatchObject({ error: expect.stringContaining('not found') })
    expect(results[1]).toMatchObject({ pullMs: 300 })
  })
})
