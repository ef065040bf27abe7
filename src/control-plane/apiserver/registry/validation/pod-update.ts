import type { Container, NodeAffinity, NodeSelectorTerm, Pod, PodSpec, Toleration } from '../../../../api/types.ts'
import { semanticallyEqual } from '../semantic-equality.ts'
import { validateImagePadding } from './containers.ts'
import { type Errors, forbidden, invalid, required } from './field-error.ts'
import { inclusiveRange, MAX_INT32 } from './formats.ts'
import { goJSON, internalForm } from './internal-form.ts'
import { sortedMap } from './labels.ts'
import { APPARMOR_CONTAINER, MIRROR_ANNOTATION, validatePodAnnotations, validatePodBody } from './pod.ts'
import { type PodOptions, podItselfOptions } from './pod-options.ts'
import { validateTolerations } from './scheduling.ts'
import { unifiedDiff } from './unified-diff.ts'

/** All of an update but the metadata rules. Source: pkg/apis/core/validation/validation.go ValidatePodUpdate. */
export function validatePodUpdate(pod: Pod, old: Pod, options: PodOptions = podItselfOptions): Errors {
  const errors = validatePodBody(pod, options)
  validatePodAnnotationUpdates(errors, pod, old, options)
  for (const list of ['containers', 'initContainers'] as const) {
    if (!validateImages(errors, `spec.${list}`, pod.spec[list], old.spec[list])) return errors
  }
  if (!validateDeadline(errors, pod.spec.activeDeadlineSeconds, old.spec.activeDeadlineSeconds)) return errors
  validateAddedTolerations(errors, pod.spec.tolerations, old.spec.tolerations, options)
  validateRemovedGates(errors, pod.spec, old.spec)
  if (!semanticallyEqual(pod.spec, old.spec)) validateUnchanged(errors, pod.spec, old.spec)
  return errors
}

/** Source: ValidatePodSpecificAnnotationUpdates. */
export function validatePodAnnotationUpdates(errors: Errors, pod: Pod, old: Pod, options: PodOptions): void {
  const annotations = pod.metadata.annotations ?? {}
  const before = old.metadata.annotations ?? {}
  const refuse = (key: string, done: string) => {
    if (key.startsWith(APPARMOR_CONTAINER)) {
      forbidden(errors, `metadata.annotations[${key}]`, `may not ${done} AppArmor annotations`)
    }
    if (key === MIRROR_ANNOTATION) {
      forbidden(errors, `metadata.annotations[${key}]`, `may not ${done} mirror pod annotation`)
    }
  }
  for (const key of Object.keys(before)) if (annotations[key] !== before[key]) refuse(key, 'remove or update')
  for (const key of Object.keys(annotations)) if (before[key] === undefined) refuse(key, 'add')
  validatePodAnnotations(errors, 'metadata.annotations', annotations, pod.spec, options)
}

/** Answers whether the rest can be compared. Source: ValidateContainerUpdates. */
function validateImages(
  errors: Errors,
  field: string,
  containers: readonly Container[] = [],
  old: readonly Container[] = [],
): boolean {
  if (containers.length !== old.length) {
    forbidden(errors, field, 'pod updates may not add or remove containers')
    return false
  }
  for (const [i, { image }] of containers.entries()) {
    if (!image) required(errors, `${field}[${i}].image`)
    validateImagePadding(errors, `${field}[${i}]`, image)
  }
  return true
}

function validateDeadline(errors: Errors, seconds: number | undefined, old: number | undefined): boolean {
  const field = 'spec.activeDeadlineSeconds'
  if (seconds === undefined) {
    if (old !== undefined) invalid(errors, field, undefined, 'must not update from a positive integer to nil value')
    return true
  }
  if (seconds < 0 || seconds > MAX_INT32) invalid(errors, field, seconds, inclusiveRange(0, MAX_INT32))
  else if (old !== undefined && old < seconds) {
    invalid(errors, field, seconds, 'must be less than or equal to previous value')
  } else return true
  return false
}

function validateAddedTolerations(
  errors: Errors,
  tolerations: readonly Toleration[] = [],
  old: readonly Toleration[] = [],
  options: PodOptions,
): void {
  const same = (a: Toleration, b: Toleration) =>
    (a.key ?? '') === (b.key ?? '') &&
    (a.operator ?? '') === (b.operator ?? '') &&
    (a.value ?? '') === (b.value ?? '') &&
    (a.effect ?? '') === (b.effect ?? '')
  if (old.every((before) => tolerations.some((each) => same(each, before)))) {
    validateTolerations(errors, 'spec.tolerations', tolerations, options)
  } else forbidden(errors, 'spec.tolerations', 'existing toleration can not be modified except its tolerationSeconds')
}

function validateRemovedGates(errors: Errors, { schedulingGates = [] }: PodSpec, old: PodSpec): void {
  const before = new Set((old.schedulingGates ?? []).map((gate) => gate.name))
  for (const [i, { name }] of schedulingGates.entries()) {
    if (before.has(name)) continue
    const detail = `only deletion is allowed, but found new scheduling gate '${name}'`
    forbidden(errors, `spec.schedulingGates[${i}].name`, detail)
  }
}

const UPDATABLE = [
  '`spec.containers[*].image`',
  '`spec.initContainers[*].image`',
  '`spec.activeDeadlineSeconds`',
  '`spec.tolerations` (only additions to existing tolerations)',
  '`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)',
].join(',')

/** What may change is set back; the rest must be as it was. */
function validateUnchanged(errors: Errors, spec: PodSpec, old: PodSpec): void {
  const grace = old.terminationGracePeriodSeconds
  const shortened = grace !== undefined && grace < 0 && spec.terminationGracePeriodSeconds === 1
  let munged: PodSpec = {
    ...spec,
    containers: withImagesOf(spec.containers, old.containers),
    ...(spec.initContainers && { initContainers: withImagesOf(spec.initContainers, old.initContainers) }),
    activeDeadlineSeconds: old.activeDeadlineSeconds,
    schedulingGates: old.schedulingGates,
    tolerations: old.tolerations,
    ...(shortened && { terminationGracePeriodSeconds: grace }),
  } as PodSpec
  if (old.schedulingGates?.length) munged = withoutGatedChanges(errors, munged, old)
  if (semanticallyEqual(munged, old)) return
  const difference = unifiedDiff(goStruct('PodSpec', old), goStruct('PodSpec', munged))
  forbidden(errors, 'spec', `pod updates may not change fields other than ${UPDATABLE}\n${difference}`)
}

export const goStruct = (type: string, value: object): string => goJSON(internalForm(type, { ...value }), ' ')

const withImagesOf = (containers: readonly Container[] = [], old: readonly Container[] = []): readonly Container[] =>
  containers.map((container, i) => ({ ...container, image: old[i]?.image }) as Container)

/** A gated pod may still narrow its node selector and node affinity. */
function withoutGatedChanges(errors: Errors, spec: PodSpec, old: PodSpec): PodSpec {
  validateSelectorAdditions(errors, spec, old)
  const before = old.affinity?.nodeAffinity
  const after = spec.affinity?.nodeAffinity
  if (semanticallyEqual(before, after)) return { ...spec, nodeSelector: old.nodeSelector } as PodSpec
  validateAffinityAdditions(errors, after, before)
  const { nodeAffinity: _replaced, ...others } = spec.affinity ?? {}
  const rest = before ? { ...others, nodeAffinity: before } : others
  const affinity = !old.affinity && Object.keys(others).length === 0 ? undefined : rest
  return { ...spec, nodeSelector: old.nodeSelector, affinity } as PodSpec
}

function validateSelectorAdditions(errors: Errors, { nodeSelector }: PodSpec, old: PodSpec): void {
  const kept = Object.entries(old.nodeSelector ?? {}).every(([key, value]) => nodeSelector?.[key] === value)
  if (kept) return
  const detail = 'only additions to spec.nodeSelector are allowed (no mutations or deletions)'
  invalid(errors, 'spec.nodeSelector', sortedMap(nodeSelector), detail)
}

/** Source: validateNodeAffinityMutation. */
function validateAffinityAdditions(
  errors: Errors,
  after: NodeAffinity | undefined,
  before: NodeAffinity | undefined,
): void {
  const oldTerms = before?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? []
  if (oldTerms.length === 0) return
  const terms = after?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms
  const field = 'spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms'
  if (terms?.length !== oldTerms.length) {
    const detail = 'no additions/deletions to non-empty NodeSelectorTerms list are allowed'
    invalid(errors, field, terms?.map(termForm), detail)
    return
  }
  for (const [i, term] of terms.entries()) {
    if (onlyAdditions(term, oldTerms[i]!)) continue
    invalid(errors, `${field}[${i}]`, termForm(term), 'only additions are allowed (no mutations or deletions)')
  }
}

const termForm = (term: NodeSelectorTerm): unknown => internalForm('NodeSelectorTerm', { ...term })

function onlyAdditions(term: NodeSelectorTerm, old: NodeSelectorTerm): boolean {
  const lists = ['matchExpressions', 'matchFields'] as const
  const lengths = (each: NodeSelectorTerm) => lists.reduce((sum, list) => sum + (each[list]?.length ?? 0), 0)
  if (lengths(old) === 0) return lengths(term) === 0
  return lists.every((list) => {
    const before = old[list] ?? []
    return semanticallyEqual((term[list] ?? []).slice(0, before.length), before)
  })
}
