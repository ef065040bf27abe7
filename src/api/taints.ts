import type { Taint, Toleration } from './types.ts'

/** Same key and effect, whatever the value. Source: k8s.io/api/core/v1/taint.go MatchTaint */
export function sameTaint(a: Taint, b: Taint): boolean {
  return a.key === b.key && a.effect === b.effect
}

export function hasTaint(taints: readonly Taint[] | undefined, taint: Taint): boolean {
  return taints?.some((each) => sameTaint(each, taint)) ?? false
}

/**
 * Adds a taint, or puts it in the place of the one with its key and effect. The list itself when nothing changes.
 * Source: pkg/util/taints/taints.go AddOrUpdateTaint
 */
export function withTaint(taints: readonly Taint[] | undefined, taint: Taint): readonly Taint[] {
  const old = taints?.find((each) => sameTaint(each, taint))
  if (old === undefined) return [...(taints ?? []), taint]
  const same = old.value === taint.value && old.timeAdded === taint.timeAdded
  return same ? taints! : taints!.map((each) => (each === old ? taint : each))
}

/** The list itself when none of the taints is in it. */
export function withoutTaints(taints: readonly Taint[] | undefined, remove: readonly Taint[]): readonly Taint[] {
  if (taints === undefined) return []
  return taints.some((each) => hasTaint(remove, each)) ? taints.filter((each) => !hasTaint(remove, each)) : taints
}

/** Source: k8s.io/api/core/v1/toleration.go ToleratesTaint */
export function toleratesTaint(toleration: Toleration, taint: Taint): boolean {
  const { effect = '', key = '', operator = 'Equal', value = '' } = toleration
  if (effect !== '' && effect !== taint.effect) return false
  if (key !== '' && key !== taint.key) return false
  switch (operator) {
    case '':
    case 'Equal':
      return value === (taint.value ?? '')
    case 'Exists':
      return true
    default:
      return false
  }
}

/** Source: component-helpers/scheduling/corev1/helpers.go TolerationsTolerateTaint */
export function tolerates(tolerations: readonly Toleration[] | undefined, taint: Taint): boolean {
  return tolerations?.some((toleration) => toleratesTaint(toleration, taint)) ?? false
}
