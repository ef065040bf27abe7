import { describe, expect, test } from 'vitest'
import { nvidiaDevicePlugin } from '../../container-runtime/programs/device-plugin.ts'
import { aPod, TestNode } from '../node.test-kit.ts'

const PLUGINS = '/var/lib/kubelet/device-plugins'

function aNode(): TestNode {
  return new TestNode({ '/dev/nvidia0': '', '/dev/nvidia1': '', '/dev/null': '' }).image(
    'plugin',
    (process) => nvidiaDevicePlugin.start(process),
    { hostDevices: true },
  )
}

const plugin = () =>
  aPod(
    'plugin',
    'plugin',
    { volumes: [{ name: 'sockets', hostPath: { path: PLUGINS } }] },
    { volumeMounts: [{ name: 'sockets', mountPath: PLUGINS }] },
  )

const gpus = (count: number) => ({ resources: { limits: { 'nvidia.com/gpu': String(count) } } })

function shown(node: TestNode) {
  const { capacity, allocatable } = node.client.get('Node', 'worker-1')?.status ?? {}
  return [capacity?.['nvidia.com/gpu'], allocatable?.['nvidia.com/gpu']]
}

describe('device plugins', () => {
  test('a plugin registers, pods get devices, and the last one too many is refused', () => {
    const node = aNode().start().create(plugin())
    node.clock.advance(15_000)
    expect(shown(node)).toEqual(['2', '2'])
    node.create(aPod('one', 'pause', {}, gpus(1))).create(aPod('two', 'pause', {}, gpus(1)))
    node.clock.advance(5_000)
    const ids = ['one', 'two'].map((name) => {
      const [container] = [...node.runtime.containers()].filter(
        ({ sandboxId }) => node.runtime.sandbox(sandboxId)?.config.pod.metadata.name === name,
      )
      return container!.config.env.NVIDIA_VISIBLE_DEVICES
    })
    expect(new Set(ids).size).toBe(2)
    expect(ids[0]).toMatch(/^GPU-/)
    expect(node.pod('one')?.status?.containerStatuses?.[0]?.allocatedResourcesStatus).toEqual([
      { name: 'nvidia.com/gpu', resources: [{ health: 'Healthy', resourceID: ids[0] }] },
    ])
    node.create(aPod('three', 'pause', {}, gpus(1)))
    node.clock.advance(2_000)
    expect(node.pod('three')?.status).toMatchObject({
      phase: 'Failed',
      reason: 'UnexpectedAdmissionError',
      message:
        'Pod was rejected: Allocate failed due to requested number of devices unavailable for nvidia.com/gpu. Requested: 1, Available: 0, which is unexpected',
    })
    node.deletePod('one', 1)
    node.clock.advance(5_000)
    node.create(aPod('four', 'pause', {}, gpus(1)))
    node.clock.advance(5_000)
    expect(node.state('four')).toBe('running')
  })

  test('a lost device is unhealthy; a plugin that ends takes all with it, and is forgotten after five minutes', () => {
    const node = aNode().start().create(plugin())
    node.clock.advance(15_000)
    node.create(aPod('one', 'pause', {}, gpus(2)))
    node.clock.advance(15_000)
    node.files.remove('/dev/nvidia1')
    node.clock.advance(15_000)
    expect(shown(node)).toEqual(['2', '1'])
    const health = node.pod('one')?.status?.containerStatuses?.[0]?.allocatedResourcesStatus?.[0]?.resources
    expect(health?.map((each) => each.health)).toEqual(['Healthy', 'Unhealthy'])
    node.deletePod('plugin', 1)
    node.clock.advance(20_000)
    expect(shown(node)).toEqual(['2', '0'])
    expect(node.state('one')).toBe('running')
    node.clock.advance(320_000)
    expect(shown(node)).toEqual(['0', '0'])
  })

  test('a new kubelet knows who has what, and the plugin registers again', () => {
    const node = aNode().start().create(plugin())
    node.clock.advance(15_000)
    node.create(aPod('one', 'pause', {}, gpus(1)))
    node.clock.advance(15_000)
    node.stop()
    node.start()
    node.clock.advance(15_000)
    expect(shown(node)).toEqual(['2', '2'])
    expect(node.state('one')).toBe('running')
    node.create(aPod('two', 'pause', {}, gpus(2)))
    node.clock.advance(2_000)
    expect(node.pod('two')?.status?.message).toContain('Requested: 2, Available: 1')
  })

  test('without the directory of the kubelet in its container a plugin cannot serve', () => {
    const node = aNode()
      .start()
      .create(aPod('plugin', 'plugin', { restartPolicy: 'Never' }))
    node.clock.advance(5_000)
    expect(node.state('plugin')).toBe('terminated/Error')
    expect(shown(node)).toEqual([undefined, undefined])
  })
})

describe('admission', () => {
  test('a critical pod makes room for itself', () => {
    const asks = (cpu: string) => ({ resources: { requests: { cpu } } })
    const node = new TestNode()
      .start()
      .create(aPod('small', 'pause', {}, asks('500m')))
      .create(aPod('large', 'pause', {}, asks('1200m')))
    node.clock.advance(5_000)
    node.create(aPod('late', 'pause', {}, asks('600m')))
    node.clock.advance(1_000)
    expect(node.pod('late')?.status).toMatchObject({
      reason: 'OutOfcpu',
      message: "Pod was rejected: Node didn't have enough resource: cpu, requested: 600, used: 1700, capacity: 2000",
    })
    expect(node.events).toContainEqual(
      "late Warning OutOfcpu Node didn't have enough resource: cpu, requested: 600, used: 1700, capacity: 2000",
    )
    node.create(aPod('critical', 'pause', { priority: 2_000_001_000 }, asks('700m')))
    node.clock.advance(40_000)
    expect(node.state('critical')).toBe('running')
    expect(node.pod('small')?.status).toMatchObject({
      phase: 'Failed',
      reason: 'Preempting',
      message: 'Preempted in order to admit critical pod',
    })
    expect(node.state('large')).toBe('running')
  })
})
