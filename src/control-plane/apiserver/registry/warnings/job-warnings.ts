import type { JobSpec } from '../../../../api/types.ts'
import { templateWarnings } from './pod-warnings.ts'

const MANY_COMPLETIONS = 100_000
const MANY_AT_ONCE = 10_000

/** Source: pkg/api/job/warnings.go WarningsForJobSpec. */
export function jobSpecWarnings(path: string, spec: JobSpec | undefined): readonly string[] {
  const { completionMode, completions = 0, parallelism = 0, template } = spec ?? {}
  const many = completionMode === 'Indexed' && completions > MANY_COMPLETIONS && parallelism > MANY_AT_ONCE
  const remark =
    'In Indexed Jobs with a number of completions higher than 10^5 and a parallelism higher than 10^4, Kubernetes might not be able to track completedIndexes when a big number of indexes fail'
  return [...(many ? [`${path}: ${remark}`] : []), ...templateWarnings(template, `${path}.template.`)]
}
