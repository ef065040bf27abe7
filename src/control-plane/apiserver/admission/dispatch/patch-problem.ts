import { applyJsonPatch } from '../../../../api/patch/json-patch.ts'
import { PatchError } from '../../../../api/patch/patch-error.ts'

interface Operation {
  readonly op?: string
  readonly path?: string
  readonly from?: string
}

/** The patched object; or why the patch does not apply, which here is told. Source: gopkg.in/evanphx/json-patch.v4 patch.go */
export function tryJsonPatch(
  object: unknown,
  operations: readonly unknown[],
): { readonly object: unknown } | { readonly problem: string; readonly isTest: boolean } {
  let document = object
  for (const operation of operations as readonly Operation[]) {
    try {
      document = applyJsonPatch(document, [operation])
    } catch (error) {
      if (!(error instanceof PatchError)) throw error
      return { problem: problemOf(document, operation), isTest: operation.op === 'test' }
    }
  }
  return { object: document }
}

const MISSING = 'missing value'

function problemOf(document: unknown, { op = '', path, from }: Operation): string {
  if (typeof path !== 'string') return `${op} operation failed to decode path: operation missing path field: ${MISSING}`
  const parent = parentOf(document, path)
  const key = path.slice(path.lastIndexOf('/') + 1)
  const index = `Unable to access invalid index: ${key}: invalid index referenced`
  switch (op) {
    case 'add':
      if (parent === undefined) return `add operation does not apply: doc is missing path: "${path}": ${MISSING}`
      return `error in add for path: '${path}': ${index}`
    case 'remove':
      if (parent === undefined) return `remove operation does not apply: doc is missing path: "${path}": ${MISSING}`
      return `error in remove for path: '${path}': ${Array.isArray(parent) ? index : `Unable to remove nonexistent key: ${key}: ${MISSING}`}`
    case 'replace':
      return `replace operation does not apply: doc is missing ${parent === undefined ? 'path' : 'key'}: ${path}: ${MISSING}`
    case 'test':
      return `testing value ${path} failed: test failed`
    case 'move':
    case 'copy':
      return `${op} operation does not apply: doc is missing from path: ${from ?? ''}: ${MISSING}`
    default:
      return `Unexpected kind: ${op}`
  }
}

/** What the last part of the path is looked up in. */
function parentOf(document: unknown, path: string): object | undefined {
  let value = document
  for (const part of path.split('/').slice(1, -1))
    value = (value as Readonly<Record<string, unknown>> | undefined)?.[part.replaceAll('~1', '/').replaceAll('~0', '~')]
  return typeof value === 'object' && value !== null ? value : undefined
}
