import type { Container, ContainerStatus, Pod, PodSpec, PodStatus } from '../../../../api/types.ts'
import { type Errors, forbidden } from './field-error.ts'
import type { PodOptions } from './pod-options.ts'

const BACK_TO_LIFE = 'may not be transitioned to non-terminated state'

/** A container that ended and may not restart stays ended. Source: pkg/apis/core/validation/validation.go ValidateContainerStateTransition and siblings. */
export function validateContainerStateTransitions(
  errors: Errors,
  status: PodStatus,
  old: Pod,
  options: PodOptions,
): void {
  const { spec } = old
  if (!mayAllRestart(spec, options)) {
    validateList(errors, 'containerStatuses', status, old, (name, code) =>
      mayRestart(spec, spec.containers, name, code, options),
    )
    validateList(errors, 'initContainerStatuses', status, old, (name, code) =>
      mayRestart(spec, spec.initContainers, name, code, options),
    )
  }
  validateList(errors, 'ephemeralContainerStatuses', status, old, () => false)
}

type List = 'containerStatuses' | 'initContainerStatuses' | 'ephemeralContainerStatuses'

function validateList(
  errors: Errors,
  list: List,
  status: PodStatus,
  old: Pod,
  mayRestart: (name: string, exitCode: number) => boolean,
): void {
  const now = new Map<string, ContainerStatus>((status[list] ?? []).map((each) => [each.name, each]))
  for (const [i, { name, state }] of (old.status?.[list] ?? []).entries()) {
    const next = now.get(name)
    if (!state?.terminated || !next || next.state?.terminated) continue
    if (!mayRestart(name, state.terminated.exitCode ?? 0)) forbidden(errors, `status.${list}[${i}].state`, BACK_TO_LIFE)
  }
}

function mayAllRestart(spec: PodSpec, options: PodOptions): boolean {
  if (!options.allowContainerRestartPolicyRules) return spec.restartPolicy === 'Always'
  const rules = [...(spec.initContainers ?? []), ...(spec.containers ?? [])].flatMap(
    (each) => each.restartPolicyRules ?? [],
  )
  return options.allowRestartAllContainers && rules.some((rule) => rule.action === 'RestartAllContainers')
}

function mayRestart(
  spec: PodSpec,
  containers: readonly Container[] = [],
  name: string,
  exitCode: number,
  options: PodOptions,
): boolean {
  const container = containers.find((each) => each.name === name)
  if (options.allowContainerRestartPolicyRules)
    return container !== undefined && shouldRestart(container, spec, exitCode)
  if (exitCode !== 0 && spec.restartPolicy === 'OnFailure') return true
  return containers === spec.initContainers && container?.restartPolicy === 'Always'
}

/** Source: pkg/api/v1/pod/util.go ContainerShouldRestart. */
function shouldRestart(container: Container, spec: PodSpec, exitCode: number): boolean {
  if (container.restartPolicy !== undefined && matchesRestartRule(container, exitCode)) return true
  const policy = container.restartPolicy ?? spec.restartPolicy
  return policy === 'Never' ? false : policy === 'OnFailure' ? exitCode !== 0 : true
}

function matchesRestartRule({ restartPolicyRules = [] }: Container, exitCode: number): boolean {
  return restartPolicyRules.some(({ action, exitCodes }) => {
    const listed = exitCodes?.values?.includes(exitCode) ?? false
    const matches = exitCodes?.operator === 'In' ? listed : exitCodes?.operator === 'NotIn' ? !listed : false
    return matches && (action === 'Restart' || action === 'RestartAllContainers')
  })
}
