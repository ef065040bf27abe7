import { findCondition } from '../../../api/conditions.ts'
import { splitKey } from '../../../api/meta.ts'
import { unknownError } from '../../../api/status.ts'
import { parseTime } from '../../../api/time.ts'
import { isStatus, type Node, type Pod, type Status } from '../../../api/types.ts'
import { createCharts } from '../../../sim/chart.ts'
import type { Controller, ControllerContext, ControllerDescriptor } from '../controller.ts'
import { startLoop } from '../machine.ts'
import { withNoScheduleTaints, withReconciledLabels, zoneKey } from './health.ts'
import { LeaseReadings } from './leases.ts'
import { nodeHealthMachine } from './machine.ts'
import { NodeMonitor } from './monitor.ts'

/**
 * Marks nodes that have gone silent, taints nodes that are not ready, and says of their pods that they are not ready.
 * Source: pkg/controller/nodelifecycle/node_lifecycle_controller.go
 */
export const nodeLifecycleController: ControllerDescriptor = {
  name: 'node-lifecycle-controller',
  account: 'node-controller',
  component: 'node-controller',
  start: startNodeLifecycleController,
}

const COMPONENT = 'controller-manager/node-lifecycle-controller'

function startNodeLifecycleController(context: ControllerContext): Controller {
  const { informers, world, flags } = context
  const health = createCharts(nodeHealthMachine, world, COMPONENT, (name) => monitor.look(name))
  const monitor = new NodeMonitor(context, () => health)
  const loop = startLoop({
    component: COMPONENT,
    world,
    keysPerStep: 100,
    reconcile: (key) => (key.includes('/') ? markPod(monitor, key) : taintAndLabel(context, key)),
  })
  const now = () => world.clock.now()
  const firstPassAt = (ms: number) => monitor.firstPassAt(ms)
  const leases = new LeaseReadings(context.client, now, firstPassAt)
  /** News is noticed at the next pass. */
  const seenAt = () => firstPassAt(now())

  function nodeChanged(node: Node, old: Node | undefined): void {
    const { name } = node.metadata
    loop.queue.add(name)
    if (!health.has(name)) {
      const neverReported = readyOf(node) === undefined
      const probedAt = neverReported ? Math.min(seenAt(), createdAt(node, now())) : seenAt()
      const leaseNoticedAt = () => leases.noticedAt(name)
      const leaseIsCertain = () => leases.areCertain(name, () => health.send(name, { type: 'leaseUnsure' }))
      health.start(name, { ...flags, probedAt, neverReported, now, firstPassAt, leaseNoticedAt, leaseIsCertain })
    } else if (old !== undefined && readyOf(old)?.lastHeartbeatTime !== readyOf(node)?.lastHeartbeatTime)
      health.send(name, { type: 'statusPosted', at: seenAt() })
    if (old === undefined || concerns(old, node)) monitor.look(name)
  }

  const stops = [
    // What it cannot read has not been renewed, as far as it knows.
    context.client.onReachable((reachable) => {
      if (!reachable) for (const name of [...health.keys()]) health.send(name, { type: 'leaseUnsure' })
    }),
    informers.on('Node', ({ type, object }, old) => {
      if (type !== 'DELETED') {
        nodeChanged(object, old)
        return
      }
      health.stop(object.metadata.name)
      leases.forget(object.metadata.name)
      monitor.look(object.metadata.name)
    }),
    informers.on('Pod', ({ type, object }, old) => {
      if (type !== 'DELETED' && isAssigned(object, old) && monitor.isReady(object.spec.nodeName!) === false)
        loop.queue.add(`${object.metadata.namespace}/${object.metadata.name}`)
    }),
  ]
  return {
    stop() {
      for (const stop of stops) stop()
      for (const name of [...health.keys()]) {
        health.stop(name)
        leases.forget(name)
      }
      monitor.stop()
      loop.stop()
    },
  }
}

function createdAt({ metadata }: Node, now: number): number {
  const created = parseTime(metadata.creationTimestamp)
  return Number.isNaN(created) ? now : created
}

function readyOf(node: Node) {
  return findCondition(node.status?.conditions, 'Ready')
}

/** Heartbeats alone change nothing that a pass would act on. */
function concerns(old: Node, node: Node): boolean {
  return (
    readyOf(old)?.status !== readyOf(node)?.status ||
    old.spec?.taints !== node.spec?.taints ||
    old.metadata.uid !== node.metadata.uid ||
    zoneKey(old) !== zoneKey(node)
  )
}

function isAssigned(pod: Pod, old: Pod | undefined): boolean {
  return (pod.spec.nodeName ?? '') !== '' && pod.spec.nodeName !== old?.spec.nodeName
}

function taintAndLabel({ client, world }: ControllerContext, name: string): Status | undefined {
  const node = client.get('Node', name)
  const now = world.clock.now()
  const change = (current: Node) => withReconciledLabels(withNoScheduleTaints(current, now))
  if (node === undefined || change(node) === node) return undefined
  const answer = client.update('Node', name, undefined, change)
  return isStatus(answer) && answer.reason !== 'NotFound' ? answer : undefined
}

/** A pod that came to a node which is not ready. Source: processPod */
function markPod(monitor: NodeMonitor, key: string): Status | undefined {
  const { namespace, name } = splitKey(key)
  return monitor.markPodNotReady(namespace!, name) ? undefined : unknownError(`Unable to mark pod ${key} NotReady`)
}
