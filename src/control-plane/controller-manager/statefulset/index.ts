import { isPodReady } from '../../../api/conditions.ts'
import { selectorFromLabelSelector } from '../../../api/labels.ts'
import { keyOf } from '../../../api/meta.ts'
import type { Controller, ControllerContext, ControllerDescriptor } from '../controller.ts'
import { isFeatureEnabled } from '../flags.ts'
import { startLoop } from '../machine.ts'
import { followPodsOf } from '../pods-of.ts'
import { createStatefulPodControl } from './pod-control.ts'
import { reconcileStatefulSet } from './reconcile.ts'

/** Keeps pods with names and claims of their own. Source: pkg/controller/statefulset/stateful_set.go */
export const statefulSetController: ControllerDescriptor = {
  name: 'statefulset-controller',
  account: 'statefulset-controller',
  component: 'statefulset-controller',
  needs: ['StatefulSet'],
  start: startStatefulSetController,
}

function startStatefulSetController(context: ControllerContext): Controller {
  const { client, informers, recorder, world, flags } = context
  const pods = createStatefulPodControl(client, recorder)
  const loop = startLoop({
    component: 'controller-manager/statefulset-controller',
    world,
    reconcile: (key) =>
      reconcileStatefulSet(key, {
        client,
        clock: world.clock,
        pods,
        maxUnavailable: isFeatureEnabled(flags, 'MaxUnavailableStatefulSet'),
        checkAgainAfter: loop.queue.addAfter.bind(loop.queue),
      }),
  })
  const stop = followPodsOf({
    informers,
    client,
    kind: 'StatefulSet',
    selectorOf: ({ spec }) => selectorFromLabelSelector(spec.selector),
    onOwner: ({ object }) => loop.queue.add(keyOf(object)),
    onPod(key, pod, old) {
      loop.queue.add(key)
      if (old === undefined || isPodReady(old) || !isPodReady(pod)) return
      const at = key.indexOf('/')
      const set = client.get('StatefulSet', key.slice(at + 1), key.slice(0, at))
      const { minReadySeconds = 0 } = set?.spec ?? {}
      if (minReadySeconds > 0) loop.queue.addAfter(key, minReadySeconds * 1000)
    },
  })
  return {
    stop() {
      stop()
      loop.stop()
    },
  }
}
