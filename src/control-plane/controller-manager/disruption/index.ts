import { selectorFromLabelSelector } from '../../../api/labels.ts'
import { keyOf, splitKey } from '../../../api/meta.ts'
import type { Pod, PodDisruptionBudget, Status } from '../../../api/types.ts'
import type { Controller, ControllerContext, ControllerDescriptor } from '../controller.ts'
import { startLoop } from '../machine.ts'
import { reconcileBudget } from './reconcile.ts'
import { clearStale, staleAfter } from './stale-condition.ts'

/** Works out how many pods may be evicted. Source: pkg/controller/disruption/disruption.go */
export const disruptionController: ControllerDescriptor = {
  name: 'disruption-controller',
  account: 'disruption-controller',
  component: 'controllermanager',
  needs: ['PodDisruptionBudget'],
  start: startDisruptionController,
}

function startDisruptionController({ client, informers, recorder, world, random }: ControllerContext): Controller {
  const { clock } = world
  const now = () => clock.now()
  const budgets = new Map<string, Map<string, PodDisruptionBudget>>()
  const loop = startLoop({
    component: 'controller-manager/disruption-controller',
    world,
    reconcile: (key) =>
      reconcileBudget(key, { client, recorder, now, checkAgainAfter: loop.queue.addAfter.bind(loop.queue) }),
  })
  const stale = startLoop({
    component: 'controller-manager/disruption-controller/stale-conditions',
    world,
    reconcile(key): Status | undefined {
      const { namespace, name } = splitKey(key)
      const pod = client.get('Pod', name, namespace)
      const after = pod && staleAfter(pod, now())
      if (after === undefined) return undefined
      if (after === 0) return clearStale(client, pod!, now())
      stale.queue.addAfter(key, after)
      return undefined
    },
  })
  /** Of several budgets one is told, whichever. Source: getPdbForPod: the first of a lister that goes through a map */
  function enqueueBudgetOf(pod: Pod): void {
    const found = [...(budgets.get(pod.metadata.namespace!)?.values() ?? [])].filter(({ spec }) =>
      selectorFromLabelSelector(spec.selector).matches(pod.metadata.labels),
    )
    const chosen = found.length > 1 ? found[random.int(found.length)] : found[0]
    if (chosen === undefined) return
    if (found.length > 1) {
      const { name, namespace } = pod.metadata
      const message = `Pod "${namespace}"/"${name}" matches multiple PodDisruptionBudgets.  Chose "${chosen.metadata.name}" arbitrarily.`
      recorder.event(pod, 'Warning', 'MultiplePodDisruptionBudgets', message)
    }
    loop.queue.add(keyOf(chosen))
  }
  const stops = [
    informers.on('PodDisruptionBudget', ({ type, object: budget }) => {
      const { name, namespace } = budget.metadata
      const there = budgets.get(namespace!) ?? new Map<string, PodDisruptionBudget>()
      if (type === 'DELETED') there.delete(name)
      else there.set(name, budget)
      if (there.size === 0) budgets.delete(namespace!)
      else budgets.set(namespace!, there)
      loop.queue.add(keyOf(budget))
    }),
    informers.on('Pod', ({ type, object: pod }, old) => {
      if (budgets.size > 0) {
        enqueueBudgetOf(pod)
        if (old !== undefined && old.metadata.labels !== pod.metadata.labels) enqueueBudgetOf(old)
      }
      if (type === 'DELETED' || old?.status?.conditions === pod.status?.conditions) return
      const after = staleAfter(pod, now())
      if (after !== undefined) stale.queue.addAfter(keyOf(pod), after)
    }),
  ]
  return {
    stop() {
      for (const stop of stops) stop()
      loop.stop()
      stale.stop()
    },
  }
}
