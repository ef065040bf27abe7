import { isMap, type Json, type JsonMap, PatchError } from './patch-error.ts'

/**
 * RFC 7386. The original is left alone; what the patch does not touch is shared.
 *
 * @throws PatchError when the patch is not an object
 */
export function mergePatch(original: unknown, patch: unknown): unknown {
  if (!isMap(patch))
    throw new PatchError(
      400,
      'error decoding patch: json: cannot unmarshal into Go value of type map[string]interface {}',
    )
  return merge(original as Json, patch)
}

function merge(original: Json | undefined, patch: Json): Json {
  if (!isMap(patch)) return patch
  const result: Record<string, Json> = isMap(original) ? { ...(original as JsonMap) } : {}
  for (const key of Object.keys(patch)) {
    const value = patch[key]!
    if (value === null) delete result[key]
    else result[key] = merge(result[key], value)
  }
  return result
}
