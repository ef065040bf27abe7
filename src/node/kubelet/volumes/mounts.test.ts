import { describe, expect, test } from 'vitest'
import type { Volume, VolumeMount } from '../../../api/types.ts'
import type { Process } from '../../contract.ts'
import { aPod, TestNode } from '../node.test-kit.ts'

const CHARTS = 'docker.io/library/charts:latest'

/** A pod with one volume, mounted at /v; what its program sees. */
function run(volume: Omit<Volume, 'name'>, mount: Partial<VolumeMount> = {}, files: Record<string, string> = {}) {
  let process: Process | undefined
  const node = new TestNode(files)
    .image('spy', (started) => {
      process = started
    })
    .image('charts', () => undefined, { files: { '/charts/web/values.yaml': 'replicas: 2', '/README': 'charts' } })
    .start()
  const volumeMounts = [{ name: 'v', mountPath: '/v', ...mount }]
  node.create(aPod('web', 'spy', { volumes: [{ name: 'v', ...volume }] }, { volumeMounts }))
  node.clock.advance(9_000)
  const waiting = node.pod('web')?.status?.containerStatuses?.[0]?.state?.waiting
  return { node, waiting, files: () => process!.files }
}

const eventsOf = (node: TestNode, reason: string) => node.events.filter((event) => event.includes(` ${reason} `))

describe('an image as a volume', () => {
  test('is pulled before the container, and its files are read only', () => {
    const { node, files } = run({ image: { reference: 'charts', pullPolicy: 'IfNotPresent' } })
    expect(files().read('/v/charts/web/values.yaml')).toBe('replicas: 2')
    expect(() => files().write('/v/x', '')).toThrow('Read-only file system')
    expect(eventsOf(node, 'Pulling')).toEqual([
      'web Normal Pulling Pulling image "charts"',
      'web Normal Pulling Pulling image "spy"',
    ])
    expect(node.runtime.presentImage(CHARTS)).toBeDefined()
  })

  test('shows a directory of it', () => {
    const { files } = run({ image: { reference: 'charts' } }, { subPath: 'charts/web' })
    expect(files().list('/v')).toEqual(['values.yaml'])
  })

  test.each([
    [
      'README',
      /ImageVolumeMountFailed: failed to ensure image subpath "README" .* only directory subpath is supported/,
    ],
    ['nothing', /ImageVolumeMountFailed: .* openat nothing: no such file or directory/],
  ])('cannot show %s of it', (subPath, message) => {
    const { waiting } = run({ image: { reference: 'charts' } }, { subPath })
    expect(waiting).toEqual({ reason: 'CreateContainerError', message: expect.stringMatching(message) })
  })

  test('that no registry has keeps its containers waiting', () => {
    const { node, waiting } = run({ image: { reference: 'missing:v1' } })
    expect(waiting?.reason).toBe('ImagePullBackOff')
    expect(waiting?.message).toContain('failed to pull and unpack image "docker.io/library/missing:v1"')
    expect(eventsOf(node, 'Failed').slice(0, 2)).toEqual([
      expect.stringContaining('web Warning Failed Failed to pull image "missing:v1": rpc error: code = NotFound'),
      'web Warning Failed Error: ErrImagePull',
    ])
    expect(node.events).toContain('web Warning Failed Error: ImagePullBackOff')
  })

  test('that is not there and never pulled', () => {
    const { node, waiting } = run({ image: { reference: 'charts', pullPolicy: 'Never' } })
    const message = 'Container image "charts" is not present with pull policy of Never'
    expect(waiting).toEqual({ reason: 'ErrImageNeverPull', message })
    expect(node.events).toContain(`web Warning ErrImageNeverPull ${message}`)
  })
})

describe('a path of the host', () => {
  const HOST = { '/data/x': 'here', '/dev/kvm': '' }
  test.each([
    ['/data', 'Directory', undefined],
    ['/data/x', 'Directory', 'hostPath type check failed: /data/x is not a directory'],
    ['/data/x', 'DirectoryOrCreate', 'hostPath type check failed: /data/x is not a directory'],
    ['/none', 'Directory', 'hostPath type check failed: /none is not a directory'],
    ['/data', 'File', 'hostPath type check failed: /data is not a file'],
    ['/data', 'FileOrCreate', 'hostPath type check failed: /data is not a file'],
    ['/none', 'Socket', 'hostPath type check failed: /none is not a socket file'],
    ['/dev/kvm', 'CharDevice', undefined],
    ['/data/x', 'BlockDevice', 'hostPath type check failed: /data/x is not a block device'],
    ['/new/directory', 'DirectoryOrCreate', undefined],
    ['/new/file', 'FileOrCreate', undefined],
  ])('%s as %s', (path, type, problem) => {
    const { node } = run({ hostPath: { path, type } }, {}, HOST)
    const expected = `web Warning FailedMount MountVolume.SetUp failed for volume "v" : ${problem}`
    if (problem !== undefined) expect(node.events).toContain(expected)
    else expect(node.state('web')).toBe('running')
    if (path === '/new/directory') expect(node.files.stat(path)).toMatchObject({ type: 'directory', mode: 0o755 })
  })
})

describe('a part of a volume', () => {
  test.each([
    [{ subPathExpr: '$(NOT_SET)/x' }, 'missing value for NOT_SET'],
    [{ subPath: '/x' }, 'error SubPath `/x` must not be an absolute path'],
    [{ subPath: 'a/../b' }, "unable to provision SubPath `a/../b`: must not contain '..'"],
    [{ subPath: 'file/x' }, 'failed to create subPath directory for volumeMount "v" of container "web"'],
  ])('%j', (mount, message) => {
    const { node, waiting } = run({ hostPath: { path: '/data' } }, mount, { '/data/file': '' })
    expect(waiting).toEqual({ reason: 'CreateContainerConfigError', message })
    expect(node.events).toContain(`web Warning Failed Error: ${message}`)
  })

  test('is made where there is nothing yet', () => {
    const { node, files } = run({ emptyDir: {} }, { subPath: 'deep/down' })
    files().write('/v/x', '1')
    const uid = node.pod('web')!.metadata.uid
    const path = `/var/lib/kubelet/pods/${uid}/volumes/kubernetes.io~empty-dir/v/deep/down/x`
    expect(node.files.read(path)).toBe('1')
  })
})

test('what is not known yet is told with all that is not mounted', () => {
  const node = new TestNode().image('spy', () => undefined).start()
  const volumes = [
    { name: 'site', configMap: { name: 'none' } },
    { name: 'data', persistentVolumeClaim: { claimName: 'none' } },
  ]
  const volumeMounts = volumes.map(({ name }) => ({ name, mountPath: `/${name}` }))
  node.create(aPod('web', 'spy', { volumes }, { volumeMounts }))
  node.clock.advance(2_000)
  expect(eventsOf(node, 'FailedMount')).toEqual([
    'web Warning FailedMount MountVolume.SetUp failed for volume "site" : configmap "none" not found',
    'web Warning FailedMount Unable to attach or mount volumes: unmounted volumes=[data site], unattached volumes=[], failed to process volumes=[data]: error processing PVC default/none: failed to fetch PVC from API server: persistentvolumeclaims "none" not found',
  ])
})

describe('profiles', () => {
  const waitingWith = (securityContext: object, files: Record<string, string> = {}) => {
    const node = new TestNode(files).image('spy', () => undefined).start()
    node.create(aPod('web', 'spy', {}, { securityContext }))
    node.clock.advance(5_000)
    return node.pod('web')?.status?.containerStatuses?.[0]?.state
  }
  test('of seccomp that are not on the machine', () => {
    const seccompProfile = { type: 'Localhost', localhostProfile: 'profiles/audit.json' }
    const path = '/var/lib/kubelet/seccomp/profiles/audit.json'
    const message = `failed to create containerd container: cannot load seccomp profile "${path}": open ${path}: no such file or directory`
    expect(waitingWith({ seccompProfile })?.waiting).toEqual({ reason: 'CreateContainerError', message })
    expect(waitingWith({ seccompProfile }, { [path]: '{}' })?.running).toBeDefined()
  })
  test('of AppArmor that the kernel does not have', () => {
    const appArmorProfile = { type: 'Localhost', localhostProfile: 'deny-write' }
    const message =
      'failed to get container spec opts: failed to generate apparmor spec opts: apparmor profile not found deny-write'
    expect(waitingWith({ appArmorProfile })?.waiting).toEqual({ reason: 'CreateContainerError', message })
    const loaded = { '/sys/kernel/security/apparmor/profiles': 'docker-default (enforce)\ndeny-write (enforce)\n' }
    expect(waitingWith({ appArmorProfile }, loaded)?.running).toBeDefined()
  })
})
