import { keyOf } from '../../../api/meta.ts'
import { countName, evaluatorFor } from '../../../api/quota/index.ts'
import { isReplenished } from '../../../api/quota/pods.ts'
import type { KubernetesObject, PersistentVolumeClaim, ResourceQuota, Service, WatchEvent } from '../../../api/types.ts'
import type { Controller, ControllerContext, ControllerDescriptor, KindInfo } from '../controller.ts'
import { clientKind, customKindsOf } from '../custom-kinds.ts'
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

/** Whether a change may have freed something. Source: pkg/quota/v1/install/update_filter.go DefaultUpdateFilter */
function frees(object: KubernetesObject, old: KubernetesObject, now: number): boolean {
  if (object.kind === 'Pod') return isReplenished(object, old, now)
  if (object.kind === 'Service') return (object as Service).spec?.type !== (old as Service).spec?.type
  if (object.kind !== 'PersistentVolumeClaim') return false
  const [claim, before] = [(object as PersistentVolumeClaim).spec, (old as PersistentVolumeClaim).spec]
  return claim.resources !== before.resources || claim.volumeAttributesClassName !== before.volumeAttributesClassName
}

function startResourceQuotaController(context: ControllerContext): Controller {
  const { client, informers, world, flags } = context
  const kinds = context.kinds.filter(({ namespaced, kind }) => namespaced && !NOT_WATCHED.has(kind))
  const quotas = new Map<string, Map<string, ResourceQuota>>()
  const { clock } = world
  const loop = startLoop({
    component: 'controller-manager/resourcequota-controller',
    world,
    reconcile: (key) => reconcileQuota(key, { client, kinds: counted, now: () => clock.now() }),
  })
  const stops: (() => void)[] = []
  const watched = new Set<string>()
  /** Custom resources are of interest, and watched, once a quota names them. Source: Controller.Sync, resyncMonitors */
  function counted(names: readonly string[]): readonly KindInfo[] {
    const there = new Set(kinds.map((info) => countName(groupResourceOf(info))))
    if (names.every((name) => !name.startsWith('count/') || there.has(name))) return kinds
    const custom = client
      .list('CustomResourceDefinition')
      .flatMap((crd) => customKindsOf(crd).slice(0, 1))
      .filter((info) => info.namespaced && names.includes(countName(groupResourceOf(info))))
    for (const info of custom) if (!watched.has(clientKind(info))) follow(info)
    return [...kinds, ...custom]
  }
  /** Counts anew when objects of a kind go. */
  function follow(info: KindInfo): void {
    const resource = groupResourceOf(info)
    watched.add(clientKind(info))
    stops.push(
      informers.on(clientKind(info), ({ type, object }: WatchEvent, old: KubernetesObject | undefined) => {
        if (!quotas.has(object.metadata.namespace!)) return
        if (type === 'DELETED' || (old !== undefined && frees(object, old, clock.now())))
          replenish(resource, object.metadata.namespace!)
      }),
    )
  }
  /** Source: replenishQuota */
  function replenish(resource: { group: string; resource: string }, namespace: string): void {
    for (const quota of quotas.get(namespace)?.values() ?? []) {
      const names = Object.keys(quota.status?.hard ?? {})
      if (evaluatorFor(resource).matching(names).length > 0) loop.queue.add(keyOf(quota))
    }
  }
  let resync: ReturnType<typeof clock.setTimeout> | undefined
  /** Nothing is watched, and no time passes, before there is a quota. */
  function watch(): void {
    for (const info of kinds) if (countName(groupResourceOf(info)) !== 'count/resourcequotas') follow(info)
    const again = () => {
      for (const each of quotas.values()) for (const quota of each.values()) loop.queue.add(keyOf(quota))
      resync = clock.setTimeout(again, flags.resourceQuotaSyncPeriod)
    }
    if (flags.resourceQuotaSyncPeriod > 0) resync = clock.setTimeout(again, flags.resourceQuotaSyncPeriod)
  }
  stops.push(
    informers.on('ResourceQuota', ({ type, object: quota }, old) => {
      const { name, namespace } = quota.metadata
      if (watched.size === 0 && type !== 'DELETED') watch()
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
