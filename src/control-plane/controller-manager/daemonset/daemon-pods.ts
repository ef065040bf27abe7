import { controllerOf } from '../../../api/meta.ts'
import type { Pod } from '../../../api/types.ts'
import { targetNode } from './template.ts'

/** The pods of one DaemonSet by the node they run on or are meant for. */
export interface OwnedPods {
  readonly byNode: Map<string, Map<string, Pod>>
  /** Nodes whose pods have changed since the DaemonSet was last looked at. */
  readonly changed: Set<string>
}

/**
 * The pods of every DaemonSet, as the watch tells: a pass looks at the nodes where something has changed, not at all.
 * Source: pkg/controller/controller_utils.go AddPodControllerUIDIndexer, daemon_controller.go getNodesToDaemonPods
 */
export class DaemonPods {
  readonly #sets = new Map<string, OwnedPods>()

  of(uid: string): OwnedPods {
    let owned = this.#sets.get(uid)
    if (owned === undefined) {
      owned = { byNode: new Map(), changed: new Set() }
      this.#sets.set(uid, owned)
    }
    return owned
  }

  put(pod: Pod, old: Pod | undefined): void {
    if (old !== undefined) this.#remove(old, ownerAndNode(pod))
    const at = ownerAndNode(pod)
    if (at === undefined) return
    const { byNode, changed } = this.of(at.uid)
    const there = byNode.get(at.node)
    if (there === undefined) byNode.set(at.node, new Map([[pod.metadata.name, pod]]))
    else there.set(pod.metadata.name, pod)
    changed.add(at.node)
  }

  delete(pod: Pod): void {
    this.#remove(pod, undefined)
  }

  forget(uid: string): void {
    if (this.#sets.get(uid)?.byNode.size === 0) this.#sets.delete(uid)
  }

  /** Unless it stays where it is. */
  #remove(pod: Pod, now: Place | undefined): void {
    const at = ownerAndNode(pod)
    if (at === undefined || (at.uid === now?.uid && at.node === now.node)) return
    const owned = this.#sets.get(at.uid)
    const there = owned?.byNode.get(at.node)
    if (owned === undefined || there === undefined) return
    there.delete(pod.metadata.name)
    if (there.size === 0) owned.byNode.delete(at.node)
    owned.changed.add(at.node)
  }
}

interface Place {
  readonly uid: string
  readonly node: string
}

function ownerAndNode(pod: Pod): Place | undefined {
  const ref = controllerOf(pod)
  if (ref?.kind !== 'DaemonSet') return undefined
  const node = targetNode(pod)
  return node === undefined ? undefined : { uid: ref.uid, node }
}
