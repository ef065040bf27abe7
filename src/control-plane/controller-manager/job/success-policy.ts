import type { SuccessPolicy } from '../../../api/types.ts'
import { Indexes } from './indexes.ts'

/** Which rule says that enough has succeeded. Source: pkg/controller/job/success_policy.go matchSuccessPolicy */
export function judgeSuccess(
  policy: SuccessPolicy | undefined,
  completions: number,
  succeeded: Indexes,
): string | undefined {
  if (policy === undefined || succeeded.size === 0) return undefined
  for (const [index, { succeededIndexes, succeededCount }] of policy.rules.entries()) {
    if (succeededIndexes !== undefined) {
      const required = Indexes.parse(succeededIndexes, completions)
      const common = required.common(succeeded)
      if (required.size === 0) continue
      if (common < required.size && (succeededCount === undefined || common < succeededCount)) continue
    } else if (succeededCount === undefined || succeeded.size < succeededCount) continue
    return `Matched rules at index ${index}`
  }
  return undefined
}
