import { parseGoDuration } from '../../api/duration.ts'
import type { DeclaredAnswer, DeclaredImage } from './declared-image.ts'
import type { Amounts } from './usage/amounts.ts'
import { readUsage } from './usage/written.ts'

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
  readonly grpc?: DeclaredImage['grpc']
  readonly requiresEnv?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** Quantities or curves: see `readUsage`. */
  readonly usage?: unknown
  readonly stopsAfter?: string
}

/** The images of a file, durations in ms. */
export function declaredImages(file: DeclaredImagesFile): readonly DeclaredImage[] {
  return file.images.map((image) => {
    const { size, pullTakes, startsAfter, readyAfter, exitsAfter, stopsAfter, http, grpc, usage, ...same } = image
    return {
      ...same,
      ...(size !== undefined && { sizeBytes: size }),
      ...(pullTakes !== undefined && { pullTakesMs: ms(pullTakes) }),
      ...(startsAfter !== undefined && { startsAfterMs: ms(startsAfter) }),
      ...(readyAfter !== undefined && { readyAfterMs: ms(readyAfter) }),
      ...(exitsAfter !== undefined && { exitsAfterMs: ms(exitsAfter) }),
      ...(stopsAfter !== undefined && { stopsAfterMs: stopsAfter === 'never' ? -1 : ms(stopsAfter) }),
      ...(usage !== undefined && { usage: amounts(image.name, usage) }),
      ...(http !== undefined && { http: answers(http) }),
      ...(grpc !== undefined && { grpc }),
    }
  })
}

function answers(http: NonNullable<WrittenImage['http']>): Readonly<Record<string, DeclaredAnswer>> {
  const entries = Object.entries(http).map(([path, { after, ...answer }]) => {
    return [path, after === undefined ? answer : { ...answer, afterMs: ms(after) }] as const
  })
  return Object.fromEntries(entries)
}

/** @throws where the schema cannot see what is wrong */
function amounts(image: string, usage: unknown): Amounts {
  const read = readUsage(usage)
  if (typeof read === 'string') throw new Error(`image ${image}: ${read}`)
  return read
}

function ms(text: string): number {
  return parseGoDuration(text) ?? 0
}
