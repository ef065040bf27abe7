import { SelectorError, selectorFromLabelSelector } from '../../../../api/labels.ts'
import type {
  DaemonSet,
  DaemonSetStatus,
  Deployment,
  DeploymentSpec,
  DeploymentStatus,
  LabelSelector,
  PodTemplateSpec,
  ReplicaSet,
  ReplicaSetStatus,
} from '../../../../api/types.ts'
import { semanticallyEqual } from '../semantic-equality.ts'
import { type Errors, forbidden, invalid, invalidEach, notSupported, required } from './field-error.ts'
import { percent } from './formats.ts'
import { sortedMap, validateLabelSelector } from './labels.ts'
import { nonNegative, validateImmutable } from './objectmeta.ts'
import { validatePodTemplate } from './pod.ts'
import { podOptions } from './pod-options.ts'

/** Source: pkg/apis/apps/validation/validation.go. */

/** A template was found good once; most updates of a workload leave it alone. */
const goodTemplates = new WeakSet<PodTemplateSpec>()

export function validateTemplate(errors: Errors, field: string, template: PodTemplateSpec, workload: string): void {
  if (goodTemplates.has(template)) return
  const before = errors.length
  validatePodTemplate(errors, field, template, podOptions)
  const { restartPolicy = '', activeDeadlineSeconds } = template.spec ?? {}
  if (restartPolicy !== 'Always') notSupported(errors, `${field}.spec.restartPolicy`, restartPolicy, ['Always'])
  if (activeDeadlineSeconds !== undefined) {
    const detail = `activeDeadlineSeconds in ${workload} is not Supported`
    forbidden(errors, `${field}.spec.activeDeadlineSeconds`, detail)
  }
  if (errors.length === before) goodTemplates.add(template)
}

export const isEmptySelector = ({ matchLabels = {}, matchExpressions = [] }: LabelSelector): boolean =>
  Object.keys(matchLabels).length + matchExpressions.length === 0

export function matches(selector: LabelSelector | undefined, template: PodTemplateSpec): boolean | 'malformed' {
  try {
    return selectorFromLabelSelector(selector).matches(template.metadata?.labels)
  } catch (error) {
    if (error instanceof SelectorError) return 'malformed'
    throw error
  }
}

export const MISMATCH = '`selector` does not match template `labels`'

/** The selector and template of a Deployment or ReplicaSet. */
function validateReplicated(
  errors: Errors,
  selector: LabelSelector | undefined,
  template: PodTemplateSpec | undefined,
): void {
  if (!selector) required(errors, 'spec.selector')
  else {
    validateLabelSelector(errors, 'spec.selector', selector)
    if (isEmptySelector(selector))
      invalid(errors, 'spec.selector', selector, 'empty selector is invalid for deployment')
  }
  const given = template ?? {}
  const matching = matches(selector, given)
  if (matching === 'malformed') {
    invalid(errors, 'spec.selector', selector, 'invalid label selector')
    return
  }
  if (!matching && !(selector && isEmptySelector(selector))) {
    invalid(errors, 'spec.template.metadata.labels', sortedMap(given.metadata?.labels), MISMATCH)
  }
  validateTemplate(errors, 'spec.template', given, 'ReplicaSet')
}

export function validateReplicaSet({ spec }: ReplicaSet): Errors {
  const errors: Errors = []
  nonNegative(errors, 'spec.replicas', spec.replicas)
  nonNegative(errors, 'spec.minReadySeconds', spec.minReadySeconds)
  validateReplicated(errors, spec.selector, spec.template)
  return errors
}

export function validateReplicaSetUpdate(replicaSet: ReplicaSet, old: ReplicaSet): Errors {
  const errors = validateReplicaSet(replicaSet)
  validateImmutable(errors, 'spec.selector', replicaSet.spec.selector, old.spec.selector)
  return errors
}

type Counts = Partial<Record<keyof DeploymentStatus | keyof ReplicaSetStatus | keyof DaemonSetStatus, unknown>>

/** Counts that may not be negative, and those that may not exceed `replicas`, in upstream's order. */
export function validateCounts(
  errors: Errors,
  status: Counts,
  counts: readonly (keyof Counts)[],
  parts: readonly (keyof Counts)[],
) {
  const of = (count: keyof Counts) => (status[count] as number | undefined) ?? 0
  for (const count of counts) nonNegative(errors, `status.${count}`, of(count))
  for (const part of parts) {
    if (of(part) > of('replicas')) invalid(errors, `status.${part}`, of(part), 'cannot be greater than status.replicas')
  }
  if (parts.length > 0 && of('availableReplicas') > of('readyReplicas')) {
    invalid(errors, 'status.availableReplicas', of('availableReplicas'), 'cannot be greater than readyReplicas')
  }
}

export function validateReplicaSetStatusUpdate({ status = { replicas: 0 } }: ReplicaSet): Errors {
  const errors: Errors = []
  const counts = [
    'replicas',
    'fullyLabeledReplicas',
    'readyReplicas',
    'availableReplicas',
    'observedGeneration',
  ] as const
  const parts = ['fullyLabeledReplicas', 'readyReplicas', 'availableReplicas'] as const
  validateCounts(errors, status, [...counts, 'terminatingReplicas'], parts)
  return errors
}

export function validateDeployment({ spec }: Deployment): Errors {
  const errors: Errors = []
  nonNegative(errors, 'spec.replicas', spec.replicas)
  validateReplicated(errors, spec.selector, spec.template)
  validateStrategy(errors, spec.strategy ?? {})
  nonNegative(errors, 'spec.minReadySeconds', spec.minReadySeconds)
  nonNegative(errors, 'spec.revisionHistoryLimit', spec.revisionHistoryLimit)
  const deadline = spec.progressDeadlineSeconds
  nonNegative(errors, 'spec.progressDeadlineSeconds', deadline)
  if (deadline !== undefined && deadline <= (spec.minReadySeconds ?? 0)) {
    invalid(errors, 'spec.progressDeadlineSeconds', deadline, 'must be greater than minReadySeconds')
  }
  return errors
}

export function validateDeploymentUpdate(deployment: Deployment, old: Deployment): Errors {
  const errors = validateDeployment(deployment)
  validateImmutable(errors, 'spec.selector', deployment.spec.selector, old.spec.selector)
  return errors
}

type Strategy = NonNullable<DeploymentSpec['strategy']>

function validateStrategy(errors: Errors, strategy: Strategy): void {
  const { type = '', rollingUpdate } = strategy
  const field = 'spec.strategy.rollingUpdate'
  if (type === 'Recreate') {
    if (rollingUpdate) forbidden(errors, field, "may not be specified when strategy `type` is 'Recreate'")
  } else if (type !== 'RollingUpdate') {
    const whole = { Type: type, RollingUpdate: rollingUpdate ? rollingForm(rollingUpdate) : null }
    notSupported(errors, 'spec.strategy', whole, ['Recreate', 'RollingUpdate'])
  } else if (!rollingUpdate) required(errors, field, 'this should be defaulted and never be nil')
  else {
    const { maxUnavailable = 0, maxSurge = 0 } = rollingUpdate
    validateIntOrPercent(errors, `${field}.maxUnavailable`, maxUnavailable)
    validateIntOrPercent(errors, `${field}.maxSurge`, maxSurge)
    if (intOrPercentValue(maxUnavailable) === 0 && intOrPercentValue(maxSurge) === 0) {
      invalid(errors, `${field}.maxUnavailable`, maxUnavailable, 'may not be 0 when `maxSurge` is 0')
    }
    validateAtMost100(errors, `${field}.maxUnavailable`, maxUnavailable)
  }
}

const rollingForm = ({ maxUnavailable = 0, maxSurge = 0 }: NonNullable<Strategy['rollingUpdate']>) => ({
  MaxUnavailable: maxUnavailable,
  MaxSurge: maxSurge,
})

export function validateIntOrPercent(errors: Errors, field: string, value: number | string): void {
  if (typeof value === 'string') invalidEach(errors, field, value, percent(value))
  else nonNegative(errors, field, value)
}

export const intOrPercentValue = (value: number | string): number =>
  typeof value === 'number' ? value : Number.parseInt(value, 10) || 0

export function validateAtMost100(errors: Errors, field: string, value: number | string): void {
  if (typeof value === 'string' && percent(value).length === 0 && Number.parseInt(value, 10) > 100) {
    invalid(errors, field, value, 'must not be greater than 100%')
  }
}

export function validateCollisions(errors: Errors, now: number | undefined, old: number | undefined): void {
  if (old !== undefined && (now === undefined || now < old)) {
    invalid(errors, 'status.collisionCount', now ?? 0, 'cannot be decremented')
  }
}

export function validateDeploymentStatusUpdate({ status = {} }: Deployment, old: Deployment): Errors {
  const errors: Errors = []
  const counts = ['observedGeneration', 'replicas', 'updatedReplicas', 'readyReplicas', 'availableReplicas'] as const
  const more = ['unavailableReplicas', 'terminatingReplicas', 'collisionCount'] as const
  validateCounts(errors, status, [...counts, ...more], ['updatedReplicas', 'readyReplicas', 'availableReplicas'])
  validateCollisions(errors, status.collisionCount, old.status?.collisionCount)
  return errors
}

export function validateDaemonSet({ spec }: DaemonSet): Errors {
  const errors: Errors = []
  const { selector, template = {} } = spec
  validateLabelSelector(errors, 'spec.selector', selector)
  if (matches(selector, template) === false) {
    invalid(errors, 'spec.template.metadata.labels', sortedMap(template.metadata?.labels), MISMATCH)
  }
  if (selector && isEmptySelector(selector)) {
    invalid(errors, 'spec.selector', selector, 'empty selector is invalid for daemonset')
  }
  validateTemplate(errors, 'spec.template', template, 'DaemonSet')
  nonNegative(errors, 'spec.minReadySeconds', spec.minReadySeconds)
  validateDaemonSetStrategy(errors, spec.updateStrategy ?? {})
  nonNegative(errors, 'spec.revisionHistoryLimit', spec.revisionHistoryLimit)
  return errors
}

function validateDaemonSetStrategy(
  errors: Errors,
  { type = '', rollingUpdate }: NonNullable<DaemonSet['spec']['updateStrategy']>,
) {
  const field = 'spec.updateStrategy.rollingUpdate'
  if (type === 'OnDelete') return
  if (type !== 'RollingUpdate') {
    const whole = { Type: type, RollingUpdate: rollingUpdate ? rollingForm(rollingUpdate) : null }
    notSupported(errors, 'spec.updateStrategy', whole, ['RollingUpdate', 'OnDelete'])
  } else if (!rollingUpdate) required(errors, field)
  else {
    const { maxUnavailable = 0, maxSurge = 0 } = rollingUpdate
    validateIntOrPercent(errors, `${field}.maxUnavailable`, maxUnavailable)
    validateIntOrPercent(errors, `${field}.maxSurge`, maxSurge)
    validateAtMost100(errors, `${field}.maxUnavailable`, maxUnavailable)
    validateAtMost100(errors, `${field}.maxSurge`, maxSurge)
    const unavailable = intOrPercentValue(maxUnavailable) !== 0
    const surge = intOrPercentValue(maxSurge) !== 0
    if (unavailable && surge) {
      invalid(errors, `${field}.maxSurge`, maxSurge, 'may not be set when maxUnavailable is non-zero')
    } else if (!unavailable && !surge) required(errors, `${field}.maxUnavailable`, 'cannot be 0 when maxSurge is 0')
  }
}

export function validateDaemonSetUpdate(daemonSet: DaemonSet, old: DaemonSet): Errors {
  const errors: Errors = []
  validateImmutable(errors, 'spec.selector', daemonSet.spec.selector, old.spec.selector)
  return [...errors, ...validateDaemonSet(daemonSet)]
}

export function validateDaemonSetStatusUpdate({ status }: DaemonSet, old: DaemonSet): Errors {
  const errors: Errors = []
  const counts = ['currentNumberScheduled', 'numberMisscheduled', 'desiredNumberScheduled', 'numberReady'] as const
  const more = [
    'observedGeneration',
    'updatedNumberScheduled',
    'numberAvailable',
    'numberUnavailable',
    'collisionCount',
  ] as const
  validateCounts(errors, status ?? {}, [...counts, ...more], [])
  validateCollisions(errors, status?.collisionCount, old.status?.collisionCount)
  return errors
}

interface Revision {
  readonly revision: number
  readonly data?: unknown
}

/** Source: ValidateControllerRevisionCreate. */
export function validateControllerRevision({ revision, data }: Revision): Errors {
  const errors: Errors = []
  nonNegative(errors, 'revision', revision)
  if (data === undefined || data === null) required(errors, 'data', 'data is mandatory')
  else if (typeof data !== 'object' || Array.isArray(data)) required(errors, 'data', 'data must be a valid JSON object')
  return errors
}

export function validateControllerRevisionUpdate(now: Revision, old: Revision): Errors {
  const errors: Errors = []
  nonNegative(errors, 'revision', now.revision)
  if (!semanticallyEqual(now.data, old.data)) validateImmutable(errors, 'data', now.data, old.data)
  return errors
}
