import { keyOf } from '../../../api/meta.ts'
import { countName, evaluatorFor } from '../../../api/quota/index.ts'
import { isReplenished } from '../../../api/quota/pods.ts'
import type { Kind, KubernetesObject, ResourceQuota, WatchEvent } from '../../../api/types.ts'
import type { Controller, ControllerContext, ControllerDescriptor } from '../controller.ts'
import { startLoop } from '../machine.ts'
import { groupResourceOf, reconcileQuota } from './reconcile.ts'

/** Counts anew what quotas limit: admission only adds. Source: pkg/controller/resourcequota/resource_quota_controller.go */
export const resourceQuotaController: ControllerDescriptor = {
  name: 'resourcequota-controller',
  account: 'resourcequota-controller',
  component: 'resourcequota-controller',
  needs: ['ResourceQuota'],
  start: startResourceQuotaController,
}

/** Source: cmd/kube-controller-manager/app/core.go DefaultIgnoredResources: events come and go uncounted. */
const NOT_WATCHED: ReadonlySet<string> = new Set(['Event', 'Lease'])

function startResourceQuotaController(context: ControllerContext): Controller {
  const { client, informers, world, flags } = context
  const kinds = context.kinds.filter(({ namespaced, kind }) => namespaced && !NOT_WATCHED.has(kind))
  const quotas = new Map<string, Map<string, ResourceQuota>>()
  const { clock } = world
  const loop = startLoop({
    component: 'controller-manager/resourcequota-controller',
    world,
    reconcile: (key) => reconcileQuota(key, { client, kinds, now: () => clock.now() }),
  })
  /** Source: replenishQuota */
  function replenish(resource: { group: string; resource: string }, namespace: string): void {
    for (const quota of quotas.get(namespace)?.values() ?? []) {
      const names = Object.keys(quota.status?.hard ?? {})
      if (evaluatorFor(resource).matching(names).length > 0) loop.queue.add(keyOf(quota))
    }
  }
  const stops: (() => void)[] = []
  let resync: ReturnType<typeof clock.setTimeout> | undefined
  /** Nothing is watched, and no time passes, before there is a quota. */
  function watch(): void {
    for (const { kind, apiVersion, resource } of kinds) {
      const counted = groupResourceOf({ apiVersion, resource })
      if (countName(counted) === 'count/resourcequotas') continue
      stops.push(
        informers.on(kind as Kind, ({ type, object }: WatchEvent, old: KubernetesObject | undefined) => {
          if (!quotas.has(object.metadata.namespace!)) return
          if (type === 'DELETED' || (old !== undefined && isReplenished(object, old, clock.now())))
            replenish(counted, object.metadata.namespace!)
        }),
      )
    }
    const again = () => {
      for (const each of quotas.values()) for (const quota of each.values()) loop.queue.add(keyOf(quota))
      resync = clock.setTimeout(again, flags.resourceQuotaSyncPeriod)
    }
    if (flags.resourceQuotaSyncPeriod > 0) resync = clock.setTimeout(again, flags.resourceQuotaSyncPeriod)
  }
  stops.push(
    informers.on('ResourceQuota', ({ type, object: quota }, old) => {
      const { name, namespace } = quota.metadata
      if (stops.length === 1 && type !== 'DELETED') watch()
      const there = quotas.get(namespace!) ?? new Map<string, ResourceQuota>()
      if (type === 'DELETED') there.delete(name)
      else there.set(name, quota)
      if (there.size === 0) quotas.delete(namespace!)
      else quotas.set(namespace!, there)
      if (type === 'DELETED') replenish({ group: '', resource: 'resourcequotas' }, namespace!)
      else if (old?.spec?.hard !== quota.spec?.hard) loop.queue.add(keyOf(quota))
    }),
  )
  return {
    stop() {
      for (const stop of stops) stop()
      clock.clearTimeout(resync)
      loop.stop()
    },
  }
}
