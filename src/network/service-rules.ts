import { isInNetwork } from '../api/ip.ts'
import type { Endpoint, ServiceRule, ServiceRules } from './contract.ts'
import { addressKey } from './listeners.ts'

/** A node before its kube-proxy has written anything. */
export const NO_RULES: ServiceRules = { mode: 'iptables', services: [] }

export interface Match {
  readonly rule: ServiceRule
  /** By an address for the outside (node port, external IP): the external policy counts. */
  readonly external: boolean
}

/** Rules by what a packet shows. One index per rules object: nodes that share rules share the index. */
export class RuleIndex {
  static readonly #made = new WeakMap<ServiceRules, RuleIndex>()
  readonly #byAddress = new Map<string, Match>()
  readonly #byNodePort = new Map<string, Match>()

  static of(rules: ServiceRules): RuleIndex {
    let index = RuleIndex.#made.get(rules)
    if (index === undefined) {
      index = new RuleIndex(rules)
      RuleIndex.#made.set(rules, index)
    }
    return index
  }

  private constructor(rules: ServiceRules) {
    for (const rule of rules.services) {
      this.#byAddress.set(addressKey(rule.clusterIP, rule.port, rule.protocol), { rule, external: false })
      for (const ip of rule.externalIPs ?? [])
        this.#byAddress.set(addressKey(ip, rule.port, rule.protocol), { rule, external: true })
      if (rule.nodePort) this.#byNodePort.set(`${rule.nodePort}/${rule.protocol}`, { rule, external: true })
    }
  }

  byAddress(ip: string, port: number, protocol: string): Match | undefined {
    return this.#byAddress.get(addressKey(ip, port, protocol))
  }

  byNodePort(port: number, protocol: string): Match | undefined {
    return this.#byNodePort.get(`${port}/${protocol}`)
  }
}

/** Whether a packet to a load balancer's address comes from where none may come from. Source: pkg/proxy/iptables/proxier.go writeServiceToEndpointRules (KUBE-FW) */
export function isKeptOut({ balancerIPs = [], sourceRanges }: ServiceRule, to: string, from: string): boolean {
  if (sourceRanges === undefined || !balancerIPs.includes(to)) return false
  return !sourceRanges.some((cidr) => isInNetwork(from, cidr))
}

/** The endpoints a node may send a packet to. `dropped`: by policy there is none here, and the packet is lost. */
export function endpointsFor(
  match: Match,
  node: string,
  fromHere = false,
): { readonly endpoints: readonly Endpoint[]; dropped: boolean } {
  const { rule } = match
  // What begins in the cluster is not from outside. Source: proxier.go (the KUBE-EXT chain of a Local Service)
  const policy = match.external ? (fromHere ? 'Cluster' : rule.externalTrafficPolicy) : rule.internalTrafficPolicy
  if (policy !== 'Local' || rule.endpoints.length === 0) return { endpoints: rule.endpoints, dropped: false }
  const local = rule.endpoints.filter((endpoint) => endpoint.node === node)
  if (local.length > 0) return { endpoints: local, dropped: false }
  const terminating = (rule.terminating ?? []).filter((endpoint) => endpoint.node === node)
  return { endpoints: terminating, dropped: terminating.length === 0 }
}

/** Which of n endpoints a client sticks to (sessionAffinity ClientIP): the same one as long as the endpoints stay. */
export function stickyChoice(clientIP: string, n: number): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < clientIP.length; i++) hash = Math.imul(hash ^ clientIP.charCodeAt(i), 0x01000193)
  return (hash >>> 0) % n
}
