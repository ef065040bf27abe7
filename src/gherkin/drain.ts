import { isStatus, type KubernetesObject, type Pod } from '../api/types.ts'
import { servedKind } from './kinds.ts'
import { done, send } from './request.ts'
import type { World } from './world.ts'

/** As kubectl cordon and uncordon. */
export async function cordon(world: World, node: string, unschedulable: boolean): Promise<void> {
  const { resource } = servedKind(world, 'Node')
  const body = { spec: { unschedulable: unschedulable || null } }
  const patchType = 'application/merge-patch+json'
  done(world, await send(world, { verb: 'patch', resource, name: node, body, patchType }))
  await world.advance(0)
}

/** As kubectl drain --ignore-daemonsets: evicts every Pod that a controller other than a DaemonSet made. */
export async function drain(world: World, node: string): Promise<void> {
  const evictable = (pod: Pod) =>
    !pod.metadata.annotations?.['kubernetes.io/config.mirror'] &&
    !pod.metadata.ownerReferences?.some((owner) => owner.kind === 'DaemonSet')
  const pods = () => world.client.list('Pod', { fieldSelector: `spec.nodeName=${node}` }).filter(evictable)
  const resource = { ...servedKind(world, 'Pod').resource, subresource: 'eviction' }
  // What a budget protects is asked for again, as kubectl does, until others have come in its place.
  await world.eventually(async () => {
    for (const { metadata } of pods().filter(({ metadata }) => !metadata.deletionTimestamp)) {
      const eviction = {
        apiVersion: 'policy/v1',
        kind: 'Eviction',
        metadata: { name: metadata.name, namespace: metadata.namespace },
      } as KubernetesObject
      const { name, namespace } = metadata
      const { body } = await send(world, { verb: 'create', resource, name, namespace, body: eviction })
      if (isStatus(body) && body.code === 429) return `${namespace}/${name} is not evicted: ${body.message}`
      if (!isStatus(body) || body.code !== 404) done(world, { body })
    }
    return undefined
  }, undefined)
  await world.eventually(
    () => (pods().length > 0 ? `${pods().length} Pods are still on node "${node}"` : undefined),
    undefined,
  )
}
