import { isDNS1123Label } from '../../../../api/names.ts'
import type { LabelSelector, PodTemplateSpec, StatefulSet, StatefulSetSpec, Volume } from '../../../../api/types.ts'
import { semanticallyEqual } from '../semantic-equality.ts'
import { validateClaimSpec } from './claim-template.ts'
import { type Errors, forbidden, invalid, invalidEach, notSupported, required } from './field-error.ts'
import { internalForm } from './internal-form.ts'
import { sortedMap, validateLabelSelector, validateLabels } from './labels.ts'
import { nonNegative, validateAnnotations } from './objectmeta.ts'
import { validatePodAnnotations, validatePodTemplate } from './pod.ts'
import { podOptions } from './pod-options.ts'
import {
  intOrPercentValue,
  isEmptySelector,
  MISMATCH,
  matches,
  validateAtMost100,
  validateCollisions,
  validateIntOrPercent,
} from './workloads.ts'

/** Source: pkg/apis/apps/validation/validation.go ValidateStatefulSetSpec. */
interface Options {
  readonly update: boolean
  readonly skipTemplate: boolean
}

export const validateStatefulSet = ({ spec }: StatefulSet): Errors =>
  specErrors(spec, { update: false, skipTemplate: false })

function specErrors(spec: StatefulSetSpec, options: Options): Errors {
  const errors: Errors = []
  validatePolicies(errors, spec)
  if (!options.update) {
    for (const [i, claim] of (spec.volumeClaimTemplates ?? []).entries())
      validateClaimSpec(errors, `spec.volumeClaimTemplates[${i}].spec`, claim.spec ?? {})
  }
  nonNegative(errors, 'spec.replicas', spec.replicas)
  nonNegative(errors, 'spec.minReadySeconds', spec.minReadySeconds)
  nonNegative(errors, 'spec.ordinals.start', spec.ordinals?.start)
  const service = spec.serviceName
  if (!options.update && service) invalidEach(errors, 'spec.serviceName', service, isDNS1123Label(service))
  validateSelector(errors, spec.selector)
  const { template = {} } = spec
  const matching = matches(spec.selector, template)
  if (matching === 'malformed') invalid(errors, 'spec.selector', spec.selector, '')
  else {
    if (!matching && !(spec.selector && isEmptySelector(spec.selector))) {
      invalid(errors, 'spec.template.metadata.labels', sortedMap(template.metadata?.labels), MISMATCH)
    }
    validateTemplate(errors, withClaimVolumes(spec), options)
  }
  const { restartPolicy = '', activeDeadlineSeconds } = template.spec ?? {}
  if (restartPolicy !== 'Always') notSupported(errors, 'spec.template.spec.restartPolicy', restartPolicy, ['Always'])
  if (activeDeadlineSeconds !== undefined) {
    const detail = 'activeDeadlineSeconds in StatefulSet is not Supported'
    forbidden(errors, 'spec.template.spec.activeDeadlineSeconds', detail)
  }
  return errors
}

function validateSelector(errors: Errors, selector: LabelSelector | undefined): void {
  if (!selector) {
    required(errors, 'spec.selector')
    return
  }
  validateLabelSelector(errors, 'spec.selector', selector)
  if (isEmptySelector(selector)) invalid(errors, 'spec.selector', selector, 'empty selector is invalid for statefulset')
}

function validatePolicies(errors: Errors, spec: StatefulSetSpec): void {
  const management = spec.podManagementPolicy ?? ''
  if (management === '') required(errors, 'spec.podManagementPolicy')
  else if (management !== 'OrderedReady' && management !== 'Parallel') {
    invalid(errors, 'spec.podManagementPolicy', management, "must be 'OrderedReady' or 'Parallel'")
  }
  validateStrategy(errors, spec.updateStrategy ?? {})
  const retention = spec.persistentVolumeClaimRetentionPolicy
  if (!retention) return
  for (const member of ['whenDeleted', 'whenScaled'] as const) {
    const policy = retention[member] ?? ''
    const known = policy === 'Retain' || policy === 'Delete'
    const field = `spec.persistentVolumeClaimRetentionPolicy.${member}`
    if (!known) notSupported(errors, field, policy, ['Retain', 'Delete'])
  }
}

function validateStrategy(errors: Errors, strategy: NonNullable<StatefulSetSpec['updateStrategy']>): void {
  const { type = '', rollingUpdate } = strategy
  const field = 'spec.updateStrategy'
  if (type === '') required(errors, field)
  else if (type === 'OnDelete') {
    if (!rollingUpdate) return
    const form = internalForm('RollingUpdateStatefulSetStrategy', { ...rollingUpdate })
    invalid(errors, `${field}.rollingUpdate`, form, "only allowed for updateStrategy 'RollingUpdate'")
  } else if (type !== 'RollingUpdate') {
    const form = internalForm('StatefulSetUpdateStrategy', { ...strategy })
    invalid(errors, field, form, "must be 'RollingUpdate' or 'OnDelete'")
  } else if (rollingUpdate) {
    nonNegative(errors, `${field}.rollingUpdate.partition`, rollingUpdate.partition)
    const most = rollingUpdate.maxUnavailable
    if (most === undefined) return
    const path = `${field}.rollingUpdate.maxUnavailable`
    validateIntOrPercent(errors, path, most)
    if (intOrPercentValue(most) === 0) invalid(errors, path, most, 'cannot be 0')
    validateAtMost100(errors, path, most)
  }
}

/** The claims become volumes of the pods, whose names the controller chooses. */
function withClaimVolumes({ template = {}, volumeClaimTemplates: claims = [] }: StatefulSetSpec): PodTemplateSpec {
  const { subdomain: _, hostname: __, ...spec } = template.spec ?? { containers: [] }
  if (claims.length === 0) return { ...template, spec }
  const names = new Set(claims.map(({ metadata }) => metadata?.name))
  const made = [...names].map(
    (name): Volume => ({ name: name ?? '', persistentVolumeClaim: { claimName: name ?? '' } }),
  )
  return {
    ...template,
    spec: { ...spec, volumes: [...made, ...(spec.volumes ?? []).filter(({ name }) => !names.has(name))] },
  }
}

function validateTemplate(errors: Errors, template: PodTemplateSpec, { skipTemplate }: Options): void {
  const field = 'spec.template'
  if (!skipTemplate) validatePodTemplate(errors, field, template, podOptions)
  const { metadata, spec = { containers: [] } } = template
  validateLabels(errors, `${field}.labels`, metadata?.labels)
  validateAnnotations(errors, `${field}.annotations`, metadata?.annotations)
  validatePodAnnotations(errors, `${field}.annotations`, metadata?.annotations, spec, podOptions)
}

const MUTABLE = [
  'replicas',
  'template',
  'updateStrategy',
  'minReadySeconds',
  'ordinals',
  'revisionHistoryLimit',
  'persistentVolumeClaimRetentionPolicy',
] as const

const REFUSAL =
  "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden"

export function validateStatefulSetUpdate(statefulSet: StatefulSet, old: StatefulSet): Errors {
  const wasWrong = () => specErrors(old.spec, { update: true, skipTemplate: false }).length > 0
  // A template that was wrong before may stay so.
  const strict = specErrors(statefulSet.spec, { update: true, skipTemplate: false })
  const errors =
    strict.length > 0 && wasWrong() ? specErrors(statefulSet.spec, { update: true, skipTemplate: true }) : strict
  if (!semanticallyEqual(fixedPart(statefulSet.spec), fixedPart(old.spec))) forbidden(errors, 'spec', REFUSAL)
  return errors
}

function fixedPart(spec: StatefulSetSpec): object {
  const mutable = new Set<string>(MUTABLE)
  return Object.fromEntries(Object.entries(spec).filter(([member]) => !mutable.has(member)))
}

export function validateStatefulSetStatusUpdate({ status }: StatefulSet, old: StatefulSet): Errors {
  const errors: Errors = []
  const counts = ['replicas', 'readyReplicas', 'currentReplicas', 'updatedReplicas', 'availableReplicas'] as const
  const given = status ?? { replicas: 0 }
  for (const count of [...counts, 'observedGeneration', 'collisionCount'] as const)
    nonNegative(errors, `status.${count}`, given[count])
  for (const count of counts.slice(1)) {
    const value = given[count] ?? 0
    if (value > given.replicas) invalid(errors, `status.${count}`, value, 'cannot be greater than status.replicas')
  }
  const { availableReplicas = 0, readyReplicas = 0 } = given
  if (availableReplicas > readyReplicas) {
    invalid(errors, 'status.availableReplicas', availableReplicas, 'cannot be greater than status.readyReplicas')
  }
  validateCollisions(errors, status?.collisionCount, old.status?.collisionCount)
  return errors
}
