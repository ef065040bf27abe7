import type { PersistentVolume, PersistentVolumeClaim } from '../../../api/types.ts'
import type { Controller, ControllerContext, ControllerDescriptor } from '../controller.ts'
import { startLoop } from '../machine.ts'
import { needsProtection, protect } from '../protection.ts'

/** A class stays while volumes or claims name it. Source: pkg/controller/volume/vacprotection/vac_protection_controller.go */
export const volumeAttributesClassProtectionController: ControllerDescriptor = {
  name: 'volumeattributesclass-protection-controller',
  account: 'volumeattributesclass-protection-controller',
  component: 'volumeattributesclass-protection-controller',
  needs: ['VolumeAttributesClass'],
  start: startClassProtection,
}

const FINALIZER = 'kubernetes.io/vac-protection'

function startClassProtection({ client, informers, world }: ControllerContext): Controller {
  const loop = startLoop({
    component: 'controller-manager/volumeattributesclass-protection-controller',
    world,
    reconcile(name) {
      const object = client.get('VolumeAttributesClass', name)
      const isUsed = () =>
        client.list('PersistentVolume').some((volume) => classesOfVolume(volume).includes(name)) ||
        client.list('PersistentVolumeClaim').some((claim) => classesOfClaim(claim).includes(name))
      return object && protect(client, object, FINALIZER, isUsed)
    },
  })
  const stops: (() => void)[] = []
  const letGo = (before: readonly string[], now: readonly string[]) => {
    for (const name of before) if (!now.includes(name)) loop.queue.add(name)
  }
  /** Volumes and claims are of interest once there are classes. */
  function followUsers(): void {
    stops.push(
      informers.on('PersistentVolume', ({ type, object }, old) =>
        letGo(classesOfVolume(old), type === 'DELETED' ? [] : classesOfVolume(object)),
      ),
      informers.on('PersistentVolumeClaim', ({ type, object }, old) =>
        letGo(classesOfClaim(old), type === 'DELETED' ? [] : classesOfClaim(object)),
      ),
    )
  }
  stops.push(
    informers.on('VolumeAttributesClass', ({ type, object }) => {
      if (stops.length === 1) followUsers()
      if (type !== 'DELETED' && needsProtection(object, FINALIZER)) loop.queue.add(object.metadata.name)
    }),
  )
  return {
    stop() {
      for (const stop of stops) stop()
      loop.stop()
    },
  }
}

const named = (...names: readonly (string | undefined)[]): readonly string[] =>
  names.filter((name): name is string => name !== undefined && name !== '')

const classesOfVolume = (volume: PersistentVolume | undefined): readonly string[] =>
  named(volume?.spec.volumeAttributesClassName)

const classesOfClaim = (claim: PersistentVolumeClaim | undefined): readonly string[] =>
  named(
    claim?.spec.volumeAttributesClassName,
    claim?.status?.currentVolumeAttributesClassName,
    claim?.status?.modifyVolumeStatus?.targetVolumeAttributesClassName,
  )
