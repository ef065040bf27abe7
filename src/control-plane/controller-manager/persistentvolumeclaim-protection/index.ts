import { ephemeralClaimName, isClaimOf } from '../../../api/claims.ts'
import { isPodTerminal } from '../../../api/conditions.ts'
import { isDeleting, keyOf, splitKey } from '../../../api/meta.ts'
import type { PersistentVolumeClaim, Pod } from '../../../api/types.ts'
import type { Controller, ControllerContext, ControllerDescriptor } from '../controller.ts'
import { claimNamesOf } from '../ephemeral-claims.ts'
import { startLoop } from '../machine.ts'
import { needsProtection, protect } from '../protection.ts'

/** A claim stays until no pod on a node uses it. Source: pkg/controller/volume/pvcprotection/pvc_protection_controller.go */
export const persistentVolumeClaimProtectionController: ControllerDescriptor = {
  name: 'persistentvolumeclaim-protection-controller',
  account: 'pvc-protection-controller',
  component: 'pvc-protection-controller',
  needs: ['PersistentVolumeClaim'],
  start: startClaimProtection,
}

const FINALIZER = 'kubernetes.io/pvc-protection'

function startClaimProtection({ client, informers, world }: ControllerContext): Controller {
  const loop = startLoop({
    component: 'controller-manager/persistentvolumeclaim-protection-controller',
    world,
    reconcile(key) {
      const { namespace, name } = splitKey(key)
      const claim = client.get('PersistentVolumeClaim', name, namespace)
      const isUsed = () => client.list('Pod', { namespace: namespace! }).some((pod) => uses(pod, claim!))
      return claim && protect(client, claim, FINALIZER, isUsed)
    },
  })
  const stops: (() => void)[] = []
  /** Pods are of interest once they no longer use what they used. */
  function followPods(): void {
    stops.push(
      informers.on('Pod', ({ type, object: pod }) => {
        const letsGo = type === 'DELETED' || isPodTerminal(pod) || isShutDown(pod) || !pod.spec.nodeName
        for (const name of letsGo ? claimNamesOf(pod) : []) loop.queue.add(`${pod.metadata.namespace}/${name}`)
      }),
    )
  }
  stops.push(
    informers.on('PersistentVolumeClaim', ({ type, object: claim }) => {
      if (stops.length < 2) followPods()
      if (type !== 'DELETED' && needsProtection(claim, FINALIZER)) loop.queue.add(keyOf(claim))
    }),
  )
  return {
    stop() {
      for (const stop of stops) stop()
      loop.stop()
    },
  }
}

/** Source: podIsShutDown */
function isShutDown(pod: Pod): boolean {
  return isDeleting(pod) && pod.metadata.deletionGracePeriodSeconds === 0
}

/** Source: podUsesPVCForDeletion */
function uses(pod: Pod, claim: PersistentVolumeClaim): boolean {
  if (!pod.spec.nodeName) return false
  const { name } = claim.metadata
  return (pod.spec.volumes ?? []).some(
    (volume) =>
      volume.persistentVolumeClaim?.claimName === name ||
      (volume.ephemeral !== undefined &&
        !isShutDown(pod) &&
        ephemeralClaimName(pod, volume.name) === name &&
        isClaimOf(pod, claim)),
  )
}
