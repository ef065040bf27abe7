import { isDeleting } from '../../../api/meta.ts'
import { POD_GROUPS } from '../../../api/resources.ts'
import { isStatus, type Kind, type ObjectOf, type Pod, type Status } from '../../../api/types.ts'
import type { Controller, ControllerContext, ControllerDescriptor } from '../controller.ts'
import { startLoop } from '../machine.ts'

const FINALIZER = 'scheduling.k8s.io/podgroup-protection'

/**
 * A PodGroup stays while Pods of it have not ended. The finalizer it is born with, by an admission plug-in.
 * Source: pkg/controller/scheduling/podgroupprotection/podgroup_protection_controller.go
 */
export const podGroupProtectionController: ControllerDescriptor = {
  name: 'podgroup-protection-controller',
  account: 'podgroup-protection-controller',
  component: 'podgroup-protection-controller',
  start: startGroupProtection,
}

function startGroupProtection({ client, informers, world }: ControllerContext): Controller {
  const deleting = new Set<string>()
  const loop = startLoop({
    component: 'controller-manager/podgroup-protection-controller',
    world,
    reconcile(key) {
      const [namespace = '', name = ''] = key.split('/')
      const isUsed = client.list('Pod', { namespace }).some((pod) => groupOf(pod) === key && !hasEnded(pod))
      return isUsed ? undefined : letGo(namespace, name)
    },
  })
  function letGo(namespace: string, name: string): Status | undefined {
    const answer = client.update(POD_GROUPS, name, namespace, (group) => {
      const { metadata } = group
      if (!isDeleting(group) || !metadata.finalizers?.includes(FINALIZER)) return undefined
      const finalizers = metadata.finalizers.filter((each) => each !== FINALIZER)
      return { ...group, metadata: { ...metadata, finalizers } } as ObjectOf<Kind>
    })
    return isStatus(answer) && answer.reason !== 'NotFound' && answer.status === 'Failure' ? answer : undefined
  }
  const stops: (() => void)[] = []
  const onPod = (pod: Pod) => {
    const key = groupOf(pod)
    if (key !== undefined && deleting.has(key)) loop.queue.add(key)
  }
  stops.push(
    informers.on(POD_GROUPS, ({ type, object }) => {
      // Pods are of interest once there are groups.
      if (stops.length === 1)
        stops.push(
          informers.on('Pod', ({ type: change, object: pod }) => {
            if (change === 'DELETED' || hasEnded(pod)) onPod(pod)
          }),
        )
      const key = `${object.metadata.namespace}/${object.metadata.name}`
      deleting.delete(key)
      if (type === 'DELETED' || !isDeleting(object) || !object.metadata.finalizers?.includes(FINALIZER)) return
      deleting.add(key)
      loop.queue.add(key)
    }),
  )
  return {
    stop() {
      for (const stop of stops) stop()
      loop.stop()
    },
  }
}

const groupOf = ({ metadata, spec }: Pod): string | undefined =>
  spec.schedulingGroup?.podGroupName && `${metadata.namespace}/${spec.schedulingGroup.podGroupName}`

const hasEnded = ({ status }: Pod): boolean => status?.phase === 'Succeeded' || status?.phase === 'Failed'
