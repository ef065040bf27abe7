import { describe, expect, test } from 'vitest'
import { level, ramp } from '../../container-runtime/usage/curve.ts'
import { aPod, TestNode } from '../node.test-kit.ts'
import { parseThresholds } from './thresholds.ts'

const MI = 1024 ** 2
const GI = 1024 ** 3

function config(more: string): Readonly<Record<string, string>> {
  return {
    '/var/lib/kubelet/config.yaml': `apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
clusterDNS: [10.96.0.10]
clusterDomain: cluster.local
${more}`,
  }
}

const condition = (node: TestNode, type: string) =>
  node.client.get('Node', 'worker-1')?.status?.conditions?.find((each) => each.type === type)

const takes = (memory: number) => ({ usage: { memory: level(memory) } })

function requesting(memory: string, spec: object = {}): [object, object] {
  return [spec, { resources: { requests: { memory } } }]
}

describe('node-pressure eviction', () => {
  test('memory runs out: who takes more than asked for goes first, the node says so for five minutes more', () => {
    const node = new TestNode()
      .image('modest', () => undefined, takes(700 * MI))
      .image('hungry', () => undefined, { usage: { memory: ramp(500 * MI, 3000 * MI, 600_000) } })
      .start()
      .create(aPod('modest', 'modest', ...requesting('800Mi')))
      .create(aPod('hungry', 'hungry', ...requesting('200Mi')))
    node.clock.advance(420_000)
    expect(node.state('hungry')).toBe('running')
    node.clock.advance(180_000)
    const { status } = node.pod('hungry')!
    expect(status).toMatchObject({ phase: 'Failed', reason: 'Evicted' })
    expect(status?.message).toMatch(
      /^The node was low on resource: memory\. Threshold quantity: 100Mi, available: \d+Ki\. Container web was using \d+Ki, request is 200Mi, has larger consumption of memory\. $/,
    )
    expect(status?.conditions?.at(-1)).toMatchObject({
      type: 'DisruptionTarget',
      status: 'True',
      reason: 'TerminationByKubelet',
      message: status?.message,
    })
    expect(node.state('modest')).toBe('running')
    expect(condition(node, 'MemoryPressure')).toMatchObject({
      status: 'True',
      reason: 'KubeletHasInsufficientMemory',
      message: 'kubelet has insufficient memory available',
    })
    const about = node.events.filter((event) => /Evict|InsufficientMemory/.test(event))
    expect(about.map((event) => event.split(' ').slice(0, 6).join(' '))).toEqual(
      [
        'worker-1 Warning EvictionThresholdMet Attempting to reclaim memory',
        'hungry Warning Evicted The node was',
        'worker-1 Normal NodeHasInsufficientMemory Node worker-1 status',
      ].map((line) => line.split(' ').slice(0, 6).join(' ')),
    )
    node.create(aPod('late', 'modest'))
    node.clock.advance(2_000)
    expect(node.pod('late')?.status).toMatchObject({
      phase: 'Failed',
      reason: 'Evicted',
      message: 'Pod was rejected: The node had condition: [MemoryPressure]. ',
    })
    node.clock.advance(320_000)
    expect(condition(node, 'MemoryPressure')).toMatchObject({ status: 'False', reason: 'KubeletHasSufficientMemory' })
    expect(node.events.filter((event) => event.includes(' Evicted '))).toHaveLength(2)
  })

  test('the order: beyond the request, then by priority, then by how much beyond; critical pods stay', () => {
    const node = new TestNode()
      .image('big', () => undefined, takes(900 * MI))
      .image('small', () => undefined, takes(300 * MI))
      .start()
      .create(aPod('within', 'big', ...requesting('1Gi')))
      .create(aPod('important', 'big', ...requesting('100Mi', { priority: 1000 })))
      .create(aPod('small', 'small', ...requesting('100Mi')))
      .create(aPod('large', 'big', ...requesting('100Mi')))
      .create(aPod('critical', 'small', ...requesting('1Mi', { priority: 2_000_000_000 })))
    node.clock.advance(5_000)
    const gone: string[] = []
    for (let i = 0; i < 8; i++) {
      node.runtime.resources.setOutside({})
      const left = 4 * GI - node.runtime.resources.memory.taken(node.clock.now())
      node.runtime.resources.setOutside({ memory: left - 50 * MI })
      node.clock.advance(10_000)
      for (const name of ['within', 'important', 'small', 'large', 'critical'])
        if (node.pod(name)?.status?.reason === 'Evicted' && !gone.includes(name)) gone.push(name)
    }
    expect(gone).toEqual(['large', 'small', 'important', 'within'])
  })

  test('a soft threshold waits for its grace period and gives the pod time', () => {
    const node = new TestNode(
      config(`evictionSoft: {memory.available: 1Gi}
evictionSoftGracePeriod: {memory.available: 1m30s}
evictionMaxPodGracePeriod: 20
evictionPressureTransitionPeriod: 30s
`),
    )
      .image('slow', (process) => process.onSignal(() => undefined), takes(3 * GI))
      .start()
      .create(aPod('slow', 'slow'))
    node.clock.advance(95_000)
    expect(condition(node, 'MemoryPressure')?.status).toBe('True')
    expect(node.pod('slow')?.status?.phase).toBe('Running')
    node.clock.advance(15_000)
    expect(node.events).toContainEqual(
      expect.stringContaining('slow Warning Evicted The node was low on resource: memory. Threshold quantity: 1Gi'),
    )
    expect(node.pod('slow')?.status?.phase).toBe('Running')
    node.clock.advance(20_000)
    expect(node.pod('slow')?.status).toMatchObject({ phase: 'Failed', reason: 'Evicted' })
    node.clock.advance(60_000)
    expect(condition(node, 'MemoryPressure')?.status).toBe('False')
  })

  test('a full disk: first what nobody uses, then pods', () => {
    const node = new TestNode()
      .image('unused', () => undefined, { sizeBytes: 3 * GI, pullTakesMs: 100 })
      .start()
      .create(aPod('once', 'unused', { restartPolicy: 'Never' }))
      .create(aPod('web', 'pause'))
    node.clock.advance(5_000)
    node.deletePod('once', 1)
    node.clock.advance(200_000)
    node.runtime.resources.setOutside({ disk: 30 * GI })
    node.clock.advance(15_000)
    expect(node.runtime.presentImage('unused')).toBeUndefined()
    expect(condition(node, 'DiskPressure')).toMatchObject({ status: 'True', reason: 'KubeletHasDiskPressure' })
    expect(node.events).toContainEqual('worker-1 Warning EvictionThresholdMet Attempting to reclaim ephemeral-storage')
    expect(node.pod('web')?.status?.phase).toBe('Running')
    node.runtime.resources.setOutside({ disk: 36 * GI })
    node.clock.advance(15_000)
    expect(node.pod('web')?.status).toMatchObject({ phase: 'Failed', reason: 'Evicted' })
    expect(node.pod('web')?.status?.message).toMatch(
      /^The node was low on resource: ephemeral-storage\. Threshold quantity: 4294967360, available: \d+(Ki)?\. /,
    )
  })

  test('limits of local storage: of a container, of a volume', () => {
    const node = new TestNode()
      .image('writer', () => undefined, { usage: { disk: ramp(0, 200 * MI, 200_000) } })
      .start()
      .create(aPod('writer', 'writer', {}, { resources: { limits: { 'ephemeral-storage': '100Mi' } } }))
      .create(
        aPod(
          'cache',
          'pause',
          { volumes: [{ name: 'scratch', emptyDir: { sizeLimit: '1Ki' } }] },
          {
            volumeMounts: [{ name: 'scratch', mountPath: '/scratch' }],
          },
        ),
      )
    node.clock.advance(60_000)
    expect(node.pod('cache')?.status?.phase).toBe('Running')
    const uid = node.pod('cache')?.metadata.uid
    node.files.write(`/var/lib/kubelet/pods/${uid}/volumes/kubernetes.io~empty-dir/scratch/big`, 'x'.repeat(2000))
    node.clock.advance(15_000)
    expect(node.pod('cache')?.status).toMatchObject({
      reason: 'Evicted',
      message: 'Usage of EmptyDir volume "scratch" exceeds the limit "1Ki". ',
    })
    expect(node.pod('cache')?.status?.conditions?.some(({ type }) => type === 'DisruptionTarget')).toBe(false)
    expect(node.pod('writer')?.status?.phase).toBe('Running')
    node.clock.advance(45_000)
    expect(node.pod('writer')?.status).toMatchObject({
      reason: 'Evicted',
      message: 'Pod ephemeral local storage usage exceeds the total limit of containers 100Mi. ',
    })
  })

  test('what is kept for the system and for eviction is not allocatable', () => {
    const node = new TestNode(
      config(`kubeReserved: {cpu: 100m, memory: 256Mi}
systemReserved: {cpu: 100m, memory: 256Mi, ephemeral-storage: 1Gi}
evictionHard: {memory.available: 512Mi, nodefs.available: 10%}
`),
    ).start()
    node.clock.advance(1_000)
    expect(node.client.get('Node', 'worker-1')?.status?.allocatable).toMatchObject({
      cpu: '1800m',
      memory: '3145728Ki',
      'ephemeral-storage': '37580963776',
    })
    expect(node.runtime.resources.podLimit).toBe(4 * GI - 512 * MI)
  })

  test('a node whose containers take the same all the time never looks', () => {
    const firedInAnHour = (names: readonly string[]) => {
      const node = new TestNode().image('steady', () => undefined, takes(500 * MI)).start()
      for (const name of names) node.create(aPod(name, 'steady'))
      node.clock.advance(400_000)
      const before = node.clock.fired
      node.clock.advance(3_600_000)
      return node.clock.fired - before
    }
    expect(firedInAnHour(['a', 'b', 'c'])).toBe(firedInAnHour([]))
  })

  test('a full image file system is told of after the second try', () => {
    const node = new TestNode(config('evictionHard: {memory.available: 100Mi}\n')).start()
    node.clock.advance(10_000)
    node.runtime.resources.setOutside({ disk: 35 * GI })
    node.clock.advance(600_000)
    const said = node.events.filter((event) => /FreeDiskSpaceFailed|ImageGCFailed/.test(event))
    expect(said.map((event) => event.split(' ')[2])).toEqual([
      'FreeDiskSpaceFailed',
      'FreeDiskSpaceFailed',
      'ImageGCFailed',
    ])
    expect(said[0]).toBe(
      "worker-1 Warning FreeDiskSpaceFailed Insufficient free disk space on the node's image filesystem (95% of 40.0 GiB used). Failed to free sufficient space by deleting unused images (freed 0 bytes). Investigate disk usage, as it could be used by active images, logs, volumes, or other data.",
    )
  })

  test.each([
    [{ hard: { 'memory.free': '1' } }, 'unsupported eviction signal memory.free'],
    [{ hard: { 'nodefs.available': '110%' } }, 'eviction percentage threshold nodefs.available must be <= 100%: 110%'],
    [{ hard: { 'memory.available': '-1Gi' } }, 'eviction threshold memory.available must be positive: -1Gi'],
    [
      { soft: { 'memory.available': '1Gi' } },
      'grace period must be specified for the soft eviction threshold memory.available',
    ],
    [
      { minimumReclaim: { 'memory.available': '0%' } },
      'eviction percentage minimum reclaim memory.available must be positive: 0%',
    ],
  ])('%j is refused', (statements, error) => {
    const none = { hard: {}, soft: {}, softGracePeriod: {}, minimumReclaim: {}, enforcesPods: true }
    expect(parseThresholds({ ...none, ...statements } as Parameters<typeof parseThresholds>[0])).toBe(error)
  })
})
