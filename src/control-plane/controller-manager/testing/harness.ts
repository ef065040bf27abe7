import { setCondition } from '../../../api/conditions.ts'
import { rfc3339, rfc3339Micro } from '../../../api/time.ts'
import type { Deployment, Node, Pod, PodSpec } from '../../../api/types.ts'
import type { Client } from '../../../client/contract.ts'
import { VirtualClock } from '../../../sim/clock.ts'
import { Random } from '../../../sim/random.ts'
import { type ControllerManagerFlags, parseFlags } from '../flags.ts'
import { startControllerManager } from '../index.ts'
import { FakeServer, made } from './fake-client.ts'

export interface RecordedEvent {
  readonly about: string
  readonly type: string
  readonly reason: string
  readonly message: string
}

export interface TestCluster {
  readonly clock: VirtualClock
  readonly server: FakeServer
  readonly client: Client
  readonly events: RecordedEvent[]
  /** Starts the controller manager with these arguments; answers how to stop it. */
  start(...args: string[]): () => void
  messages(reason: string): string[]
}

export function flagsOf(...args: string[]): ControllerManagerFlags {
  const flags = parseFlags(args)
  if ('error' in flags) throw new Error(flags.error)
  return flags
}

export function createTestCluster(): TestCluster {
  const clock = new VirtualClock(Date.UTC(2026, 0, 1))
  const server = new FakeServer(clock)
  const events: RecordedEvent[] = []
  const recorder = {
    event: (object: { kind: string; metadata: { name: string } }, type: string, reason: string, message: string) => {
      events.push({ about: `${object.kind}/${object.metadata.name}`, type, reason, message })
    },
  }
  return {
    clock,
    server,
    client: server.client(),
    events,
    start(...args) {
      const running = startControllerManager({
        client: (user) => server.client(user),
        recorder: () => recorder,
        world: { clock, trace: { add: () => undefined } },
        random: new Random(1, 'controller-manager'),
        flags: flagsOf('--leader-elect=false', ...args),
        authority: { rootCA: 'CA' },
      })
      return () => running.stop()
    },
    messages: (reason) => events.filter((event) => event.reason === reason).map(({ message }) => message),
  }
}

/** A kubelet's part, in one step of the clock: pods run on `node` and are ready, deleted ones go. */
export function runPods(
  { server, clock }: TestCluster,
  options: { node?: string; ready?: (pod: Pod) => boolean } = {},
) {
  const client = server.client('kubelet')
  const { node = 'worker-1', ready = () => true } = options
  return client.watch('Pod', {}, ({ type, object: pod }) => {
    const { name, namespace, deletionTimestamp } = pod.metadata
    if (type === 'DELETED') return
    if (deletionTimestamp !== undefined) {
      client.update('Pod', name, namespace, (now) => ({
        ...now,
        metadata: { ...now.metadata, deletionGracePeriodSeconds: 0 },
      }))
      return
    }
    if (pod.spec.nodeName === undefined)
      client.update('Pod', name, namespace, (now) =>
        now.spec.nodeName === undefined ? { ...now, spec: { ...now.spec, nodeName: node } } : undefined,
      )
    const status = ready(pod) ? 'True' : 'False'
    client.updateStatus('Pod', name, namespace, (now) => {
      const conditions = setCondition(now.status?.conditions, { type: 'Ready', status }, clock.now())
      return conditions === now.status?.conditions
        ? undefined
        : { ...now, status: { ...now.status, phase: 'Running', podIP: '10.244.1.2', conditions } }
    })
  })
}

export function podSpec(image = 'nginx:1.27'): PodSpec {
  return { containers: [{ name: 'app', image }], terminationGracePeriodSeconds: 30 }
}

export function deployment(name: string, spec: Partial<Deployment['spec']> = {}): Deployment {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: 'default' },
    spec: {
      replicas: 3,
      selector: { matchLabels: { app: name } },
      template: { metadata: { labels: { app: name } } as never, spec: podSpec() },
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' } },
      progressDeadlineSeconds: 600,
      revisionHistoryLimit: 10,
      ...spec,
    },
    status: {},
  }
}

export function namespace(name: string) {
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name },
    spec: { finalizers: ['kubernetes'] },
    status: { phase: 'Active' },
  } as const
}

export function node(name: string, ready: 'True' | 'False' | 'never' = 'True', at = 0): Node {
  const time = rfc3339(at)
  const kubelet = { lastHeartbeatTime: time, lastTransitionTime: time }
  const conditions =
    ready === 'never'
      ? []
      : [
          ...['MemoryPressure', 'DiskPressure', 'PIDPressure'].map((type) => ({ type, status: 'False', ...kubelet })),
          { type: 'Ready', status: ready, reason: 'KubeletReady', ...kubelet },
        ]
  return { apiVersion: 'v1', kind: 'Node', metadata: { name }, spec: {}, status: { conditions } }
}

/** A kubelet's heartbeat: renews the node's Lease every 10 s until stopped. */
export function heartbeat({ server, clock }: TestCluster, name: string): () => void {
  const client = server.client('kubelet')
  let stopped = false
  const renew = () => {
    if (stopped) return
    const spec = { holderIdentity: name, renewTime: rfc3339Micro(clock.now()) }
    const there = client.get('Lease', name, 'kube-node-lease')
    if (there === undefined)
      made(
        client.create({
          apiVersion: 'coordination.k8s.io/v1',
          kind: 'Lease',
          metadata: { name, namespace: 'kube-node-lease' },
          spec,
        }),
      )
    else made(client.update('Lease', name, 'kube-node-lease', (lease) => ({ ...lease, spec })))
    clock.setTimeout(renew, 10_000)
  }
  renew()
  return () => {
    stopped = true
  }
}
