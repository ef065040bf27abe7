import { findCondition } from '../../../api/conditions.ts'
import { rfc3339 } from '../../../api/time.ts'
import type { Job, JobCondition } from '../../../api/types.ts'

/** Source: pkg/controller/job/job_controller.go newCondition */
export function newCondition(
  type: string,
  status: 'True' | 'False',
  reason: string,
  message: string,
  now: number,
): JobCondition {
  const at = rfc3339(now)
  return { type, status, lastProbeTime: at, lastTransitionTime: at, reason, message }
}

/** The list itself where nothing changed; from nothing to False is no change. Source: ensureJobConditionStatus */
export function withCondition(list: readonly JobCondition[], condition: JobCondition): readonly JobCondition[] {
  const { type, status, reason, message } = condition
  const old = findCondition(list, type)
  if (old === undefined) return status === 'False' ? list : [...list, condition]
  if (old.status === status && old.reason === reason && old.message === message) return list
  return list.map((each) => (each === old ? condition : each))
}

export function trueCondition({ status }: Job, type: string): JobCondition | undefined {
  const found = findCondition(status?.conditions, type)
  return found?.status === 'True' ? found : undefined
}
