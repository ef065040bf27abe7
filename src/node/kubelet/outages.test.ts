import { describe, expect, it } from 'vitest'
import { aPod, TestNode } from './node.test-kit.ts'

const readyOf = (node: TestNode) =>
  node.client.get('Node', 'worker-1')?.status?.conditions?.find(({ type }) => type === 'Ready')

describe('without the API server', () => {
  it('containers go on, are restarted, and are told of later', () => {
    const node = new TestNode().start()
    node.create(aPod('web', 'pause'))
    node.clock.advance(5000)
    node.wire.connect(undefined)
    node.clock.settle()
    node.kubelet?.crash('default', 'web', 'web', 3)
    node.clock.advance(60_000)
    expect([...node.runtime.containers()].filter(({ state }) => state === 'running')).toHaveLength(1)
    node.wire.connect(node.server)
    node.clock.advance(1000)
    const status = node.pod('web')?.status?.containerStatuses?.[0]
    expect(status).toMatchObject({ restartCount: 1, lastState: { terminated: { exitCode: 3 } } })
  })
})

describe('without the kubelet', () => {
  it('pods whose objects vanish are ended when it is back', () => {
    const node = new TestNode().start()
    node.create(aPod('web', 'pause')).create(aPod('other', 'pause'))
    node.clock.advance(5000)
    node.stop()
    node.client.delete('Pod', 'web', 'default')
    node.deletePod('other')
    node.clock.advance(60_000)
    expect([...node.runtime.containers()].map(({ state }) => state)).toEqual(['running', 'running'])
    node.start()
    node.clock.advance(10_000)
    expect([...node.runtime.containers()]).toEqual([])
    expect(node.pod('other')).toBeUndefined()
  })
})

describe('without containerd', () => {
  it('the node is NotReady, containers go on', () => {
    const node = new TestNode().start()
    node.create(aPod('web', 'pause'))
    node.clock.advance(5000)
    node.runtime.setUp(false)
    node.clock.advance(45_000)
    expect(readyOf(node)).toMatchObject({
      status: 'False',
      reason: 'KubeletNotReady',
      message: 'container runtime is down',
    })
    node.clock.advance(180_000)
    expect(readyOf(node)?.message).toMatch(
      /^\[container runtime is down, PLEG is not healthy: pleg was last seen active 3m.*s ago; threshold is 3m0s\]$/,
    )
    expect([...node.runtime.containers()].map(({ state }) => state)).toEqual(['running'])
    node.runtime.setUp(true)
    node.clock.advance(11_000)
    expect(readyOf(node)?.status).toBe('True')
    expect(node.events).toContain('worker-1 Normal NodeReady Node worker-1 status is now: NodeReady')
  })
})

describe('without a pod network', () => {
  it('the node is NotReady and only host network pods start', () => {
    const node = new TestNode()
    node.files.remove('/etc/cni/net.d/10-kindnet.conflist')
    node.start()
    node.create(aPod('web', 'pause')).create(aPod('host', 'pause', { hostNetwork: true }))
    node.clock.advance(5000)
    expect(readyOf(node)?.message).toBe(
      'container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:Network plugin returns error: cni plugin not initialized',
    )
    expect(node.state('web')).toBe('waiting/ContainerCreating')
    expect(node.state('host')).toBe('running')
    node.files.write('/etc/cni/net.d/10-kindnet.conflist', '{}')
    node.clock.advance(5000)
    expect(readyOf(node)?.status).toBe('True')
    expect(node.state('web')).toBe('running')
  })
})

describe('a reboot', () => {
  it('starts what should run again, in new sandboxes', () => {
    const node = new TestNode().start()
    node.create(aPod('web', 'pause')).create(aPod('once', 'pause', { restartPolicy: 'Never' }))
    node.clock.advance(5000)
    node.stop()
    node.runtime.powerOff()
    node.clock.advance(30_000)
    node.runtime.setUp(true)
    node.start()
    node.clock.advance(10_000)
    const status = node.pod('web')?.status
    expect(status?.phase).toBe('Running')
    expect(status?.containerStatuses?.[0]).toMatchObject({
      restartCount: 1,
      lastState: { terminated: { exitCode: 255, reason: 'Unknown' } },
    })
    expect(node.events).toContain('web Normal SandboxChanged Pod sandbox changed, it will be killed and re-created.')
    expect(node.pod('once')?.status?.phase).toBe('Failed')
  })
})

describe('an idle node', () => {
  it('does next to nothing', () => {
    const node = new TestNode().start()
    node.create(aPod('web', 'pause'))
    node.clock.advance(60_000)
    const before = node.clock.fired
    node.clock.advance(3_600_000)
    // A lease every 10 s, a status every 5 min, and the watch events of both.
    expect(node.clock.fired - before).toBeLessThan(360 * 2 + 12 * 3 + 10)
  })
})

describe('while containerd is away', () => {
  it('pods cannot be killed, and are when it is back', () => {
    const node = new TestNode().start()
    node.create(aPod('web', 'pause'))
    node.clock.advance(5000)
    node.runtime.setUp(false)
    node.deletePod('web')
    node.clock.advance(60_000)
    expect([...node.runtime.containers()].map(({ state }) => state)).toEqual(['running'])
    node.runtime.setUp(true)
    node.clock.advance(5000)
    expect(node.pod('web')).toBeUndefined()
  })
})

describe('without its Node', () => {
  it('static pods run on without a mirror', () => {
    const manifest = 'apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: a, image: pause}]}\n'
    const node = new TestNode({ '/etc/kubernetes/manifests/a.yaml': manifest }).start()
    node.clock.advance(5000)
    node.client.delete('Node', 'worker-1')
    node.client.delete('Pod', 'a-worker-1', 'default')
    node.clock.advance(60_000)
    expect(node.pod('a-worker-1')).toBeUndefined()
    expect([...node.runtime.containers()].map(({ state }) => state)).toEqual(['running'])
  })
})

describe('when others have written into its status', () => {
  it('the kubelet puts it right', () => {
    const node = new TestNode().start()
    node.create(aPod('web', 'pause'))
    node.clock.advance(5000)
    node.client.updateStatus('Pod', 'web', 'default', (pod) => ({
      ...pod,
      status: {
        ...pod.status,
        conditions: pod.status!.conditions!.map((each) =>
          each.type === 'Ready' ? { ...each, status: 'False' } : each,
        ),
      },
    }))
    node.clock.advance(11_000)
    expect(node.pod('web')?.status?.conditions?.find(({ type }) => type === 'Ready')?.status).toBe('True')
  })

  it('its node too, once it can be heard again', () => {
    const node = new TestNode().start()
    node.clock.advance(5000)
    node.wire.connect(undefined)
    node.clock.advance(60_000)
    node.wire.connect(node.server)
    node.client.updateStatus('Node', 'worker-1', undefined, (object) => ({
      ...object,
      status: {
        ...object.status,
        conditions: object.status!.conditions!.map((each) => ({ ...each, status: 'Unknown' })),
      },
    }))
    node.clock.advance(11_000)
    expect(readyOf(node)?.status).toBe('True')
  })
})
