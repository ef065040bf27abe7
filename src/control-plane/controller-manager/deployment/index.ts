import { selectorFromLabelSelector } from '../../../api/labels.ts'
import { controllerOf, keyOf } from '../../../api/meta.ts'
import type { Pod, ReplicaSet } from '../../../api/types.ts'
import type { Controller, ControllerContext, ControllerDescriptor } from '../controller.ts'
import { startLoop } from '../machine.ts'
import { reconcileDeployment } from './reconcile.ts'
import type { DeploymentDependencies } from './sync.ts'

/** Rolls a Deployment's template out through ReplicaSets. Source: pkg/controller/deployment/deployment_controller.go */
export const deploymentController: ControllerDescriptor = {
  name: 'deployment-controller',
  account: 'deployment-controller',
  component: 'deployment-controller',
  start: startDeploymentController,
}

function startDeploymentController({ client, informers, recorder, world }: ControllerContext): Controller {
  const orphans = new Map<string, ReplicaSet>()
  const deps: DeploymentDependencies = {
    client,
    clock: world.clock,
    recorder,
    checkAgainAfter: (key, ms) => loop.queue.addAfter(key, ms),
    checkAgainSoon: (key) => loop.queue.addRateLimited(key),
  }
  const loop = startLoop({
    component: 'controller-manager/deployment-controller',
    world,
    reconcile: (key) =>
      reconcileDeployment(key, deps, (namespace) =>
        [...orphans.values()].filter(({ metadata }) => metadata.namespace === namespace),
      ),
  })

  function enqueueOwner(replicaSet: ReplicaSet): boolean {
    const ref = controllerOf(replicaSet)
    if (ref?.kind === 'Deployment') loop.queue.add(`${replicaSet.metadata.namespace}/${ref.name}`)
    return ref !== undefined
  }
  /** Who may want an orphan. Source: deployment_controller.go getDeploymentsForReplicaSet */
  function enqueueSelecting({ metadata: { namespace, labels } }: ReplicaSet): void {
    if (labels === undefined) return
    for (const deployment of client.list('Deployment', { namespace: namespace! }))
      if (selectorFromLabelSelector(deployment.spec.selector).matches(labels)) loop.queue.add(keyOf(deployment))
  }
  /** Recreate waits until the last old pod is gone. Source: deployment_controller.go deletePod */
  function enqueueRecreate(pod: Pod): void {
    const { namespace } = pod.metadata
    const owner = controllerOf(pod)
    const replicaSet = owner?.kind === 'ReplicaSet' ? client.get('ReplicaSet', owner.name, namespace) : undefined
    const above = replicaSet === undefined ? undefined : controllerOf(replicaSet)
    if (above?.kind !== 'Deployment') return
    const deployment = client.get('Deployment', above.name, namespace)
    if (deployment?.spec.strategy?.type === 'Recreate') loop.queue.add(keyOf(deployment))
  }

  const stops = [
    informers.on('ReplicaSet', ({ type, object }, old) => {
      const controlled = enqueueOwner(object)
      if (!controlled && type !== 'DELETED') orphans.set(keyOf(object), object)
      else orphans.delete(keyOf(object))
      if (old !== undefined && controllerOf(old)?.uid !== controllerOf(object)?.uid) enqueueOwner(old)
      if (!controlled && type !== 'DELETED') enqueueSelecting(object)
    }),
    informers.on('Pod', ({ type, object }) => type === 'DELETED' && enqueueRecreate(object)),
    informers.on('Deployment', ({ object }) => loop.queue.add(keyOf(object))),
  ]
  return {
    stop() {
      for (const stop of stops) stop()
      loop.stop()
    },
  }
}
