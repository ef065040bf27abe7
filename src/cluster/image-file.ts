import { Ajv, type ValidateFunction } from 'ajv'
import { parseDocument } from 'yaml'
import { declaredImagesSchema } from '../node/container-runtime/declared-image.ts'
import { type DeclaredImagesFile, declaredImages } from '../node/container-runtime/declared-images-file.ts'
import type { DeclaredImage } from './contract.ts'

/** A file of images that cannot be used: the message names file, field and what was expected. */
export class ImageFileError extends Error {}

let compiled: ValidateFunction | undefined

/** Reads a file of declared images (docs/images.md). @throws {ImageFileError} */
export function parseImageFile(text: string, file: string): readonly DeclaredImage[] {
  const document = parseDocument(text)
  const [broken] = document.errors
  if (broken !== undefined)
    throw new ImageFileError(`${file}:${broken.linePos?.[0].line ?? 1}: ${broken.message.split('\n')[0]}`)
  const content: unknown = document.toJS()
  compiled ??= new Ajv({ allErrors: false, strict: false }).compile(declaredImagesSchema)
  if (!compiled(content)) {
    const { instancePath, message, params } = compiled.errors![0]!
    const extra = params.additionalProperty === undefined ? '' : `: ${params.additionalProperty}`
    throw new ImageFileError(`${file}: ${instancePath.slice(1).replaceAll('/', '.') || 'file'} ${message}${extra}`)
  }
  try {
    return declaredImages(content as DeclaredImagesFile)
  } catch (error) {
    throw new ImageFileError(`${file}: ${(error as Error).message}`)
  }
}
