import { parseGoDuration } from '../../api/duration.ts'
import { quantityValue } from '../../api/quantity.ts'
import type { DeclaredAnswer, DeclaredImage } from './declared-image.ts'

/** A file of images as it is written, already checked against `declaredImagesSchema`. */
export interface DeclaredImagesFile {
  readonly images: readonly WrittenImage[]
}

interface WrittenImage {
  readonly name: string
  readonly size?: number
  readonly pullTakes?: string
  readonly startsAfter?: string
  readonly readyAfter?: string
  readonly listensOn?: readonly number[]
  readonly exitsWith?: number
  readonly exitsAfter?: string
  readonly logs?: readonly string[]
  readonly http?: Readonly<
    Record<string, { status?: number; body?: string; headers?: Record<string, string>; after?: string }>
  >
  readonly requiresEnv?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** Quantities: `250m`, `64Mi`. */
  readonly usage?: { readonly cpu?: string; readonly memory?: string }
  readonly stopsAfter?: string
}

/** The images of a file, durations in ms. */
export function declaredImages(file: DeclaredImagesFile): readonly DeclaredImage[] {
  return file.images.map((image) => {
    const { size, pullTakes, startsAfter, readyAfter, exitsAfter, stopsAfter, http, usage, ...same } = image
    return {
      ...same,
      ...(size !== undefined && { sizeBytes: size }),
      ...(pullTakes !== undefined && { pullTakesMs: ms(pullTakes) }),
      ...(startsAfter !== undefined && { startsAfterMs: ms(startsAfter) }),
      ...(readyAfter !== undefined && { readyAfterMs: ms(readyAfter) }),
      ...(exitsAfter !== undefined && { exitsAfterMs: ms(exitsAfter) }),
      ...(stopsAfter !== undefined && { stopsAfterMs: stopsAfter === 'never' ? -1 : ms(stopsAfter) }),
      ...(usage !== undefined && {
        usage: {
          ...(usage.cpu !== undefined && { cpu: quantityValue(usage.cpu) }),
          ...(usage.memory !== undefined && { memory: quantityValue(usage.memory) }),
        },
      }),
      ...(http !== undefined && { http: answers(http) }),
    }
  })
}

function answers(http: NonNullable<WrittenImage['http']>): Readonly<Record<string, DeclaredAnswer>> {
  const entries = Object.entries(http).map(([path, { after, ...answer }]) => {
    return [path, after === undefined ? answer : { ...answer, afterMs: ms(after) }] as const
  })
  return Object.fromEntries(entries)
}

function ms(text: string): number {
  return parseGoDuration(text) ?? 0
}
