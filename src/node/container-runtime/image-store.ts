import type { Clock } from '../../sim/clock.ts'
import type { Image, ImageCatalogue } from '../contract.ts'
import type { PullResult } from './contract.ts'
import { normalizeImageName } from './image-name.ts'

/** How fast layers come in and are unpacked, and what a pull costs at least. No upstream number: a usual machine. */
const BYTES_PER_MS = 50_000
const LEAST_PULL_MS = 300
/** A registry answers that it has no such image, or that nothing of it is newer than what is here. */
const LOOKUP_MS = 200
const UNCHANGED_MS = 100

/** The images of one node. */
export class ImageStore {
  readonly #catalogue: ImageCatalogue
  readonly #clock: Clock
  readonly #present = new Map<string, Image>()
  readonly #grew: (bytes: number, files: number) => void
  readonly #pulledAt = new Map<string, number>()
  readonly #lastUsedAt = new Map<string, number>()
  #boot = 0

  /** @param grew told of what images take and give back */
  constructor(catalogue: ImageCatalogue, clock: Clock, grew: (bytes: number, files: number) => void) {
    this.#grew = grew
    this.#catalogue = catalogue
    this.#clock = clock
  }

  present(name: string): Image | undefined {
    return this.#present.get(normalizeImageName(name))
  }

  all(): Iterable<Image> {
    return this.#present.values()
  }

  times(name: string): { readonly pulledAt: number; readonly lastUsedAt: number | undefined } {
    return { pulledAt: this.#pulledAt.get(name) ?? 0, lastUsedAt: this.#lastUsedAt.get(name) }
  }

  /** A container of it is gone. */
  unused(name: string): void {
    this.#lastUsedAt.set(name, this.#clock.now())
  }

  remove(name: string): void {
    const reference = normalizeImageName(name)
    const image = this.#present.get(reference)
    if (image !== undefined) this.#grew(-image.sizeBytes, -filesOf(image))
    this.#present.delete(reference)
  }

  /** Pulls under way are lost with the machine. */
  powerOff(): void {
    this.#boot++
  }

  pull(name: string, onDone: (result: PullResult) => void): void {
    const reference = normalizeImageName(name)
    const image = this.#catalogue.find(reference) ?? this.#catalogue.find(name)
    const isHere = this.#present.get(reference) === image
    const took = image === undefined ? LOOKUP_MS : isHere ? UNCHANGED_MS : pullMs(image)
    const boot = this.#boot
    this.#clock.setTimeout(() => {
      if (boot !== this.#boot) return
      if (image === undefined) onDone({ error: notFound(reference) })
      else {
        const before = this.#present.get(reference)
        if (before !== undefined) this.#grew(-before.sizeBytes, -filesOf(before))
        this.#grew(image.sizeBytes, filesOf(image))
        this.#present.set(reference, image)
        if (!isHere) this.#pulledAt.set(reference, this.#clock.now())
        onDone({ image, pullMs: took })
      }
    }, took)
  }
}

/** How big a file of an image is on average: how many inodes an image takes. */
const BYTES_PER_FILE = 50_000

function filesOf({ sizeBytes }: Image): number {
  return Math.ceil(sizeBytes / BYTES_PER_FILE)
}

function pullMs(image: Image): number {
  return image.pullTakesMs ?? LEAST_PULL_MS + Math.round(image.sizeBytes / BYTES_PER_MS)
}

/** Source: containerd client/pull.go, core/remotes/docker/resolver.go Resolve */
function notFound(reference: string): string {
  return `rpc error: code = NotFound desc = failed to pull and unpack image "${reference}": failed to resolve reference "${reference}": ${reference}: not found`
}
