import type { Cloud, CloudFault, QuotaName } from '../cloud/contract.ts'
import { isCloudError } from '../cloud/contract.ts'
import { createCloud } from '../cloud/index.ts'
import type { Network } from '../network/contract.ts'
import type { ChartWorld } from '../sim/chart.ts'
import { Random } from '../sim/random.ts'
import { hostAddress } from './addresses.ts'
import type { Topology, TopologyNode } from './contract.ts'
import type { Machine } from './machines.ts'
import { DEFAULT_REGION, zonesOf } from './topology.ts'

/** What can be done to a cloud from outside: by its customer at the console, or by bad luck. */
export type CloudAction =
  | { readonly what: 'instance'; readonly node: string; readonly action: 'starts' | 'stops' | 'terminates' }
  | { readonly what: 'quota'; readonly name: QuotaName; readonly limit: number }
  /** Calls fail from now on. */
  | { readonly what: 'calls fail'; readonly fault: CloudFault }
  /** No call fails any more. */
  | { readonly what: 'calls work' }

/** Addresses from which machines of the cloud are seen outside (TEST-NET-2). More machines than that have none. */
const PUBLIC_ADDRESSES = 240

/** The cloud that a topology asks for, with its machines running in it. */
export function cloudOf(topology: Topology, world: ChartWorld, network: Network, seed: number): Cloud | undefined {
  if (topology.cloud === undefined) return undefined
  const { region = DEFAULT_REGION, quotas } = topology.cloud
  const zones = zonesOf(topology.cloud)
  const cloud = createCloud({
    world,
    network,
    random: new Random(seed, 'cloud'),
    region,
    zones,
    ...(quotas && { quotas }),
  })
  for (const [index, node] of topology.nodes.entries()) {
    const rented = cloud.instances.create({
      name: node.name,
      type: node.instanceType ?? `standard-${node.cpu ?? '4'}`,
      zone: node.zone ?? zones[index % zones.length]!,
      privateIP: hostAddress(index),
      ...(isPublic(node, index) && { publicIP: `198.51.100.${index + 10}` }),
    })
    if (isCloudError(rented)) throw new Error(`the cloud has no machine for ${node.name}: ${rented.error}`)
    if (rented.publicIP !== undefined) network.outside.setAlias(rented.publicIP, rented.privateIP)
  }
  return cloud
}

function isPublic({ role }: TopologyNode, index: number): boolean {
  return role === 'worker' && index < PUBLIC_ADDRESSES
}

/** A machine that the cloud stops has no power; one that it starts boots. */
export function powerByCloud(cloud: Cloud, machines: ReadonlyMap<string, Machine>): void {
  cloud.onChange(({ resource, id }) => {
    const instance = resource === 'instance' ? cloud.instances.get(id) : undefined
    const host = instance && machines.get(instance.name)?.host
    if (instance === undefined || host === undefined) return
    if (instance.state === 'pending') host.powerOn()
    else if (instance.state !== 'running') host.powerOff()
  })
}

/** Does to the cloud what somebody outside does. */
export class CloudActions {
  readonly #cloud: Cloud | undefined
  readonly #faults: (() => void)[] = []

  constructor(cloud: Cloud | undefined) {
    this.#cloud = cloud
  }

  /** @throws for a cluster without a cloud, or a machine that is gone */
  perform(action: CloudAction): void {
    const cloud = this.#cloud
    if (cloud === undefined)
      throw new Error('the machines of this cluster are in no cloud: its topology has no `cloud`')
    if (action.what === 'quota') cloud.setQuota(action.name, action.limit)
    else if (action.what === 'calls fail') this.#faults.push(cloud.inject(action.fault))
    else if (action.what === 'calls work') for (const end of this.#faults.splice(0)) end()
    else this.#instance(cloud, action.node, action.action)
  }

  /** A machine that was stopped in the cloud is not switched on in another way. Answers whether the cloud did it. */
  recovers(node: string): boolean {
    const instance = this.#cloud?.instances.byName(node)
    if (this.#cloud !== undefined && instance === undefined)
      throw new Error(`the cloud has no machine "${node}" any more`)
    if (instance?.state !== 'stopped') return false
    this.#instance(this.#cloud!, node, 'starts')
    return true
  }

  #instance(cloud: Cloud, node: string, action: 'starts' | 'stops' | 'terminates'): void {
    const instance = cloud.instances.byName(node)
    if (instance === undefined) throw new Error(`the cloud has no machine "${node}"`)
    const { id } = instance
    const { instances } = cloud
    const answer =
      action === 'starts' ? instances.start(id) : action === 'stops' ? instances.stop(id) : instances.terminate(id)
    if (isCloudError(answer)) throw new Error(answer.error)
  }
}
