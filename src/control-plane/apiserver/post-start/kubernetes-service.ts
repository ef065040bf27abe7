import type { EndpointSlice, Endpoints, Service } from '../../../api/types.ts'
import type { Timer } from '../../../sim/clock.ts'
import { EtcdError } from '../../etcd/contract.ts'
import type { Server } from '../contract.ts'
import { storageKey } from '../storage/keys.ts'
import { amend, ensure } from './loopback.ts'

export interface Endpoint {
  /** --advertise-address */
  readonly address: string
  /** --secure-port */
  readonly port: number
}

const metadata = { name: 'kubernetes', namespace: 'default' }
/** Source: pkg/controlplane/instance.go, kubernetesservice Config.EndpointInterval */
const INTERVAL_MS = 10_000
const READY = { ready: true } as const

/** The `kubernetes` Service at the first address of the Service network. Source: pkg/controlplane/controller/kubernetesservice/controller.go */
export function kubernetesService(server: Server, endpoint: Endpoint | undefined): void {
  const clusterIP = firstAddress(server.serviceCIDR)
  ensure(server, {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { ...metadata, labels: { component: 'apiserver', provider: 'kubernetes' } },
    spec: {
      type: 'ClusterIP',
      clusterIP,
      clusterIPs: [clusterIP],
      ipFamilies: ['IPv4'],
      ipFamilyPolicy: 'SingleStack',
      sessionAffinity: 'None',
      ports: [{ name: 'https', protocol: 'TCP', port: 443, targetPort: endpoint?.port ?? 6443 }],
    },
  } as Service)
  if (endpoint !== undefined) addEndpoint(server, endpoint)
}

/** Somebody deletes the Service: it is made again at the next look. @returns how to stop */
export function restoreKubernetesService(server: Server, endpoint: Endpoint | undefined): () => void {
  const { clock, etcd, table } = server
  const key = storageKey(table.forKind('Service')!.storage!.prefix, metadata.namespace, metadata.name)
  let timer: Timer | undefined
  const look = () => {
    timer = undefined
    try {
      kubernetesService(server, endpoint)
    } catch (error) {
      if (!(error instanceof EtcdError)) throw error
      lookLater()
    }
  }
  const lookLater = () => {
    timer ??= clock.setTimeout(look, INTERVAL_MS)
  }
  const unwatch = etcd.watch(key, etcd.revision, (event) => {
    if (event.type === 'DELETE' && event.kv.key === key) lookLater()
  })
  return () => {
    unwatch()
    clock.clearTimeout(timer)
  }
}

/** Source: pkg/controlplane/reconcilers/lease.go ReconcileEndpoints */
function addEndpoint(server: Server, { address, port }: Endpoint): void {
  const ports = [{ name: 'https', port, protocol: 'TCP' }]
  ensure(server, {
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata: { ...metadata, labels: { 'endpointslice.kubernetes.io/skip-mirror': 'true' } },
    subsets: [{ addresses: [{ ip: address }], ports }],
  } as Endpoints)
  ensure(server, {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { ...metadata, labels: { 'kubernetes.io/service-name': 'kubernetes' } },
    addressType: 'IPv4',
    endpoints: [{ addresses: [address], conditions: READY }],
    ports,
  } as EndpointSlice)
  changeAddresses(server, (addresses) => [...new Set([...addresses, address])].sort())
}

/** This server goes: its address is no endpoint any more. Source: lease.go RemoveEndpoints */
export function removeEndpoint(server: Server, { address }: Endpoint): void {
  changeAddresses(server, (addresses) => addresses.filter((each) => each !== address))
}

/** Rewrites the addresses of both kinds of endpoints. */
export function changeAddresses(server: Server, change: (addresses: readonly string[]) => readonly string[]): void {
  amend(server, 'Endpoints', 'kubernetes', 'default', (object) => {
    const endpoints = object as Endpoints
    const subset = endpoints.subsets?.[0]
    if (subset === undefined) return undefined
    const addresses = change(subset.addresses?.map(({ ip }) => ip) ?? [])
    return { ...endpoints, subsets: [{ ...subset, addresses: addresses.map((ip) => ({ ip })) }] } as Endpoints
  })
  amend(server, 'EndpointSlice', 'kubernetes', 'default', (object) => {
    const slice = object as EndpointSlice
    const addresses = change((slice.endpoints ?? []).flatMap((each) => each.addresses))
    return {
      ...slice,
      endpoints: addresses.map((address) => ({ addresses: [address], conditions: READY })),
    } as EndpointSlice
  })
}

/** `10.96.0.1` of `10.96.0.0/12`. */
function firstAddress(cidr: string): string {
  const parts = cidr.slice(0, cidr.indexOf('/')).split('.').map(Number)
  const number = parts.reduce((sum, part) => sum * 256 + part, 0) + 1
  return [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join('.')
}
