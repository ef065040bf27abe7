import { quote } from '../../../../api/names.ts'
import type { ObjectMeta, Pod, PodSpec, PodTemplateSpec, SeccompProfile } from '../../../../api/types.ts'
import { validateImagePadding } from './containers.ts'
import { type Errors, forbidden, invalid } from './field-error.ts'
import { MAX_INT32 } from './formats.ts'
import { validateLabels } from './labels.ts'
import { validateAnnotations } from './objectmeta.ts'
import { localDescending } from './paths.ts'
import { type PodOptions, podItselfOptions } from './pod-options.ts'
import { containersOf, validatePodSpec } from './pod-spec.ts'

export const MIRROR_ANNOTATION = 'kubernetes.io/config.mirror'
const DELETION_COST = 'controller.kubernetes.io/pod-deletion-cost'
const SECCOMP_POD = 'seccomp.security.alpha.kubernetes.io/pod'
const SECCOMP_CONTAINER = 'container.seccomp.security.alpha.kubernetes.io/'
export const APPARMOR_CONTAINER = 'container.apparmor.security.beta.kubernetes.io/'

/** All of a new pod but its metadata. Source: pkg/apis/core/validation/validation.go ValidatePodCreate. */
export function validatePodCreate(pod: Pod, options: PodOptions = podItselfOptions): Errors {
  const errors = validatePodBody(pod, options)
  if (pod.spec.ephemeralContainers?.length) forbidden(errors, 'spec.ephemeralContainers', 'cannot be set on create')
  if (pod.spec.nodeName && pod.spec.schedulingGates?.length) {
    forbidden(errors, 'spec.nodeName', 'cannot be set until all schedulingGates have been cleared')
  }
  validateProfileAnnotations(errors, 'spec', pod.metadata, pod.spec)
  return errors
}

/** Source: validatePodMetadataAndSpec, without ValidateObjectMeta. */
export function validatePodBody(pod: Pod, options: PodOptions): Errors {
  const errors: Errors = []
  validatePodAnnotations(errors, 'metadata.annotations', pod.metadata.annotations, pod.spec, options)
  validatePodSpec(errors, 'spec', pod.spec, pod.metadata, options)
  if (!pod.spec.serviceAccountName) forbidTokens(errors, pod.spec)
  for (const list of ['containers', 'initContainers'] as const) {
    for (const [i, { image }] of (pod.spec[list] ?? []).entries())
      validateImagePadding(errors, `spec.${list}[${i}]`, image)
  }
  return errors
}

function forbidTokens(errors: Errors, { volumes = [] }: PodSpec): void {
  for (const [i, { projected }] of volumes.entries()) {
    for (const [j, { serviceAccountToken }] of (projected?.sources ?? []).entries()) {
      if (!serviceAccountToken) continue
      const field = `spec.volumes[${i}].projected.sources[${j}].serviceAccountToken`
      forbidden(errors, field, 'must not be specified when serviceAccountName is not set')
    }
  }
}

/** Source: ValidatePodTemplateSpec. */
export function validatePodTemplate(
  errors: Errors,
  field: string,
  template: PodTemplateSpec,
  options: PodOptions,
): void {
  const { metadata = {} as Partial<ObjectMeta>, spec = { containers: [] } } = template
  validateLabels(errors, `${field}.labels`, metadata.labels)
  validateAnnotations(errors, `${field}.annotations`, metadata.annotations)
  validatePodAnnotations(errors, `${field}.annotations`, metadata.annotations, spec, options)
  validatePodSpec(errors, `${field}.spec`, spec, undefined, options)
  validateProfileAnnotations(errors, `${field}.spec`, metadata, spec)
  if (spec.ephemeralContainers?.length) {
    forbidden(errors, `${field}.spec.ephemeralContainers`, 'ephemeral containers not allowed in pod template')
  }
}

type Annotations = ObjectMeta['annotations']

/** Source: ValidatePodSpecificAnnotations. */
export function validatePodAnnotations(
  errors: Errors,
  field: string,
  annotations: Annotations,
  spec: PodSpec,
  options: PodOptions,
): void {
  if (!annotations) return
  const mirror = annotations[MIRROR_ANNOTATION]
  if (mirror !== undefined && !spec.nodeName) {
    const detail = 'must set spec.nodeName if mirror pod annotation is set'
    invalid(errors, `${field}[${MIRROR_ANNOTATION}]`, mirror, detail)
  }
  const cost = annotations[DELETION_COST]
  if (!options.allowInvalidPodDeletionCost && cost !== undefined && !isInt32(cost)) {
    invalid(errors, `${field}[${DELETION_COST}]`, cost, 'must be a 32bit integer')
  }
  for (const [key, profile] of Object.entries(annotations)) {
    if (key === SECCOMP_POD || key.startsWith(SECCOMP_CONTAINER))
      validateSeccompText(errors, `${field}.${key}`, profile)
  }
  for (const [key, profile] of Object.entries(annotations)) {
    if (key.startsWith(APPARMOR_CONTAINER)) validateAppArmorText(errors, `${field}[${key}]`, key, profile, spec)
  }
}

/** Source: helper.GetDeletionCostFromPodAnnotations. */
function isInt32(text: string): boolean {
  const value = Number(text)
  return /^(0|-?[1-9][0-9]*)$/.test(text) && value <= MAX_INT32 && value >= -MAX_INT32 - 1
}

function validateSeccompText(errors: Errors, field: string, profile: string): void {
  if (['runtime/default', 'docker/default', 'unconfined'].includes(profile)) return
  if (profile.startsWith('localhost/')) localDescending(errors, field, profile.slice('localhost/'.length))
  else invalid(errors, field, profile, 'must be a valid seccomp profile')
}

function validateAppArmorText(errors: Errors, field: string, key: string, profile: string, spec: PodSpec): void {
  const name = key.slice(APPARMOR_CONTAINER.length)
  const found = [...containersOf(spec, 'spec')].some(([container]) => container.name === name)
  if (!found) invalid(errors, field, name, 'container not found')
  if (!['', 'runtime/default', 'unconfined'].includes(profile) && !profile.startsWith('localhost/')) {
    invalid(errors, field, profile, `invalid AppArmor profile name: ${quote(profile)}`)
  }
}

/** Where both the old annotation and the field are set they must say the same. */
function validateProfileAnnotations(
  errors: Errors,
  field: string,
  { annotations }: Partial<ObjectMeta>,
  spec: PodSpec,
): void {
  if (!annotations) return
  const pod = spec.securityContext?.seccompProfile
  const seccomp = (path: string, text: string | undefined, profile: SeccompProfile | undefined) =>
    validateMatch(errors, `${path}.securityContext.seccompProfile`, text, profile, 'seccomp')
  seccomp(field, annotations[SECCOMP_POD], pod)
  for (const [container, path] of containersOf(spec, field)) {
    seccomp(path, annotations[`${SECCOMP_CONTAINER}${container.name}`], container.securityContext?.seccompProfile)
  }
  if (spec.os?.name === 'windows') return
  for (const [container, path] of containersOf(spec, field)) {
    const profile = container.securityContext?.appArmorProfile ?? spec.securityContext?.appArmorProfile
    const text = annotations[`${APPARMOR_CONTAINER}${container.name}`]
    validateMatch(errors, `${path}.securityContext.appArmorProfile`, text, profile, 'apparmor')
  }
}

const defaultTexts: Readonly<Record<string, readonly string[]>> = {
  seccomp: ['runtime/default', 'docker/default'],
  apparmor: ['runtime/default'],
}

function validateMatch(
  errors: Errors,
  field: string,
  text: string | undefined,
  profile: SeccompProfile | undefined,
  kind: 'seccomp' | 'apparmor',
): void {
  if (!profile || text === undefined) return
  const { type, localhostProfile } = profile
  const wrongType =
    (type === 'Unconfined' && text !== 'unconfined') ||
    (type === 'RuntimeDefault' && !defaultTexts[kind]!.includes(text)) ||
    (type === 'Localhost' && !text.startsWith('localhost/'))
  if (wrongType) forbidden(errors, `${field}.type`, `${kind} type in annotation and field must match`)
  else if (type === 'Localhost' && text.slice('localhost/'.length) !== localhostProfile) {
    forbidden(errors, `${field}.localhostProfile`, `${kind} profile in annotation and field must match`)
  }
}
