import type { Image, ImageCatalogue } from '../contract.ts'
import { type ImageCatalogueOptions, knownRepositories, type ProvidedImage, type Repository } from './catalogue.ts'
import type { DeclaredImage } from './declared-image.ts'
import { normalizeImageName, repositoryOf } from './image-name.ts'
import { declared } from './programs/declared.ts'
import { binaries } from './programs/dispatch.ts'
import { shell } from './programs/shell.ts'

export type { ImageCatalogueOptions } from './catalogue.ts'

const DECLARED_SIZE = 50_000_000

/** Every image that exists: what the cluster is made of, well-known public ones, and what was declared. */
export interface Images extends ImageCatalogue {
  /** Declares one more image, or another behaviour of one for containers to come. */
  declare(image: DeclaredImage): void
}

export function createImageCatalogue(options: ImageCatalogueOptions): Images {
  const repositories = knownRepositories(options)
  const found = new Map<string, Image | undefined>()
  const declaredRepositories = new Set<string>()
  const declare = (image: DeclaredImage) => {
    const name = normalizeImageName(image.name)
    declaredRepositories.add(repositoryOf(name))
    forgetAbsent(found)
    found.set(name, declaredImage(name, image, options))
  }
  for (const image of options.declared ?? []) declare(image)
  for (const image of options.provided ?? []) found.set(normalizeImageName(image.name), providedImage(image, options))
  return {
    declare,
    find(name) {
      const full = normalizeImageName(name)
      if (!found.has(full)) found.set(full, known(full))
      return found.get(full)
    },
  }
  function known(name: string): Image | undefined {
    const repository = repositoryOf(name)
    const released = declaredRepositories.has(repository) && RELEASE.test(name.slice(repository.length + 1))
    return fromRepository(name, repositories.get(repository)) ?? (released ? plain(name, options) : undefined)
  }
}

/** Who declares shop:v2 has released shop:v1 before: it is there too, and runs without doing anything of note. */
const RELEASE = /^v?\d+(\.\d+){0,2}$/

function plain(name: string, options: ImageCatalogueOptions): Image {
  return declaredImage(name, { name }, options)
}

function forgetAbsent(found: Map<string, Image | undefined>): void {
  for (const [name, image] of found) if (image === undefined) found.delete(name)
}

function fromRepository(name: string, repository: Repository | undefined): Image | undefined {
  const tag = name.slice(repositoryOf(name).length + 1)
  if (repository === undefined || name.includes('@') || !repository.hasTag(tag)) return undefined
  return { name, ...repository.image(tag) }
}

function providedImage(image: ProvidedImage, options: ImageCatalogueOptions): Image {
  const { entrypoint = ['/entrypoint'], sizeBytes = DECLARED_SIZE } = image
  const own = { [entrypoint[0]!]: image.program }
  const name = normalizeImageName(image.name)
  return { ...image, name, sizeBytes, entrypoint, program: binaries(own, shell('busybox', options)) }
}

/** A declared image also has a shell, so that people can look around in it. */
function declaredImage(name: string, image: DeclaredImage, options: ImageCatalogueOptions): Image {
  const main = declared(image)
  return {
    name,
    sizeBytes: image.sizeBytes ?? DECLARED_SIZE,
    entrypoint: ['/entrypoint'],
    ...(image.pullTakesMs !== undefined && { pullTakesMs: image.pullTakesMs }),
    ...(image.env && { env: image.env }),
    ...(image.usage && { usage: image.usage }),
    program: binaries({ '/entrypoint': main }, shell('busybox', options)),
  }
}
