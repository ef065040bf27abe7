import { keyOf } from '../../../api/meta.ts'
import type { Controller, ControllerContext, ControllerDescriptor } from '../controller.ts'
import { startLoop } from '../machine.ts'
import { syncClaim } from './claims.ts'
import { syncVolume } from './volumes.ts'
import { BIND_COMPLETED, type BinderDependencies, hasAnnotation } from './writes.ts'

/** Binds claims to volumes and reclaims volumes. Source: pkg/controller/volume/persistentvolume/pv_controller_base.go */
export const persistentVolumeBinderController: ControllerDescriptor = {
  name: 'persistentvolume-binder-controller',
  account: 'persistent-volume-binder',
  component: 'persistentvolume-controller',
  needs: ['PersistentVolume', 'PersistentVolumeClaim', 'StorageClass'],
  start: startPersistentVolumeBinder,
}

function startPersistentVolumeBinder({ client, informers, recorder, world, flags }: ControllerContext): Controller {
  const { clock } = world
  const deps: BinderDependencies = {
    client,
    recorder,
    now: () => clock.now(),
    claimChanged: (key) => claims.queue.add(key),
  }
  const component = 'controller-manager/persistentvolume-binder-controller'
  const claims = startLoop({ component, world, reconcile: (key) => syncClaim(key, deps) })
  const volumes = startLoop({ component: `${component}/volumes`, world, reconcile: (name) => syncVolume(name, deps) })

  /** Claims that wait for a volume are looked at again every --pvclaimbinder-sync-period. */
  const waiting = new Set<string>()
  let resync: ReturnType<typeof clock.setTimeout> | undefined
  function lookAgainLater(): void {
    resync ??= clock.setTimeout(() => {
      resync = undefined
      for (const key of waiting) claims.queue.add(key)
      if (waiting.size > 0) lookAgainLater()
    }, flags.pvClaimBinderSyncPeriod)
  }
  const stops = [
    informers.on('PersistentVolume', ({ type, object: volume }) => {
      const { claimRef } = volume.spec
      if (type !== 'DELETED') volumes.queue.add(volume.metadata.name)
      else if (claimRef !== undefined) claims.queue.add(`${claimRef.namespace}/${claimRef.name}`)
    }),
    informers.on('PersistentVolumeClaim', ({ type, object: claim }) => {
      const key = keyOf(claim)
      if (type !== 'DELETED') claims.queue.add(key)
      else if (claim.spec.volumeName) volumes.queue.add(claim.spec.volumeName)
      if (type === 'DELETED' || hasAnnotation(claim, BIND_COMPLETED)) waiting.delete(key)
      else {
        waiting.add(key)
        lookAgainLater()
      }
    }),
  ]
  return {
    stop() {
      for (const stop of stops) stop()
      clock.clearTimeout(resync)
      claims.stop()
      volumes.stop()
    },
  }
}
