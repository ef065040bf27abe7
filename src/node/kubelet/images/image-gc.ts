import type { Timer } from '../../../sim/clock.ts'
import type { Image } from '../../contract.ts'
import type { KubeletContext } from '../kubelet-context.ts'

/** Source: pkg/kubelet/kubelet.go ImageGCPeriod */
const IMAGE_GC_PERIOD = 300_000

/**
 * Deletes images nobody uses when the disk is fuller than the high threshold, and for eviction.
 * Source: pkg/kubelet/images/image_gc_manager.go, kubelet.go StartGarbageCollection
 */
export class ImageGarbageCollector {
  readonly #context: KubeletContext
  /** Images have gone: the node's status lists them. */
  readonly #onImages: () => void
  readonly #beganAt: number
  #timer: Timer | undefined
  #stopListening: (() => void) | undefined
  #failedBefore = false

  constructor(context: KubeletContext, onImages: () => void) {
    this.#context = context
    this.#onImages = onImages
    this.#beganAt = context.world.clock.now()
  }

  start(): void {
    const { runtime, configuration } = this.#context
    if (configuration.imageGCHighThresholdPercent === 100 && configuration.imageMaximumGCAge === 0) return
    this.#stopListening = runtime.resources.onChange(() => this.#arm())
    this.#arm()
  }

  stop(): void {
    this.#stopListening?.()
    this.#context.world.clock.clearTimeout(this.#timer)
  }

  /** Source: DeleteUnusedImages */
  deleteUnused(): void {
    this.#free(Number.POSITIVE_INFINITY)
  }

  /** The next collection, when there can be anything to collect. */
  #arm(): void {
    if (this.#timer?.callback !== undefined) return
    const { runtime, configuration, world } = this.#context
    const { bytes, capacity } = runtime.resources.disk
    const high = (configuration.imageGCHighThresholdPercent * capacity.bytes) / 100
    if (configuration.imageMaximumGCAge === 0 && bytes.most < high) return
    const now = world.clock.now()
    const beat = (Math.floor((now - this.#beganAt) / IMAGE_GC_PERIOD) + 1) * IMAGE_GC_PERIOD
    this.#timer = world.clock.setTimeout(() => this.#collect(), this.#beganAt + beat - now)
  }

  #collect(): void {
    const error = this.#garbageCollect()
    if (error === undefined) this.#failedBefore = false
    else if (this.#failedBefore) {
      this.#context.log('E kubelet.go:1739] "Image garbage collection failed multiple times in a row"')
      this.#nodeEvent('ImageGCFailed', error)
    } else {
      this.#context.log(
        'E kubelet.go:1743] "Image garbage collection failed once. Stats initialization may not have completed yet"',
      )
      this.#failedBefore = true
    }
    this.#arm()
  }

  /** @returns what went wrong */
  #garbageCollect(): string | undefined {
    const { runtime, configuration, world } = this.#context
    this.#freeOld()
    const { bytes, capacity } = runtime.resources.disk
    const available = Math.max(0, Math.floor(capacity.bytes - bytes.taken(world.clock.now())))
    const usedPercent = 100 - Math.floor((available * 100) / capacity.bytes)
    if (usedPercent < configuration.imageGCHighThresholdPercent) return undefined
    const toFree = Math.floor((capacity.bytes * (100 - configuration.imageGCLowThresholdPercent)) / 100) - available
    this.#context.log(
      `I image_gc_manager.go:395] "Disk usage on image filesystem is over the high threshold, trying to free bytes down to the low threshold" usage=${usedPercent} highThreshold=${configuration.imageGCHighThresholdPercent} amountToFree=${toFree} lowThreshold=${configuration.imageGCLowThresholdPercent}`,
    )
    const freed = this.#free(toFree)
    if (freed >= toFree) return undefined
    const message = `Insufficient free disk space on the node's image filesystem (${usedPercent}% of ${formatSize(capacity.bytes)} used). Failed to free sufficient space by deleting unused images (freed ${freed} bytes). Investigate disk usage, as it could be used by active images, logs, volumes, or other data.`
    this.#nodeEvent('FreeDiskSpaceFailed', message)
    return message
  }

  /** Those nobody has used for longer than the maximum age. Source: freeOldImages */
  #freeOld(): void {
    const { configuration, world, startedAt } = this.#context
    const { imageMaximumGCAge } = configuration
    const now = world.clock.now()
    if (imageMaximumGCAge === 0 || now - startedAt <= imageMaximumGCAge) return
    for (const { image, lastUsedAt, pulledAt } of this.#unused())
      if (now - (lastUsedAt ?? pulledAt) > imageMaximumGCAge) this.#remove(image)
  }

  #free(wanted: number): number {
    const { configuration, world } = this.#context
    let freed = 0
    for (const { image, pulledAt } of this.#unused()) {
      if (world.clock.now() - pulledAt < configuration.imageMinimumGCAge) continue
      this.#remove(image)
      freed += image.sizeBytes
      if (freed >= wanted) break
    }
    return freed
  }

  /** Longest unused first. Source: imagesInEvictionOrder */
  #unused() {
    const { runtime } = this.#context
    const used = new Set<string>()
    for (const { config } of runtime.containers())
      for (const { name } of [config.image, ...(config.volumeImages ?? [])]) used.add(name)
    return [...runtime.presentImages()]
      .filter(({ name }) => !used.has(name) && !name.startsWith('registry.k8s.io/pause:'))
      .map((image) => ({ image, ...runtime.imageTimes(image.name) }))
      .sort((a, b) => (a.lastUsedAt ?? 0) - (b.lastUsedAt ?? 0) || a.pulledAt - b.pulledAt)
  }

  #remove({ name, sizeBytes }: Image): void {
    this.#context.log(
      `I image_gc_manager.go:529] "Removing image to free bytes" imageID="${name}" size=${sizeBytes} runtimeHandler=""`,
    )
    this.#context.runtime.removeImage(name)
    this.#onImages()
  }

  #nodeEvent(reason: string, message: string): void {
    const { client, nodeName, events } = this.#context
    const node = client.get('Node', nodeName)
    if (node !== undefined) events.node(node, 'Warning', reason, message)
  }
}

/** Source: image_gc_manager.go formatSize */
function formatSize(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB']
  let size = bytes
  let unit = 0
  while (size >= 1024 && unit < units.length - 1) {
    size /= 1024
    unit++
  }
  return unit === 0 ? `${size} B` : `${size.toFixed(1)} ${units[unit]}`
}
