import type { Selector } from '../../api/labels.ts'
import { controllerOf, keyOf } from '../../api/meta.ts'
import type { Kind, ObjectOf, Pod, WatchEvent } from '../../api/types.ts'
import type { Client } from '../../client/contract.ts'
import type { Informers } from './informers.ts'

/** Pods of the namespace that nobody controls and the selector meets. */
export function orphanPods(client: Client, namespace: string, selector: Selector): Pod[] {
  if (selector.nothing) return []
  return client
    .list('Pod', { namespace, labelSelector: selector.text })
    .filter((pod) => controllerOf(pod) === undefined && selector.matches(pod.metadata.labels))
}

export interface Following<K extends Kind> {
  readonly informers: Informers
  readonly client: Client
  readonly kind: K
  readonly selectorOf: (owner: ObjectOf<K>) => Selector
  readonly onOwner: (event: WatchEvent<ObjectOf<K>>, old: ObjectOf<K> | undefined) => void
  /** @param key of an owner that the change of the pod concerns */
  readonly onPod: (key: string, pod: Pod, old: Pod | undefined) => void
  /** Every pod of the cluster, whoever it belongs to. */
  readonly onAnyPod?: (type: WatchEvent['type'], pod: Pod, old: Pod | undefined) => void
}

/**
 * Follows the objects of a kind that controls pods, and their pods; these only once there is an object of the kind, so
 * that a controller nobody uses costs nothing.
 * Source: addPod, updatePod and deletePod in pkg/controller/{replicaset,statefulset,job}
 */
export function followPodsOf<K extends Kind>(following: Following<K>): () => void {
  const { informers, client, kind, selectorOf, onOwner, onPod, onAnyPod } = following
  const stops: (() => void)[] = []
  function toldOwner(pod: Pod, about: Pod, old: Pod | undefined): boolean {
    const ref = controllerOf(about)
    if (ref?.kind === kind) onPod(`${about.metadata.namespace}/${ref.name}`, pod, old)
    return ref !== undefined
  }
  function tellSelecting(pod: Pod, old: Pod | undefined): void {
    for (const owner of client.list(kind, { namespace: pod.metadata.namespace! }))
      if (selectorOf(owner).matches(pod.metadata.labels)) onPod(keyOf(owner), pod, old)
  }
  function followPods(): void {
    stops.push(
      informers.on('Pod', ({ type, object: pod }, old) => {
        const controlled = toldOwner(pod, pod, old)
        const given = old !== undefined && controllerOf(old)?.uid !== controllerOf(pod)?.uid
        if (given) toldOwner(pod, old, old)
        const relabelled = old === undefined || given || old.metadata.labels !== pod.metadata.labels
        if (!controlled && type !== 'DELETED' && relabelled) tellSelecting(pod, old)
        onAnyPod?.(type, pod, old)
      }),
    )
  }
  stops.push(
    informers.on(kind, (event, old) => {
      if (stops.length < 2) followPods()
      onOwner(event, old)
    }),
  )
  return () => {
    for (const stop of stops) stop()
  }
}
