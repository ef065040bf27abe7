import type { Balancer, Connection, Network, Serve, ServiceRules } from './contract.ts'
import { Hosts } from './hosts.ts'
import { Listeners } from './listeners.ts'
import { WorldOutside } from './outside.ts'
import { endpointsFor, isKeptOut, type Match, NO_RULES, RuleIndex, stickyChoice } from './service-rules.ts'

/** Where machines find the world outside. */
export const GATEWAY = '192.168.64.1'

/**
 * A network without machines. Every operation takes the same time whatever the number of hosts, pods and Services. All
 * there is of the world outside is a gateway, whose name server knows the machines and the names that were set, and what a cloud puts there.
 */
export function createNetwork(): Network {
  const hosts = new Hosts()
  const listeners = new Listeners()
  const outside = new WorldOutside()
  const nameServer: Serve = ({ question = '' }) => {
    const machine = hosts.addressOf(question)
    const addresses = outside.named(question) ?? (machine === undefined ? undefined : [machine])
    return addresses === undefined ? { rcode: 'NXDOMAIN' } : { rcode: 'NOERROR', addresses }
  }
  hosts.add('gateway', GATEWAY)
  for (const protocol of ['UDP', 'TCP'] as const) listeners.add(GATEWAY, 53, protocol, nameServer)
  const rulesOf = new Map<string, ServiceRules>()
  return {
    addHost: (host, ip) => hosts.add(host, ip),
    removeHost(host) {
      rulesOf.delete(host)
      hosts.remove(host)
    },
    setHostUp: (host, up) => hosts.setUp(host, up),
    setLink: (a, b, up) => hosts.setLink(a, b, up),
    reaches: (a, b) => hosts.obstacle(a, b) === undefined,
    onChange: (listener) => hosts.onChange(listener),
    addAddress: (ip, host) => hosts.addAddress(ip, host),
    removeAddress: (ip) => hosts.removeAddress(ip),
    listen: (ip, port, protocol, serve, by) => listeners.add(ip, port, protocol, serve, by),
    listening: (ip) => listeners.of(ip),
    onListen: (ip, port, protocol, listener) => listeners.watch(ip, port, protocol, listener),
    outside,
    setRules: (host, rules) => {
      rulesOf.set(host, rules)
    },
    rules: (host) => rulesOf.get(host) ?? NO_RULES,
    connect: <S>(from: Source, to: Target, choose: (n: number) => number) =>
      new Walk({ hosts, listeners, rulesOf, outside }, from, to.protocol ?? 'TCP', choose).go(to) as Connection<S>,
  }
}

type Source = Parameters<Network['connect']>[0]
type Target = Parameters<Network['connect']>[1]
/** By somebody on the way. */
type Answered = { readonly serve: unknown; readonly ip: string; readonly port: number; readonly host: string }
type Refusal = { readonly outcome: 'refused' | 'timeout' | 'unreachable'; readonly because: string }

/** What a packet finds on its way. */
interface Ground {
  readonly hosts: Hosts
  readonly listeners: Listeners
  readonly rulesOf: ReadonlyMap<string, ServiceRules>
  readonly outside: WorldOutside
}

type Place = { readonly at: string; readonly ip: string; readonly port: number }

/** One packet's way, hop by hop. */
class Walk {
  readonly #hops: string[] = []
  readonly #hosts: Hosts
  readonly #listeners: Listeners
  readonly #rulesOf: ReadonlyMap<string, ServiceRules>
  readonly #outside: WorldOutside
  readonly #from: Source
  readonly #protocol: 'TCP' | 'UDP'
  readonly #choose: (n: number) => number
  #seenAs: string | undefined

  constructor(ground: Ground, from: Source, protocol: 'TCP' | 'UDP', choose: (n: number) => number) {
    this.#hosts = ground.hosts
    this.#listeners = ground.listeners
    this.#rulesOf = ground.rulesOf
    this.#outside = ground.outside
    this.#from = from
    this.#protocol = protocol
    this.#choose = choose
  }

  go(to: Target): Connection<unknown> {
    const { host, ip } = this.#from
    this.#hops.push(`${ip} on ${host}`)
    if (!this.#hosts.isUp(host)) return this.#no('unreachable', `${host} is powered off`)
    const address = isLoopback(to.ip) ? ip : this.#outside.machineAddress(to.ip)
    const translated = this.#translate(host, address, to.port)
    if ('outcome' in translated) return this.#no(translated.outcome, translated.because)
    if ('serve' in translated) return { ...translated, outcome: 'connected', hops: this.#hops }
    return this.#arrive(translated.at, translated.ip, translated.port)
  }

  /** Where the rules send the packet; a node port is looked at by the node it is sent to. */
  #translate(host: string, ip: string, port: number): Refusal | Place | Answered {
    const virtual = RuleIndex.of(this.#rulesOf.get(host) ?? NO_RULES).byAddress(ip, port, this.#protocol)
    if (virtual !== undefined) return this.#balance(virtual, host, ip)
    const balancer = this.#outside.balancer(ip)
    if (balancer !== undefined) return this.#forward(balancer, ip, port)
    const machine = this.#hosts.hostOf(ip)
    if (machine === undefined || !this.#hosts.isMachine(ip, machine)) return { at: host, ip, port }
    const rules = this.#rulesOf.get(machine)
    const nodePort = rules && RuleIndex.of(rules).byNodePort(port, this.#protocol)
    if (nodePort === undefined) return { at: host, ip, port }
    const obstacle = this.#cross(host, machine)
    return obstacle ?? this.#balance(nodePort, machine, ip)
  }

  /** Through a load balancer, which is outside: on to one of its machines, by what kube-proxy has there. */
  #forward(balancer: Balancer, ip: string, port: number): Refusal | Place | Answered {
    const { ip: from } = this.#from
    const to = balancer.forward({ from, port, protocol: this.#protocol, choose: this.#choose })
    const address = `${balancer.name} (${ip}:${port})`
    if ('outcome' in to) {
      this.#hops.push(`${address} -> nothing`)
      return to
    }
    if ('serve' in to) {
      this.#hops.push(`${address} answers itself`)
      return { serve: to.serve, ip, port, host: 'gateway' }
    }
    const { machine, direct = false, proxied = false } = to
    if (proxied) this.#seenAs = ip
    this.#hops.push(`${address} -> ${machine}:${to.port}`)
    const host = this.#hosts.hostOf(machine)
    if (host === undefined) return { outcome: 'timeout', because: `nobody has the address ${machine}` }
    const obstacle = this.#cross('gateway', host)
    if (obstacle !== undefined) return obstacle
    const rules = RuleIndex.of(this.#rulesOf.get(host) ?? NO_RULES)
    const match = direct ? rules.byAddress(ip, port, this.#protocol) : rules.byNodePort(to.port, this.#protocol)
    if (match !== undefined) return this.#balance(match, host, ip, true)
    return { at: host, ip: machine, port: to.port }
  }

  #balance(match: Match, node: string, ip: string, outside = false): Refusal | Place {
    const { rule, external } = match
    const shown = external ? `node port or external address of ${rule.name}` : `${rule.clusterIP}:${rule.port}`
    if (isKeptOut(rule, ip, this.#from.ip)) {
      const because = `the loadBalancerSourceRanges of Service ${rule.name} do not let ${this.#from.ip} in`
      return { outcome: 'timeout', because }
    }
    const { endpoints, dropped } = endpointsFor(match, node, !outside && this.#from.host === node)
    if (endpoints.length === 0) {
      const because = dropped
        ? `Service ${rule.name} has no endpoint on ${node} and its traffic policy is Local`
        : `Service ${rule.name} has no endpoints`
      this.#hops.push(`rules of ${node}: ${rule.name} (${shown}) -> nothing`)
      return { outcome: dropped ? 'timeout' : 'refused', because }
    }
    // Where any node's endpoint will do, the answer has to come back this way. Source: proxier.go (KUBE-MARK-MASQ in KUBE-EXT chains)
    if (external && rule.externalTrafficPolicy !== 'Local') this.#seenAs = this.#hosts.addressOf(node)
    const n = endpoints.length
    const endpoint = endpoints[rule.sessionAffinity === 'ClientIP' ? stickyChoice(this.#from.ip, n) : this.#choose(n)]!
    this.#hops.push(`rules of ${node}: ${rule.name} (${shown}) -> ${endpoint.ip}:${endpoint.port}, one of ${n}`)
    return { at: node, ip: endpoint.ip, port: endpoint.port }
  }

  #cross(from: string, to: string): Refusal | undefined {
    if (from === to) return undefined
    const obstacle = this.#hosts.obstacle(from, to)
    if (obstacle !== undefined) return { outcome: 'timeout', because: obstacle }
    this.#hops.push(`${from} to ${to}`)
    return undefined
  }

  #arrive(at: string, ip: string, port: number): Connection<unknown> {
    const host = this.#hosts.hostOf(ip)
    if (host === undefined)
      return this.#no('timeout', `nobody has the address ${ip}, and no rule of ${at} translates it`)
    const obstacle = this.#cross(at, host)
    if (obstacle !== undefined) return this.#no(obstacle.outcome, obstacle.because)
    this.#hops.push(`${ip}:${port} on ${host}`)
    const listener = this.#listeners.find(ip, port, this.#protocol)
    if (listener === undefined) return this.#no('refused', `nobody listens on ${ip}:${port}/${this.#protocol}`)
    const seenAs = this.#seenAs
    const connection = { outcome: 'connected', ip, port, host, hops: this.#hops, serve: listener.serve } as const
    return seenAs === undefined ? connection : { ...connection, seenAs }
  }

  #no(outcome: Refusal['outcome'], because: string): Connection<unknown> {
    return { outcome, because, hops: this.#hops }
  }
}

function isLoopback(ip: string): boolean {
  return ip.startsWith('127.') || ip === '::1' || ip === '0.0.0.0'
}
