import { selectorFromSet } from '../../../api/labels.ts'
import { keyOf } from '../../../api/meta.ts'
import { isStatus, type ReplicaSet, type ReplicationController } from '../../../api/types.ts'
import type { Controller, ControllerContext, ControllerDescriptor } from '../controller.ts'
import { startLoop } from '../machine.ts'
import { createPodControl } from '../pod-control.ts'
import { followPodsOf, orphanPods } from '../pods-of.ts'
import { type ReplicasKind, reconcileReplicaSet } from '../replicas.ts'

/** A ReplicationController is kept as a ReplicaSet is. Source: pkg/controller/replication/replication_controller.go */
export const replicationController: ControllerDescriptor = {
  name: 'replicationcontroller-controller',
  account: 'replication-controller',
  component: 'replication-controller',
  needs: ['ReplicationController'],
  start: startReplicationController,
}

const replicaSets = new WeakMap<ReplicationController, ReplicaSet>()

/** The same as a ReplicaSet, but for what it is called. Source: pkg/controller/replication/conversion.go convertRCtoRS */
function asReplicaSet(controller: ReplicationController): ReplicaSet {
  const known = replicaSets.get(controller)
  if (known !== undefined) return known
  const { selector = {}, ...spec } = controller.spec
  const converted = { ...controller, spec: { ...spec, selector: { matchLabels: selector } } } as unknown as ReplicaSet
  replicaSets.set(controller, converted)
  return converted
}

const replicationControllers: ReplicasKind = {
  get(client, name, namespace) {
    const controller = client.get('ReplicationController', name, namespace)
    return controller === undefined ? undefined : asReplicaSet(controller)
  },
  updateStatus(client, { metadata: { name, namespace } }, { terminatingReplicas: _, ...status }) {
    const answer = client.updateStatus('ReplicationController', name, namespace, (now) => ({ ...now, status }))
    return isStatus(answer) ? answer : undefined
  },
  countsTerminating: false,
}

function startReplicationController({ client, informers, recorder, world }: ControllerContext): Controller {
  const loop = startLoop({
    component: 'controller-manager/replicationcontroller-controller',
    world,
    reconcile: (key) =>
      reconcileReplicaSet(key, {
        kind: replicationControllers,
        client,
        clock: world.clock,
        pods: createPodControl(client, recorder),
        orphans: (namespace, selector) => orphanPods(client, namespace, selector),
        checkAgainAfter: loop.queue.addAfter.bind(loop.queue),
        hold: loop.hold.bind(loop),
      }),
  })
  const stop = followPodsOf({
    informers,
    client,
    kind: 'ReplicationController',
    selectorOf: ({ spec }) => selectorFromSet(spec.selector),
    onOwner: ({ object }) => loop.queue.add(keyOf(object)),
    onPod: (key) => loop.queue.add(key),
  })
  return {
    stop() {
      stop()
      loop.stop()
    },
  }
}
