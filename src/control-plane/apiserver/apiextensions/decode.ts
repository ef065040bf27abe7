import { badRequest } from '../../../api/status.ts'
import type { KubernetesObject, Status } from '../../../api/types.ts'
import { checkStructure, type FieldValidation, type Structured } from '../structure.ts'
import { withoutNulls } from './defaulting.ts'
import { prune } from './pruning.ts'
import {
  isEmbedded,
  isObject,
  itemsOf,
  type JsonObject,
  propertyOf,
  type Schema,
  withItems,
  withMembers,
} from './schema.ts'

export interface CustomType {
  readonly apiVersion: string
  readonly kind: string
  readonly schema: Schema
  /** spec.preserveUnknownFields of a definition from before v1. */
  readonly preserveUnknownFields: boolean
}

/**
 * A body as a custom resource: its metadata in the shape of ObjectMeta, without what the schema does not know.
 * Source: apiextensions-apiserver/pkg/apiserver/customresource_handler.go schemaCoercingDecoder, unstructuredNegotiatedSerializer
 */
export function decodeCustom(
  type: CustomType,
  body: unknown,
  fieldValidation: FieldValidation = 'Warn',
  duplicateFields: readonly string[] = [],
): Structured | Status {
  const given = (isObject(body) ? body : {}) as JsonObject
  const mistaken = wrongType(type, given)
  if (mistaken !== undefined) return mistaken
  const found: string[] = []
  const { object, unknown } = type.preserveUnknownFields ? { object: given, unknown: [] } : prune(given, type.schema)
  const duplicates = duplicateFields.map((path) =>
    path.startsWith('yaml: ') ? path : `duplicate field ${JSON.stringify(path)}`,
  )
  const coerced = coerceMetadata(withoutNulls(object, type.schema) as JsonObject, type, found)
  const version = type.apiVersion.replace(/^.*\//, '')
  const cannot = `${type.kind} in version ${JSON.stringify(version)} cannot be handled as a ${type.kind}`
  if (typeof coerced === 'string') return badRequest(`${cannot}: ${coerced}`)
  const fields = [...duplicates, ...unknown.map((path) => `unknown field ${JSON.stringify(path)}`), ...found]
  const told = fieldValidation === 'Ignore' ? [] : fields
  if (fieldValidation === 'Strict' && told.length > 0) {
    return badRequest(`${cannot}: strict decoding error: ${told.join(', ')}`)
  }
  return { object: coerced as unknown as KubernetesObject, warnings: told }
}

function wrongType({ apiVersion, kind }: CustomType, given: JsonObject): Status | undefined {
  if (!given.kind) return badRequest(`Object 'Kind' is missing in '${JSON.stringify(given)}'`)
  if (given.apiVersion === apiVersion && given.kind === kind) return undefined
  // Said by validation: a custom resource of another kind can be read all the same.
  if (given.kind !== kind) return undefined
  return badRequest(
    `the API version in the data (${String(given.apiVersion)}) does not match the expected API version (${apiVersion})`,
  )
}

/** Metadata of the object and of those embedded in it. Source: pkg/apiserver/schema/objectmeta/algorithm.go Coerce */
function coerceMetadata(object: JsonObject, type: CustomType, found: string[]): JsonObject | string {
  const coerced = coerceOne(object, '', found)
  if (typeof coerced === 'string') return coerced
  try {
    return withMembers(coerced, (name, value) => {
      const property = name === 'metadata' ? undefined : propertyOf(type.schema, name)
      return property === undefined ? value : coerceWithin(value, property, name, found)
    })
  } catch (error) {
    if (error instanceof Malformed) return error.message
    throw error
  }
}

class Malformed extends Error {}

const EMPTY: JsonObject = {}

function coerceOne(object: JsonObject, path: string, found: string[]): JsonObject | string {
  const metadata = object.metadata
  if (metadata === undefined || metadata === null) return path === '' ? { ...object, metadata: EMPTY } : object
  const carrier = { apiVersion: 'meta.k8s.io/v1', kind: 'PartialObjectMetadata', metadata }
  const checked = checkStructure('io.k8s.api.core.v1.ServiceAccount', 'ServiceAccount', {
    ...carrier,
    apiVersion: 'v1',
    kind: 'ServiceAccount',
  })
  if (!('object' in checked))
    return (checked.message ?? '')
      .replace(/^.*cannot be handled as a ServiceAccount: /s, '')
      .replaceAll('ObjectMeta.metadata.', 'ObjectMeta.')
  found.push(...checked.warnings.map((text) => text.replace('"metadata', `"${path === '' ? '' : `${path}.`}metadata`)))
  return { ...object, metadata: checked.object.metadata }
}

function coerceWithin(value: unknown, schema: Schema, path: string, found: string[]): unknown {
  if (!hasEmbedded(schema)) return value
  if (Array.isArray(value)) {
    const items = itemsOf(schema)
    return items === undefined
      ? value
      : withItems(value, (item, i) => coerceWithin(item, items, `${path}[${i}]`, found))
  }
  if (!isObject(value)) return value
  const own = isEmbedded(schema) ? coerceOne(value, path, found) : value
  if (typeof own === 'string') throw new Malformed(own)
  return withMembers(own, (name, member) => {
    const property = propertyOf(schema, name)
    return property === undefined ? member : coerceWithin(member, property, `${path}.${name}`, found)
  })
}

const embedding = new WeakMap<Schema, boolean>()

function hasEmbedded(schema: Schema): boolean {
  const known = embedding.get(schema)
  if (known !== undefined) return known
  // A schema may not hold itself: it is a tree.
  const within = [
    ...Object.values(schema.properties ?? {}),
    itemsOf(schema),
    propertyOf({ ...schema, properties: {} }, ''),
  ]
  const answer = isEmbedded(schema) || within.some((each) => each !== undefined && hasEmbedded(each))
  embedding.set(schema, answer)
  return answer
}
