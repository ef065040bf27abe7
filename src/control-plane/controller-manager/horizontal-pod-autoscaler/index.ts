import { keyOf } from '../../../api/meta.ts'
import type { Controller, ControllerContext, ControllerDescriptor } from '../controller.ts'
import { startLoop } from '../machine.ts'
import { reconcileAutoscaler } from './reconcile.ts'

/** Keeps the replicas of its target between two bounds. Source: pkg/controller/podautoscaler/horizontal.go */
export const horizontalPodAutoscalerController: ControllerDescriptor = {
  name: 'horizontal-pod-autoscaler-controller',
  account: 'horizontal-pod-autoscaler',
  component: 'horizontal-pod-autoscaler',
  needs: ['HorizontalPodAutoscaler'],
  start: startHorizontalPodAutoscaler,
}

function startHorizontalPodAutoscaler({ client, informers, recorder, world, flags }: ControllerContext): Controller {
  const period = flags.horizontalPodAutoscalerSyncPeriod
  const known = new Set<string>()
  const loop = startLoop({
    component: 'controller-manager/horizontal-pod-autoscaler-controller',
    world,
    reconcile(key) {
      reconcileAutoscaler(key, { client, recorder, now: () => world.clock.now() })
      if (known.has(key)) loop.queue.addAfter(key, period)
      return undefined
    },
  })
  const stop = informers.on('HorizontalPodAutoscaler', ({ type, object }) => {
    const key = keyOf(object)
    if (type === 'DELETED') known.delete(key)
    else {
      known.add(key)
      loop.queue.addAfter(key, period)
    }
  })
  return {
    stop() {
      stop()
      loop.stop()
    },
  }
}
