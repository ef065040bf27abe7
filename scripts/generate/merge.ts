import { emptyObjects, type FieldFacts, type TypeFacts, types } from './facts.ts'

/** How a list or map is merged: `s` a set, `m:a,b` elements by these keys, `a` atomic, `g` not atomic though its type is; '' as its type says. */
function relation({ listType, listMapKeys = [], mapType, patchStrategy, patchMergeKey }: FieldFacts): string {
  if (mapType !== undefined) return mapType === 'atomic' ? 'a' : 'g'
  if (listType === 'set') return 's'
  if (listType === 'map') return `m:${listMapKeys.join(',')}`
  if (listType === undefined && patchStrategy?.startsWith('merge'))
    return patchMergeKey === undefined ? 's' : `m:${patchMergeKey}`
  return ''
}

/** A field that has to be there counts as zero where it is not: OpenAPI has that as its default. */
function defaultOf(field: FieldFacts): unknown {
  if (field.default !== undefined || !field.required) return field.default
  return field.type === 'string' ? '' : field.type === 'integer' ? 0 : undefined
}

function tableOf(type: TypeFacts, keys: ReadonlySet<string>): unknown {
  const fields = Object.entries(type.fields ?? {})
  const relations = Object.fromEntries(fields.map(([name, field]) => [name, relation(field)]).filter(([, how]) => how))
  const defaults = Object.fromEntries(
    fields.flatMap(([name, field]) => {
      const value = keys.has(name) ? defaultOf(field) : undefined
      return value === undefined ? [] : [[name, value]]
    }),
  )
  const table = {
    ...(type['map-type'] === 'atomic' && { atomic: 1 }),
    ...(Object.keys(relations).length > 0 && { fields: relations }),
    ...(Object.keys(defaults).length > 0 && { defaults }),
  }
  return Object.keys(table).length > 0 ? table : undefined
}

/** Fields that are a key somewhere: only their defaults matter. */
function keyFields(): ReadonlySet<string> {
  const fields = Object.values(types).flatMap((type) => Object.values(type.fields ?? {}))
  return new Set(fields.flatMap(({ listMapKeys = [] }) => listMapKeys))
}

/** The tables behind api/managedfields/built-in-types.ts. */
export function mergeModule(): string {
  const keys = keyFields()
  const tables = Object.fromEntries(
    Object.entries(types)
      .map(([name, type]) => [name, tableOf(type, keys)])
      .filter(([, table]) => table !== undefined),
  )
  const text = (value: unknown) => JSON.stringify(JSON.stringify(value))
  return `// Made by scripts/generate. JSON, so that it costs nothing until it is used.\nexport const mergeTables: string = ${text(tables)}\nexport const emptyObjects: string = ${text(emptyObjects)}\n`
}
