import { parseIP } from '../../../api/ip.ts'
import type { NodeAddress } from '../../../api/types.ts'
import type { ProviderAnswer } from '../cloud-provider.ts'

/** Set by the kubelet from --node-ip. Source: k8s.io/cloud-provider/api/well_known_annotations.go */
export const PROVIDED_NODE_IP = 'alpha.kubernetes.io/provided-node-ip'

/**
 * What the cloud says of addresses, with those that the kubelet was told to use in front: of each type they have, others
 * are left out.
 * Source: k8s.io/cloud-provider/node/helpers/address.go GetNodeAddressesFromNodeIP
 */
export function preferringNodeIP(
  provided: string | undefined,
  addresses: readonly NodeAddress[],
): ProviderAnswer<readonly NodeAddress[]> {
  if (provided === undefined) return addresses
  const enforced: NodeAddress[] = []
  for (const ip of provided.split(',').map((part) => part.trim())) {
    if (parseIP(ip) === undefined) return { error: `failed to parse node IP "${provided}": could not parse "${ip}"` }
    const matching = addresses.filter(({ address }) => sameIP(address, ip))
    if (matching.length === 0) return { error: `failed to get node address from cloud provider that matches ip: ${ip}` }
    enforced.push(...matching)
  }
  const types = new Set(enforced.map(({ type }) => type))
  return [...enforced, ...addresses.filter(({ type }) => !types.has(type))]
}

/** Where the cloud knows no Hostname, the one that the kubelet gave stays. Source: node_controller.go updateNodeAddress */
export function withHostname(
  addresses: readonly NodeAddress[],
  current: readonly NodeAddress[],
): readonly NodeAddress[] {
  if (addresses.some(({ type }) => type === 'Hostname')) return addresses
  return [...addresses, ...current.filter(({ type }) => type === 'Hostname')]
}

/** Several of a type are not told apart but by the last of them. Source: node_controller.go nodeAddressesChangeDetected */
export function addressesDiffer(a: readonly NodeAddress[], b: readonly NodeAddress[]): boolean {
  if (a.length !== b.length) return true
  const last = new Map(a.map(({ type, address }) => [type, address]))
  return b.some(({ type, address }) => last.get(type) !== address)
}

function sameIP(a: string, b: string): boolean {
  const [one, other] = [parseIP(a), parseIP(b)]
  return one !== undefined && one.value === other?.value && one.family === other.family
}
