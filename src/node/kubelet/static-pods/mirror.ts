import { hasReason } from '../../../api/status.ts'
import { isStatus, type Pod } from '../../../api/types.ts'
import type { Client } from '../../../client/contract.ts'
import { CONFIG_HASH, CONFIG_MIRROR } from './manifests.ts'

/** Whether a pod of the API is only the picture of a static pod. Source: pkg/kubelet/types/pod_update.go IsMirrorPod */
export function isMirrorPod({ metadata }: Pod): boolean {
  return metadata.annotations?.[CONFIG_MIRROR] !== undefined
}

/** Whether the picture shows this very manifest. Source: pkg/kubelet/pod/mirror_client.go IsMirrorPodOf */
export function isMirrorOf(mirror: Pod, pod: Pod): boolean {
  return mirror.metadata.annotations?.[CONFIG_MIRROR] === pod.metadata.annotations?.[CONFIG_HASH]
}

/**
 * Shows a static pod in the API.
 * Source: pkg/kubelet/pod/mirror_client.go CreateMirrorPod
 *
 * @param nodeUid uid of the Node that will own it
 * @returns why it could not be done
 */
export function createMirrorPod(client: Client, pod: Pod, nodeName: string, nodeUid: string): string | undefined {
  const { uid, annotations, ...metadata } = pod.metadata
  const answer = client.create<Pod>({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      ...metadata,
      annotations: { ...annotations, [CONFIG_MIRROR]: annotations?.[CONFIG_HASH] ?? uid ?? '' },
      ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name: nodeName, uid: nodeUid, controller: true }],
    },
    spec: pod.spec,
  })
  return isStatus(answer) && !hasReason(answer, 'AlreadyExists') ? answer.message : undefined
}

/** Source: mirror_client.go DeleteMirrorPod */
export function deleteMirrorPod(client: Client, { metadata }: Pod): void {
  client.delete('Pod', metadata.name, metadata.namespace, {
    gracePeriodSeconds: 0,
    ...(metadata.uid === undefined ? {} : { preconditions: { uid: metadata.uid } }),
  })
}
