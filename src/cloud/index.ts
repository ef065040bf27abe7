import type { Network } from '../network/contract.ts'
import type { ChartWorld } from '../sim/chart.ts'
import type { Random } from '../sim/random.ts'
import { Calls } from './calls.ts'
import type { Cloud, Latencies, Quotas } from './contract.ts'
import { BlockStorage } from './disks.ts'
import { RentedInstances } from './instances.ts'
import { BalancerFleet } from './load-balancers.ts'
import { RouteTable } from './routes.ts'

export const PROVIDER = 'kubedrill'

/** What customers of large clouds see on a usual day. */
export const LATENCIES: Latencies = {
  startInstance: 20_000,
  stopInstance: 30_000,
  terminateInstance: 20_000,
  createDisk: 2_000,
  deleteDisk: 1_000,
  attachDisk: 2_000,
  detachDisk: 5_000,
  resizeDisk: 5_000,
  createSnapshot: 10_000,
  createLoadBalancer: 30_000,
  updateLoadBalancer: 1_000,
  deleteLoadBalancer: 10_000,
}

export interface CloudOptions {
  readonly world: ChartWorld
  /** Where its load balancers are found, and find machines. */
  readonly network: Network
  readonly random: Random
  /** Default `region-1`, with zones `region-1a` to `region-1c`. */
  readonly region?: string
  readonly zones?: readonly string[]
  readonly quotas?: Partial<Quotas>
  readonly latencies?: Partial<Latencies>
}

/** A cloud of one account, empty at first. */
export function createCloud(options: CloudOptions): Cloud {
  const { world, network, random, region = 'region-1' } = options
  const zones = options.zones ?? ['a', 'b', 'c'].map((letter) => region + letter)
  const latencies = { ...LATENCIES, ...options.latencies }
  const calls = new Calls(options.quotas ?? {})
  const instances = new RentedInstances(calls, world, random, latencies, zones)
  const disks = new BlockStorage(calls, instances, world, random, latencies, zones)
  return {
    provider: PROVIDER,
    region,
    zones,
    instances,
    disks,
    loadBalancers: new BalancerFleet(calls, instances, network, world, random, latencies, region),
    routes: new RouteTable(calls, instances),
    get quotas() {
      return calls.quotas
    },
    setQuota: (name, limit) => calls.setQuota(name, limit),
    inject: (fault) => calls.inject(fault),
    onChange: (listener) => calls.onChange(listener),
  }
}

/** `kubedrill://region-1a/i-0a1b…` */
export function providerId({ provider }: Cloud, { zone, id }: { readonly zone: string; readonly id: string }): string {
  return `${provider}://${zone}/${id}`
}

/** The instance's id in a provider id; undefined where it is another cloud's. */
export function instanceIdOf({ provider }: Pick<Cloud, 'provider'>, id: string): string | undefined {
  return id.startsWith(`${provider}://`) ? id.slice(id.lastIndexOf('/') + 1) : undefined
}
