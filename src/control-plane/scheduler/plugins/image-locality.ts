import type { Plugin, Snapshot } from '../framework.ts'
import { MAX_NODE_SCORE } from './normalize-score.ts'

const MB = 1024 * 1024
const MIN_THRESHOLD = 23 * MB
const MAX_CONTAINER_THRESHOLD = 1000 * MB

interface State {
  readonly images: readonly string[]
  readonly containers: number
  readonly totalNodes: number
}

/** Nodes that hold the pod's images already score higher, by size and by how many nodes hold them. Source: plugins/imagelocality/image_locality.go */
export const imageLocality: Plugin<undefined, State> = {
  name: 'ImageLocality',
  preScore({ pod }, snapshot: Snapshot) {
    const { initContainers = [], containers = [], volumes = [] } = pod.spec
    const images = [...initContainers, ...containers].map(({ image }) => image ?? '')
    for (const volume of volumes) if (volume.image !== undefined) images.push(volume.image.reference ?? '')
    return {
      code: 'Success',
      state: {
        images: images.map(normalizedImageName),
        containers: initContainers.length + containers.length,
        totalNodes: snapshot.nodes.length,
      },
    }
  },
  score({ images, containers, totalNodes }, _pod, node) {
    if (node.imageStates.size === 0) return 0
    let sum = 0
    for (const image of images) {
      const state = node.imageStates.get(image)
      if (state !== undefined) sum += Math.trunc(state.size * (state.nodes.size / totalNodes))
    }
    const max = MAX_CONTAINER_THRESHOLD * containers
    const clamped = Math.min(Math.max(sum, MIN_THRESHOLD), max)
    return Math.trunc((MAX_NODE_SCORE * (clamped - MIN_THRESHOLD)) / (max - MIN_THRESHOLD))
  },
}

/** Adds `:latest` to a name without a tag. */
const normalizedImageName = (name: string): string =>
  name.lastIndexOf(':') <= name.lastIndexOf('/') ? `${name}:latest` : name
