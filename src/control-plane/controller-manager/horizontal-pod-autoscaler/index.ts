import { keyOf } from '../../../api/meta.ts'
import type { Controller, ControllerContext, ControllerDescriptor } from '../controller.ts'
import { startLoop } from '../machine.ts'
import type { History } from './history.ts'
import { MetricsClient } from './metrics-client.ts'
import { reconcileAutoscaler } from './reconcile.ts'
import { ReplicaCalculator } from './replica-calculator.ts'
import { Selectors } from './selectors.ts'
import { mappingsOf } from './target.ts'

/** Follows metrics with the replicas of a target. Source: pkg/controller/podautoscaler/horizontal.go */
export const horizontalPodAutoscalerController: ControllerDescriptor = {
  name: 'horizontal-pod-autoscaler-controller',
  account: 'horizontal-pod-autoscaler',
  component: 'horizontal-pod-autoscaler',
  needs: ['HorizontalPodAutoscaler'],
  start: startHorizontalPodAutoscaler,
}

function startHorizontalPodAutoscaler(context: ControllerContext): Controller {
  const { client, informers, recorder, world, flags, kinds } = context
  const now = () => world.clock.now()
  const histories = new Map<string, History>()
  const selectors = new Selectors()
  const metrics = new MetricsClient(client, (group, kind) => {
    const resource = mappingsOf(client, kinds, group, kind)[0]?.resource
    return resource === undefined || group === '' ? resource : `${resource}.${group}`
  })
  const calculator = new ReplicaCalculator({
    client,
    metrics,
    now,
    cpuInitializationPeriod: flags.horizontalPodAutoscalerCPUInitializationPeriod,
    initialReadinessDelay: flags.horizontalPodAutoscalerInitialReadinessDelay,
  })
  const deps = { client, recorder, now, kinds, flags, calculator, histories, selectors }
  const period = flags.horizontalPodAutoscalerSyncPeriod
  const known = new Set<string>()
  const loop = startLoop({
    component: 'controller-manager/horizontal-pod-autoscaler-controller',
    world,
    reconcile(key) {
      reconcileAutoscaler(key, deps)
      if (known.has(key)) loop.queue.addAfter(key, period)
      else histories.delete(key)
      return undefined
    },
  })
  const stop = informers.on('HorizontalPodAutoscaler', ({ type, object }) => {
    const key = keyOf(object)
    if (type === 'DELETED') {
      known.delete(key)
      selectors.delete(key)
    } else {
      known.add(key)
      selectors.add(key)
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
