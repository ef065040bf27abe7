import { isPodTerminal } from '../../../api/conditions.ts'
import { keyOf } from '../../../api/meta.ts'
import { claimNameOf } from '../../../api/resource-claims.ts'
import type { Pod, ResourceClaim } from '../../../api/types.ts'
import type { Controller, ControllerContext, ControllerDescriptor } from '../controller.ts'
import { startLoop } from '../machine.ts'
import { syncClaim } from './claim.ts'
import { syncPod } from './pod.ts'

/** Makes the claims that pods have by template, and frees claims of pods that are done. Source: pkg/controller/resourceclaim/controller.go */
export const resourceClaimController: ControllerDescriptor = {
  name: 'resourceclaim-controller',
  account: 'resource-claim-controller',
  component: 'resource_claim',
  needs: ['ResourceClaim', 'ResourceClaimTemplate'],
  start: startResourceClaims,
}

function startResourceClaims({ client, informers, recorder, world }: ControllerContext): Controller {
  const loop = startLoop({
    component: 'controller-manager/resourceclaim-controller',
    world,
    reconcile(key) {
      const [what, object = ''] = key.split(':')
      return what === 'pod' ? syncPod(object, client, recorder) : syncClaim(object, client)
    },
  })
  /** Pods with claims: keys by the claims and templates they name. */
  const pods = new Map<string, Pod>()

  function podChanged(pod: Pod, isGone: boolean): void {
    const claims = pod.spec.resourceClaims ?? []
    if (claims.length === 0) return
    const key = keyOf(pod)
    if (isGone) pods.delete(key)
    else pods.set(key, pod)
    if (isGone || isDone(pod))
      for (const claim of claims) {
        const name = claimNameOf(pod, claim)
        if (name) loop.queue.add(`claim:${pod.metadata.namespace}/${name}`)
      }
    if (!isGone && !isDone(pod) && pod.metadata.deletionTimestamp === undefined) loop.queue.add(`pod:${key}`)
  }

  function claimChanged(claim: ResourceClaim, isGone: boolean): void {
    const { name, namespace } = claim.metadata
    if (!isGone) loop.queue.add(`claim:${namespace}/${name}`)
    for (const [key, pod] of pods)
      if (
        pod.metadata.namespace === namespace &&
        (pod.spec.resourceClaims ?? []).some((each) => claimNameOf(pod, each) === name)
      )
        loop.queue.add(`pod:${key}`)
  }

  const stops = [
    informers.on('Pod', ({ type, object }) => podChanged(object, type === 'DELETED')),
    informers.on('ResourceClaim', ({ type, object }) => claimChanged(object, type === 'DELETED')),
    informers.on('ResourceClaimTemplate', ({ type, object: { metadata } }) => {
      if (type === 'DELETED') return
      for (const [key, pod] of pods)
        if (
          pod.metadata.namespace === metadata.namespace &&
          (pod.spec.resourceClaims ?? []).some((each) => each.resourceClaimTemplateName === metadata.name)
        )
          loop.queue.add(`pod:${key}`)
    }),
  ]
  return {
    stop() {
      for (const stop of stops) stop()
      loop.stop()
    },
  }
}

/** It needs its claims no more. Source: podNeedsClaims */
function isDone(pod: Pod): boolean {
  return isPodTerminal(pod) || (pod.metadata.deletionTimestamp !== undefined && !pod.spec.nodeName)
}
