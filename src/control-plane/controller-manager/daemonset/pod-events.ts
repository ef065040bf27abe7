import { isPodReady } from '../../../api/conditions.ts'
import { selectorFromLabelSelector } from '../../../api/labels.ts'
import { controllerOf, isDeleting } from '../../../api/meta.ts'
import type { DaemonSet, Pod } from '../../../api/types.ts'
import type { Client } from '../../../client/contract.ts'
import type { Expectations } from './expectations.ts'

/** Which DaemonSets a change of a pod concerns. Source: pkg/controller/daemon/daemon_controller.go addPod, updatePod, deletePod */
export class PodEvents {
  readonly #client: Client
  readonly #daemonSets: ReadonlyMap<string, DaemonSet>
  readonly #expectations: Expectations
  readonly #enqueueAfter: (key: string, ms: number) => void

  constructor(
    client: Client,
    daemonSets: ReadonlyMap<string, DaemonSet>,
    expectations: Expectations,
    enqueueAfter: (key: string, ms: number) => void,
  ) {
    this.#client = client
    this.#daemonSets = daemonSets
    this.#expectations = expectations
    this.#enqueueAfter = enqueueAfter
  }

  changed(type: string, pod: Pod, old: Pod | undefined): void {
    const owner = this.#ownerOf(pod)
    if (type === 'DELETED' || isDeleting(pod)) {
      if (owner === undefined) return
      this.#expectations.lower(owner.key, 0, 1)
      this.#enqueueAfter(owner.key, 0)
      return
    }
    const reassigned = old !== undefined && controllerOf(old)?.uid !== controllerOf(pod)?.uid
    const before = reassigned ? this.#ownerOf(old) : undefined
    if (before !== undefined) this.#enqueueAfter(before.key, 0)
    if (owner !== undefined) this.#ofOwner(owner, pod, old)
    else if (controllerOf(pod) === undefined)
      if (old === undefined || reassigned || old.metadata.labels !== pod.metadata.labels) this.#enqueueSelecting(pod)
  }

  #ofOwner({ key, daemonSet }: Owner, pod: Pod, old: Pod | undefined): void {
    if (old === undefined) this.#expectations.lower(key, 1, 0)
    this.#enqueueAfter(key, 0)
    const { minReadySeconds = 0 } = daemonSet.spec
    if (minReadySeconds > 0 && old !== undefined && !isPodReady(old) && isPodReady(pod))
      this.#enqueueAfter(key, (minReadySeconds + 1) * 1000)
  }

  /** The DaemonSet that the pod names as its controller, if it is still that one. Source: resolveControllerRef */
  #ownerOf(pod: Pod): Owner | undefined {
    const ref = controllerOf(pod)
    if (ref?.kind !== 'DaemonSet') return undefined
    const { namespace } = pod.metadata
    const key = `${namespace}/${ref.name}`
    const daemonSet = this.#daemonSets.get(key) ?? this.#client.get('DaemonSet', ref.name, namespace)
    return daemonSet?.metadata.uid === ref.uid ? { key, daemonSet: daemonSet! } : undefined
  }

  /** Who may want an orphan. Source: getDaemonSetsForPod */
  #enqueueSelecting(pod: Pod): void {
    for (const [key, { metadata, spec }] of this.#daemonSets)
      if (metadata.namespace === pod.metadata.namespace)
        if (selectorFromLabelSelector(spec.selector).matches(pod.metadata.labels)) this.#enqueueAfter(key, 0)
  }
}

interface Owner {
  readonly key: string
  readonly daemonSet: DaemonSet
}

/** Pods that nobody controls, by namespace. */
export class Orphans {
  readonly #byNamespace = new Map<string, Map<string, Pod>>()

  put(pod: Pod, isOrphan: boolean): void {
    const { namespace = '', name } = pod.metadata
    const known = this.#byNamespace.get(namespace)
    if (!isOrphan) known?.delete(name)
    else if (known === undefined) this.#byNamespace.set(namespace, new Map([[name, pod]]))
    else known.set(name, pod)
  }

  of(namespace: string): readonly Pod[] {
    return [...(this.#byNamespace.get(namespace)?.values() ?? [])]
  }
}
