import type { PersistentVolume, Pod } from '../../../api/types.ts'
import type { AttachableVolume } from './attachable.ts'

/** A volume that pods of a node need. Source: attachdetach/cache/desired_state_of_world.go */
export interface DesiredAttachment {
  readonly name: string
  readonly node: string
  readonly volume: PersistentVolume
  readonly pods: Map<string, Pod>
  /** Somebody else has it; that has been said. */
  multiAttachReported: boolean
}

/** Which volumes should be attached to which nodes. */
export class DesiredState {
  readonly #attachments = new Map<string, DesiredAttachment>()
  readonly #ofPod = new Map<string, Set<string>>()

  add(pod: Pod, node: string, { name, volume }: AttachableVolume): void {
    const uid = pod.metadata.uid!
    const key = keyOf(name, node)
    let attachment = this.#attachments.get(key)
    if (attachment === undefined) {
      attachment = { name, node, volume, pods: new Map(), multiAttachReported: false }
      this.#attachments.set(key, attachment)
    }
    attachment.pods.set(uid, pod)
    let keys = this.#ofPod.get(uid)
    if (keys === undefined) {
      keys = new Set()
      this.#ofPod.set(uid, keys)
    }
    keys.add(key)
  }

  removePod(uid: string): boolean {
    const keys = this.#ofPod.get(uid)
    for (const key of keys ?? []) {
      const attachment = this.#attachments.get(key)
      attachment?.pods.delete(uid)
      if (attachment?.pods.size === 0) this.#attachments.delete(key)
    }
    return this.#ofPod.delete(uid)
  }

  has(name: string, node: string): boolean {
    return this.#attachments.has(keyOf(name, node))
  }

  all(): Iterable<DesiredAttachment> {
    return this.#attachments.values()
  }

  /** Pods on other nodes that need the volume. Source: GetVolumePodsOnNodes */
  podsOn(nodes: readonly string[], name: string): readonly Pod[] {
    return nodes.flatMap((node) => [...(this.#attachments.get(keyOf(name, node))?.pods.values() ?? [])])
  }
}

/** A volume at a node, as far as is known. Source: attachdetach/cache/actual_state_of_world.go */
export interface ActualAttachment {
  readonly name: string
  readonly node: string
  /** Unknown of what was attached before the controller started. */
  volume: PersistentVolume | undefined
  /** `uncertain`: an attempt failed or nobody knows; it may be attached. */
  state: 'attached' | 'uncertain'
  /** It is said of in the node's status. */
  reported: boolean
  /** Since when nobody needs it, virtual ms. */
  detachRequestedAt: number | undefined
}

/** Which volumes are attached to which nodes, and which of them nodes have in use. */
export class ActualState {
  readonly #attachments = new Map<string, ActualAttachment>()
  readonly #inUse = new Map<string, Set<string>>()
  readonly #unreported = new Set<string>()

  /** Assumed to be in use until the node says otherwise. Source: AddVolumeNode */
  mark(name: string, node: string, volume: PersistentVolume | undefined, state: ActualAttachment['state']): void {
    const known = this.get(name, node)
    if (known === undefined) {
      this.#inUse.set(node, new Set(this.#inUse.get(node)).add(name))
      const made = { name, node, volume, state, reported: state === 'attached', detachRequestedAt: undefined }
      this.#attachments.set(keyOf(name, node), made)
    } else {
      known.volume = volume ?? known.volume
      known.state = state
      if (state === 'attached') known.reported = true
    }
    if (state === 'attached') this.#unreported.add(node)
  }

  remove(name: string, node: string): void {
    if (this.get(name, node)?.reported) this.#unreported.add(node)
    this.#attachments.delete(keyOf(name, node))
  }

  get(name: string, node: string): ActualAttachment | undefined {
    return this.#attachments.get(keyOf(name, node))
  }

  all(): readonly ActualAttachment[] {
    return [...this.#attachments.values()]
  }

  nodesOf(name: string): readonly string[] {
    return this.all()
      .filter((each) => each.name === name && each.state === 'attached')
      .map(({ node }) => node)
  }

  setInUse(node: string, names: readonly string[]): void {
    this.#inUse.set(node, new Set(names))
  }

  isInUse(name: string, node: string): boolean {
    return this.#inUse.get(node)?.has(name) ?? false
  }

  setReported(attachment: ActualAttachment, reported: boolean): void {
    if (attachment.reported === reported) return
    attachment.reported = reported
    this.#unreported.add(attachment.node)
  }

  /** The node's status is to be written (again). */
  touch(node: string): void {
    this.#unreported.add(node)
  }

  /** Nodes whose status says something else, each once. */
  takeUnreported(node?: string): readonly string[] {
    if (node !== undefined) return this.#unreported.delete(node) ? [node] : []
    const nodes = [...this.#unreported]
    this.#unreported.clear()
    return nodes
  }

  reportedOn(node: string): readonly string[] {
    return this.all()
      .filter((each) => each.node === node && each.reported)
      .map(({ name }) => name)
  }
}

function keyOf(name: string, node: string): string {
  return `${name}@${node}`
}
