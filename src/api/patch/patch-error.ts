/** A patch that cannot be applied; the message is upstream's. */
export class PatchError extends Error {
  /** HTTP status code: 400 malformed, 413 too long, 422 does not apply, 500 what upstream hands on unexplained. */
  readonly code: 400 | 413 | 422 | 500
  constructor(code: 400 | 413 | 422 | 500, message: string) {
    super(message)
    this.code = code
  }
}

export type Json = null | boolean | number | string | readonly Json[] | JsonMap
export interface JsonMap {
  readonly [key: string]: Json
}

export function isMap(value: unknown): value is JsonMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function isList(value: unknown): value is readonly Json[] {
  return Array.isArray(value)
}

/** As Go's JSON decoder names what it found. */
export function goKind(value: unknown): string {
  if (isList(value)) return 'array'
  return typeof value === 'boolean' ? 'bool' : typeof value
}
