import { controllerOf, keyOf } from '../../../api/meta.ts'
import type { Node, Pod } from '../../../api/types.ts'
import type { Controller, ControllerContext, ControllerDescriptor } from '../controller.ts'
import { startLoop } from '../machine.ts'
import { createPodControl } from '../pod-control.ts'
import { sameLabels } from '../service-index.ts'
import { FailedPodsBackOff } from './failed-pods.ts'
import { reconcileDaemonSet } from './reconcile.ts'

/** How many nodes syncDaemonSet gets through in a millisecond, by order of magnitude. */
const NODES_PER_MS = 100

/** Keeps one pod of a DaemonSet on every node that fits. Source: pkg/controller/daemon/daemon_controller.go */
export const daemonSetController: ControllerDescriptor = {
  name: 'daemonset-controller',
  account: 'daemon-set-controller',
  component: 'daemonset-controller',
  start: startDaemonSetController,
}

function startDaemonSetController({ client, informers, recorder, world }: ControllerContext): Controller {
  const nodes = new Map<string, Node>()
  const daemonSets = new Set<string>()
  const orphans = new Map<string, Pod>()
  const backOff = new FailedPodsBackOff(() => world.clock.now())
  const loop = startLoop({
    component: 'controller-manager/daemonset-controller',
    world,
    reconcile: (key) =>
      reconcileDaemonSet(key, {
        client,
        clock: world.clock,
        recorder,
        pods: createPodControl(client, recorder),
        backOff,
        nodes: () => [...nodes.values()],
        orphans: (namespace) => [...orphans.values()].filter(({ metadata }) => metadata.namespace === namespace),
        checkAgainAfter: (again, ms) => loop.queue.addAfter(again, ms),
      }),
  })
  // A pass looks at all nodes: where they are many it takes its time, and what happens meanwhile is seen by the next.
  const enqueue = (key: string) => loop.queue.addAfter(key, Math.floor(nodes.size / NODES_PER_MS))
  const enqueueAll = () => {
    for (const key of daemonSets) enqueue(key)
  }
  const enqueueOwner = (pod: Pod) => {
    const ref = controllerOf(pod)
    if (ref?.kind === 'DaemonSet') enqueue(`${pod.metadata.namespace}/${ref.name}`)
    return ref !== undefined
  }

  const stops = [
    informers.on('Node', ({ type, object: node }, old) => {
      const { name } = node.metadata
      if (type === 'DELETED') nodes.delete(name)
      else nodes.set(name, node)
      if (type === 'DELETED' || old === undefined || !sameForDaemons(old, node)) enqueueAll()
    }),
    informers.on('Pod', ({ type, object: pod }, old) => {
      const controlled = enqueueOwner(pod)
      if (old !== undefined && controllerOf(old)?.uid !== controllerOf(pod)?.uid) enqueueOwner(old)
      if (controlled || type === 'DELETED') orphans.delete(keyOf(pod))
      else {
        orphans.set(keyOf(pod), pod)
        if (old?.metadata.labels !== pod.metadata.labels) enqueueAll()
      }
    }),
    informers.on('DaemonSet', ({ type, object }) => {
      if (type === 'DELETED') daemonSets.delete(keyOf(object))
      else daemonSets.add(keyOf(object))
      loop.queue.add(keyOf(object))
    }),
  ]
  return {
    stop() {
      for (const stop of stops) stop()
      loop.stop()
    },
  }
}

/** Source: shouldIgnoreNodeUpdate */
function sameForDaemons(a: Node, b: Node): boolean {
  return a.spec?.taints === b.spec?.taints && sameLabels(a.metadata.labels, b.metadata.labels)
}
