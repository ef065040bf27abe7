import { controllerOf, keyOf } from '../../../api/meta.ts'
import type { DaemonSet, Node } from '../../../api/types.ts'
import type { Controller, ControllerContext, ControllerDescriptor } from '../controller.ts'
import { type Loop, startLoop } from '../machine.ts'
import { createPodControl } from '../pod-control.ts'
import { DaemonPods } from './daemon-pods.ts'
import { Expectations } from './expectations.ts'
import { FailedPodsBackOff } from './failed-pods.ts'
import { concerns, sameForDaemons } from './node-updates.ts'
import { Orphans, PodEvents } from './pod-events.ts'
import { type DaemonSetDependencies, reconcileDaemonSet } from './reconcile.ts'
import { DaemonSetView } from './view.ts'

/** Keeps one pod of a DaemonSet on every node that fits. Source: pkg/controller/daemon/daemon_controller.go */
export const daemonSetController: ControllerDescriptor = {
  name: 'daemonset-controller',
  account: 'daemon-set-controller',
  component: 'daemonset-controller',
  start: startDaemonSetController,
}

const COMPONENT = 'controller-manager/daemonset-controller'
/** A node update looks at a few labels and taints for each DaemonSet. */
const NODES_PER_STEP = 50
/** How many nodes syncDaemonSet gets through in a millisecond, by order of magnitude. */
const NODES_PER_MS = 100

/** What the watches have told. */
class Known {
  readonly nodes = new Map<string, Node>()
  readonly daemonSets = new Map<string, DaemonSet>()
  readonly owned = new DaemonPods()
  readonly orphans = new Orphans()
  readonly #views = new Map<string, DaemonSetView>()

  viewOf({ metadata: { uid } }: DaemonSet): DaemonSetView {
    const view = this.#views.get(uid!) ?? new DaemonSetView(uid!, this.nodes, this.owned)
    this.#views.set(uid!, view)
    return view
  }

  nodeChanged(name: string): void {
    for (const view of this.#views.values()) view.changedNodes.add(name)
  }

  daemonSetGone(uid: string): void {
    this.#views.delete(uid)
    this.owned.forget(uid)
  }
}

function startDaemonSetController(context: ControllerContext): Controller {
  const { client, recorder, world } = context
  const known = new Known()
  const now = () => world.clock.now()
  const expectations = new Expectations(now)
  const loop = startLoop({ component: COMPONENT, world, reconcile: (key) => reconcileDaemonSet(key, deps) })
  const deps: DaemonSetDependencies = {
    client,
    clock: world.clock,
    recorder,
    pods: createPodControl(client, recorder),
    backOff: new FailedPodsBackOff(now),
    expectations,
    owned: known.owned,
    viewOf: known.viewOf.bind(known),
    orphans: (namespace) => known.orphans.of(namespace),
    checkAgainAfter: loop.queue.addAfter.bind(loop.queue),
  }
  const nodeUpdates = startLoop({
    component: `${COMPONENT}/node-updates`,
    world,
    keysPerStep: NODES_PER_STEP,
    reconcile(name) {
      const node = known.nodes.get(name)
      if (node !== undefined)
        for (const [key, daemonSet] of known.daemonSets) if (concerns(node, daemonSet, known.owned)) loop.queue.add(key)
      return undefined
    },
  })
  const stops = follow(context, known, expectations, loop, nodeUpdates)
  return {
    stop() {
      for (const stop of stops) stop()
      loop.stop()
      nodeUpdates.stop()
    },
  }
}

function follow(
  { client, informers }: ControllerContext,
  known: Known,
  expectations: Expectations,
  loop: Loop,
  nodeUpdates: Loop,
): (() => void)[] {
  const { nodes, daemonSets, owned, orphans } = known
  // On many nodes a pass takes its time, and what happens to pods meanwhile is seen by the next.
  const enqueueAfter = (key: string, ms: number) => loop.queue.addAfter(key, ms + Math.floor(nodes.size / NODES_PER_MS))
  const podEvents = new PodEvents(client, daemonSets, expectations, enqueueAfter)
  return [
    informers.on('Node', ({ type, object: node }, old) => {
      const { name } = node.metadata
      if (type === 'DELETED') nodes.delete(name)
      else nodes.set(name, node)
      if (type !== 'DELETED' && old !== undefined && sameForDaemons(old, node)) return
      known.nodeChanged(name)
      // Of a node that goes nobody is told: the DaemonSets see it when something else happens.
      if (type !== 'DELETED') nodeUpdates.queue.add(name)
    }),
    informers.on('Pod', ({ type, object: pod }, old) => {
      if (type === 'DELETED') owned.delete(pod)
      else owned.put(pod, old)
      orphans.put(pod, type !== 'DELETED' && controllerOf(pod) === undefined)
      podEvents.changed(type, pod, old)
    }),
    informers.on('DaemonSet', ({ type, object }, old) => {
      const key = keyOf(object)
      if (type === 'DELETED') daemonSets.delete(key)
      else daemonSets.set(key, object)
      const gone = type === 'DELETED' ? object : old
      if (gone !== undefined && (type === 'DELETED' || gone.metadata.uid !== object.metadata.uid)) {
        expectations.forget(key)
        known.daemonSetGone(gone.metadata.uid!)
      }
      loop.queue.add(key)
    }),
  ]
}
