import { describe, expect, test } from 'vitest'
import { isStatus } from '../../api/types.ts'
import { aPod, TestNode } from './node.test-kit.ts'

const config = (more: string) => ({
  '/var/lib/kubelet/config.yaml': `apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
clusterDomain: cluster.local
${more}`,
})

const restarts = (node: TestNode, name: string) =>
  node.pod(name)?.status?.containerStatuses?.map(({ restartCount }) => restartCount)

describe('what a pod may ask for', () => {
  test('rules of a container say which exit codes mean another try', () => {
    const exits = (code: number) => (process: { exit(code: number): void }) => process.exit(code)
    const rules = {
      restartPolicy: 'Never',
      restartPolicyRules: [{ action: 'Restart', exitCodes: { operator: 'In', values: [42] } }],
    }
    const node = new TestNode()
      .image('retry', exits(42))
      .image('fail', exits(1))
      .start()
      .create(aPod('retry', 'retry', { restartPolicy: 'Never' }, rules))
      .create(aPod('fail', 'fail', { restartPolicy: 'Never' }, rules))
    node.clock.advance(40_000)
    expect(restarts(node, 'retry')).toEqual([3])
    expect(node.pod('retry')?.status?.phase).toBe('Running')
    expect(node.pod('fail')?.status).toMatchObject({ phase: 'Failed', containerStatuses: [{ restartCount: 0 }] })
  })

  test('one container can make all start anew, init containers first', () => {
    const order: string[] = []
    const node = new TestNode()
      .image('init', (process) => {
        order.push('init')
        process.exit(0)
      })
      .image('worker', (process) => {
        order.push('worker')
        if (order.filter((each) => each === 'worker').length === 1)
          process.world.clock.setTimeout(() => process.exit(88), 5_000)
      })
      .image('server', () => order.push('server'))
      .start()
    const container = (name: string, more: object = {}) => ({
      name,
      image: name,
      imagePullPolicy: 'IfNotPresent',
      ...more,
    })
    const rules = [{ action: 'RestartAllContainers', exitCodes: { operator: 'In', values: [88] } }]
    node.create(
      aPod('web', '', {
        restartPolicy: 'Never',
        initContainers: [container('init')],
        containers: [container('worker', { restartPolicy: 'Never', restartPolicyRules: rules }), container('server')],
      }),
    )
    node.clock.advance(9_000)
    expect(order).toEqual(['init', 'worker', 'server'])
    node.clock.advance(20_000)
    expect(order).toEqual(['init', 'worker', 'server', 'init', 'worker', 'server'])
    const { status } = node.pod('web')!
    expect(status?.phase).toBe('Running')
    expect(status?.containerStatuses?.map(({ restartCount }) => restartCount)).toEqual([1, 1])
    expect(status?.conditions?.find(({ type }) => type === 'AllContainersRestarting')?.status).toBe('False')
  })

  test('the longest pause of crashing containers is configured', () => {
    const node = new TestNode(config('crashLoopBackOff: {maxContainerRestartPeriod: 20s}\n'))
      .image('crash', (process) => process.exit(1))
      .start()
      .create(aPod('web', 'crash'))
    node.clock.advance(300_000)
    expect(restarts(node, 'web')![0]).toBeGreaterThan(10)
    expect(node.pod('web')?.status?.containerStatuses?.[0]?.state?.waiting?.message).toContain('back-off 20s')
  })

  test.each([
    [{ hostname: 'db-0', subdomain: 'db' }, 'db-0', '10.244.1.2\tdb-0.db.default.svc.cluster.local\tdb-0'],
    [{ hostname: 'db-0', subdomain: 'db', setHostnameAsFQDN: true }, 'db-0.db.default.svc.cluster.local', undefined],
    [
      { subdomain: 'db', hostnameOverride: 'legacy.example.com' },
      'legacy.example.com',
      '10.244.1.2\tlegacy.example.com',
    ],
    [{ hostname: 'x'.repeat(62) }, 'x'.repeat(62), undefined],
  ])('hostname of %j', (spec, hostname, line) => {
    const seen: (string | undefined)[] = []
    const node = new TestNode()
      .image('names', (process) => {
        seen.push(process.env.HOSTNAME, process.files.read('/etc/hostname')?.trim(), process.files.read('/etc/hosts'))
      })
      .start()
      .create(aPod('web', 'names', spec))
    node.clock.advance(5_000)
    expect(seen.slice(0, 2)).toEqual([hostname, hostname])
    if (line !== undefined) expect(seen[2]?.split('\n')).toContain(line)
  })

  test('a full name that is too long for the kernel', () => {
    const spec = { hostname: 'x'.repeat(40), subdomain: 'db', setHostnameAsFQDN: true }
    const node = new TestNode().start().create(aPod('web', 'pause', spec))
    node.clock.advance(2_000)
    expect(node.events).toContainEqual(
      `web Warning FailedCreatePodSandBox Failed to create pod sandbox: failed to construct FQDN from pod hostname and cluster domain, FQDN ${'x'.repeat(40)}.db.default.svc.cluster.local is too long (64 characters is the max, 69 characters requested)`,
    )
  })

  test('variables from a file that an init container has written', () => {
    const seen: (string | undefined)[] = []
    const mounts = { volumeMounts: [{ name: 'config', mountPath: '/config' }] }
    const from = (key: string, optional?: boolean) => ({
      name: key,
      valueFrom: { fileKeyRef: { volumeName: 'config', path: 'app.env', key, ...(optional && { optional }) } },
    })
    const spec = (key: string) => ({
      volumes: [{ name: 'config', emptyDir: {} }],
      initContainers: [{ name: 'write', image: 'writer', imagePullPolicy: 'IfNotPresent', ...mounts }],
      containers: [
        { name: 'web', image: 'app', imagePullPolicy: 'IfNotPresent', env: [from(key), from('ABSENT', true)] },
      ],
    })
    const node = new TestNode()
      .image('writer', (process) => {
        process.files.write('/config/app.env', "MODE='fast'\nLEVEL=3\n")
        process.exit(0)
      })
      .image('app', (process) => seen.push(process.env.MODE, process.env.ABSENT))
      .start()
      .create(aPod('web', 'app', spec('MODE')))
      .create(aPod('wrong', 'app', spec('COLOUR')))
    node.clock.advance(20_000)
    expect(seen).toEqual(['fast', undefined])
    expect(node.state('wrong')).toBe('waiting/CreateContainerConfigError')
    expect(node.pod('wrong')?.status?.containerStatuses?.[0]?.state?.waiting?.message).toMatch(
      /^environment variable key "COLOUR" not found in file ".*\/config\/app\.env"$/,
    )
  })

  test('a pull secret that is not there is told of', () => {
    const node = new TestNode().start().create(aPod('web', 'pause', { imagePullSecrets: [{ name: 'regcred' }] }))
    node.clock.advance(5_000)
    expect(node.events).toContainEqual(
      'web Warning FailedToRetrieveImagePullSecret Unable to retrieve some image pull secrets (regcred); attempting to pull the image may not succeed.',
    )
    expect(node.state('web')).toBe('running')
  })

  test('a liveness probe with a grace period of its own', () => {
    const node = new TestNode()
      .image('deaf', (process) => process.onSignal(() => undefined))
      .start()
      .create(
        aPod(
          'web',
          'deaf',
          {},
          {
            livenessProbe: {
              tcpSocket: { port: 80 },
              periodSeconds: 1,
              failureThreshold: 1,
              terminationGracePeriodSeconds: 3,
            },
          },
        ),
      )
    node.clock.advance(8_000)
    expect(restarts(node, 'web')).toEqual([1])
  })

  test('a read-only root file system, with a writable volume', () => {
    const seen: unknown[] = []
    const attempt = (write: () => void) => {
      try {
        write()
        seen.push('written')
      } catch (error) {
        seen.push((error as Error).message)
      }
    }
    const node = new TestNode()
      .image('writer', (process) => {
        attempt(() => process.files.write('/tmp/x', 'x'))
        attempt(() => process.files.write('/cache/x', 'x'))
      })
      .start()
      .create(
        aPod(
          'web',
          'writer',
          { volumes: [{ name: 'cache', emptyDir: {} }] },
          {
            securityContext: { readOnlyRootFilesystem: true },
            volumeMounts: [{ name: 'cache', mountPath: '/cache' }],
          },
        ),
      )
    node.clock.advance(5_000)
    expect(seen).toEqual(['Read-only file system', 'written'])
  })

  test('a kubelet that restarts knows what a deferred resize has not been given', () => {
    const sized = (cpu: string) => ({ resources: { requests: { cpu } } })
    const node = new TestNode()
      .start()
      .create(aPod('web', 'pause', {}, sized('500m')))
      .create(aPod('other', 'pause', {}, sized('1')))
    node.clock.advance(5_000)
    const answer = node.client.update('Pod', 'web', 'default', (pod) => ({
      ...pod,
      metadata: { ...pod.metadata, generation: 2 },
      spec: { ...pod.spec, containers: [{ ...pod.spec.containers[0]!, ...sized('1500m') }] },
    }))
    expect(isStatus(answer)).toBe(false)
    node.clock.advance(2_000)
    node.stop().start()
    node.clock.advance(5_000)
    const { status } = node.pod('web')!
    expect(status?.containerStatuses?.[0]?.allocatedResources).toEqual({ cpu: '500m' })
    expect(status?.conditions?.find(({ type }) => type === 'PodResizePending')).toMatchObject({ reason: 'Deferred' })
  })
})
