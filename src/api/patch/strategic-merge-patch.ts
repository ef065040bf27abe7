import { goKind, isList, isMap, type Json, type JsonMap, PatchError } from './patch-error.ts'
import { type FieldPatchMeta, PATCH_META } from './patch-meta.ts'

const DIRECTIVE = '$patch'
const RETAIN_KEYS = '$retainKeys'
const SET_ORDER = '$setElementOrder/'
const DELETE_FROM = '$deleteFromPrimitiveList/'

/**
 * Strategic merge: lists with a merge key are merged element by element, with the `$patch`, `$retainKeys`,
 * `$setElementOrder` and `$deleteFromPrimitiveList` directives. The original is left alone; what the patch does not
 * touch is shared. Source: apimachinery/pkg/util/strategicpatch/patch.go
 *
 * @param schema OpenAPI name of the object's type: `io.k8s.api.core.v1.Pod`
 * @throws PatchError
 */
export function strategicMergePatch(original: unknown, patch: unknown, schema: string): unknown {
  if (patch === null) return original
  if (!isMap(patch))
    throw new PatchError(400, `json: cannot unmarshal ${goKind(patch)} into Go value of type map[string]interface {}`)
  const type = schema.replace(/^io\.k8s\.(api|apimachinery\.pkg\.apis|kube-aggregator\.pkg\.apis)\./, '')
  return mergeMap(original as JsonMap, patch, type)
}

function metaOf(type: string | undefined, field: string): FieldPatchMeta {
  const known = type === undefined ? undefined : PATCH_META[type]?.[field]
  return known ?? (field === 'metadata' ? OBJECT_META : NO_META)
}

const NO_META: FieldPatchMeta = {}
const OBJECT_META: FieldPatchMeta = { type: 'meta.v1.ObjectMeta' }

function mergeMap(original: JsonMap, patch: JsonMap, type: string | undefined): JsonMap {
  if (DIRECTIVE in patch) return byDirective(patch)
  const result: Record<string, Json> = retained(original, patch)
  const done = mergeOrdered(result, patch, type)
  for (const key of Object.keys(patch)) {
    if (key === RETAIN_KEYS || key.startsWith(SET_ORDER) || done.has(key)) continue
    mergeField(result, key, patch[key]!, type)
  }
  return result
}

function mergeField(result: Record<string, Json>, key: string, value: Json, type: string | undefined): void {
  if (key.startsWith(DELETE_FROM)) {
    const field = key.slice(DELETE_FROM.length)
    const list = result[field]
    // Where there is nothing to delete from, what the directive says does not matter.
    if (list === undefined) return
    if (!isList(value)) throw new PatchError(400, 'invalid patch format of primitive list')
    if (isList(list)) result[field] = list.filter((item) => !value.includes(item))
    return
  }
  if (value === null) {
    delete result[key]
    return
  }
  const current = result[key]
  const meta = metaOf(type, key)
  if (isMap(current) && isMap(value)) result[key] = meta.replace ? value : mergeMap(current, value, meta.type)
  else if (isList(current) && isList(value)) result[key] = meta.merge ? mergeList(current, value, meta) : value
  else {
    const kept = withoutDirectives(withoutNulls(value))
    if (kept === undefined) delete result[key]
    else result[key] = kept
  }
}

/** Source: handleDirectiveInMergeMap */
function byDirective(patch: JsonMap): JsonMap {
  const { [DIRECTIVE]: directive, ...rest } = patch
  if (directive === 'replace') return rest
  if (directive === 'delete') return {}
  throw new PatchError(500, `unknown patch type: ${String(directive)} in map: ${goMap(patch)}`)
}

/** Source: applyRetainKeysDirective */
function retained(original: JsonMap | undefined, patch: JsonMap): Record<string, Json> {
  const keys = patch[RETAIN_KEYS]
  if (keys === undefined) return { ...original }
  if (!isList(keys)) throw new PatchError(400, 'invalid patch format of retainKeys')
  for (const key of Object.keys(patch))
    if (!key.startsWith('$') && patch[key] !== null && !keys.includes(key))
      throw new PatchError(400, 'invalid patch format of retainKeys')
  return Object.fromEntries(Object.entries(original ?? {}).filter(([key]) => keys.includes(key)))
}

/** Lists whose order the patch gives. Source: mergePatchIntoOriginal */
function mergeOrdered(result: Record<string, Json>, patch: JsonMap, type: string | undefined): ReadonlySet<string> {
  const done = new Set<string>()
  for (const key of Object.keys(patch)) {
    if (!key.startsWith(SET_ORDER)) continue
    const order = patch[key]
    if (!isList(order)) throw new PatchError(400, 'invalid patch format of setElementOrder list')
    const field = key.slice(SET_ORDER.length)
    const current = result[field]
    const change = patch[field]
    const meta = metaOf(type, field)
    if (!isList(current) && !isList(change)) continue
    if (isList(change)) checkOrder(change, order, meta.key)
    const merged = mergedWith(current, change, meta)
    const [fromPatch, serverOnly] = partition(merged, order, meta.key)
    result[field] = ordered(fromPatch, serverOnly, order, isList(current) ? current : [], meta.key)
    done.add(field)
  }
  return done
}

/** The patch has to be in the order that it asks for. Source: validatePatchWithSetElementOrder */
function checkOrder(change: readonly Json[], order: readonly Json[], key: string | undefined): void {
  if (change.length === 0 || order.length === 0) return
  const kept = key === undefined ? change : change.filter((item) => !isMap(item) || item[DIRECTIVE] !== 'delete')
  let next = 0
  for (const place of order)
    if (next < kept.length && elementValue(kept[next]!, key) === elementValue(place, key)) next++
  if (next === kept.length) return
  const [given, asked] = [goMap(change), goMap(order)]
  throw new PatchError(500, `The order in patch list:\n${given}\n doesn't match $setElementOrder list:\n${asked}\n`)
}

function mergedWith(current: Json | undefined, change: Json | undefined, meta: FieldPatchMeta): readonly Json[] {
  if (!isList(change)) return current as readonly Json[]
  if (!isList(current)) return withoutDirectives(change) as readonly Json[]
  return meta.merge ? mergeList(current, change, meta) : change
}

/** Source: mergeSlice */
function mergeList(original: readonly Json[], patch: readonly Json[], meta: FieldPatchMeta): readonly Json[] {
  if (original.length === 0 && patch.length === 0) return original
  const { key } = meta
  if (key === undefined) {
    const merged = [...new Set([...original, ...patch])]
    const [fromPatch, serverOnly] = partition(merged, patch, undefined)
    return ordered(fromPatch, serverOnly, patch, original, undefined)
  }
  const [left, changes] = applySpecial(original, patch, key)
  const merged = mergeElements(left, changes, key, meta.type)
  const [fromPatch, serverOnly] = partition(merged, changes, key)
  return ordered(fromPatch, serverOnly, changes, left, key)
}

/** `$patch: delete` and `$patch: replace` elements. Source: mergeSliceWithSpecialElements */
function applySpecial(
  original: readonly Json[],
  patch: readonly Json[],
  key: string,
): [readonly Json[], readonly JsonMap[]] {
  let left = original
  let replace = false
  const changes: JsonMap[] = []
  for (const element of patch) {
    if (!isMap(element)) throw new PatchError(500, 'expected a map[string]interface {}, but received a string')
    const directive = element[DIRECTIVE]
    if (directive === undefined) changes.push(element)
    else if (directive === 'replace') replace = true
    else if (directive === 'delete') {
      const value = keyValue(element, key)
      left = left.filter((item) => keyValue(item, key) !== value)
    } else if (directive === 'merge') throw new PatchError(500, 'merging lists cannot yet be specified in the patch')
    else throw new PatchError(500, `unknown patch type: ${String(directive)} in map: ${goMap(element)}`)
  }
  return [replace ? [] : left, changes]
}

function mergeElements(
  original: readonly Json[],
  changes: readonly JsonMap[],
  key: string,
  type: string | undefined,
): readonly Json[] {
  const merged = [...original]
  for (const change of changes) {
    const value = keyValue(change, key)
    const index = merged.findIndex((item) => keyValue(item, key) === value)
    if (index < 0) merged.push(change)
    else merged[index] = mergeMap(merged[index] as JsonMap, change, type)
  }
  return merged
}

function partition(
  list: readonly Json[],
  by: readonly Json[],
  key: string | undefined,
): [readonly Json[], readonly Json[]] {
  const values = new Set(by.map((item) => elementValue(item, key)))
  return [
    list.filter((item) => values.has(elementValue(item, key))),
    list.filter((item) => !values.has(elementValue(item, key))),
  ]
}

/**
 * The patch's order wins, then the live one: each element that only the server has is put before the first of the
 * patch that stood behind it. Source: normalizeElementOrder, mergeSortedSlice
 */
function ordered(
  fromPatch: readonly Json[],
  serverOnly: readonly Json[],
  patchOrder: readonly Json[],
  serverOrder: readonly Json[],
  key: string | undefined,
): readonly Json[] {
  const place = (order: readonly Json[]) => new Map(order.map((item, index) => [elementValue(item, key), index]))
  const inPatch = place(patchOrder)
  const inServer = place(serverOrder)
  const right = [...fromPatch].sort(
    (a, b) => (inPatch.get(elementValue(a, key)) ?? 0) - (inPatch.get(elementValue(b, key)) ?? 0),
  )
  const left = [...serverOnly]
  const result: Json[] = []
  while (left.length > 0 && right.length > 0) {
    const l = inServer.get(elementValue(left[0]!, key))
    const r = inServer.get(elementValue(right[0]!, key))
    result.push(l !== undefined && r !== undefined && l < r ? left.shift()! : right.shift()!)
  }
  return [...result, ...left, ...right]
}

function elementValue(item: Json, key: string | undefined): Json {
  return key === undefined ? item : keyValue(item, key)
}

function keyValue(item: Json, key: string): Json {
  const value = isMap(item) ? item[key] : undefined
  if (value === undefined) throw new PatchError(500, `map: ${goMap(item)} does not contain declared merge key: ${key}`)
  return value
}

/** Source: removeDirectives; undefined: not even the value is kept */
function withoutDirectives(value: Json): Json | undefined {
  if (isList(value)) return value.map(withoutDirectives).filter((item) => item !== undefined)
  if (!isMap(value)) return value
  if (DIRECTIVE in value) return undefined
  const kept: Record<string, Json> = {}
  for (const key of Object.keys(value)) {
    const item = withoutDirectives(value[key]!)
    if (item !== undefined) kept[key] = item
  }
  return kept
}

/** Source: discardNullValuesFromPatch */
function withoutNulls(value: Json): Json {
  if (isList(value)) return value.map(withoutNulls)
  if (!isMap(value)) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, item]) => item !== null)
      .map(([key, item]) => [key, withoutNulls(item)]),
  )
}

/** A map as Go prints it: `map[image:nginx name:web]`. */
function goMap(value: Json): string {
  if (!isMap(value)) return isList(value) ? `[${value.map(goMap).join(' ')}]` : String(value)
  return `map[${Object.keys(value)
    .sort()
    .map((key) => `${key}:${goMap(value[key]!)}`)
    .join(' ')}]`
}
