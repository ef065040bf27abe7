import type { Network } from '../network/contract.ts'
import { type Charts, type ChartWorld, createCharts } from '../sim/chart.ts'
import type { Random } from '../sim/random.ts'
import { balancerOf } from './balancing.ts'
import { type Calls, refuse } from './calls.ts'
import {
  type BackendHealth,
  type BalancerSpec,
  type BalancerState,
  type CloudAnswer,
  type CloudError,
  type Instances,
  isCloudError,
  type Latencies,
  type LoadBalancer,
  type LoadBalancers,
  type Operation,
} from './contract.ts'
import { HealthChecks } from './health-checks.ts'
import { newId } from './instances.ts'
import { loadBalancerMachine } from './load-balancer-machine.ts'

/** Addresses of the account: TEST-NET-3 outside, and a network of its own inside. */
const POOLS = { 'internet-facing': '203.0.113.', internal: '192.168.127.' } as const
const POOL_SIZE = 254

/** Load balancers and what they know of the machines behind them. */
export class BalancerFleet implements LoadBalancers {
  readonly #calls: Calls
  readonly #instances: Instances
  readonly #network: Network
  readonly #random: Random
  readonly #latencies: Latencies
  readonly #domain: string
  readonly #charts: Charts<typeof loadBalancerMachine>
  readonly #checks: HealthChecks
  readonly #byId = new Map<string, LoadBalancer>()
  /** By balancer: how to stop asking the machines behind it. */
  readonly #watches = new Map<string, Map<string, () => void>>()
  /** The next address of each pool: they are not given out again at once. */
  readonly #next = { 'internet-facing': 0, internal: 0 }

  constructor(
    calls: Calls,
    instances: Instances,
    network: Network,
    world: ChartWorld,
    random: Random,
    latencies: Latencies,
    region: string,
  ) {
    this.#calls = calls
    this.#instances = instances
    this.#network = network
    this.#random = random
    this.#latencies = latencies
    this.#domain = `elb.${region}.kubedrill.cloud`
    this.#checks = new HealthChecks(network, world)
    this.#charts = createCharts(loadBalancerMachine, world, 'cloud/load-balancer', (id, { state }) =>
      this.#entered(id, state),
    )
  }

  list(): readonly LoadBalancer[] {
    return [...this.#byId.values()]
  }

  get(id: string): LoadBalancer | undefined {
    return this.#byId.get(id)
  }

  byName(name: string): LoadBalancer | undefined {
    return this.list().find(({ spec, state }) => spec.name === name && state !== 'deleting')
  }

  describe(idOrName: string): CloudAnswer<LoadBalancer | undefined> {
    const balancer = this.get(idOrName) ?? this.byName(idOrName)
    return this.#calls.fault('DescribeLoadBalancer', idOrName, balancer?.id ?? '') ?? balancer
  }

  create(spec: BalancerSpec): CloudAnswer<LoadBalancer> {
    const refused =
      this.#calls.fault('CreateLoadBalancer', spec.name) ??
      (this.byName(spec.name) === undefined
        ? undefined
        : refuse('AlreadyExists', `a load balancer is named ${spec.name}`)) ??
      this.#calls.exceeds('loadBalancers', this.#byId.size + 1)
    if (refused) return refused
    const address = this.#freeAddress(spec)
    if (typeof address !== 'string') return address
    const id = newId('lb', this.#random)
    const hostname = spec.kind === 'application' ? { hostname: `${spec.name}-${id.slice(-8)}.${this.#domain}` } : {}
    this.#byId.set(id, { id, state: 'provisioning', spec, address, ...hostname })
    this.#charts.start(id, this.#latencies)
    this.#watchBackends(id)
    this.#calls.changed('load-balancer', id)
    return this.get(id)!
  }

  update(id: string, asked: BalancerSpec): CloudAnswer<LoadBalancer> {
    const known = this.#for('UpdateLoadBalancer', id)
    if (isCloudError(known)) return known
    const { name, kind, scheme, address } = known.spec
    const { address: _, ...rest } = asked
    const spec: BalancerSpec = { ...rest, name, kind, scheme, ...(address !== undefined && { address }) }
    if (JSON.stringify(sorted(spec)) === JSON.stringify(sorted(known.spec))) return known
    this.#byId.set(id, { ...known, spec })
    this.#watchBackends(id)
    if (known.state !== 'provisioning') this.#charts.send(id, { type: 'update' })
    this.#calls.changed('load-balancer', id)
    return this.get(id)!
  }

  delete(id: string): CloudAnswer<undefined> {
    const known = this.#for('DeleteLoadBalancer', id)
    if (isCloudError(known)) return known
    this.#charts.send(id, { type: 'delete' })
    return undefined
  }

  health(id: string): ReadonlyMap<string, BackendHealth> {
    const { backends = [], healthCheck } = this.get(id)?.spec ?? {}
    return new Map(
      backends.map((backend) => {
        const ip = this.#instances.get(backend)?.privateIP
        return [backend, ip === undefined ? 'unhealthy' : this.#checks.health(ip, healthCheck!)]
      }),
    )
  }

  #for(operation: Operation, id: string): CloudAnswer<LoadBalancer> {
    const known = this.get(id)
    const fault = this.#calls.fault(operation, id, known?.spec.name ?? '')
    if (fault) return fault
    if (known === undefined || known.state === 'deleting') return refuse('NotFound', `there is no load balancer ${id}`)
    return known
  }

  #freeAddress({ scheme, address }: BalancerSpec): string | CloudError {
    const pool = POOLS[scheme]
    const taken = new Set(this.list().map((balancer) => balancer.address))
    if (address !== undefined) {
      const last = Number(address.startsWith(pool) ? address.slice(pool.length) : Number.NaN)
      if (!(last >= 1 && last <= POOL_SIZE))
        return refuse('InvalidParameter', `address ${address} is not one of the account (${pool}0/24)`)
      return taken.has(address) ? refuse('InUse', `address ${address} belongs to another load balancer`) : address
    }
    for (let tries = 0; tries < POOL_SIZE; tries++) {
      const candidate = `${pool}${(this.#next[scheme]++ % POOL_SIZE) + 1}`
      if (!taken.has(candidate)) return candidate
    }
    return refuse('QuotaExceeded', `the account has no free address in ${pool}0/24`)
  }

  #watchBackends(id: string): void {
    const { spec } = this.get(id)!
    const before = this.#watches.get(id) ?? new Map<string, () => void>()
    const after = new Map<string, () => void>()
    for (const backend of spec.backends) {
      const { name, privateIP: ip } = this.#instances.get(backend) ?? {}
      if (name === undefined || ip === undefined) continue
      const { port, path = '' } = spec.healthCheck
      const key = `${ip}:${port}${path}`
      after.set(key, before.get(key) ?? this.#checks.watch(name, ip, spec.healthCheck, () => this.#told(id)))
    }
    for (const [key, stop] of before) if (!after.has(key)) stop()
    this.#watches.set(id, after)
  }

  #told(id: string): void {
    this.#calls.changed('load-balancer', id)
  }

  #entered(id: string, state: BalancerState | 'deleted'): void {
    const balancer = this.get(id)!
    const { address, hostname } = balancer
    if (state === 'deleted') this.#byId.delete(id)
    else this.#byId.set(id, { ...balancer, state })
    if (state === 'active' && balancer.state === 'provisioning') this.#appear(id, balancer)
    if (state === 'deleting') {
      for (const stop of this.#watches.get(id)?.values() ?? []) stop()
      this.#watches.delete(id)
      this.#network.outside.setBalancer(address, undefined)
      if (hostname !== undefined) this.#network.outside.setName(hostname, [])
    }
    this.#calls.changed('load-balancer', id)
  }

  #appear(id: string, { address, hostname }: LoadBalancer): void {
    const backends = () =>
      [...this.health(id)].flatMap(([instance, health]) => {
        const ip = this.#instances.get(instance)?.privateIP
        return health === 'healthy' && ip !== undefined ? [ip] : []
      })
    this.#network.outside.setBalancer(
      address,
      balancerOf(() => this.get(id)!, backends),
    )
    if (hostname !== undefined) this.#network.outside.setName(hostname, [address])
  }
}

/** The order of backends, ranges and listeners means nothing. */
function sorted(spec: BalancerSpec): unknown {
  const { backends, sourceRanges = [], listeners, name, kind, scheme, healthCheck, sticky = false, address = '' } = spec
  const ports = listeners.map(({ port, protocol, targetPort = 0 }) => `${protocol} ${port} ${targetPort}`)
  const { port, path = '' } = healthCheck
  return [name, kind, scheme, [...backends].sort(), [...sourceRanges].sort(), ports.sort(), port, path, sticky, address]
}
