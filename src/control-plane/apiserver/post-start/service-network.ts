import { parseIP } from '../../../api/ip.ts'
import { rfc3339 } from '../../../api/time.ts'
import type { IPAddress, Service, ServiceCIDR } from '../../../api/types.ts'
import type { Timer } from '../../../sim/clock.ts'
import { EtcdError, type EtcdEvent } from '../../etcd/contract.ts'
import type { Server } from '../contract.ts'
import { install, removeOwn } from './loopback.ts'

/** How long after a refusal of etcd it is tried again, ms. */
const RETRY_MS = 1000

/** The network of --service-cluster-ip-range. Source: pkg/controlplane/controller/defaultservicecidr, pkg/controller/servicecidrs */
export function defaultServiceCIDR(server: Server): void {
  const ready = { type: 'Ready', status: 'True', reason: '', message: 'Kubernetes Service CIDR is ready' }
  const object: ServiceCIDR = {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'ServiceCIDR',
    metadata: { name: 'kubernetes', finalizers: ['networking.k8s.io/service-cidr-finalizer'] },
    spec: { cidrs: server.serviceCIDR.split(',') },
    status: { conditions: [{ ...ready, lastTransitionTime: rfc3339(server.clock.now()) }] },
  }
  install(server, object)
}

const ipsOf = (service: Service | undefined): readonly string[] =>
  (service?.spec?.clusterIPs ?? []).filter((ip) => ip !== '' && ip !== 'None')

/** One IPAddress an address that a Service has. Source: pkg/registry/core/service/ipallocator/ipallocator.go createIPAddress */
function ipAddress(ip: string, { metadata }: Service): IPAddress {
  const family = parseIP(ip)?.family === 6 ? 'IPv6' : 'IPv4'
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'IPAddress',
    metadata: {
      name: ip,
      labels: {
        'ipaddress.kubernetes.io/ip-family': family,
        'ipaddress.kubernetes.io/managed-by': 'ipallocator.k8s.io',
      },
    },
    spec: { parentRef: { resource: 'services', namespace: metadata.namespace!, name: metadata.name } },
  }
}

interface Change {
  readonly before: Service | undefined
  readonly after: Service | undefined
}

/** Keeps IPAddress objects in step with the addresses of Services, change by change. */
export class ServiceAddresses {
  readonly #server: Server
  readonly #unwatch: () => void
  #changes: Change[] = []
  #timer: Timer | undefined

  constructor(server: Server) {
    this.#server = server
    const { etcd, table } = server
    const { prefix } = table.forKind('Service')!.storage!
    this.#unwatch = etcd.watch(prefix, etcd.revision, (event) => this.#heard(event))
    etcd.each(prefix, ({ value }) => this.#changes.push({ before: undefined, after: value as Service }))
    this.#fire()
  }

  stop(): void {
    this.#unwatch()
    this.#server.clock.clearTimeout(this.#timer)
  }

  #heard({ type, kv, previous }: EtcdEvent): void {
    const gone = type === 'DELETE'
    const before = (gone ? kv.value : previous?.value) as Service | undefined
    const after = gone ? undefined : (kv.value as Service)
    if (ipsOf(before).join() === ipsOf(after).join()) return
    this.#changes.push({ before, after })
    this.#timer ??= this.#server.clock.setTimeout(() => this.#fire(), 0)
  }

  #fire(): void {
    this.#timer = undefined
    try {
      this.#work()
    } catch (error) {
      if (!(error instanceof EtcdError)) throw error
      this.#timer = this.#server.clock.setTimeout(() => this.#fire(), RETRY_MS)
    }
  }

  #work(): void {
    for (let change = this.#changes[0]; change !== undefined; change = this.#changes[0]) {
      const { before, after } = change
      const now = ipsOf(after)
      for (const ip of ipsOf(before)) if (!now.includes(ip)) this.#release(ip, before!)
      for (const ip of now) install(this.#server, ipAddress(ip, after!))
      this.#changes = this.#changes.slice(1)
    }
  }

  /** Unless it is somebody else's by now. */
  #release(ip: string, { metadata }: Service): void {
    const parent = (this.#server.read('IPAddress', ip) as IPAddress | undefined)?.spec?.parentRef
    if (parent?.name !== metadata.name || parent.namespace !== metadata.namespace) return
    removeOwn(this.#server, 'IPAddress', ip)
  }
}
