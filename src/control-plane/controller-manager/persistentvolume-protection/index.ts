import type { Controller, ControllerContext, ControllerDescriptor } from '../controller.ts'
import { startLoop } from '../machine.ts'
import { needsProtection, protect } from '../protection.ts'

/** A volume stays while it is bound. Source: pkg/controller/volume/pvprotection/pv_protection_controller.go */
export const persistentVolumeProtectionController: ControllerDescriptor = {
  name: 'persistentvolume-protection-controller',
  account: 'pv-protection-controller',
  component: 'pv-protection-controller',
  needs: ['PersistentVolume'],
  start: startVolumeProtection,
}

const FINALIZER = 'kubernetes.io/pv-protection'

function startVolumeProtection({ client, informers, world }: ControllerContext): Controller {
  const loop = startLoop({
    component: 'controller-manager/persistentvolume-protection-controller',
    world,
    reconcile(name) {
      const volume = client.get('PersistentVolume', name)
      return volume && protect(client, volume, FINALIZER, () => volume.status?.phase === 'Bound')
    },
  })
  const stop = informers.on('PersistentVolume', ({ type, object: volume }) => {
    if (type !== 'DELETED' && needsProtection(volume, FINALIZER)) loop.queue.add(volume.metadata.name)
  })
  return {
    stop() {
      stop()
      loop.stop()
    },
  }
}
