import { describe, expect, it } from 'vitest'
import { aPod, TestNode } from './node.test-kit.ts'

describe('a pod from the API', () => {
  it('is pulled, created, started and reported', () => {
    const node = new TestNode().start()
    node.create(aPod('web', 'pause'))
    node.clock.settle()
    expect(node.state('web')).toBe('waiting/ContainerCreating')
    expect(node.pod('web')?.status?.phase).toBe('Pending')
    node.clock.advance(3000)
    const status = node.pod('web')?.status
    expect(status?.phase).toBe('Running')
    expect(status?.podIP).toBe('10.244.1.2')
    expect(status?.conditions?.map(({ type, status }) => `${type}=${status}`)).toEqual([
      'PodReadyToStartContainers=True',
      'Initialized=True',
      'Ready=True',
      'ContainersReady=True',
      'PodScheduled=True',
    ])
    expect(node.events.filter((event) => event.startsWith('web '))).toEqual([
      'web Normal Pulling Pulling image "pause"',
      'web Normal Pulled Successfully pulled image "pause" in 1.2s (1.2s including waiting). Image size: 5000000 bytes.',
      'web Normal Created Container created',
      'web Normal Started Container started',
    ])
  })

  it('is written about as often as its status changes', () => {
    const node = new TestNode().start()
    node.clock.advance(5000)
    const before = node.server.requests.filter(({ resource }) => resource.subresource === 'status').length
    node.create(aPod('web', 'pause'))
    node.clock.advance(60_000)
    const writes = node.server.requests.filter(
      ({ resource, name }) => resource.subresource === 'status' && name === 'web',
    )
    expect(before).toBeGreaterThan(0)
    expect(writes.length).toBeLessThanOrEqual(3)
  })

  it('backs off when its image does not exist', () => {
    const node = new TestNode().start()
    node.create(aPod('web', 'nosuch'))
    node.clock.advance(3000)
    expect(node.state('web')).toBe('waiting/ImagePullBackOff')
    const missing =
      'rpc error: code = NotFound desc = failed to pull and unpack image "docker.io/library/nosuch:latest": failed to resolve reference "docker.io/library/nosuch:latest": docker.io/library/nosuch:latest: not found'
    expect(node.events.filter((event) => event.startsWith('web '))).toEqual([
      'web Normal Pulling Pulling image "nosuch"',
      `web Warning Failed Failed to pull image "nosuch": ${missing}`,
      'web Warning Failed Error: ErrImagePull',
      'web Normal BackOff Back-off pulling image "nosuch"',
      'web Warning Failed Error: ImagePullBackOff',
    ])
    node.image('nosuch', () => undefined)
    node.clock.advance(600_000)
    expect(node.state('web')).toBe('running')
  })

  it('is restarted with a growing back-off when its container crashes', () => {
    const node = new TestNode().image('crash', (process) => process.exit(1)).start()
    node.create(aPod('web', 'crash'))
    node.clock.advance(5000)
    expect(node.state('web')).toBe('waiting/CrashLoopBackOff')
    expect(node.pod('web')?.status?.containerStatuses?.[0]?.state?.waiting?.message).toMatch(
      /^back-off 10s restarting failed container=web pod=web_default\(uid-/,
    )
    const restarts = () => node.pod('web')?.status?.containerStatuses?.[0]?.restartCount
    expect(restarts()).toBe(1)
    node.clock.advance(16_000)
    expect(restarts()).toBe(2)
    node.clock.advance(31_000)
    expect(restarts()).toBe(3)
    expect(node.pod('web')?.status?.containerStatuses?.[0]?.lastState?.terminated?.exitCode).toBe(1)
  })

  it('ends with SIGTERM, or SIGKILL after its grace period, and then goes', () => {
    const node = new TestNode().image('stubborn', (process) => process.onSignal(() => undefined)).start()
    node.create(aPod('polite', 'pause')).create(aPod('stubborn', 'stubborn'))
    node.clock.advance(5000)
    node.deletePod('polite').deletePod('stubborn')
    node.clock.advance(1000)
    expect(node.pod('polite')).toBeUndefined()
    expect(node.pod('stubborn')?.status?.phase).toBe('Running')
    node.clock.advance(28_000)
    expect(node.pod('stubborn')).toBeDefined()
    node.clock.advance(2000)
    expect(node.pod('stubborn')).toBeUndefined()
    expect(node.events).toContain('polite Normal Killing Stopping container web')
    expect([...node.runtime.sandboxes()]).toEqual([])
  })

  it('completes', () => {
    const node = new TestNode().image('job', (process) => process.exit(0)).start()
    node.create(aPod('job', 'job', { restartPolicy: 'Never' }))
    node.clock.advance(5000)
    expect(node.pod('job')?.status?.phase).toBe('Succeeded')
    expect(node.state('job')).toBe('terminated/Completed')
  })
})

describe('a kubelet', () => {
  it('registers its node and renews its lease', () => {
    const node = new TestNode().start()
    node.clock.advance(1000)
    const ready = node.client.get('Node', 'worker-1')?.status?.conditions?.find(({ type }) => type === 'Ready')
    expect(ready).toMatchObject({ status: 'True', message: 'kubelet is posting ready status' })
    const before = node.client.get('Lease', 'worker-1', 'kube-node-lease')?.spec?.renewTime
    node.clock.advance(10_000)
    expect(node.client.get('Lease', 'worker-1', 'kube-node-lease')?.spec?.renewTime).not.toBe(before)
  })

  it('adopts what runs when it is restarted', () => {
    const node = new TestNode().start()
    node.create(aPod('web', 'pause'))
    node.clock.advance(5000)
    const { id } = [...node.runtime.containers()][0]!
    node.stop()
    node.clock.advance(60_000)
    node.start()
    node.clock.advance(60_000)
    expect([...node.runtime.containers()].map((container) => container.id)).toEqual([id])
    expect(node.pod('web')?.status?.containerStatuses?.[0]?.restartCount).toBe(0)
    expect(node.pod('web')?.status?.phase).toBe('Running')
  })

  it.each([
    ['/var/lib/kubelet/config.yaml', 'staticPodPath: [', /failed to load kubelet config file/],
    [
      '/var/lib/kubelet/config.yaml',
      'apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\nstaticPodPaht: x\n',
      /strict decoding error: unknown field \\"staticPodPaht\\"/,
    ],
    ['/etc/kubernetes/kubelet.conf', 'kind: Config\n', /invalid configuration/],
  ])('exits when %s is wrong', (path, content, message) => {
    const node = new TestNode({ [path]: content }).start()
    expect(node.exits).toEqual([1])
    expect(node.journal.join('\n')).toMatch(message)
  })
})

const MANIFEST = `apiVersion: v1
kind: Pod
metadata: {name: etcd, namespace: kube-system}
spec:
  hostNetwork: true
  containers: [{name: etcd, image: pause}]
`

describe('a static pod', () => {
  it('runs without the API server and is shown when it is there', () => {
    const node = new TestNode({ '/etc/kubernetes/manifests/etcd.yaml': MANIFEST })
    node.wire.connect(undefined)
    node.start()
    node.clock.advance(5000)
    expect([...node.runtime.containers()].map(({ state }) => state)).toEqual(['running'])
    node.wire.connect(node.server)
    node.clock.advance(20_000)
    const mirror = node.pod('etcd-worker-1', 'kube-system')
    expect(mirror?.metadata.annotations?.['kubernetes.io/config.source']).toBe('file')
    expect(mirror?.metadata.ownerReferences?.[0]).toMatchObject({ kind: 'Node', name: 'worker-1' })
    expect(mirror?.status?.phase).toBe('Running')
    expect(mirror?.status?.podIP).toBe('192.168.64.11')
  })

  it('is restarted when its file changes, and ends when it goes', () => {
    const node = new TestNode({ '/etc/kubernetes/manifests/etcd.yaml': MANIFEST }).start()
    node.clock.advance(5000)
    const before = [...node.runtime.containers()][0]!.id
    node.files.write('/etc/kubernetes/manifests/etcd.yaml', MANIFEST.replace('name: etcd, image', 'name: etcd2, image'))
    node.clock.advance(5000)
    const [container] = [...node.runtime.containers()]
    expect(container?.id).not.toBe(before)
    expect(node.pod('etcd-worker-1', 'kube-system')?.spec.containers[0]?.name).toBe('etcd2')
    expect(node.pod('etcd-worker-1', 'kube-system')?.status?.phase).toBe('Running')
    node.files.remove('/etc/kubernetes/manifests/etcd.yaml')
    node.clock.advance(5000)
    expect([...node.runtime.containers()]).toEqual([])
    expect(node.pod('etcd-worker-1', 'kube-system')).toBeUndefined()
  })

  it('gets its mirror back when somebody deletes it', () => {
    const node = new TestNode({ '/etc/kubernetes/manifests/etcd.yaml': MANIFEST }).start()
    node.clock.advance(5000)
    const before = node.pod('etcd-worker-1', 'kube-system')!.metadata.uid
    node.client.delete('Pod', 'etcd-worker-1', 'kube-system')
    node.clock.advance(5000)
    const after = node.pod('etcd-worker-1', 'kube-system')
    expect(after?.metadata.uid).not.toBe(before)
    expect(after?.status?.phase).toBe('Running')
  })

  it('with a malformed manifest is told of in the journal', () => {
    const node = new TestNode({ '/etc/kubernetes/manifests/bad.yaml': 'apiVersion: v1\nkind: [' }).start()
    expect(node.journal.join('\n')).toMatch(/Could not process manifest file.*bad\.yaml/)
  })
})
