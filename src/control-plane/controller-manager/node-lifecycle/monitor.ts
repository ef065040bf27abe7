import { findCondition } from '../../../api/conditions.ts'
import { hasTaint } from '../../../api/taints.ts'
import { isStatus, type Node } from '../../../api/types.ts'
import type { Charts } from '../../../sim/chart.ts'
import type { Timer } from '../../../sim/clock.ts'
import type { ControllerContext } from '../controller.ts'
import { nodeReference } from '../node-reference.ts'
import { Zones } from './disruption.ts'
import {
  NOT_READY,
  UNREACHABLE,
  withNoExecuteTaint,
  withoutNoExecuteTaints,
  withPodNotReady,
  withUnknownConditions,
  zoneKey,
} from './health.ts'
import type { nodeHealthMachine } from './machine.ts'
import type { ZoneCount } from './zones.ts'

/** Source: nodelifecycle/scheduler nodeUpdateWorkerSize */
const WORKERS = 8

interface Known {
  readonly node: Node
  readonly zone: string
  readonly ready: boolean
  readonly counted: boolean
}

/**
 * The passes over nodes that upstream makes every --node-monitor-period: here a pass happens only at those moments at
 * which it could find something new, and looks only at the nodes it is about.
 * Source: pkg/controller/nodelifecycle/node_lifecycle_controller.go monitorNodeHealth
 */
export class NodeMonitor {
  readonly #context: ControllerContext
  readonly #health: () => Charts<typeof nodeHealthMachine>
  readonly #zones: Zones
  readonly #startedAt: number
  readonly #known = new Map<string, Known>()
  readonly #dirty = new Set<string>()
  /** Nodes whose pods could not all be marked. */
  readonly #toRetry = new Set<string>()
  #pass: Timer | undefined

  constructor(context: ControllerContext, health: () => Charts<typeof nodeHealthMachine>) {
    this.#context = context
    this.#health = health
    this.#startedAt = context.world.clock.now()
    this.#zones = new Zones({
      clock: context.world.clock,
      flags: context.flags,
      taint: (name) => this.#taintNoExecute(name),
      onEnter: () => {
        for (const { node } of this.#known.values()) this.#markReachable(node)
      },
      onExit: () => {
        const at = context.world.clock.now()
        for (const name of this.#known.keys()) this.#health().send(name, { type: 'graceRestarted', at })
      },
    })
  }

  /** The first pass at or after a time. */
  firstPassAt(ms: number): number {
    const period = this.#context.flags.nodeMonitorPeriod
    return this.#startedAt + Math.ceil((ms - this.#startedAt) / period) * period
  }

  /** Whether the node was ready when it was last looked at; undefined for an unknown node. */
  isReady(name: string): boolean | undefined {
    return this.#known.get(name)?.ready
  }

  /** Something about the node is worth a look at the next pass. */
  look(name: string): void {
    this.#dirty.add(name)
    if (this.#pass !== undefined) return
    const { clock } = this.#context.world
    this.#pass = clock.setTimeout(() => this.#run(), this.firstPassAt(clock.now()) - clock.now())
  }

  stop(): void {
    this.#context.world.clock.clearTimeout(this.#pass)
    this.#zones.stop()
  }

  #run(): void {
    this.#pass = undefined
    const names = [...this.#dirty]
    this.#dirty.clear()
    for (const name of names) this.#introduce(name)
    // Upstream looks at so many at once: what it says of them comes before what it says of their pods.
    for (let at = 0; at < names.length; at += WORKERS) {
      const fallen = names.slice(at, at + WORKERS).filter((name) => this.#monitor(name))
      for (const name of fallen) this.#markPods(name)
    }
    this.#zones.update(this.#counts())
  }

  #introduce(name: string): void {
    const node = this.#context.client.get('Node', name)
    const known = this.#known.get(name)
    if (node === undefined) {
      if (known === undefined) return
      this.#known.delete(name)
      this.#zones.tainter(known.zone).remove(name)
      this.#record(known.node, 'RemovingNode', `Removing Node ${name} from Controller`)
    } else if (known === undefined) {
      this.#record(node, 'RegisteredNode', `Registered Node ${name} in Controller`)
      this.#remember(node)
      this.#zones.introduce(zoneKey(node))
      this.#markReachable(node)
    }
  }

  /** Source: controller_utils.go RecordNodeEvent */
  #record(node: Node, reason: string, event: string): void {
    this.#context.recorder.event(nodeReference(node), 'Normal', reason, `Node ${node.metadata.name} event: ${event}`)
  }

  /** Answers whether its pods are to be marked. */
  #monitor(name: string): boolean {
    const before = this.#context.client.get('Node', name)
    if (before === undefined) return false
    const observed = findCondition(before.status?.conditions, 'Ready')?.status
    const node = this.#health().state(name)?.value === 'silent' ? this.#markUnknown(before) : before
    if (node === undefined) {
      this.#lookAgain(name)
      return false
    }
    this.#remember(node)
    const current = findCondition(node.status?.conditions, 'Ready')?.status
    if (current === undefined) return false
    this.#evict(node, current)
    const fell = current !== 'True' && observed === 'True'
    if (fell) {
      const message = `Node ${name} status is now: NodeNotReady`
      this.#context.recorder.event(nodeReference(node), 'Normal', 'NodeNotReady', message)
    }
    if (fell || (this.#toRetry.has(name) && observed !== 'True')) return true
    this.#toRetry.delete(name)
    return false
  }

  #markPods(name: string): void {
    if (this.#markPodsNotReady(name)) {
      this.#toRetry.delete(name)
      return
    }
    this.#toRetry.add(name)
    this.#lookAgain(name)
  }

  #lookAgain(name: string): void {
    const { clock } = this.#context.world
    this.#dirty.add(name)
    const next = this.firstPassAt(clock.now() + 1)
    this.#pass ??= clock.setTimeout(() => this.#run(), next - clock.now())
  }

  #remember(node: Node): void {
    const ready = findCondition(node.status?.conditions, 'Ready')?.status === 'True'
    const counted = node.metadata.labels?.['node.kubernetes.io/exclude-disruption'] === undefined
    this.#known.set(node.metadata.name, { node, zone: zoneKey(node), ready, counted })
  }

  #markUnknown(node: Node): Node | undefined {
    const now = this.#context.world.clock.now()
    const answer = this.#context.client.updateStatus('Node', node.metadata.name, undefined, (current) =>
      withUnknownConditions(current, now),
    )
    return isStatus(answer) ? undefined : (answer as Node)
  }

  /** Source: processTaintBaseEviction */
  #evict(node: Node, ready: string): void {
    const { name } = node.metadata
    const tainter = this.#zones.tainter(zoneKey(node))
    if (ready === 'True') {
      this.#markReachable(node)
      return
    }
    const [own, opposite] = ready === 'False' ? [NOT_READY, UNREACHABLE] : [UNREACHABLE, NOT_READY]
    if (hasTaint(node.spec?.taints, opposite)) {
      this.#taintNoExecute(name)
      return
    }
    if (hasTaint(node.spec?.taints, own)) return
    tainter.remove(name)
    tainter.add(name)
  }

  #taintNoExecute(name: string): boolean {
    const now = this.#context.world.clock.now()
    const answer = this.#context.client.update('Node', name, undefined, (node) => withNoExecuteTaint(node, now))
    return !isStatus(answer) || answer.reason === 'NotFound'
  }

  #markReachable(node: Node): void {
    const { name } = node.metadata
    this.#zones.tainter(zoneKey(node)).remove(name)
    if (withoutNoExecuteTaints(node) === node) return
    const answer = this.#context.client.update('Node', name, undefined, withoutNoExecuteTaints)
    if (isStatus(answer) && answer.reason !== 'NotFound') this.#lookAgain(name)
  }

  #markPodsNotReady(node: string): boolean {
    let all = true
    for (const { metadata } of this.#context.client.list('Pod', { fieldSelector: `spec.nodeName=${node}` }))
      all = this.markPodNotReady(metadata.namespace!, metadata.name) && all
    return all
  }

  /** Source: controller_utils.go MarkPodsNotReady. Answers false when it is to be tried again. */
  markPodNotReady(namespace: string, name: string): boolean {
    const { client, recorder, world } = this.#context
    const now = world.clock.now()
    const pod = client.get('Pod', name, namespace)
    if (pod === undefined || withPodNotReady(pod, now) === pod) return true
    const answer = client.updateStatus('Pod', name, namespace, (current) => withPodNotReady(current, now))
    if (isStatus(answer)) return answer.reason === 'NotFound'
    recorder.event(pod, 'Warning', 'NodeNotReady', 'Node is not ready')
    return true
  }

  #counts(): Map<string, ZoneCount> {
    const counts = new Map<string, { ready: number; notReady: number }>()
    for (const { zone, ready, counted } of this.#known.values()) {
      if (!counted) continue
      const count = counts.get(zone) ?? { ready: 0, notReady: 0 }
      counts.set(zone, count)
      if (ready) count.ready++
      else count.notReady++
    }
    return counts
  }
}
