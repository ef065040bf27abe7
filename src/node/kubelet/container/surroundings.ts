import type { Container, Pod, Service } from '../../../api/types.ts'
import { isStatus, type KubernetesObject } from '../../../api/types.ts'
import { createFileTree } from '../../host/file-tree.ts'
import type { Mount } from '../../host/mounts.ts'
import type { KubeletContext } from '../kubelet-context.ts'
import type { PodRecord } from '../pod-worker/pod-record.ts'
import type { VolumeImages } from '../volumes/image-volumes.ts'
import { InstantObjects } from '../volumes/instant-objects.ts'
import { PodVolumes } from '../volumes/pod-volumes.ts'
import { type MountProblems, mountProblems, type VolumesInput } from '../volumes/volumes.ts'
import { hostnameAndDomain } from './hostname.ts'

/** What a container finds around itself besides its image: volumes, /etc/hosts, /etc/resolv.conf, service variables. */
export class PodSurroundings {
  readonly #context: KubeletContext
  readonly #objects: InstantObjects

  constructor(context: KubeletContext) {
    this.#context = context
    this.#objects = new InstantObjects(context.client)
  }

  forget(podUid: string): void {
    this.release(podUid)
    this.#context.podVolumes.delete(podUid)
  }

  /** Its containers have ended: what drivers brought goes. */
  release(podUid: string): void {
    this.#context.csi.release(podUid)
  }

  /** Mounts what the pod's containers need. @returns what is in the way */
  mountProblems(record: PodRecord): MountProblems | undefined {
    if (record.pod.spec.volumes === undefined) return undefined
    const { podVolumes } = this.#context
    const input = this.#input(record)
    const client = this.#now()
    const problems = mountProblems({ ...input, client })
    if (problems === undefined && !podVolumes.has(record.uid)) podVolumes.set(record.uid, new PodVolumes(input, client))
    return problems
  }

  /** Writes volumes anew whose objects have changed. @returns messages of FailedMount */
  remount(record: PodRecord): readonly string[] {
    return this.#context.podVolumes.get(record.uid)?.remount(this.#input(record), this.#now()) ?? []
  }

  /** What a container finds mounted; a text is why it cannot be made. */
  mounts(
    record: PodRecord,
    container: Container,
    env: Readonly<Record<string, string>>,
    images: VolumeImages,
  ): readonly Mount[] | string {
    const volumes = this.#context.podVolumes.get(record.uid)
    if (volumes === undefined) return this.#managed(record, container)
    const mounts = volumes.mounts(container.name, container.volumeMounts, env, images)
    if (typeof mounts === 'string') return mounts
    return this.#managed(record, container).concat(mounts, volumes.devices(container.volumeDevices))
  }

  #now(): ReturnType<InstantObjects['now']> {
    return this.#objects.now(this.#context.world.clock.now())
  }

  /** Source: pkg/kubelet/envvars/envvars.go FromServices, kubelet_pods.go getServiceEnvVarMap */
  serviceVariables({ metadata, spec }: Pod): Readonly<Record<string, string>> {
    const { namespace = '' } = metadata
    const isLinked = spec.enableServiceLinks !== false
    const now = this.#context.world.clock.now()
    const key = `${isLinked}/${namespace}`
    const known = this.#services.get(key)
    // Pods of one instant see the same Services.
    if (known !== undefined && known.at === now) return known.env
    const env = this.#readServices(namespace, isLinked)
    this.#services.set(key, { at: now, env })
    return env
  }

  readonly #services = new Map<string, { readonly at: number; readonly env: Readonly<Record<string, string>> }>()

  #readServices(namespace: string, isLinked: boolean): Readonly<Record<string, string>> {
    const { client } = this.#context
    const master = namespace === 'default' ? undefined : client.get('Service', 'kubernetes', 'default')
    const own = isLinked ? client.list('Service', { namespace }) : NO_SERVICES
    return variablesOf(master, own)
  }

  #input(record: PodRecord): VolumesInput {
    const { client, world, files, ip, allocatable, csi } = this.#context
    return {
      csi,
      pod: record.pod,
      client,
      clock: world.clock,
      files,
      podIP: () => record.sandbox?.ip ?? '',
      hostIP: ip,
      allocatable,
      token: (audience, seconds) => this.#token(record.pod, audience, seconds),
    }
  }

  /** A projected service account token. Source: pkg/kubelet/token/token_manager.go */
  #token({ metadata, spec }: Pod, audience: string | undefined, expirationSeconds = 3607): string {
    const request = {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      metadata: {},
      spec: {
        audiences: audience === undefined ? [] : [audience],
        boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name: metadata.name, uid: metadata.uid },
        expirationSeconds,
      },
    } as unknown as KubernetesObject
    const account = spec.serviceAccountName ?? 'default'
    const answer = this.#context.client.createSubresource(
      'ServiceAccount',
      account,
      metadata.namespace,
      'token',
      request,
    )
    if (isStatus(answer)) return ''
    return (answer as unknown as { status?: { token?: string } }).status?.token ?? ''
  }

  /** Files the kubelet writes for every pod. Source: kubelet_pods.go makeHostsMount; network/dns/dns.go GetPodDNS */
  #managed(record: PodRecord, { volumeMounts = [] }: Container): readonly Mount[] {
    const { world, files } = this.#context
    const tree = () =>
      createFileTree(world.clock, {
        '/hosts': hostsFile(record, files.read('/etc/hosts'), this.#context.configuration.clusterDomain),
        '/hostname': `${hostnameOf(record, this.#context.nodeName)}\n`,
        '/resolv.conf': this.#resolvConf(record.pod),
      })
    let made: ReturnType<typeof tree> | undefined
    const shared = () => {
      made ??= tree()
      return made
    }
    const free = MANAGED.filter(({ path }) => !volumeMounts.some(({ mountPath }) => mountPath === path))
    return free.map(({ path, from }) => ({ path, files: shared, from }))
  }

  #resolvConf(pod: Pod): string {
    const { configuration, files } = this.#context
    const { dnsPolicy = 'ClusterFirst', dnsConfig, hostNetwork } = pod.spec
    const ofHost = files.read('/etc/resolv.conf') ?? ''
    const isCluster = dnsPolicy === 'ClusterFirstWithHostNet' || (dnsPolicy === 'ClusterFirst' && hostNetwork !== true)
    const { clusterDNS, clusterDomain } = configuration
    const domain =
      clusterDomain === ''
        ? []
        : [`${pod.metadata.namespace}.svc.${clusterDomain}`, `svc.${clusterDomain}`, clusterDomain]
    const base =
      dnsPolicy === 'None'
        ? EMPTY_DNS
        : isCluster
          ? { nameservers: clusterDNS, searches: domain, options: ['ndots:5'] }
          : parseResolvConf(ofHost)
    const nameservers = [...base.nameservers, ...(dnsConfig?.nameservers ?? [])]
    const searches = [...base.searches, ...(dnsConfig?.searches ?? [])]
    const own = (dnsConfig?.options ?? []).map(({ name, value }) =>
      value === undefined ? `${name}` : `${name}:${value}`,
    )
    const options = [
      ...base.options.filter((option) => !own.some((each) => each.split(':')[0] === option.split(':')[0])),
      ...own,
    ]
    return [
      ...(searches.length === 0 ? [] : [`search ${searches.join(' ')}`]),
      ...nameservers.map((server) => `nameserver ${server}`),
      ...(options.length === 0 ? [] : [`options ${options.join(' ')}`]),
      '',
    ].join('\n')
  }
}

const MANAGED = ['hosts', 'hostname', 'resolv.conf'].map((name) => ({ path: `/etc/${name}`, from: `/${name}` }))

const EMPTY_DNS = {
  nameservers: [] as readonly string[],
  searches: [] as readonly string[],
  options: [] as readonly string[],
}

function parseResolvConf(text: string): typeof EMPTY_DNS {
  const words = (keyword: string) =>
    text.split('\n').flatMap((line) => (line.startsWith(`${keyword} `) ? line.trim().split(/\s+/).slice(1) : []))
  return { nameservers: words('nameserver'), searches: words('search'), options: words('options') }
}

function hostnameOf({ pod, sandbox }: PodRecord, nodeName: string): string {
  return sandbox?.config.hostname ?? (pod.spec.hostNetwork === true ? nodeName : hostnameAndDomain(pod, '').hostname)
}

/** Source: kubelet_pods.go managedHostsFileContent, nodeHostsFileContent */
function hostsFile(record: PodRecord, ofHost: string | undefined, clusterDomain: string): string {
  const { pod, sandbox } = record
  const aliases = (pod.spec.hostAliases ?? [])
    .map(({ ip, hostnames = [] }) => `${ip}\t${hostnames.join('\t')}\n`)
    .join('')
  const added = aliases === '' ? '' : `\n# Entries added by HostAliases.\n${aliases}`
  if (pod.spec.hostNetwork === true) return `# Kubernetes-managed hosts file (host network).\n${ofHost ?? ''}${added}`
  const { hostname, domain } = hostnameAndDomain(pod, clusterDomain)
  const own = `${sandbox?.ip}\t${domain === '' ? '' : `${hostname}.${domain}\t`}${hostname}\n`
  return `# Kubernetes-managed hosts file.\n127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\nfe00::\tip6-localnet\nfe00::\tip6-mcastprefix\nfe00::1\tip6-allnodes\nfe00::2\tip6-allrouters\n${own}${added}`
}

const NO_SERVICES: readonly Service[] = []

/** Containers on all nodes see the same Services: what was made of them last is what most want. */
let last: { readonly services: readonly Service[]; readonly env: Readonly<Record<string, string>> } | undefined

function variablesOf(master: Service | undefined, own: readonly Service[]): Readonly<Record<string, string>> {
  const services = master === undefined ? own : [master, ...own]
  const isSame = last?.services.length === services.length && services.every((each, i) => each === last!.services[i])
  if (!isSame) {
    const env: Record<string, string> = {}
    for (const service of services) addService(env, service)
    last = { services, env }
  }
  return last!.env
}

function addService(env: Record<string, string>, { metadata, spec }: Service): void {
  const { clusterIP, ports = [] } = spec ?? {}
  if (clusterIP === undefined || clusterIP === '' || clusterIP === 'None' || ports.length === 0) return
  const prefix = metadata.name.toUpperCase().replaceAll('-', '_')
  const [first] = ports
  env[`${prefix}_SERVICE_HOST`] = clusterIP
  env[`${prefix}_SERVICE_PORT`] = String(first!.port)
  for (const { name, port } of ports)
    if (name !== undefined) env[`${prefix}_SERVICE_PORT_${name.toUpperCase().replaceAll('-', '_')}`] = String(port)
  for (const { port, protocol = 'TCP' } of ports) {
    const scheme = protocol.toLowerCase()
    const named = `${prefix}_PORT_${port}_${protocol.toUpperCase()}`
    if (port === first!.port) env[`${prefix}_PORT`] = `${scheme}://${clusterIP}:${port}`
    env[named] = `${scheme}://${clusterIP}:${port}`
    env[`${named}_PROTO`] = scheme
    env[`${named}_PORT`] = String(port)
    env[`${named}_ADDR`] = clusterIP
  }
}
