import type { Image, ImageCatalogue } from '../contract.ts'
import { type ImageCatalogueOptions, knownRepositories, type Repository } from './catalogue.ts'
import type { DeclaredImage } from './declared-image.ts'
import { normalizeImageName, repositoryOf } from './image-name.ts'
import { declared } from './programs/declared.ts'
import { binaries } from './programs/dispatch.ts'
import { shell } from './programs/shell.ts'

export type { ImageCatalogueOptions } from './catalogue.ts'

/** Every image that exists: what the cluster is made of, well-known public ones, and what was declared. */
export interface Images extends ImageCatalogue {
  /** Declares one more image, or another behaviour of one for containers to come. */
  declare(image: DeclaredImage): void
}

export function createImageCatalogue(options: ImageCatalogueOptions): Images {
  const repositories = knownRepositories(options)
  const found = new Map<string, Image | undefined>()
  const declare = (image: DeclaredImage) => {
    const name = normalizeImageName(image.name)
    found.set(name, declaredImage(name, image, options))
  }
  for (const image of options.declared ?? []) declare(image)
  return {
    declare,
    find(name) {
      const full = normalizeImageName(name)
      if (!found.has(full)) found.set(full, fromRepository(full, repositories.get(repositoryOf(full))))
      return found.get(full)
    },
  }
}

function fromRepository(name: string, repository: Repository | undefined): Image | undefined {
  const tag = name.slice(repositoryOf(name).length + 1)
  if (repository === undefined || name.includes('@') || !repository.hasTag(tag)) return undefined
  return { name, ...repository.image(tag) }
}

/** A declared image also has a shell, so that people can look around in it. */
function declaredImage(name: string, image: DeclaredImage, options: ImageCatalogueOptions): Image {
  const main = declared(image)
  return {
    name,
    sizeBytes: image.sizeBytes ?? 50_000_000,
    entrypoint: ['/entrypoint'],
    ...(image.pullTakesMs !== undefined && { pullTakesMs: image.pullTakesMs }),
    ...(image.env && { env: image.env }),
    program: binaries({ '/entrypoint': main }, shell('busybox', options)),
  }
}
