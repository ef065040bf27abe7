import { selectorFromLabelSelector } from '../../../api/labels.ts'
import { controllerOf, isDeleting, keyOf } from '../../../api/meta.ts'
import { isStatus, type Pod } from '../../../api/types.ts'
import type { Controller, ControllerContext, ControllerDescriptor } from '../controller.ts'
import { startLoop } from '../machine.ts'
import { createPodControl } from '../pod-control.ts'
import { type ReplicasKind, reconcileReplicaSet } from '../replicas.ts'

/** Keeps as many pods of a ReplicaSet's template as it asks for. Source: pkg/controller/replicaset/replica_set.go */
export const replicaSetController: ControllerDescriptor = {
  name: 'replicaset-controller',
  account: 'replicaset-controller',
  component: 'replicaset-controller',
  start: startReplicaSetController,
}

const replicaSets: ReplicasKind = {
  get: (client, name, namespace) => client.get('ReplicaSet', name, namespace),
  updateStatus(client, { metadata: { name, namespace } }, status) {
    const answer = client.updateStatus('ReplicaSet', name, namespace, (current) => ({ ...current, status }))
    return isStatus(answer) ? answer : undefined
  },
  countsTerminating: true,
}

function startReplicaSetController({ client, informers, recorder, world }: ControllerContext): Controller {
  const orphans = new Map<string, Map<string, Pod>>()
  const loop = startLoop({
    component: 'controller-manager/replicaset-controller',
    world,
    reconcile: (key) =>
      reconcileReplicaSet(key, {
        kind: replicaSets,
        client,
        clock: world.clock,
        pods: createPodControl(client, recorder),
        orphans: (namespace) => [...(orphans.get(namespace)?.values() ?? [])],
        checkAgainAfter: loop.queue.addAfter.bind(loop.queue),
        hold: loop.hold.bind(loop),
      }),
  })

  function enqueueOwner(pod: Pod): boolean {
    const ref = controllerOf(pod)
    if (ref?.kind === 'ReplicaSet') loop.queue.add(`${pod.metadata.namespace}/${ref.name}`)
    return ref !== undefined
  }
  /** Who may want an orphan. Source: replica_set.go getPodReplicaSets */
  function enqueueSelecting(pod: Pod): void {
    for (const replicaSet of client.list('ReplicaSet', { namespace: pod.metadata.namespace! }))
      if (selectorFromLabelSelector(replicaSet.spec.selector).matches(pod.metadata.labels))
        loop.queue.add(keyOf(replicaSet))
  }
  function keepOrphan(pod: Pod, orphan: boolean): void {
    const namespace = pod.metadata.namespace!
    const known = orphans.get(namespace)
    if (!orphan) known?.delete(pod.metadata.name)
    else if (known === undefined) orphans.set(namespace, new Map([[pod.metadata.name, pod]]))
    else known.set(pod.metadata.name, pod)
  }

  const stops = [
    informers.on('Pod', ({ type, object: pod }, old) => {
      const controlled = enqueueOwner(pod)
      keepOrphan(pod, !controlled && type !== 'DELETED')
      if (old !== undefined && controllerOf(old)?.uid !== controllerOf(pod)?.uid) enqueueOwner(old)
      const relabelled =
        old === undefined || old.metadata.labels !== pod.metadata.labels || controllerOf(old) !== undefined
      if (!controlled && type !== 'DELETED' && !isDeleting(pod) && relabelled) enqueueSelecting(pod)
    }),
    informers.on('ReplicaSet', ({ object }) => loop.queue.add(keyOf(object))),
  ]
  return {
    stop() {
      for (const stop of stops) stop()
      loop.stop()
    },
  }
}
