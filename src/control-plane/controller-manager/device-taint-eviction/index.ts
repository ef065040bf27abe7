import { setCondition } from '../../../api/conditions.ts'
import { keyOf, splitKey } from '../../../api/meta.ts'
import { isStatus, type KubernetesObject, type Pod, type Status } from '../../../api/types.ts'
import type { Client } from '../../../client/contract.ts'
import type { Controller, ControllerContext, ControllerDescriptor } from '../controller.ts'
import { startLoop } from '../machine.ts'
import { evictingTaints, podEvictionTime } from './evictions.ts'

/** Takes pods off devices that have a NoExecute taint they do not tolerate. Source: pkg/controller/devicetainteviction/device_taint_eviction.go */
export const deviceTaintEvictionController: ControllerDescriptor = {
  name: 'device-taint-eviction-controller',
  account: 'device-taint-eviction-controller',
  component: 'device-taint-eviction-controller',
  needs: ['ResourceSlice', 'ResourceClaim'],
  start: startDeviceTaintEviction,
}

function startDeviceTaintEviction({ client, informers, recorder, world }: ControllerContext): Controller {
  const { clock } = world
  /** Pods that have to go: when. */
  const evictions = new Map<string, number>()
  const event = (pod: Pod, message: string) =>
    recorder.event(referenceTo(pod), 'Normal', 'DeviceTaintManagerEviction', message)
  const loop = startLoop({
    component: 'controller-manager/device-taint-eviction-controller',
    world,
    reconcile(key) {
      const { namespace, name } = splitKey(key)
      const pod = client.get('Pod', name, namespace)
      if (pod === undefined || pod.metadata.deletionTimestamp !== undefined) {
        evictions.delete(key)
        return undefined
      }
      const at = podEvictionTime(pod, client)
      if (at === undefined) {
        if (evictions.delete(key)) event(pod, 'Cancelling deletion')
        return undefined
      }
      evictions.set(key, at)
      if (at > clock.now()) {
        loop.queue.addAfter(key, at - clock.now())
        return undefined
      }
      event(pod, 'Marking for deletion')
      const failed = evict(client, pod, clock.now())
      if (failed === undefined) evictions.delete(key)
      return failed
    },
  })
  const stops: (() => void)[] = []
  const lookAtAll = () => {
    for (const pod of client.list('Pod')) if (pod.spec.resourceClaims?.length) loop.queue.add(keyOf(pod))
  }
  /** Pods and claims are of interest once a device has a taint. */
  function followPods(): void {
    stops.push(
      informers.on('Pod', ({ object }) => {
        if (object.spec.resourceClaims?.length) loop.queue.add(keyOf(object))
      }),
      informers.on('ResourceClaim', ({ object }) => {
        for (const { resource, name } of object.status?.reservedFor ?? [])
          if (resource === 'pods') loop.queue.add(`${object.metadata.namespace}/${name}`)
      }),
    )
  }
  stops.push(
    informers.on('ResourceSlice', ({ object }, old) => {
      if (evictingTaints(object).length === 0 && (old === undefined || evictingTaints(old).length === 0)) return
      if (stops.length === 1) followPods()
      lookAtAll()
    }),
  )
  return {
    stop() {
      for (const stop of stops) stop()
      loop.stop()
    },
  }
}

/** Events about it name no revision. */
function referenceTo({ metadata: { name, namespace, uid } }: Pod): KubernetesObject {
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: namespace!, uid: uid! } }
}

/** Source: addConditionAndDeletePod */
function evict(client: Client, { metadata }: Pod, now: number): Status | undefined {
  const { name, namespace, uid } = metadata
  const condition = {
    type: 'DisruptionTarget',
    status: 'True',
    reason: 'DeletionByDeviceTaintManager',
    message: 'Device Taint manager: deleting due to NoExecute taint',
  }
  const told = client.updateStatus('Pod', name, namespace, (pod) => ({
    ...pod,
    status: { ...pod.status, conditions: setCondition(pod.status?.conditions, condition, now) },
  }))
  if (isStatus(told)) return told.reason === 'NotFound' ? undefined : told
  const answer = client.delete('Pod', name, namespace, { preconditions: { uid: uid! } })
  return isStatus(answer) && answer.status === 'Failure' && answer.reason !== 'NotFound' ? answer : undefined
}
