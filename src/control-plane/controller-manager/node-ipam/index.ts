import { parseCIDR } from '../../../api/ip.ts'
import { unknownError } from '../../../api/status.ts'
import { isStatus, type Node, type Status } from '../../../api/types.ts'
import type { Client, EventRecorder } from '../../../client/contract.ts'
import type { Controller, ControllerContext, ControllerDescriptor } from '../controller.ts'
import type { ControllerManagerFlags } from '../flags.ts'
import { startLoop } from '../machine.ts'
import { nodeReference } from '../node-reference.ts'
import { CIDRSet, NONE_LEFT, overlaps } from './cidr-set.ts'

/** Gives every node a range of addresses for its pods, where --allocate-node-cidrs asks for it. Source: pkg/controller/nodeipam/ipam/range_allocator.go */
export const nodeIPAMController: ControllerDescriptor = {
  name: 'node-ipam-controller',
  account: 'node-controller',
  component: 'cidrAllocator',
  start: startNodeIPAM,
}

const DEFAULT_MASK = { 4: 24, 6: 64 } as const

function startNodeIPAM({ client, informers, recorder, world, flags }: ControllerContext): Controller {
  const sets = flags.allocateNodeCIDRs ? clusterSets(flags) : []
  if (sets.length === 0) return { stop: () => undefined }
  for (const service of flags.serviceClusterIPRange) {
    const range = parseCIDR(service)
    for (const set of sets) if (range !== undefined && overlaps(set.cluster, range)) set.occupy(range)
  }
  for (const { spec } of client.list('Node')) eachRange(spec?.podCIDRs ?? [], sets, (set, range) => set.occupy(range))
  const loop = startLoop({
    component: 'controller-manager/node-ipam-controller',
    world,
    reconcile: (name) => allocate(name, sets, client, recorder),
  })
  const stop = informers.on('Node', ({ type, object: node }, old) => {
    const { podCIDRs = [] } = node.spec ?? {}
    if (type === 'DELETED') eachRange(podCIDRs, sets, (set, range) => set.release(range))
    else if (old === undefined || old.spec?.podCIDRs !== node.spec?.podCIDRs || podCIDRs.length === 0) {
      eachRange(podCIDRs, sets, (set, range) => set.occupy(range))
      if (podCIDRs.length === 0) loop.queue.add(node.metadata.name)
    }
  })
  return {
    stop() {
      stop()
      loop.stop()
    },
  }
}

/** Source: cmd/kube-controller-manager/app/core.go newNodeIpamController, setNodeCIDRMaskSizes */
function clusterSets(flags: ControllerManagerFlags): readonly CIDRSet[] {
  const { nodeCIDRMaskSize, nodeCIDRMaskSizeIPv4, nodeCIDRMaskSizeIPv6 } = flags
  return flags.clusterCIDR.split(',').flatMap((text) => {
    const range = parseCIDR(text.trim())
    if (range === undefined) return []
    const { family } = range.address
    const own = family === 4 ? nodeCIDRMaskSizeIPv4 : nodeCIDRMaskSizeIPv6
    const size = own || nodeCIDRMaskSize || DEFAULT_MASK[family]
    return size < range.bits ? [] : [new CIDRSet(range, size)]
  })
}

function eachRange(
  podCIDRs: readonly string[],
  sets: readonly CIDRSet[],
  act: (set: CIDRSet, range: NonNullable<ReturnType<typeof parseCIDR>>) => void,
): void {
  for (const [index, text] of podCIDRs.entries()) {
    const range = parseCIDR(text)
    const set = sets[index]
    if (range !== undefined && set !== undefined) act(set, range)
  }
}

/** Source: range_allocator.go AllocateOrOccupyCIDR, updateCIDRsAllocation */
function allocate(name: string, sets: readonly CIDRSet[], client: Client, recorder: EventRecorder): Status | undefined {
  const node = client.get('Node', name)
  if (node === undefined || node.metadata.deletionTimestamp !== undefined) return undefined
  if ((node.spec?.podCIDRs ?? []).length > 0) return undefined
  const podCIDRs: string[] = []
  for (const [index, set] of sets.entries()) {
    const range = set.allocate()
    if (range === undefined) {
      tellStatus(recorder, node, 'CIDRNotAvailable')
      return unknownError(`failed to allocate cidr from cluster cidr at idx:${index}: ${NONE_LEFT}`)
    }
    podCIDRs.push(range)
  }
  const spec = { podCIDR: podCIDRs[0]!, podCIDRs }
  const answer = client.patch!('Node', name, undefined, { spec })
  if (!isStatus(answer)) return undefined
  tellStatus(recorder, node, 'CIDRAssignmentFailed')
  eachRange(podCIDRs, sets, (set, range) => set.release(range))
  return answer
}

/** Source: pkg/controller/util/node/controller_utils.go RecordNodeStatusChange */
function tellStatus(recorder: EventRecorder, node: Node, status: string): void {
  recorder.event(nodeReference(node), 'Normal', status, `Node ${node.metadata.name} status is now: ${status}`)
}
