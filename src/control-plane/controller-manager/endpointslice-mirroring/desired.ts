import { formatIP, parseIP } from '../../../api/ip.ts'
import type { Endpoint, EndpointAddress, EndpointPort, EndpointSlicePort, Endpoints } from '../../../api/types.ts'
import { slicePortsInOrder } from '../endpoint-order.ts'

/** What is to be mirrored of an Endpoints object: pure. */

export interface DesiredSlice {
  readonly addressType: 'IPv4' | 'IPv6'
  readonly ports: readonly EndpointSlicePort[]
  readonly endpoints: Endpoint[]
}

export interface Desired {
  /** By address type and ports. */
  readonly slices: ReadonlyMap<string, DesiredSlice>
  readonly invalid: number
  readonly skipped: number
}

interface Repacked {
  readonly ports: EndpointPort[]
  readonly members: ReadonlyMap<string, Member>
}

interface Member {
  readonly address: EndpointAddress
  ready: boolean
}

/** Source: pkg/controller/endpointslicemirroring/reconciler.go reconcile */
export function desiredSlices({ subsets }: Endpoints, maxPerSubset: number): Desired {
  const slices = new Map<string, DesiredSlice>()
  let invalid = 0
  let skipped = 0
  for (const { ports: subsetPorts, members } of repack(subsets ?? [])) {
    const ports = slicePortsInOrder(subsetPorts.map(slicePort))
    for (const addressType of ['IPv4', 'IPv6'] as const) {
      const key = sliceKey(addressType, ports)
      if (!slices.has(key)) slices.set(key, { addressType, ports, endpoints: [] })
    }
    let added = 0
    const readyFirst = [...members.values()].sort((a, b) => Number(b.ready) - Number(a.ready))
    for (const { address, ready } of readyFirst) {
      if (added >= maxPerSubset) break
      const ip = parseIP(address.ip)
      if (ip === undefined) invalid++
      else {
        slices.get(sliceKey(`IPv${ip.family}`, ports))!.endpoints.push(endpointOf(address, formatIP(ip), ready))
        added++
      }
    }
    skipped += members.size - added
  }
  return { slices, invalid, skipped }
}

/** Equal for equal ports in any order. Source: utils.go newAddrTypePortMapKey */
export function sliceKey(addressType: string, ports: readonly EndpointSlicePort[]): string {
  const texts = ports.map(
    ({ name = '', port, protocol = 'TCP', appProtocol = '' }) => `${name}/${port}/${protocol}/${appProtocol}`,
  )
  return `${addressType}-${texts.sort().join(',')}`
}

/** Source: utils.go addressToEndpoint */
function endpointOf({ hostname, nodeName, targetRef }: EndpointAddress, ip: string, ready: boolean): Endpoint {
  return {
    addresses: [ip],
    conditions: { ready },
    ...(hostname && { hostname }),
    ...(targetRef !== undefined && { targetRef }),
    ...(nodeName !== undefined && { nodeName }),
  }
}

function slicePort({ name = '', port, protocol = 'TCP', appProtocol }: EndpointPort): EndpointSlicePort {
  return { name, port, protocol, ...(appProtocol !== undefined && { appProtocol }) }
}

/** Addresses with the same ports come together; not ready trumps ready. Source: pkg/api/v1/endpoints/util.go RepackSubsets */
function repack(subsets: NonNullable<Endpoints['subsets']>): readonly Repacked[] {
  const byPort = new Map<string, { port: EndpointPort | undefined; members: Map<string, Member> }>()
  for (const { addresses = [], notReadyAddresses = [], ports = [] } of subsets)
    for (const port of ports.length === 0 ? [undefined] : ports) {
      const key = JSON.stringify(port && [port.name ?? '', port.port, port.protocol ?? 'TCP', port.appProtocol])
      const known = byPort.get(key) ?? { port, members: new Map<string, Member>() }
      byPort.set(key, known)
      for (const address of addresses) insert(known.members, address, true)
      for (const address of notReadyAddresses) insert(known.members, address, false)
    }
  const byMembers = new Map<string, Repacked>()
  for (const { port, members } of byPort.values()) {
    const key = [...members]
      .map(([id, { ready }]) => `${id} ${ready}`)
      .sort()
      .join()
    const known = byMembers.get(key) ?? { ports: [], members }
    byMembers.set(key, known)
    if (port !== undefined) known.ports.push(port)
  }
  return [...byMembers.values()]
}

function insert(members: Map<string, Member>, address: EndpointAddress, ready: boolean): void {
  const key = `${address.ip} ${address.targetRef?.uid ?? ''}`
  const known = members.get(key)
  if (known === undefined) members.set(key, { address, ready })
  else known.ready &&= ready
}
