import { equal } from '../../../api/equal.ts'
import type { Toleration } from '../../../api/types.ts'

/** One list of two; of a toleration and one that covers it only the latter stays. Source: pkg/util/tolerations/tolerations.go MergeTolerations */
export function mergeTolerations(first: readonly Toleration[], second: readonly Toleration[]): readonly Toleration[] {
  const all = [...first, ...second]
  const merged: Toleration[] = []
  all.forEach((each, index) => {
    if (merged.some((other) => covers(other, each))) return
    if (all.slice(index + 1).some((other) => !equal(each, other) && covers(other, each))) return
    merged.push(each)
  })
  return merged
}

/** Source: VerifyAgainstWhitelist */
export function areWhitelisted(tolerations: readonly Toleration[], whitelist: readonly Toleration[]): boolean {
  if (whitelist.length === 0) return true
  return tolerations.every((each) => whitelist.some((allowed) => covers(allowed, each)))
}

/** Source: isSuperset */
function covers(wide: Toleration, narrow: Toleration): boolean {
  if (equal(wide, narrow)) return true
  if ((narrow.key ?? '') !== (wide.key ?? '') && (wide.key || wide.operator !== 'Exists')) return false
  if (wide.effect && narrow.effect !== wide.effect) return false
  if (wide.effect === 'NoExecute' && wide.tolerationSeconds !== undefined) {
    if (narrow.tolerationSeconds === undefined || narrow.tolerationSeconds > wide.tolerationSeconds) return false
  }
  if (wide.operator === 'Exists') return true
  return (wide.operator ?? 'Equal') === 'Equal' && narrow.operator === 'Equal' && narrow.value === wide.value
}
