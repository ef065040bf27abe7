import { claimSize } from '../../../api/claims.ts'
import { inTreePluginOfVolume, migratedDriver } from '../../../api/csi-migration.ts'
import { keyOf, splitKey } from '../../../api/meta.ts'
import { compareQuantities } from '../../../api/quantity.ts'
import { failure } from '../../../api/status.ts'
import { isStatus, type PersistentVolumeClaim, type Status } from '../../../api/types.ts'
import type { Controller, ControllerContext, ControllerDescriptor } from '../controller.ts'
import { startLoop } from '../machine.ts'

/** Says of claims that are to grow who is to see to it: no volume of today grows by this controller. Source: pkg/controller/volume/expand/expand_controller.go */
export const volumeExpanderController: ControllerDescriptor = {
  name: 'persistentvolume-expander-controller',
  account: 'expand-controller',
  component: 'volume_expand',
  needs: ['PersistentVolume', 'PersistentVolumeClaim'],
  start: startVolumeExpander,
}

const PRE_RESIZE_CAPACITY = 'volume.alpha.kubernetes.io/pre-resize-capacity'
const RESIZER = 'volume.kubernetes.io/storage-resizer'

function startVolumeExpander(context: ControllerContext): Controller {
  const loop = startLoop({
    component: 'controller-manager/persistentvolume-expander-controller',
    world: context.world,
    reconcile: (key) => syncClaim(key, context),
  })
  const stop = context.informers.on('PersistentVolumeClaim', ({ type, object: claim }, old) => {
    if (type === 'DELETED' || claim.status?.phase !== 'Bound') return
    const grows =
      old === undefined || isMore(claimSize(claim), claimSize(old)) || isMore(capacityOf(claim), capacityOf(old))
    if (grows) loop.queue.add(keyOf(claim))
  })
  return {
    stop() {
      stop()
      loop.stop()
    },
  }
}

const capacityOf = ({ status }: PersistentVolumeClaim): string => status?.capacity?.storage ?? '0'
const isMore = (a: string, b: string): boolean => compareQuantities(a, b) > 0

/** Source: syncHandler */
function syncClaim(key: string, { client, recorder }: ControllerContext): Status | undefined {
  const { namespace, name } = splitKey(key)
  const claim = client.get('PersistentVolumeClaim', name, namespace)
  if (claim === undefined) return undefined
  const volume = client.get('PersistentVolume', claim.spec.volumeName ?? '')
  if (volume === undefined) return failure(404, 'NotFound', `failed to get PV "${claim.spec.volumeName}"`)
  if (volume.spec.claimRef?.uid !== claim.metadata.uid)
    return failure(500, '', `persistent Volume is not bound to PVC being updated : ${key}`)
  const isResized = volume.metadata.annotations?.[PRE_RESIZE_CAPACITY] !== undefined
  if (!isMore(claimSize(claim), capacityOf(claim)) && !isResized) return undefined
  const plugin = inTreePluginOfVolume(volume)
  const driver = plugin && migratedDriver(plugin)
  if (driver === undefined) {
    recorder.event(claim, 'Normal', 'ExternalExpanding', 'waiting for an external controller to expand this PVC')
    return undefined
  }
  const message = `CSI migration enabled for ${plugin}; waiting for external resizer to expand the pvc`
  recorder.event(claim, 'Normal', 'ExternalExpanding', message)
  if (claim.metadata.annotations?.[RESIZER] === driver) return undefined
  const answer = client.update('PersistentVolumeClaim', name, namespace, (now) => ({
    ...now,
    metadata: { ...now.metadata, annotations: { ...now.metadata.annotations, [RESIZER]: driver } },
  }))
  return isStatus(answer) ? answer : undefined
}
