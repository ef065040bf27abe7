import { isDeleting, keyOf } from '../../../api/meta.ts'
import { BIND_COMPLETED } from '../../../api/storage.ts'
import type { Controller, ControllerContext, ControllerDescriptor } from '../controller.ts'
import { startLoop } from '../machine.ts'
import { syncClaim } from './claims.ts'
import { isReclaimedHere } from './reclaim.ts'
import { Recycler } from './recycler.ts'
import { syncVolume } from './volumes.ts'
import { type BinderDependencies, hasAnnotation } from './writes.ts'

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
    recycler: new Recycler({ client, recorder }),
  }
  const component = 'controller-manager/persistentvolume-binder-controller'
  // Whoever protects claims has one write to make: it is there before the volume's two writes are and the claim is written.
  const claims = startLoop({ component, world, reads: 1, reconcile: (key) => syncClaim(key, deps) })
  // What is being deleted is looked at before its protection lets it go.
  const leaving = startLoop({
    component: `${component}/leaving-claims`,
    world,
    reconcile: (key) => syncClaim(key, deps),
  })
  const volumes = startLoop({ component: `${component}/volumes`, world, reconcile: (name) => syncVolume(name, deps) })

  /** Claims that wait for a volume and volumes that wait for their end are looked at again every --pvclaimbinder-sync-period. */
  const waitingClaims = new Set<string>()
  const waitingVolumes = new Set<string>()
  const startedAt = clock.now()
  let resync: ReturnType<typeof clock.setTimeout> | undefined
  function lookAgainLater(): void {
    const period = flags.pvClaimBinderSyncPeriod
    resync ??= clock.setTimeout(
      () => {
        resync = undefined
        for (const key of waitingClaims) claims.queue.add(key)
        for (const name of waitingVolumes) volumes.queue.add(name)
        if (waitingClaims.size + waitingVolumes.size > 0) lookAgainLater()
      },
      period - ((clock.now() - startedAt) % period),
    )
  }
  const stops = [
    informers.on('PersistentVolume', ({ type, object: volume }) => {
      const { claimRef } = volume.spec
      if (type !== 'DELETED') volumes.queue.add(volume.metadata.name)
      else if (claimRef !== undefined) claims.queue.add(`${claimRef.namespace}/${claimRef.name}`)
      if (type === 'DELETED' || !isReclaimedHere(volume)) waitingVolumes.delete(volume.metadata.name)
      else {
        waitingVolumes.add(volume.metadata.name)
        lookAgainLater()
      }
    }),
    informers.on('PersistentVolumeClaim', ({ type, object: claim }) => {
      const key = keyOf(claim)
      if (type !== 'DELETED') (isDeleting(claim) ? leaving : claims).queue.add(key)
      else if (claim.spec.volumeName) volumes.queue.add(claim.spec.volumeName)
      if (type === 'DELETED' || hasAnnotation(claim, BIND_COMPLETED)) waitingClaims.delete(key)
      else {
        waitingClaims.add(key)
        lookAgainLater()
      }
    }),
  ]
  return {
    stop() {
      for (const stop of stops) stop()
      clock.clearTimeout(resync)
      deps.recycler.stop()
      claims.stop()
      leaving.stop()
      volumes.stop()
    },
  }
}
