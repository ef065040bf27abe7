import { summarizePod } from '../api/pod-status.ts'
import { isStatus, type KubernetesObject, type Node, type Taint } from '../api/types.ts'
import type { Client } from '../client/contract.ts'
import type { VirtualClock } from '../sim/clock.ts'
import { kubeadmObjects } from './kubeadm/addons.ts'
import { type CloudControllerManagerOptions, cloudControllerManager } from './kubeadm/cloud-controller-manager.ts'
import type { Machine } from './machines.ts'

/** A cluster that is not up by then will never be. */
const PATIENCE_MS = 600_000

export interface BootOptions {
  readonly clock: VirtualClock
  readonly machines: readonly Machine[]
  readonly admin: Client
  readonly version: string
  readonly serviceCIDR: string
  readonly podCIDR: string
  readonly endpoint: string
  readonly caCertificate: string
  /** Its machines are in a cloud: what its controller manager is started with. */
  readonly cloud: Pick<CloudControllerManagerOptions, 'provider' | 'routes'> | undefined
  /** No nodes: only the API and its controllers. */
  readonly bare: boolean
}

/**
 * Power-on until the cluster is what `a cluster` means: every node Ready, CoreDNS up, the default ServiceAccount there.
 * In the order of `kubeadm init` and `kubeadm join`.
 */
export function boot(options: BootOptions): void {
  const { clock, machines, admin } = options
  if (options.bare) {
    runUntil(
      clock,
      () => admin.get('ServiceAccount', 'default', 'default') !== undefined,
      'the controllers do not start',
      () => lastWords(machines[0]!),
    )
    return
  }
  const controlPlanes = machines.filter(({ node }) => node.role === 'control-plane')
  for (const { host } of controlPlanes) host.powerOn(true)
  runUntil(clock, () => admin.reachable(), 'no API server answers')
  runUntil(clock, () => admin.get('Namespace', 'kube-system') !== undefined, 'the API server makes no namespaces')
  for (const object of kubeadmObjects({ ...options, endpoint: `https://${options.endpoint}` })) create(admin, object)
  if (options.cloud !== undefined)
    for (const object of cloudControllerManager({ ...options, ...options.cloud })) create(admin, object)
  const ready = watchReadiness(admin, machines)
  const until = (holds: () => boolean, otherwise: string) => runUntil(clock, holds, otherwise, () => situation(admin))
  // Nobody joins before `kubeadm init` is done with the control plane's own node.
  until(
    () => controlPlanes.every(({ node }) => ready.joined.has(node.name)),
    'the control plane does not become a node',
  )
  for (const { host, node } of machines) if (node.role === 'worker') host.powerOn(true)
  until(() => ready.nodes.size === machines.length, 'not every node becomes Ready')
  until(() => ready.dns && ready.account && ready.notReady.size === 0, 'not every Pod of the cluster comes up')
  ready.stop()
}

function create(admin: Client, object: KubernetesObject): void {
  const answer = admin.create(object)
  if (isStatus(answer) && answer.reason !== 'AlreadyExists')
    throw new Error(`kubeadm cannot create ${object.kind} ${object.metadata.name}: ${answer.message}`)
}

function watchReadiness(admin: Client, machines: readonly Machine[]) {
  const joined = new Set<string>()
  const nodes = new Set<string>()
  const notReady = new Set<string>()
  const ready = { joined, nodes, notReady, dns: false, account: false, stop: () => {} }
  const roles = new Map(machines.map(({ node }) => [node.name, node.role]))
  const stops = [
    admin.watch('Node', {}, ({ object }) => {
      joined.add(object.metadata.name)
      if (roles.get(object.metadata.name) === 'control-plane') markControlPlane(admin, object)
      if (object.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True'))
        nodes.add(object.metadata.name)
    }),
    admin.watch('Deployment', { namespace: 'kube-system', fieldSelector: 'metadata.name=coredns' }, ({ object }) => {
      ready.dns = (object.status?.availableReplicas ?? 0) >= (object.spec.replicas ?? 1)
    }),
    admin.watch('Pod', { namespace: 'kube-system' }, ({ object, type }) => {
      const isReady = object.status?.conditions?.some(
        (condition) => condition.type === 'Ready' && condition.status === 'True',
      )
      if (isReady || type === 'DELETED') notReady.delete(object.metadata.name)
      else notReady.add(object.metadata.name)
    }),
    admin.watch('ServiceAccount', { namespace: 'default' }, () => {
      ready.account = true
    }),
  ]
  ready.stop = () => {
    for (const stop of stops) stop()
  }
  return ready
}

const CONTROL_PLANE = 'node-role.kubernetes.io/control-plane'

/** Source: cmd/kubeadm/app/phases/markcontrolplane */
function markControlPlane(admin: Client, node: Node): void {
  if (node.metadata.labels?.[CONTROL_PLANE] !== undefined) return
  admin.update('Node', node.metadata.name, undefined, (current) => ({
    ...current,
    metadata: {
      ...current.metadata,
      labels: {
        ...current.metadata.labels,
        [CONTROL_PLANE]: '',
        'node.kubernetes.io/exclude-from-external-load-balancers': '',
      },
    },
    spec: { ...current.spec, taints: withTaint(current.spec.taints ?? []) },
  }))
}

function withTaint(taints: readonly Taint[]): readonly Taint[] {
  return taints.some(({ key }) => key === CONTROL_PLANE)
    ? taints
    : [...taints, { key: CONTROL_PLANE, effect: 'NoSchedule' }]
}

/** Lets time pass, timer by timer, until the condition holds. */
function runUntil(clock: VirtualClock, holds: () => boolean, otherwise: string, situation = () => ''): void {
  const end = clock.now() + PATIENCE_MS
  while (!holds()) {
    const due = clock.nextDue()
    if (due === undefined || due > end) throw new Error(`the cluster does not boot: ${otherwise}${situation()}`)
    clock.run(due, 1)
  }
}

/** What its processes said last. */
function lastWords({ host }: Machine): string {
  return ['kube-apiserver', 'kube-controller-manager']
    .flatMap((part) => host.journal.entries(part).slice(-1))
    .map(({ identifier, message }) => `\n  ${identifier}: ${message}`)
    .join('')
}

/** What a cluster that does not come up looks like: its Pods, and what was said of them last. */
function situation(admin: Client): string {
  const pods = admin.list('Pod').map((pod) => `  ${pod.metadata.name}: ${summarizePod(pod).status}`)
  const warnings = admin.list('Event').filter(({ type }) => type === 'Warning')
  const events = warnings.slice(-5).map(({ involvedObject, message }) => `  ${involvedObject.name}: ${message}`)
  return `\n${[...pods, ...events].join('\n')}`
}
