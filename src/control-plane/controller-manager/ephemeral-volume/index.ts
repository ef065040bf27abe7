import { ephemeralClaimName, isClaimOf } from '../../../api/claims.ts'
import { isDeleting, keyOf, newControllerRef, splitKey } from '../../../api/meta.ts'
import { failure } from '../../../api/status.ts'
import { isStatus, type PersistentVolumeClaim, type Pod, type Status, type Volume } from '../../../api/types.ts'
import type { Client } from '../../../client/contract.ts'
import type { Controller, ControllerContext, ControllerDescriptor } from '../controller.ts'
import { startLoop } from '../machine.ts'

/** Makes the claims of pods' ephemeral volumes. Source: pkg/controller/volume/ephemeral/controller.go */
export const ephemeralVolumeController: ControllerDescriptor = {
  name: 'ephemeral-volume-controller',
  account: 'ephemeral-volume-controller',
  component: 'ephemeral_volume',
  needs: ['PersistentVolumeClaim'],
  start: startEphemeralVolumeController,
}

function startEphemeralVolumeController({ client, informers, recorder, world }: ControllerContext): Controller {
  const loop = startLoop({
    component: 'controller-manager/ephemeral-volume-controller',
    world,
    reconcile(key): Status | undefined {
      const { namespace, name } = splitKey(key)
      const pod = client.get('Pod', name, namespace)
      if (pod === undefined || isDeleting(pod)) return undefined
      for (const volume of pod.spec.volumes ?? []) {
        const failed = volume.ephemeral && makeClaim(client, pod, volume)
        if (failed === undefined) continue
        recorder.event(pod, 'Warning', 'FailedBinding', `ephemeral volume ${volume.name}: ${failed.message}`)
        return failed
      }
      return undefined
    },
  })
  const stops = [
    informers.on('Pod', ({ type, object: pod }, old) => {
      if (type !== 'DELETED' && old === undefined && isEphemeral(pod)) loop.queue.add(keyOf(pod))
    }),
    // A claim somebody deleted is made again.
    informers.on('PersistentVolumeClaim', ({ type, object: { metadata } }) => {
      if (type !== 'DELETED') return
      for (const ref of metadata.ownerReferences ?? [])
        if (ref.kind === 'Pod' && ref.controller === true) loop.queue.add(`${metadata.namespace}/${ref.name}`)
    }),
  ]
  return {
    stop() {
      for (const stop of stops) stop()
      loop.stop()
    },
  }
}

function isEphemeral({ spec }: Pod): boolean {
  return spec.volumes?.some(({ ephemeral }) => ephemeral !== undefined) ?? false
}

/** Source: handleVolume */
function makeClaim(client: Client, pod: Pod, { name: volume, ephemeral }: Volume): Status | undefined {
  const name = ephemeralClaimName(pod, volume)
  const { namespace } = pod.metadata
  const there = client.get('PersistentVolumeClaim', name, namespace)
  if (there !== undefined) {
    if (isClaimOf(pod, there)) return undefined
    const message = `PVC ${namespace}/${name} was not created for pod ${namespace}/${pod.metadata.name} (pod is not owner)`
    return failure(500, '', message)
  }
  const { metadata: { labels, annotations } = {}, spec } = ephemeral!.volumeClaimTemplate!
  const answer = client.create({
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: {
      name,
      namespace: namespace!,
      ...(labels === undefined ? {} : { labels }),
      ...(annotations === undefined ? {} : { annotations }),
      ownerReferences: [newControllerRef(pod)],
    },
    spec,
  } as PersistentVolumeClaim)
  return isStatus(answer) ? { ...answer, message: `create PVC ${name}: ${answer.message}` } : undefined
}
