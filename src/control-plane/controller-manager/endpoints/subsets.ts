import { isPodReady } from '../../../api/conditions.ts'
import type { EndpointAddress, EndpointPort, EndpointSubset, Pod, Service } from '../../../api/types.ts'
import { endpointPortsInOrder, subsetsInOrder } from '../endpoint-order.ts'
import { addressesOf, endpointHostname, findPort, isEndpoint, isIPv6 } from '../endpoint-ports.ts'

/** The older form of endpoints: pure. Source: pkg/controller/endpoint/endpoints_controller.go, pkg/api/v1/endpoints/util.go */

/** Source: endpoints_controller.go maxCapacity */
const MAX_ADDRESSES = 1000

interface Member {
  readonly address: EndpointAddress
  readonly ready: boolean
}

/** Addresses that have all of these ports. */
interface Group {
  readonly ports: EndpointPort[]
  readonly members: readonly Member[]
}

/** Source: endpoints/util.go RepackSubsets: addresses by port, then ports with the same addresses together */
export function endpointSubsets(service: Service, pods: readonly Pod[]): readonly EndpointSubset[] {
  const publish = service.spec.publishNotReadyAddresses === true
  const byPort = new Map<string, { readonly port: EndpointPort | undefined; readonly members: Member[] }>()
  for (const pod of pods) {
    if (!isEndpoint(pod, publish)) continue
    const address = addressOf(service, pod)
    const ports = portsOf(service, pod)
    if (address === undefined || ports === undefined) continue
    const member = { address, ready: publish || isPodReady(pod) }
    for (const port of ports.length === 0 ? [undefined] : ports) {
      const key = portText(port)
      const known = byPort.get(key)
      if (known === undefined) byPort.set(key, { port, members: [member] })
      else known.members.push(member)
    }
  }
  return subsetsInOrder(withSameMembers([...byPort.values()]).map(subset))
}

function withSameMembers(byPort: readonly { port: EndpointPort | undefined; members: Member[] }[]): readonly Group[] {
  const [first] = byPort
  if (byPort.length === 1) return [{ ports: first!.port === undefined ? [] : [first!.port], members: first!.members }]
  const groups = new Map<string, Group>()
  for (const { port, members } of byPort) {
    const key = members.map(({ address: { ip, targetRef } }) => `${ip} ${targetRef?.uid}`).join()
    const known = groups.get(key) ?? { ports: [], members }
    groups.set(key, known)
    if (port !== undefined) known.ports.push(port)
  }
  return [...groups.values()]
}

function portText(port: EndpointPort | undefined): string {
  if (port === undefined) return ''
  const { name = '', port: number, protocol, appProtocol } = port
  return `${name}/${number}/${protocol}/${appProtocol}`
}

/** Source: podToEndpointAddressForService */
function addressOf(service: Service, pod: Pod): EndpointAddress | undefined {
  const { ipFamilies = [], clusterIP = '' } = service.spec
  const told = ipFamilies[0] ?? (clusterIP === '' || clusterIP === 'None' ? undefined : familyOf(clusterIP))
  const family = told ?? familyOf(pod.status?.podIP ?? '')
  const [ip] = addressesOf(pod, family === 'IPv6' ? 'IPv6' : 'IPv4')
  if (ip === undefined) return undefined
  const hostname = endpointHostname(pod, service)
  const { name, namespace, uid } = pod.metadata
  return {
    ip,
    ...(hostname === undefined ? {} : { hostname }),
    ...(pod.spec.nodeName === undefined ? {} : { nodeName: pod.spec.nodeName }),
    targetRef: { kind: 'Pod', namespace: namespace!, name, uid: uid! },
  }
}

function familyOf(ip: string): 'IPv4' | 'IPv6' {
  return isIPv6(ip) ? 'IPv6' : 'IPv4'
}

/** Undefined: the pod is no endpoint of the Service. */
function portsOf(service: Service, pod: Pod): readonly EndpointPort[] | undefined {
  const { ports = [], clusterIP } = service.spec
  if (ports.length === 0) return clusterIP === 'None' ? [] : undefined
  const found = ports.flatMap((servicePort) => {
    const port = findPort(pod, servicePort)
    if (port === undefined) return []
    const { name, protocol = 'TCP', appProtocol } = servicePort
    return [{ ...(name ? { name } : {}), port, protocol, ...(appProtocol === undefined ? {} : { appProtocol }) }]
  })
  return found.length === 0 ? undefined : found
}

/** Source: endpoints/util.go RepackSubsets, SortSubsets */
function subset({ ports, members }: Group): EndpointSubset {
  const order = ({ ip, targetRef }: EndpointAddress) => `${ip} ${targetRef?.uid}`
  const sorted = (ready: boolean) =>
    members
      .filter((member) => member.ready === ready)
      .map(({ address }) => address)
      .sort((a, b) => (order(a) < order(b) ? -1 : 1))
  const [addresses, notReadyAddresses] = [sorted(true), sorted(false)]
  return {
    ...(addresses.length === 0 ? {} : { addresses }),
    ...(notReadyAddresses.length === 0 ? {} : { notReadyAddresses }),
    ...(ports.length === 0 ? {} : { ports: endpointPortsInOrder(ports) }),
  }
}

/** At most 1,000 addresses, ready ones first, each subset in proportion. Source: endpoints_controller.go truncateEndpoints */
export function truncated(subsets: readonly EndpointSubset[]): readonly EndpointSubset[] {
  const count = (of: 'addresses' | 'notReadyAddresses') => subsets.reduce((n, each) => n + (each[of]?.length ?? 0), 0)
  const [ready, notReady] = [count('addresses'), count('notReadyAddresses')]
  if (ready + notReady <= MAX_ADDRESSES) return subsets
  const cut = ready > MAX_ADDRESSES ? 'addresses' : 'notReadyAddresses'
  const room = ready > MAX_ADDRESSES ? MAX_ADDRESSES : MAX_ADDRESSES - ready
  const total = ready > MAX_ADDRESSES ? ready : notReady
  let left = room
  return subsets.map((each) => {
    const list = each[cut] ?? []
    const kept = list.slice(0, Math.min(left, Math.ceil((list.length / total) * room)))
    left -= kept.length
    const { notReadyAddresses: _, ...readyOnly } = each
    return { ...(cut === 'addresses' ? readyOnly : each), [cut]: kept }
  })
}

/** Source: endpointSubsetsEqualIgnoreResourceVersion */
export function sameSubsets(a: readonly EndpointSubset[] = [], b: readonly EndpointSubset[]): boolean {
  return a.length === b.length && a.every((each, i) => subsetText(each) === subsetText(b[i]!))
}

function subsetText({ addresses = [], notReadyAddresses = [], ports = [] }: EndpointSubset): string {
  const text = ({ ip, hostname = '', nodeName = '', targetRef }: EndpointAddress) =>
    `${ip}/${hostname}/${nodeName}/${targetRef?.name}/${targetRef?.uid}`
  return [addresses.map(text), notReadyAddresses.map(text), ports.map(portText).sort()]
    .map((part) => part.join(','))
    .join(';')
}
