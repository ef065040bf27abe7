import { isConditionTrue } from '../../api/conditions.ts'
import { parseTime } from '../../api/time.ts'
import type { Job } from '../../api/types.ts'

/** How a Job ended; undefined while it has not. Source: pkg/controller/job/util/utils.go FinishedCondition */
export function jobOutcome({ status }: Job): 'Complete' | 'Failed' | undefined {
  // The first of the two that is true, as they stand in the list.
  const found = status?.conditions?.find(
    (each) => (each.type === 'Complete' || each.type === 'Failed') && each.status === 'True',
  )
  return found?.type as 'Complete' | 'Failed' | undefined
}

export function isJobFinished(job: Job): boolean {
  return jobOutcome(job) !== undefined
}

export function isJobSucceeded({ status }: Job): boolean {
  return isConditionTrue(status?.conditions, 'Complete')
}

/** Virtual ms; NaN while it has not ended. Source: pkg/controller/ttlafterfinished/ttlafterfinished_controller.go jobFinishTime */
export function jobFinishedAt(job: Job): number {
  const outcome = jobOutcome(job)
  return parseTime(job.status?.conditions?.find(({ type }) => type === outcome)?.lastTransitionTime)
}
