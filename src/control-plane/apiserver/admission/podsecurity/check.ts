import type { Container, ObjectMeta, PodSpec, SecurityContext } from '../../../../api/types.ts'

/** A pod, or the template of one. */
export interface CheckedPod {
  readonly metadata: Partial<ObjectMeta>
  readonly spec: PodSpec
}

/** What a check objects to. Source: pod-security-admission/policy/checks.go CheckResult */
export interface Objection {
  readonly reason: string
  readonly detail: string
}

export type CheckPod = (pod: CheckedPod) => Objection | undefined

/** Source: pod-security-admission/policy/checks.go Check */
export interface Check {
  readonly id: string
  readonly level: 'baseline' | 'restricted'
  /** From which minor version on it is made how; ascending. */
  readonly versions: readonly (readonly [minor: number, check: CheckPod])[]
  /** The check of the baseline that it stands in for. */
  readonly overrides?: string
}

/** Init containers, containers, ephemeral ones. Source: policy/visitor.go */
export function containersOf({ initContainers, containers, ephemeralContainers }: PodSpec): readonly Container[] {
  return [...(initContainers ?? []), ...(containers ?? []), ...((ephemeralContainers ?? []) as readonly Container[])]
}

export const quoted = (items: Iterable<string>): string => [...items].map((each) => `"${each}"`).join(', ')

export const sorted = (items: Iterable<string>): readonly string[] => [...new Set(items)].sort()

export const plural = (count: number, one: string, many = `${one}s`): string => (count === 1 ? one : many)

/** `container "a"`, `containers "a", "b"`. */
export function named(containers: readonly Container[]): string {
  return `${plural(containers.length, 'container')} ${quoted(containers.map(({ name }) => name))}`
}

/** Who sets what is wrong: the pod, containers, or both. */
export function setters(pod: boolean, containers: readonly Container[]): readonly string[] {
  return [...(pod ? ['pod'] : []), ...(containers.length > 0 ? [named(containers)] : [])]
}

export const contextOf = ({ securityContext }: Container): SecurityContext => securityContext ?? NONE

const NONE: SecurityContext = {}

/** Restrictions that mean nothing on Windows. */
export function exceptOnWindows(check: CheckPod): CheckPod {
  return (pod) => (pod.spec.os?.name === 'windows' ? undefined : check(pod))
}

/** Source: policy/helpers.go relaxPolicyForUserNamespacePod */
export function exceptInUserNamespaces(check: CheckPod): CheckPod {
  return (pod) => (pod.spec.hostUsers === false ? undefined : check(pod))
}
