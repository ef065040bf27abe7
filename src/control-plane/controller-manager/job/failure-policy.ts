import type { Job, Pod, PodFailurePolicy, PodFailurePolicyOnExitCodesRequirement } from '../../../api/types.ts'
import { isPodFailed } from './pods.ts'

/** What the policy makes of a failed pod. */
export interface FailureVerdict {
  /** Why the whole Job fails. */
  readonly jobFails?: string
  /** Whether the failure counts towards the limits. */
  readonly counts: boolean
  readonly action?: string
}

/** The first rule that fits decides. Source: pkg/controller/job/pod_failure_policy.go matchPodFailurePolicy */
export function judgeFailure(policy: PodFailurePolicy | undefined, pod: Pod): FailureVerdict {
  for (const [index, { action, onExitCodes, onPodConditions }] of (policy?.rules ?? []).entries()) {
    const why = onExitCodes === undefined ? byCondition(pod, onPodConditions ?? []) : byExitCode(pod, onExitCodes)
    if (why === undefined) continue
    if (action === 'Ignore') return { counts: false, action }
    if (action === 'FailIndex' || action === 'Count') return { counts: true, action }
    if (action === 'FailJob')
      return { jobFails: `${why} matching ${action} rule at index ${index}`, counts: true, action }
  }
  return { counts: true }
}

function byExitCode(
  { metadata, status }: Pod,
  { containerName, operator, values }: PodFailurePolicyOnExitCodesRequirement,
): string | undefined {
  for (const { name, state } of [...(status?.containerStatuses ?? []), ...(status?.initContainerStatuses ?? [])]) {
    const exitCode = state?.terminated?.exitCode ?? 0
    if (exitCode === 0 || (containerName !== undefined && containerName !== name)) continue
    const listed = values.includes(exitCode)
    if ((operator === 'In' && listed) || (operator === 'NotIn' && !listed))
      return `Container ${name} for pod ${metadata.namespace}/${metadata.name} failed with exit code ${exitCode}`
  }
  return undefined
}

function byCondition(
  { metadata, status }: Pod,
  patterns: readonly { readonly type: string; readonly status?: string }[],
): string | undefined {
  const found = status?.conditions?.find((condition) =>
    patterns.some((pattern) => pattern.type === condition.type && (pattern.status ?? 'True') === condition.status),
  )
  return found && `Pod ${metadata.namespace}/${metadata.name} has condition ${found.type}`
}

/** Source: job_controller.go getFailJobMessage */
export function jobFailure(job: Job, pods: readonly Pod[]): string | undefined {
  const policy = job.spec.podFailurePolicy
  if (policy === undefined) return undefined
  for (const pod of pods) {
    const message = isPodFailed(pod, job) ? judgeFailure(policy, pod).jobFails : undefined
    if (message !== undefined) return message
  }
  return undefined
}
