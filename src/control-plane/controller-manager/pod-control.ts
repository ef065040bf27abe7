import { isDNS1123Subdomain } from '../../api/names.ts'
import { failure } from '../../api/status.ts'
import {
  isStatus,
  type KubernetesObject,
  type ObjectMeta,
  type OwnerReference,
  type Pod,
  type PodTemplateSpec,
  type Status,
} from '../../api/types.ts'
import type { Client, EventRecorder } from '../../client/contract.ts'

/** A pod of the template, sharing the template's own spec, labels and annotations: nothing is copied. Source: pkg/controller/controller_utils.go GetPodFromTemplate */
export function podFromTemplate(
  template: PodTemplateSpec,
  owner: KubernetesObject,
  ownerReferences: readonly OwnerReference[],
): Pod {
  const { labels, annotations, finalizers } = template.metadata ?? {}
  // The API server makes the name of generateName, as for any client.
  const metadata = {
    generateName: podNamePrefix(owner.metadata.name),
    namespace: owner.metadata.namespace!,
    ...(labels === undefined ? {} : { labels }),
    ...(annotations === undefined ? {} : { annotations }),
    ...(finalizers === undefined ? {} : { finalizers }),
    ownerReferences,
  } as Omit<ObjectMeta, 'name'> as ObjectMeta
  return { apiVersion: 'v1', kind: 'Pod', metadata, spec: template.spec ?? { containers: [] } }
}

/** The dash goes where it would make the name invalid. Source: controller_utils.go getPodsPrefix */
function podNamePrefix(controllerName: string): string {
  return isDNS1123Subdomain(`${controllerName}-x`).length === 0 ? `${controllerName}-` : controllerName
}

/** Creates and deletes pods for an owner, and says so in its Events. Source: controller_utils.go RealPodControl */
export interface PodControl {
  /** @param created told of the pod as it is then */
  create(pod: Pod, owner: KubernetesObject, created?: (pod: Pod) => void): Status | undefined
  delete(pod: Pod, owner: KubernetesObject): Status | undefined
}

export function createPodControl(client: Client, recorder: EventRecorder): PodControl {
  return {
    create(pod, owner, created) {
      if (Object.keys(pod.metadata.labels ?? {}).length === 0)
        return failure(500, '', 'unable to create pods, no labels')
      const answer = client.create(pod)
      if (isStatus(answer)) {
        if (!isNamespaceTerminating(answer))
          recorder.event(owner, 'Warning', 'FailedCreate', `Error creating: ${answer.message}`)
        return answer
      }
      recorder.event(owner, 'Normal', 'SuccessfulCreate', `Created pod: ${(answer as Pod).metadata.name}`)
      created?.(answer as Pod)
      return undefined
    },
    delete({ metadata: { name, namespace } }, owner) {
      const answer = client.delete('Pod', name, namespace)
      if (isStatus(answer)) {
        if (answer.reason === 'NotFound') return answer
        recorder.event(owner, 'Warning', 'FailedDelete', `Error deleting: ${answer.message}`)
        return { ...answer, message: `unable to delete pods: ${answer.message}` }
      }
      recorder.event(owner, 'Normal', 'SuccessfulDelete', `Deleted pod: ${name}`)
      return undefined
    },
  }
}

/** Whether the write was refused because its namespace is going: the object will go too. */
export function isNamespaceTerminating(status: Status): boolean {
  return status.details?.causes?.some(({ reason }) => reason === 'NamespaceTerminating') ?? false
}

/**
 * Runs `create` up to `count` times in batches of 1, 2, 4 …; a batch in which one fails is the last, so that a full
 * quota costs a few requests and not hundreds.
 * Source: pkg/controller/replicaset/replica_set.go slowStartBatch
 */
export function slowStart(count: number, create: () => Status | undefined): Status | undefined {
  let remaining = count
  for (let batch = Math.min(remaining, 1); batch > 0; batch = Math.min(2 * batch, remaining)) {
    let failed: Status | undefined
    for (let i = 0; i < batch; i++) failed = create() ?? failed
    if (failed !== undefined) return failed
    remaining -= batch
  }
  return undefined
}
