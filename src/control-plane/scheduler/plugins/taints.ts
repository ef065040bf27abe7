import type { Taint, Toleration } from '../../../api/types.ts'

/** Source: api/core/v1/toleration.go ToleratesTaint */
export function toleratesTaint(toleration: Toleration, taint: Taint): boolean {
  if (toleration.effect && toleration.effect !== taint.effect) return false
  if (toleration.key && toleration.key !== taint.key) return false
  switch (toleration.operator ?? '') {
    case '':
    case 'Equal':
      return (toleration.value ?? '') === (taint.value ?? '')
    case 'Exists':
      return true
    default:
      return false
  }
}

export function tolerationsTolerate(tolerations: readonly Toleration[] | undefined, taint: Taint): boolean {
  if (tolerations !== undefined)
    for (const toleration of tolerations) if (toleratesTaint(toleration, taint)) return true
  return false
}

/** Whether a taint keeps new pods away, and these tolerations do not help. Source: component-helpers/scheduling/corev1/helpers.go FindMatchingUntoleratedTaint */
export function hasUntoleratedTaint(taints: readonly Taint[], tolerations: readonly Toleration[] | undefined): boolean {
  for (const taint of taints) {
    if (taint.effect !== 'NoSchedule' && taint.effect !== 'NoExecute') continue
    if (!tolerationsTolerate(tolerations, taint)) return true
  }
  return false
}
