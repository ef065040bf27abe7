import { isList, isMap, type Json, PatchError } from './patch-error.ts'

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
    const found = isMap(patch) ? 'object' : typeof patch
    throw new PatchError(
      400,
      `error decoding patch: json: cannot unmarshal ${found} into Go value of type []handlers.jsonPatchOp`,
    )
  }
  if (patch.length > MAX_OPERATIONS)
    throw new PatchError(
      400,
      `The allowed maximum operations in a JSON patch is ${MAX_OPERATIONS}, got ${patch.length}`,
    )
  return patch.reduce<Json>(
    (document, operation) => apply(document, operation as unknown as Operation),
    original as Json,
  )
}

function apply(document: Json, { op, path, from, value = null }: Operation): Json {
  const target = pointer(path)
  switch (op) {
    case 'add':
      return add(document, target, value)
    case 'remove':
      return remove(document, target)
    case 'replace':
      read(document, target)
      return target.length === 0 ? value : change(document, target, () => value)
    case 'move': {
      const source = pointer(from)
      return add(remove(document, source), target, read(document, source))
    }
    case 'copy':
      return add(document, target, read(document, pointer(from)))
    case 'test':
      if (!same(tryRead(document, target) ?? null, value)) throw doesNotApply()
      return document
    default:
      throw new PatchError(400, `Unexpected kind: ${op}`)
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

function add(document: Json, path: readonly string[], value: Json): Json {
  if (path.length === 0) return value
  const last = path[path.length - 1]!
  return change(document, path.slice(0, -1), (parent) => {
    if (isList(parent)) return parent.toSpliced(indexIn(parent, last, true), 0, value)
    if (isMap(parent)) return { ...parent, [last]: value }
    throw doesNotApply()
  })
}

function remove(document: Json, path: readonly string[]): Json {
  read(document, path)
  const last = path[path.length - 1]
  if (last === undefined) return null
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
