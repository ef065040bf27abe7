import type { Taint, Toleration } from '../../../api/types.ts'

/**
 * @param comparison whether `Gt` and `Lt` mean something (feature gate TaintTolerationComparisonOperators, off by default)
 * Source: api/core/v1/toleration.go ToleratesTaint
 */
function toleratesTaint(toleration: Toleration, taint: Taint, comparison = false): boolean {
  if (toleration.effect && toleration.effect !== taint.effect) return false
  if (toleration.key && toleration.key !== taint.key) return false
  switch (toleration.operator ?? '') {
    case '':
    case 'Equal':
      return (toleration.value ?? '') === (taint.value ?? '')
    case 'Exists':
      return true
    case 'Gt':
      return comparison && compares(toleration, taint, (a, b) => a > b)
    case 'Lt':
      return comparison && compares(toleration, taint, (a, b) => a < b)
    default:
      return false
  }
}

const DECIMAL_INTEGER = /^(0|-?[1-9][0-9]*)$/

/** Source: toleration.go compareNumericValues */
function compares(
  { value: bound = '' }: Toleration,
  { value = '' }: Taint,
  by: (a: bigint, b: bigint) => boolean,
): boolean {
  return DECIMAL_INTEGER.test(bound) && DECIMAL_INTEGER.test(value) && by(BigInt(value), BigInt(bound))
}

export function tolerationsTolerate(
  tolerations: readonly Toleration[] | undefined,
  taint: Taint,
  comparison = false,
): boolean {
  if (tolerations !== undefined)
    for (const toleration of tolerations) if (toleratesTaint(toleration, taint, comparison)) return true
  return false
}

/** Whether a taint keeps new pods away, and these tolerations do not help. Source: component-helpers/scheduling/corev1/helpers.go FindMatchingUntoleratedTaint */
export function hasUntoleratedTaint(
  taints: readonly Taint[],
  tolerations: readonly Toleration[] | undefined,
  comparison = false,
): boolean {
  for (const taint of taints) {
    if (taint.effect !== 'NoSchedule' && taint.effect !== 'NoExecute') continue
    if (!tolerationsTolerate(tolerations, taint, comparison)) return true
  }
  return false
}
