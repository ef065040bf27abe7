import type { ApiRequest } from '../../../api/request.ts'
import { invalid } from '../../../api/status.ts'
import type { KubernetesObject, Status } from '../../../api/types.ts'
import type { Call } from '../contract.ts'

const OPERATION_FIELDS = new Set(['op', 'path', 'from', 'value'])

/** Fields of the patch document itself that are unknown or came twice. Source: handlers/patch.go applyJSPatch */
export function patchStrictErrors({ patchType, body, wire }: ApiRequest): string[] {
  const duplicates = (wire?.duplicateFields ?? []).map((path) => `duplicate field ${JSON.stringify(path)}`)
  if (patchType !== 'application/json-patch+json') return duplicates
  const operations = Array.isArray(body) ? (body as readonly unknown[]) : []
  const unknown = operations.flatMap((operation, index) =>
    Object.keys(operation as object)
      .filter((key) => !OPERATION_FIELDS.has(key))
      .map((key) => `unknown field "[${index}].${key}"`),
  )
  return [...unknown, ...duplicates].map((text) => `json patch ${text}`)
}

/** Source: handlers/patch.go applyPatchToObject (strategic), applyPatchToCurrentObject (the other two) */
export function undecodable({ request: { patchType, body } }: Call, patched: KubernetesObject, why: string): Status {
  const strategic = patchType === 'application/strategic-merge-patch+json'
  const value = strategic ? goMap(body) : sortedJson(patched)
  const message = `Invalid value: ${JSON.stringify(value)}: ${strategic ? converterWords(why) : why}`
  return invalid({ group: '', kind: '' }, '', [{ type: 'FieldValueInvalid', field: 'patch', message }])
}

/** What was patched is a map in Go, and those are written sorted. */
function sortedJson(object: KubernetesObject): string {
  if (typeof object !== 'object' || object === null) return JSON.stringify(object)
  return JSON.stringify(Object.fromEntries(Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1))))
}

const GO_KINDS: Readonly<Record<string, string>> = { number: 'int64', object: 'map', array: 'slice' }
const SCALAR = /^(bool|string|u?int\d*|float\d*)$/

/** Strategic patches become objects by another way than JSON. Source: apimachinery/pkg/runtime/converter.go fromUnstructured */
function converterWords(why: string): string {
  const match = /^json: cannot unmarshal (\w+)(?: \S+)? into Go .* of type (\S+)$/.exec(why)
  if (match === null) return why
  const [, found = '', type = ''] = match
  const kind = GO_KINDS[found] ?? found
  if (type.startsWith('map[')) return `cannot restore map from ${kind}`
  if (type.startsWith('[]')) return `cannot restore slice from ${kind}`
  if (SCALAR.test(type)) {
    // Go would turn an integer into the character of that number, were it let.
    return kind === 'int64' && type === 'string' ? 'cannot convert int64 to string' : `unrecognized type: ${type}`
  }
  return kind === 'int64' ? `cannot convert int64 to ${type}` : `cannot restore struct from: ${kind}`
}

/** As Go's `%+v` shows what JSON came to. */
function goMap(value: unknown): string {
  if (value === null || value === undefined) return '<nil>'
  if (Array.isArray(value)) return `[${value.map(goMap).join(' ')}]`
  if (typeof value !== 'object') return String(value)
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return `map[${entries.map(([key, of]) => `${key}:${goMap(of)}`).join(' ')}]`
}
