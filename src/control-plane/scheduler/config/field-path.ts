/** Messages as apimachinery words them. Source: apimachinery/pkg/util/validation/field/errors.go */

const shown = (value: unknown): string => (value === undefined ? 'null' : JSON.stringify(value))

export const invalid = (path: string, value: unknown, detail: string): string =>
  `${path}: Invalid value: ${shown(value)}: ${detail}`

export const required = (path: string, detail = ''): string =>
  `${path}: Required value${detail === '' ? '' : `: ${detail}`}`

export const forbidden = (path: string, detail: string): string => `${path}: Forbidden: ${detail}`

export const duplicate = (path: string, value: unknown): string => `${path}: Duplicate value: ${shown(value)}`

export const notSupported = (path: string, value: unknown, supported: readonly string[]): string =>
  `${path}: Unsupported value: ${shown(value)}: supported values: ${supported.map(shown).join(', ')}`

/** Several errors as one, each named once. Source: apimachinery/pkg/util/errors/errors.go aggregate.Error */
export function aggregate(errors: readonly string[]): string | undefined {
  const distinct = [...new Set(errors)]
  if (distinct.length === 0) return undefined
  return distinct.length === 1 ? distinct[0] : `[${distinct.join(', ')}]`
}
