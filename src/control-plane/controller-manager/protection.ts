import { isDeleting } from '../../api/meta.ts'
import { isStatus, type Kind, type KubernetesObject, type ObjectOf, type Status } from '../../api/types.ts'
import type { Client } from '../../client/contract.ts'

/**
 * Holds an object with a finalizer for as long as it is used.
 * Source: processPVC and processPV in pkg/controller/volume/{pvcprotection,pvprotection}
 */
export function protect<K extends Kind>(
  client: Client,
  object: ObjectOf<K>,
  finalizer: string,
  isUsed: () => boolean,
): Status | undefined {
  const { name, namespace } = object.metadata
  const has = object.metadata.finalizers?.includes(finalizer) ?? false
  const change = (finalizers: (now: readonly string[]) => readonly string[]): Status | undefined => {
    const answer = client.update(object.kind as K, name, namespace, (now) => {
      const { metadata } = now as KubernetesObject
      return { ...now, metadata: { ...metadata, finalizers: finalizers(metadata.finalizers ?? []) } }
    })
    return isStatus(answer) && answer.reason !== 'NotFound' && answer.status === 'Failure' ? answer : undefined
  }
  if (!isDeleting(object)) return has ? undefined : change((now) => [...now, finalizer])
  return has && !isUsed() ? change((now) => now.filter((each) => each !== finalizer)) : undefined
}

export function needsProtection({ metadata }: KubernetesObject, finalizer: string): boolean {
  return (metadata.deletionTimestamp !== undefined) === (metadata.finalizers?.includes(finalizer) ?? false)
}
