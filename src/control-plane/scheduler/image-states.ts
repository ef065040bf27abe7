import type { ContainerImage } from '../../api/types.ts'
import type { ImageState, NodeInfo } from './node-info.ts'

/** Which images are on which nodes. Source: pkg/scheduler/backend/cache/cache.go addNodeImageStates */
export class ImageStates {
  readonly #images = new Map<string, { size: number; nodes: Set<string> }>()
  readonly #seen = new WeakMap<NodeInfo, readonly ContainerImage[]>()

  set(node: NodeInfo, images: readonly ContainerImage[] | undefined): void {
    const old = this.#seen.get(node)
    if (old === images) return
    for (const name of namesOf(old)) {
      const image = this.#images.get(name)
      image?.nodes.delete(node.name)
      if (image?.nodes.size === 0) this.#images.delete(name)
    }
    const states = new Map<string, ImageState>()
    for (const { names = [], sizeBytes = 0 } of images ?? [])
      for (const name of names) states.set(name, this.#add(name, sizeBytes, node.name))
    node.imageStates = states
    if (images === undefined) this.#seen.delete(node)
    else this.#seen.set(node, images)
  }

  #add(name: string, size: number, node: string): ImageState {
    let image = this.#images.get(name)
    if (image === undefined) {
      image = { size, nodes: new Set() }
      this.#images.set(name, image)
    }
    image.nodes.add(node)
    return image
  }
}

const namesOf = (images: readonly ContainerImage[] | undefined): string[] =>
  (images ?? []).flatMap(({ names = [] }) => names)
