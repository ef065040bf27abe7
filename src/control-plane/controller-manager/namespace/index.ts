import { isStatus, type Status } from '../../../api/types.ts'
import type { Controller, ControllerContext, ControllerDescriptor } from '../controller.ts'
import { startLoop } from '../machine.ts'
import { reconcileNamespace } from './reconcile.ts'

/** Deletes everything in a namespace that is being deleted, then the namespace. Source: pkg/controller/namespace/namespace_controller.go */
export const namespaceController: ControllerDescriptor = {
  name: 'namespace-controller',
  account: 'namespace-controller',
  component: 'namespace-controller',
  start: startNamespaceController,
}

/** Lets other API servers hear of the deletion first. Source: namespace_controller.go namespaceDeletionGracePeriod */
const DELETION_GRACE_PERIOD_MS = 5_000
/** Source: namespace_controller.go nsControllerRateLimiter */
const RATE_LIMITS = { baseMs: 5, maxMs: 60_000 }

function startNamespaceController({ client, informers, world, kinds }: ControllerContext): Controller {
  const namespaced = kinds.filter((kind) => kind.namespaced)
  const deps = { client, kinds: namespaced, now: () => world.clock.now() }
  const loop = startLoop({
    component: 'controller-manager/namespace-controller',
    world,
    rateLimits: RATE_LIMITS,
    reconcile(name): Status | undefined {
      const outcome = reconcileNamespace(name, deps)
      if (outcome === undefined || isStatus(outcome)) return outcome
      loop.queue.addAfter(name, (outcome as { waitSeconds: number }).waitSeconds * 1000)
      return undefined
    },
  })
  const stop = informers.on('Namespace', ({ type, object: { metadata } }) => {
    if (type !== 'DELETED' && metadata.deletionTimestamp !== undefined)
      loop.queue.addAfter(metadata.name, DELETION_GRACE_PERIOD_MS)
  })
  return {
    stop() {
      stop()
      loop.stop()
    },
  }
}
