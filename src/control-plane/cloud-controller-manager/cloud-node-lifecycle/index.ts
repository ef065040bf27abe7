import { findCondition } from '../../../api/conditions.ts'
import { isStatus, type Node, type Taint } from '../../../api/types.ts'
import type { Timer } from '../../../sim/clock.ts'
import { isProviderError } from '../cloud-provider.ts'
import type { CloudController, CloudControllerContext, CloudControllerDescriptor } from '../controller.ts'
import { withTaints } from '../taints.ts'

/** Source: k8s.io/cloud-provider/api/well_known_taints.go TaintNodeShutdown */
const SHUTDOWN: Taint = { key: 'node.cloudprovider.kubernetes.io/shutdown', effect: 'NoSchedule' }

/**
 * Deletes nodes whose machine is gone, and taints those whose machine is switched off.
 * Source: k8s.io/cloud-provider/controllers/nodelifecycle/node_lifecycle_controller.go
 */
export const cloudNodeLifecycleController: CloudControllerDescriptor = {
  name: 'cloud-node-lifecycle-controller',
  account: 'node-controller',
  component: 'cloud-node-lifecycle-controller',
  start: (context) => new CloudNodeLifecycleController(context),
}

/** Upstream looks at all nodes every --node-monitor-period; here at those times at which there may be something to do. */
class CloudNodeLifecycleController implements CloudController {
  readonly #c: CloudControllerContext
  readonly #startedAt: number
  readonly #stops: readonly (() => void)[]
  /** Nodes to look at: they are not ready, or tainted and ready again. */
  readonly #suspects = new Set<string>()
  #timer: Timer | undefined

  constructor(context: CloudControllerContext) {
    this.#c = context
    this.#startedAt = context.world.clock.now()
    this.#stops = [
      context.informers.on('Node', ({ type, object }) => {
        const { name } = object.metadata
        if (type === 'DELETED' || (isReady(object) && !hasShutdownTaint(object))) {
          this.#suspects.delete(name)
          return
        }
        this.#suspects.add(name)
        this.#lookAtNextPass()
      }),
      context.provider.onChange(() => this.#lookAtNextPass()),
    ]
  }

  stop(): void {
    for (const stop of this.#stops) stop()
    this.#c.world.clock.clearTimeout(this.#timer)
  }

  #lookAtNextPass(): void {
    if (this.#suspects.size === 0 || this.#timer?.callback !== undefined) return
    const { world, flags } = this.#c
    const every = flags.nodeMonitorPeriod
    const now = world.clock.now()
    const at = this.#startedAt + Math.ceil((now - this.#startedAt + 1) / every) * every
    this.#timer = world.clock.setTimeout(() => this.#monitor(), at - now)
  }

  /** Source: node_lifecycle_controller.go MonitorNodes */
  #monitor(): void {
    const { client } = this.#c
    let again = false
    for (const name of [...this.#suspects].sort()) {
      const node = client.get('Node', name)
      if (node === undefined) this.#suspects.delete(name)
      else if (isReady(node)) again = !this.#removeTaint(node) || again
      else again = !this.#lookInCloud(node) || again
    }
    if (again) this.#lookAtNextPass()
  }

  /** Answers whether there is nothing left to try. */
  #lookInCloud(node: Node): boolean {
    const { provider, log } = this.#c
    const { name } = node.metadata
    const exists = provider.instances.exists(node)
    if (isProviderError(exists)) {
      log(`E node_lifecycle_controller.go:157] error checking if node ${name} exists: ${exists.error}`)
      return false
    }
    if (!exists) return this.#delete(node)
    const shutdown = provider.instances.isShutdown(node)
    if (isProviderError(shutdown)) {
      log(`E node_lifecycle_controller.go:189] error checking if node ${name} is shutdown: ${shutdown.error}`)
      return false
    }
    return !shutdown || this.#addTaint(node)
  }

  #delete(node: Node): boolean {
    const { client, recorder, log } = this.#c
    const { apiVersion, kind, metadata } = node
    const { name, uid } = metadata
    const about = { apiVersion, kind, metadata: { name, ...(uid !== undefined && { uid }) } }
    const why = `Deleting node ${name} because it does not exist in the cloud provider`
    recorder.event(about, 'Normal', 'DeletingNode', why)
    const answer = client.delete('Node', name)
    if (!isStatus(answer) || answer.status === 'Success') return true
    log(`E node_lifecycle_controller.go:177] unable to delete node "${name}": ${answer.message}`)
    recorder.event(about, 'Warning', 'DeletingNodeFailed', `Failed deleting node ${name}: ${answer.message}`)
    return false
  }

  /** Source: k8s.io/cloud-provider/node/helpers/taints.go AddOrUpdateTaintOnNode */
  #addTaint(node: Node): boolean {
    if (hasShutdownTaint(node)) return true
    return this.#setTaints(node, (taints) => [...taints, SHUTDOWN])
  }

  #removeTaint(node: Node): boolean {
    if (!hasShutdownTaint(node)) return true
    return this.#setTaints(node, (taints) => taints.filter((taint) => !isShutdownTaint(taint)))
  }

  #setTaints({ metadata: { name } }: Node, change: (taints: readonly Taint[]) => readonly Taint[]): boolean {
    const answer = this.#c.client.update('Node', name, undefined, (current) =>
      withTaints(current, change(current.spec?.taints ?? [])),
    )
    return !isStatus(answer) || answer.reason === 'NotFound'
  }
}

function isReady({ status }: Node): boolean {
  return findCondition(status?.conditions, 'Ready')?.status === 'True'
}

const isShutdownTaint = ({ key, effect }: Taint) => key === SHUTDOWN.key && effect === SHUTDOWN.effect

function hasShutdownTaint({ spec }: Node): boolean {
  return (spec?.taints ?? []).some(isShutdownTaint)
}
