import { createNetwork } from '../network/index.ts'
import { type ImageCatalogueOptions, knownRepositories } from '../node/container-runtime/catalogue.ts'
import { normalizeImageName, repositoryOf } from '../node/container-runtime/image-name.ts'
import { createImageCatalogue } from '../node/container-runtime/images.ts'
import type { Program } from '../node/contract.ts'
import { Barrier } from '../sim/barrier.ts'
import { VirtualClock } from '../sim/clock.ts'
import type { DeclaredImage } from './contract.ts'

/** What registries have, for whoever asks without a cluster. */
export interface KnownImages {
  has(image: string): boolean
  /** Whether there is a repository of that name, with other tags. */
  hasRepository(image: string): boolean
}

/** Nobody runs it. */
const idle: Program = { start: () => undefined }
/** Whatever binary an image of the cluster is asked for, it has one. */
const programs = new Proxy({}, { get: () => idle }) as NonNullable<ImageCatalogueOptions['programs']>

/** The images that every cluster finds (docs/images.md), and those that are declared. */
export function knownImages(declared: readonly DeclaredImage[] = []): KnownImages {
  const options = { network: createNetwork(), barrier: new Barrier(new VirtualClock(0)), declared, programs }
  const catalogue = createImageCatalogue(options)
  const repositories = new Set(knownRepositories(options).keys())
  return {
    has: (image) => catalogue.find(image) !== undefined,
    hasRepository: (image) => repositories.has(repositoryOf(normalizeImageName(image))),
  }
}
