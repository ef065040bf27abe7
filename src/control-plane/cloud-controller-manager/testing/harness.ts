import { setCondition } from '../../../api/conditions.ts'
import type { Node, NodeAddress, Taint } from '../../../api/types.ts'
import { type Cloud, type Instance, isCloudError, type Quotas } from '../../../cloud/contract.ts'
import { createCloud } from '../../../cloud/index.ts'
import { createNetwork } from '../../../network/index.ts'
import { VirtualClock } from '../../../sim/clock.ts'
import { Random } from '../../../sim/random.ts'
import { FakeServer } from '../../controller-manager/testing/fake-client.ts'
import type { CloudProvider } from '../cloud-provider.ts'
import { parseFlags } from '../flags.ts'
import { kubedrillProvider, startCloudControllerManager } from '../index.ts'

export interface RecordedEvent {
  readonly about: string
  readonly type: string
  readonly reason: string
  readonly message: string
}

/** A small API server, a cloud, and a cloud-controller-manager that is started with `start`. */
export function createTestCloud({ quotas = {} as Partial<Quotas> } = {}) {
  const clock = new VirtualClock(Date.UTC(2026, 0, 1))
  const world = { clock, trace: { add: () => undefined } }
  const server = new FakeServer(clock)
  const client = server.client()
  const network = createNetwork()
  const cloud = createCloud({ world, network, random: new Random(1, 'cloud'), quotas })
  const events: RecordedEvent[] = []
  const log: string[] = []
  const recorder = {
    event: (object: { kind: string; metadata: { name: string } }, type: string, reason: string, message: string) => {
      events.push({ about: `${object.kind}/${object.metadata.name}`, type, reason, message })
    },
  }
  return {
    clock,
    server,
    client,
    cloud,
    network,
    events,
    log,
    /** `Normal Synced Node synced successfully` */
    told: () => events.map(({ type, reason, message }) => `${type} ${reason} ${message}`),
    start(args: readonly string[] = [], provider: CloudProvider = kubedrillProvider(cloud)): () => void {
      const flags = parseFlags(['--cloud-provider=kubedrill', '--leader-elect=false', ...args])
      if ('error' in flags) throw new Error(flags.error)
      const running = startCloudControllerManager({
        client: () => client,
        recorder: () => recorder,
        world,
        random: new Random(1, 'ccm'),
        flags,
        provider,
        identity: 'cp-1',
        log: (line) => log.push(line),
        onLost: () => undefined,
      })
      clock.settle()
      return () => running.stop()
    },
    machine: (name: string, over: Partial<Instance> = {}) => rented(cloud, name, over),
    node: (name: string) => client.get('Node', name),
    /** Says that a node is ready, or is not, or is silent. */
    ready(name: string, status: 'True' | 'False' | 'Unknown'): void {
      client.updateStatus('Node', name, undefined, (node) => ({ ...node, status: statusOf(status, node) }))
      clock.settle()
    },
  }
}

function rented(cloud: Cloud, name: string, over: Partial<Instance>): Instance {
  const facts = { type: 'standard-4', zone: 'region-1a', privateIP: '192.168.64.10', running: true }
  const made = cloud.instances.create({ ...facts, ...over, name })
  if (isCloudError(made)) throw new Error(made.error)
  return made
}

function statusOf(status: 'True' | 'False' | 'Unknown', node?: Node): Node['status'] {
  const ready = { type: 'Ready', status, reason: 'Test', message: '' } as const
  return { ...node?.status, conditions: setCondition(node?.status?.conditions, ready, 0) } as Node['status']
}

export const UNINITIALIZED: Taint = {
  key: 'node.cloudprovider.kubernetes.io/uninitialized',
  value: 'true',
  effect: 'NoSchedule',
}

interface NodeOver {
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
  readonly taints?: readonly Taint[]
  readonly providerID?: string
  readonly addresses?: readonly NodeAddress[]
  readonly podCIDRs?: readonly string[]
  readonly ready?: 'True' | 'False' | 'Unknown'
}

/** A Node as its kubelet registered it. */
export function nodeOf(name: string, over: NodeOver = {}): Node {
  const { labels = {}, annotations = {}, taints, providerID, addresses, podCIDRs, ready = 'True' } = over
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels, annotations },
    spec: {
      ...(taints && { taints }),
      ...(providerID !== undefined && { providerID }),
      ...(podCIDRs && { podCIDR: podCIDRs[0]!, podCIDRs }),
    },
    status: { ...statusOf(ready), ...(addresses && { addresses }) },
  } as Node
}
