import { goKind, isList, isMap, type Json, type JsonMap, PatchError } from './patch-error.ts'

interface Operation {
  readonly op: string
  readonly path: string
  readonly from?: string
  readonly value?: Json
}

/** Source: apiserver/pkg/endpoints/handlers/patch.go maxJSONPatchOperations */
const MAX_OPERATIONS = 10_000

/**
 * RFC 6902. The original is left alone; what the patch does not touch is shared.
 *
 * @throws PatchError
 */
export function applyJsonPatch(original: unknown, patch: unknown): unknown {
  if (!isList(patch)) {
    const found = goKind(patch)
    throw new PatchError(
      400,
      `error decoding patch: json: cannot unmarshal ${found} into Go value of type []handlers.jsonPatchOp`,
    )
  }
  if (patch.length > MAX_OPERATIONS)
    throw new PatchError(
      413,
      `Request entity too large: The allowed maximum operations in a JSON patch is ${MAX_OPERATIONS}, got ${patch.length}`,
    )
  for (const operation of patch)
    if (!isMap(operation)) {
      const found = `json: cannot unmarshal ${goKind(operation)} into Go value of type handlers.jsonPatchOp`
      throw new PatchError(400, `error decoding patch: ${found}`)
    }
  const result = patch.reduce<Json>(
    (document, operation) => apply(document, operation as unknown as Operation),
    original as Json,
  )
  return result
}

function apply(document: Json, { op, path, from, value = null }: Operation): Json {
  const target = pointer(path)
  switch (op) {
    case 'add':
      return add(document, target, value)
    case 'remove':
      return remove(document, target)
    case 'replace':
      return replace(document, target, value)
    case 'move': {
      const source = pointer(from)
      return add(remove(document, source), target, read(document, source))
    }
    case 'copy':
      return add(document, target, readOrNull(document, pointer(from)))
    case 'test':
      if (!same(tryRead(document, target) ?? null, value)) throw doesNotApply()
      return document
    default:
      throw doesNotApply()
  }
}

/** Upstream tells every reason with the same words. Source: errors.NewGenericServerResponse(422) */
function doesNotApply(): PatchError {
  return new PatchError(422, 'the server rejected our request due to an error in our request')
}

function pointer(path: string | undefined): readonly string[] {
  if (typeof path !== 'string' || (path !== '' && !path.startsWith('/'))) throw doesNotApply()
  return path
    .split('/')
    .slice(1)
    .map((part) => part.replace(/~1/g, '/').replace(/~0/g, '~'))
}

function tryRead(document: Json, path: readonly string[]): Json | undefined {
  let value: Json | undefined = document
  for (const part of path) {
    if (isList(value)) value = value[indexIn(value, part, false)]
    else if (isMap(value)) value = Object.hasOwn(value, part) ? value[part] : undefined
    else return undefined
  }
  return value
}

function read(document: Json, path: readonly string[]): Json {
  const value = tryRead(document, path)
  if (value === undefined) throw doesNotApply()
  return value
}

/** Negative indexes count from the end, as in evanphx/json-patch. `-` is the place behind the last element. */
function indexIn(list: readonly Json[], part: string, forAdd: boolean): number {
  if (part === '-') return list.length
  const index = /^-?\d+$/.test(part) ? Number(part) : Number.NaN
  const from = index < 0 ? list.length + index + (forAdd ? 1 : 0) : index
  if (!(from >= 0 && from <= list.length - (forAdd ? 0 : 1))) throw doesNotApply()
  return from
}

/** A field that is not there can be replaced all the same. Source: evanphx/json-patch v4 patch.go replace */
function replace(document: Json, path: readonly string[], value: Json): Json {
  if (path.length === 0) {
    if (!isMap(value) && !isList(value)) throw doesNotApply()
    return value
  }
  const last = path[path.length - 1]!
  return change(document, path.slice(0, -1), (parent) => {
    if (isList(parent)) return parent.with(indexIn(parent, last, false), value)
    if (isMap(parent)) return withField(parent, last, value)
    throw doesNotApply()
  })
}

/** Own, whatever its name. */
function withField(map: JsonMap, name: string, value: Json): JsonMap {
  return Object.fromEntries([...Object.entries(map).filter(([key]) => key !== name), [name, value]])
}

/** What is not in an object counts as null. */
function readOrNull(document: Json, path: readonly string[]): Json {
  const parent = read(document, path.slice(0, -1))
  if (path.length > 0 && isMap(parent) && !Object.hasOwn(parent, path[path.length - 1]!)) return null
  return read(document, path)
}

function add(document: Json, path: readonly string[], value: Json): Json {
  if (path.length === 0) return value
  const last = path[path.length - 1]!
  return change(document, path.slice(0, -1), (parent) => {
    if (isList(parent)) return parent.toSpliced(indexIn(parent, last, true), 0, value)
    if (isMap(parent)) return withField(parent, last, value)
    throw doesNotApply()
  })
}

function remove(document: Json, path: readonly string[]): Json {
  read(document, path)
  const last = path[path.length - 1]
  if (last === undefined) throw doesNotApply()
  return change(document, path.slice(0, -1), (parent) => {
    if (isList(parent)) return parent.toSpliced(indexIn(parent, last, false), 1)
    const { [last]: _, ...rest } = parent as Record<string, Json>
    return rest
  })
}

/** Rebuilds the way to one value. */
function change(document: Json, path: readonly string[], to: (value: Json) => Json): Json {
  const [part, ...rest] = path
  if (part === undefined) return to(document)
  if (isList(document)) {
    const index = indexIn(document, part, false)
    return document.with(index, change(document[index]!, rest, to))
  }
  if (!isMap(document) || !Object.hasOwn(document, part)) throw doesNotApply()
  return { ...document, [part]: change(document[part]!, rest, to) }
}

function same(a: Json, b: Json): boolean {
  if (a === b) return true
  if (isList(a)) return isList(b) && a.length === b.length && a.every((item, index) => same(item, b[index]!))
  if (!isMap(a) || !isMap(b)) return false
  const keys = Object.keys(a)
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && same(a[key]!, b[key]!))
}
