import { equal } from '../../../api/equal.ts'
import type { ObjectMeta } from '../../../api/types.ts'
import type { FieldError } from '../registry/contract.ts'
import { validateLabels } from '../registry/validation/labels.ts'
import { validateAnnotations } from '../registry/validation/objectmeta.ts'

type Texts = Readonly<Record<string, string>>

/**
 * The metadata of the original with the labels and annotations that a webhook gave it, or what is wrong with those.
 * Source: apiextensions-apiserver/pkg/apiserver/conversion/webhook_converter.go restoreObjectMeta
 */
export function restoredMetadata(original: ObjectMeta, given: unknown): ObjectMeta | string {
  if (given === undefined) return 'missing metadata in converted object'
  if (!isMap(given)) return `invalid metadata of type ${goType(given)} in converted object`
  const { labels: _, annotations: __, ...rest } = original
  const changed: { labels?: Texts; annotations?: Texts } = {}
  for (const field of ['labels', 'annotations'] as const) {
    const texts = given[field]
    if (texts === undefined || texts === null) continue
    const wrong = wrongTexts(field, texts, original[field])
    if (wrong !== undefined) return wrong
    changed[field] = texts as Texts
  }
  return { ...rest, ...changed }
}

function wrongTexts(field: 'labels' | 'annotations', texts: unknown, before: ObjectMeta['labels']): string | undefined {
  if (!isMap(texts)) return `invalid metadata.${field} of type ${goType(texts)} in converted object`
  for (const [key, value] of Object.entries(texts))
    if (typeof value !== 'string')
      return `metadata.${field}[${key}] must be a string, but is ${goType(value)} in converted object`
  if (equal(texts, before)) return undefined
  const errors: FieldError[] = []
  if (field === 'labels') validateLabels(errors, 'metadata.labels', texts as Texts)
  else validateAnnotations(errors, 'metadata.annotation', texts as Texts)
  if (errors.length === 0) return undefined
  const all = errors.map((error) => `${error.field}: ${error.message}`)
  return all.length === 1 ? all[0] : `[${all.join(', ')}]`
}

const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** As Go's %T prints what JSON became. */
function goType(value: unknown): string {
  if (value === null) return '<nil>'
  if (Array.isArray(value)) return '[]interface {}'
  if (typeof value === 'number') return Number.isInteger(value) ? 'int64' : 'float64'
  if (typeof value === 'boolean') return 'bool'
  return typeof value === 'string' ? 'string' : 'map[string]interface {}'
}
