import { findCondition } from '../../../api/conditions.ts'
import { rfc3339 } from '../../../api/time.ts'
import { isStatus, type Node, type NodeCondition } from '../../../api/types.ts'
import type { Timer } from '../../../sim/clock.ts'
import { isProviderError, type Route } from '../cloud-provider.ts'
import type { CloudController, CloudControllerContext, CloudControllerDescriptor } from '../controller.ts'
import { type Plan, planRoutes, routesToDelete } from './plan.ts'

/**
 * Keeps a route to every node's Pods in the cloud's route table, and says of each node whether there is one.
 * Source: k8s.io/cloud-provider/controllers/route/route_controller.go
 */
export const nodeRouteController: CloudControllerDescriptor = {
  name: 'node-route-controller',
  account: 'route-controller',
  component: 'route_controller',
  start(context) {
    const { allocateNodeCIDRs, configureCloudRoutes, clusterCIDR } = context.flags
    if (!allocateNodeCIDRs || !configureCloudRoutes) {
      context.log(
        `I core.go:118] Will not configure cloud provider routes for allocate-node-cidrs: ${allocateNodeCIDRs}, configure-cloud-routes: ${configureCloudRoutes}.`,
      )
      return undefined
    }
    return clusterCIDR.length === 0 ? undefined : new RouteController(context)
  },
}

/** Upstream works every --route-reconciliation-period; here at those times at which something may have to be done. */
class RouteController implements CloudController {
  readonly #c: CloudControllerContext
  readonly #startedAt: number
  readonly #stops: readonly (() => void)[]
  #timer: Timer | undefined

  constructor(context: CloudControllerContext) {
    this.#c = context
    this.#startedAt = context.world.clock.now()
    this.#stops = [
      context.informers.on('Node', ({ type, object }, old) => {
        if (old === undefined || type === 'DELETED' || concernsRoutes(old, object)) this.#atNextPass()
      }),
      context.provider.onChange(() => this.#atNextPass()),
    ]
  }

  stop(): void {
    for (const stop of this.#stops) stop()
    this.#c.world.clock.clearTimeout(this.#timer)
  }

  /** The first pass is right after the start. */
  #atNextPass(): void {
    if (this.#timer?.callback !== undefined) return
    const { world, flags } = this.#c
    const every = flags.routeReconciliationPeriod
    const passed = world.clock.now() - this.#startedAt
    const delay = passed === 0 && this.#timer === undefined ? 0 : (Math.floor(passed / every) + 1) * every - passed
    this.#timer = world.clock.setTimeout(() => this.#reconcile(), delay)
  }

  /** Source: route_controller.go reconcileNodeRoutes, reconcile */
  #reconcile() {
    const { client, provider, flags, log } = this.#c
    const routes = provider.routes.list(flags.clusterName)
    if (isProviderError(routes)) {
      log(`E route_controller.go:220] Couldn't reconcile node routes: error listing routes: ${routes.error}`)
      return this.#atNextPass()
    }
    const nodes = client.list('Node')
    const plan = planRoutes(nodes, routes)
    let again = false
    for (const route of routesToDelete(plan, routes, flags.clusterCIDR)) again = !this.#delete(route) || again
    for (const node of nodes) again = !this.#connect(node, plan) || again
    if (again) this.#atNextPass()
  }

  #delete(route: Route): boolean {
    const { provider, flags, log } = this.#c
    const answer = provider.routes.delete(flags.clusterName, route)
    if (!isProviderError(answer)) return true
    const { name, destinationCIDR } = route
    log(`E route_controller.go:384] Could not delete route ${name} ${destinationCIDR} after 0s: ${answer.error}`)
    return false
  }

  /** Makes the routes to a node that are missing, and says in its status whether all are there. */
  #connect(node: Node, plan: Plan): boolean {
    const actions = plan.get(node.metadata.name)
    if (actions === undefined) return true
    let all = actions.size > 0
    for (const [cidr, action] of actions) if (action !== 'keep' && !this.#create(node, cidr)) all = false
    const said = this.#say(node, all)
    return said && (all || actions.size === 0)
  }

  #create(node: Node, destinationCIDR: string): boolean {
    const { provider, flags, recorder, log } = this.#c
    const { name, uid = '' } = node.metadata
    const targetNodeAddresses = node.status?.addresses ?? []
    const route = { targetNode: name, targetNodeAddresses, destinationCIDR }
    const answer = provider.routes.create(flags.clusterName, uid, route)
    if (!isProviderError(answer)) return true
    const why = `Could not create route ${uid} ${destinationCIDR} for node ${name} after 0s: ${answer.error}`
    const about = { apiVersion: 'v1', kind: 'Node', metadata: { name, uid } }
    recorder.event(about, 'Warning', 'FailedToCreateRoute', why)
    log(`E route_controller.go:461] ${why}`)
    return false
  }

  /** Source: route_controller.go updateNetworkingCondition */
  #say(node: Node, created: boolean): boolean {
    const { client, world, log } = this.#c
    const said = findCondition(node.status?.conditions, 'NetworkUnavailable')
    const wanted = created ? CREATED : NOT_CREATED
    if (said?.status === wanted.status && said.reason === wanted.reason) return true
    const { name } = node.metadata
    const now = rfc3339(world.clock.now())
    const condition: NodeCondition = { ...wanted, lastHeartbeatTime: now, lastTransitionTime: now }
    const others = (client.get('Node', name)?.status?.conditions ?? []).filter(({ type }) => type !== condition.type)
    const conditions = [...others, condition]
    const answer = client.patch!('Node', name, undefined, { status: { conditions } }, 'status')
    if (!isStatus(answer) || answer.reason === 'NotFound') return true
    log(`E route_controller.go:556] Error updating node ${name}: ${answer.message}`)
    return false
  }
}

const CREATED = {
  type: 'NetworkUnavailable',
  status: 'False',
  reason: 'RouteCreated',
  message: 'RouteController created a route',
} as const

const NOT_CREATED = {
  type: 'NetworkUnavailable',
  status: 'True',
  reason: 'NoRouteCreated',
  message: 'RouteController failed to create a route',
} as const

/** Source: route_controller.go handleNodeUpdate */
function concernsRoutes(old: Node, node: Node): boolean {
  if (old.metadata.uid !== node.metadata.uid) return true
  if ((old.spec?.podCIDRs ?? []).join() !== (node.spec?.podCIDRs ?? []).join()) return true
  const [before, after] = [old, node].map(({ status }) => findCondition(status?.conditions, 'NetworkUnavailable'))
  return old.status?.addresses !== node.status?.addresses || before?.reason !== after?.reason
}
