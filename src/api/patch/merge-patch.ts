import { goKind, isMap, type Json, PatchError } from './patch-error.ts'

/**
 * RFC 7386. The original is left alone; what the patch does not touch is shared.
 *
 * @throws PatchError when the patch is not an object
 */
export function mergePatch(original: unknown, patch: unknown): unknown {
  if (patch === null) throw new PatchError(400, 'Invalid JSON Patch')
  if (!isMap(patch)) {
    const found = `json: cannot unmarshal ${goKind(patch)} into Go value of type map[string]interface {}`
    throw new PatchError(400, `error decoding patch: ${found}`)
  }
  return merge(original as Json, patch)
}

function merge(original: Json | undefined, patch: Json): Json {
  if (!isMap(patch)) return patch
  const result = new Map(isMap(original) ? Object.entries(original) : [])
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) result.delete(key)
    else result.set(key, merge(result.get(key), value))
  }
  return Object.fromEntries(result)
}
