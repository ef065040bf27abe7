import { formatIP, isInNetwork, maskedValue, parseCIDR } from '../../../api/ip.ts'
import type { Node, NodeAddress } from '../../../api/types.ts'
import type { Route } from '../cloud-provider.ts'

/** What is to be done about the route to one CIDR of a node. */
export type RouteAction = 'keep' | 'add' | 'update'

/** By node, then by CIDR. Nodes without CIDRs are not in it unless routes lead to them. */
export type Plan = ReadonlyMap<string, ReadonlyMap<string, RouteAction>>

/** What there is to do so that a route leads to every node's CIDRs. Source: k8s.io/cloud-provider/controllers/route/route_controller.go reconcile */
export function planRoutes(nodes: readonly Node[], routes: readonly Route[]): Plan {
  const byNode = new Map<string, Route[]>()
  for (const route of routes) {
    if (route.targetNode === '') continue
    byNode.set(route.targetNode, [...(byNode.get(route.targetNode) ?? []), route])
  }
  const plan = new Map<string, ReadonlyMap<string, RouteAction>>([...byNode.keys()].map((node) => [node, new Map()]))
  for (const { metadata, spec, status } of nodes) {
    const cidrs = spec?.podCIDRs ?? []
    if (cidrs.length === 0) continue
    const own = byNode.get(metadata.name) ?? []
    const actions = cidrs.map((cidr) => [cidr, actionFor(own, cidr, status?.addresses ?? [])] as const)
    plan.set(metadata.name, new Map(actions))
  }
  return plan
}

/** Source: route_controller.go getRouteAction */
function actionFor(routes: readonly Route[], cidr: string, addresses: readonly NodeAddress[]): RouteAction {
  const route = routes.find(({ destinationCIDR }) => destinationCIDR === cidr)
  if (route === undefined) return 'add'
  return !route.enableNodeAddresses || sameAddresses(addresses, route.targetNodeAddresses ?? []) ? 'keep' : 'update'
}

function sameAddresses(a: readonly NodeAddress[], b: readonly NodeAddress[]): boolean {
  if (a.length !== b.length) return false
  return a.every(({ type, address }) => b.some((other) => other.type === type && other.address === address))
}

/** Routes of this cluster's Pods that lead nowhere, to nobody's CIDR, or to where a node no longer is. */
export function routesToDelete(
  plan: Plan,
  routes: readonly Route[],
  clusterCIDRs: readonly string[],
): readonly Route[] {
  return routes.filter((route) => {
    if (!isResponsibleFor(route, clusterCIDRs)) return false
    const action = plan.get(route.targetNode)?.get(route.destinationCIDR)
    return route.blackhole === true || action === undefined || action === 'update'
  })
}

/** Whether its first or its last address is one of the cluster's. Source: route_controller.go isResponsibleForRoute */
export function isResponsibleFor({ destinationCIDR }: Route, clusterCIDRs: readonly string[]): boolean {
  const network = parseCIDR(destinationCIDR)
  if (network === undefined) return false
  const { family } = network.address
  const first = maskedValue(network)
  const last = first + (1n << BigInt((family === 4 ? 32 : 128) - network.bits)) - 1n
  const ends = [first, last].map((value) => formatIP({ family, value }))
  return clusterCIDRs.some((cidr) => ends.some((ip) => isInNetwork(ip, cidr)))
}
