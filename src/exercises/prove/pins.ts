import { requiredNodeAffinity } from '../../api/node-selector.ts'
import { compareQuantities } from '../../api/quantity.ts'
import { addResources, podResources, type ResourceList, subtractResources } from '../../api/resource-lists.ts'
import type { KubernetesObject, Node, Pod } from '../../api/types.ts'
import type { World } from '../../gherkin/world.ts'
import { type Deed, patched, templateOf, workloadsIn } from './deeds.ts'

/** Around the scheduler: the template names a node. */
export function pinned(world: World, objects: readonly KubernetesObject[]): readonly Deed[] {
  const nodes = roomIn(world)
  const pins = new Map<KubernetesObject, string>()
  for (const object of workloadsIn(objects)) {
    if (object.kind === 'DaemonSet') continue
    const node = takerOf(object, nodes)
    if (node === undefined) continue
    pins.set(object, node.node.metadata.name)
    node.room = subtractResources(node.room, needs(object))
  }
  if (pins.size === 0) return []
  const deed = `every workload is pinned to a node with nodeName (${[...new Set(pins.values())].join(', ')})`
  const body = (object: KubernetesObject) => ({ spec: { template: { spec: { nodeName: pins.get(object) } } } })
  return [patched({ deed, what: 'pinned' }, [...pins.keys()], body)]
}

interface Room {
  readonly node: Node
  /** What nobody has asked for so far. */
  room: ResourceList
}

function roomIn(world: World): readonly Room[] {
  const pods = world.client.list('Pod').filter(({ status }) => !/^(Succeeded|Failed)$/.test(status?.phase ?? ''))
  return world.client.list('Node').map((node) => {
    const own = pods.filter(({ spec }) => spec.nodeName === node.metadata.name)
    const room = own.reduce(
      (left, pod) => subtractResources(left, { ...podResources(pod, 'requests'), pods: '1' }),
      node.status?.allocatable ?? {},
    )
    return { node, room }
  })
}

/** What its Pods ask for in all. */
function needs(object: KubernetesObject): ResourceList {
  const pod = { spec: templateOf(object).spec } as unknown as Pod
  const one = { ...podResources(pod, 'requests'), pods: '1' }
  const { replicas = 1 } = (object as { spec?: { replicas?: number } }).spec ?? {}
  // No node takes so many.
  return Array.from({ length: Math.min(replicas, 1000) }, () => one).reduce<ResourceList>(addResources, {})
}

/** A node whose kubelet takes such Pods, all of them; any other would have them made anew for ever, which fools nobody. */
function takerOf(object: KubernetesObject, nodes: readonly Room[]): Room | undefined {
  const wanted = Object.entries(needs(object))
  const { matches } = requiredNodeAffinity(templateOf(object).spec as unknown as Pod['spec'])
  const takers = nodes.filter(
    ({ node: { metadata, spec: { taints = [] } = {} }, room }) =>
      matches({ name: metadata.name, labels: metadata.labels ?? {} }) &&
      taints.every(({ effect }) => effect !== 'NoExecute') &&
      wanted.every(([resource, amount]) => compareQuantities(amount, room[resource] ?? 0) <= 0),
  )
  const isOpen = ({ node }: Room) => !node.spec?.taints?.length && !node.spec?.unschedulable
  return takers.find(isOpen) ?? takers[0]
}
