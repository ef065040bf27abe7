import { failure } from '../api/status.ts'
import type { Answer, Kind, KubernetesObject } from '../api/types.ts'
import type { Client } from '../client/contract.ts'
import type { Network } from '../network/contract.ts'
import type { CloudAction, CloudActions } from './cloud.ts'
import type { ComponentName, Faults, NodeFault, PressureKind, RequestSource } from './contract.ts'
import type { ApiEndpoints } from './endpoints.ts'
import type { Halted } from './halted.ts'
import type { Loads } from './loads.ts'
import type { Machine } from './machines.ts'

type Action = 'stops' | 'starts' | 'restarts' | 'crashes'

const MANIFESTS = '/etc/kubernetes/manifests'
/** Where a manifest lies that was moved away: what one does on a real node to stop a static pod. */
const ASIDE = '/etc/kubernetes/stopped'

const OUTSIDE = { memory: 'memory', disk: 'disk', PID: 'pids' } as const
const LEFT_MEMORY = 100 * 1024 ** 2
const A_LITTLE = 1024 ** 2
const LEFT_PART = 0.04

/** A label that no node has. */
const NOWHERE = 'kubedrill.dev/nowhere'

const isStaticPod = (component: ComponentName) =>
  component === 'etcd' ||
  component.startsWith('kube-apiserver') ||
  component === 'kube-controller-manager' ||
  component === 'kube-scheduler'

/** What can go wrong with components, machines, links, containers and probes. */
export class ClusterFaults implements Faults {
  readonly #machines: ReadonlyMap<string, Machine>
  readonly #network: Network
  readonly #admin: Client
  readonly #haltedProxies: Halted
  readonly #cloud: CloudActions
  readonly #endpoints: ApiEndpoints
  readonly #loads: Loads

  constructor(
    machines: ReadonlyMap<string, Machine>,
    network: Network,
    admin: Client,
    haltedProxies: Halted,
    cloud: CloudActions,
    endpoints: ApiEndpoints,
    loads: Loads,
  ) {
    this.#cloud = cloud
    this.#endpoints = endpoints
    this.#loads = loads
    this.#haltedProxies = haltedProxies
    this.#machines = machines
    this.#network = network
    this.#admin = admin
  }

  component(name: ComponentName, action: Action, host?: string): void {
    const machines = host === undefined ? this.#hostsOf(name) : [this.#machine(host)]
    if (isStaticPod(name)) for (const machine of machines) staticPod(machine, name, action)
    else if (name === 'kubelet' || name === 'containerd') for (const machine of machines) unit(machine, name, action)
    else if (name === 'coredns') this.#coreDNS(action)
    else if (name === 'cloud-controller-manager') this.#cloudControllerManager(action, machines)
    else for (const machine of machines) kubeProxy(machine, action, this.#haltedProxies)
  }

  node(name: string, fault: NodeFault): void {
    const { host } = this.#machine(name)
    if (fault === 'fails') host.powerOff()
    else if (fault === 'reboots') host.reboot()
    else if (fault === 'shuts down') host.shutDown()
    else if (!this.#cloud.recovers(name)) host.powerOn()
  }

  requests(percent: number, status: number): void {
    this.#endpoints.fail(percent, status)
  }

  load(from: RequestSource, url: string, perSecond: number): void {
    this.#loads.set(from, url, perSecond)
  }

  cloud(action: CloudAction): void {
    this.#cloud.perform(action)
  }

  pressure(node: string, of: PressureKind, change: 'begins' | 'ends'): void {
    const { host, kubelet } = this.#machine(node)
    const resources = host.runtime?.resources
    if (resources === undefined) return
    const amount = OUTSIDE[of]
    const without = { ...resources.outside, [amount]: 0 }
    resources.setOutside(without)
    if (change === 'ends') return
    const now = host.world.clock.now()
    const taken = (of === 'disk' ? resources.disk.bytes : of === 'PID' ? resources.pids : resources.memory).taken(now)
    const size = resources.size[amount]
    // Just below the threshold, so that whoever goes first may be enough; the kernel itself need not act.
    const left = of === 'memory' ? (kubelet?.memoryThreshold ?? LEFT_MEMORY) - A_LITTLE : size * LEFT_PART
    resources.setOutside({ ...without, [amount]: Math.max(0, Math.floor(size - taken - left)) })
  }

  link(a: string, b: string, state: 'cut' | 'healed'): void {
    this.#network.setLink(a, b, state === 'healed')
  }

  container(pod: string, namespace: string, container: string, exitCode: number): Answer<undefined> {
    const kubelet = this.#kubeletOf(pod, namespace)
    if (kubelet === undefined) return failure(404, 'NotFound', `no node runs the pod ${namespace}/${pod}`)
    return kubelet.crash(namespace, pod, container, exitCode)
  }

  probe(
    pod: string,
    namespace: string,
    probe: 'readiness' | 'liveness' | 'startup',
    outcome: 'fails' | 'succeeds' | 'as declared',
  ): void {
    this.#kubeletOf(pod, namespace)?.forceProbe(namespace, pod, probe, outcome)
  }

  #kubeletOf(pod: string, namespace: string) {
    const node = this.#admin.get('Pod', pod, namespace)?.spec.nodeName
    return node === undefined ? undefined : this.#machines.get(node)?.kubelet
  }

  #machine(host: string): Machine {
    const machine = this.#machines.get(host)
    if (machine === undefined) throw new Error(`there is no machine "${host}"`)
    return machine
  }

  #hostsOf(name: ComponentName): readonly Machine[] {
    const all = [...this.#machines.values()]
    return isStaticPod(name) ? all.filter(({ node }) => node.role === 'control-plane') : all
  }

  /** CoreDNS is a Deployment: stopped, it is scaled to nothing. */
  #coreDNS(action: Action): void {
    if (action === 'stops' || action === 'starts') {
      const replicas = action === 'stops' ? 0 : 2
      this.#admin.update('Deployment', 'coredns', 'kube-system', (current) => ({
        ...current,
        spec: { ...current.spec, replicas },
      }))
      return
    }
    for (const { metadata } of this.#admin.list('Pod', {
      namespace: 'kube-system',
      labelSelector: 'k8s-app=kube-dns',
    })) {
      if (action === 'crashes') this.container(metadata.name, 'kube-system', 'coredns', 1)
      else this.#delete('Pod', metadata)
    }
  }

  /** A DaemonSet: stopped, it finds no node to run on. */
  #cloudControllerManager(action: Action, machines: readonly Machine[]): void {
    if (action === 'crashes' || action === 'restarts')
      for (const machine of machines) crashContainer(machine, 'cloud-controller-manager', action === 'crashes' ? 2 : 0)
    else
      this.#admin.update('DaemonSet', 'cloud-controller-manager', 'kube-system', (current) => {
        const { spec: pod, ...template } = current.spec.template
        const { [NOWHERE]: _, ...usual } = pod!.nodeSelector ?? {}
        const nodeSelector = action === 'stops' ? { ...usual, [NOWHERE]: '' } : usual
        return { ...current, spec: { ...current.spec, template: { ...template, spec: { ...pod!, nodeSelector } } } }
      })
  }

  #delete(kind: Kind, { name, namespace }: KubernetesObject['metadata']): void {
    this.#admin.delete(kind, name, namespace)
  }
}

/** Stopped by moving the manifest away and started by putting it back, as on a real node. */
function staticPod({ host }: Machine, name: string, action: Action): void {
  const [here, aside] = [`${MANIFESTS}/${name}.yaml`, `${ASIDE}/${name}.yaml`]
  const [from, to] = action === 'stops' ? [here, aside] : [aside, here]
  if (action === 'crashes' || action === 'restarts') {
    crashContainer({ host }, name, action === 'crashes' ? 2 : 0)
    return
  }
  const text = host.files.read(from)
  if (text === undefined) return
  host.files.write(to, text)
  host.files.remove(from)
}

function unit({ host }: Machine, name: 'kubelet' | 'containerd', action: Action): void {
  if (action === 'crashes') host.systemd.crash(name)
  else host.systemd.do(action === 'stops' ? 'stop' : action === 'starts' ? 'start' : 'restart', name)
}

function crashContainer({ host }: Pick<Machine, 'host'>, name: string, exitCode: number): void {
  for (const container of host.runtime?.containers() ?? [])
    if (container.config.container.name === name && container.state === 'running')
      host.runtime?.crash(container.id, exitCode)
}

/** Its DaemonSet brings a kube-proxy that ends back at once: to stop for good it is held still, as by SIGSTOP. */
function kubeProxy(machine: Machine, action: Action, halted: Halted): void {
  if (action === 'stops') halted.halt(machine.host.name)
  else if (action === 'starts') halted.resume(machine.host.name)
  else crashContainer(machine, 'kube-proxy', action === 'crashes' ? 1 : 0)
}
