import { isLabelKey } from '../../../../api/names.ts'
import { compareQuantities, parseQuantity, quantityError } from '../../../../api/quantity.ts'
import type { PersistentVolumeClaim, PersistentVolumeClaimSpec } from '../../../../api/types.ts'
import { semanticallyEqual } from '../semantic-equality.ts'
import { type ClaimOptions, claimOptions, validateClaimSpec } from './claim-template.ts'
import { type Errors, forbidden, invalid, invalidEach, notSupported, required } from './field-error.ts'
import { IMMUTABLE } from './formats.ts'
import { validateLabelSelector } from './labels.ts'
import { validateImmutable } from './objectmeta.ts'
import { goStruct } from './pod-update.ts'
import { isNative, validateResourceQuantity } from './resources.ts'
import { unifiedDiff } from './unified-diff.ts'

/** Source: pkg/apis/core/validation/validation.go. */
const CLASS_ANNOTATION = 'volume.beta.kubernetes.io/storage-class'

export function validatePersistentVolumeClaim(claim: PersistentVolumeClaim, options = claimOptions): Errors {
  const errors: Errors = []
  validateClaimSpec(errors, 'spec', claim.spec ?? {}, options)
  return errors
}

/** What was there may stay. Source: ValidationOptionsForPersistentVolumeClaim. */
function optionsFor({ spec = {} }: PersistentVolumeClaim): ClaimOptions {
  const faults: Errors = []
  validateLabelSelector(faults, '', spec.selector)
  return {
    ...claimOptions,
    allowInvalidAPIGroupInDataSourceOrRef: Boolean(spec.dataSource?.apiGroup) || Boolean(spec.dataSourceRef?.apiGroup),
    allowInvalidLabelValueInSelector: faults.length > 0,
  }
}

export function validatePersistentVolumeClaimUpdate(
  claim: PersistentVolumeClaim,
  old: PersistentVolumeClaim,
  options = optionsFor(old),
): Errors {
  const errors = validatePersistentVolumeClaim(claim, options)
  const now = mungedSpec(errors, claim, old)
  const before: PersistentVolumeClaimSpec = old.spec?.volumeName
    ? old.spec
    : withMember(old.spec ?? {}, 'volumeName', claim.spec?.volumeName)
  if (!semanticallyEqual(now, before)) {
    const form = (spec: PersistentVolumeClaimSpec) => goStruct('PersistentVolumeClaimSpec', spec)
    const what =
      'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims'
    forbidden(errors, 'spec', `${what}\n${unifiedDiff(form(before), form(now))}`)
  }
  validateSize(errors, claim, old, options)
  validateImmutable(errors, 'volumeMode', claim.spec?.volumeMode, old.spec?.volumeMode)
  validateAttributesClassUpdate(errors, claim, old, options)
  return errors
}

/** The member as given, gone where it is undefined. */
function withMember<T extends object, K extends keyof T>(object: T, member: K, value: T[K] | undefined): T {
  const { [member]: _, ...rest } = object
  return (value === undefined ? rest : { ...rest, [member]: value }) as T
}

/** The new spec with what may change set back to what it was. */
function mungedSpec(
  errors: Errors,
  claim: PersistentVolumeClaim,
  old: PersistentVolumeClaim,
): PersistentVolumeClaimSpec {
  let spec = claim.spec ?? {}
  const [annotation, before] = [classAnnotation(claim), classAnnotation(old)]
  const [name, oldName] = [spec.storageClassName, old.spec?.storageClassName]
  const unnamed = oldName === undefined && name !== undefined
  if (before !== undefined && unnamed && name === before && (annotation === undefined || annotation === before)) {
    spec = withMember(spec, 'storageClassName', undefined)
  } else {
    const field = `metadata.annotations.${CLASS_ANNOTATION}`
    if ((annotation ?? '') !== (before ?? '')) invalid(errors, field, annotation ?? '', IMMUTABLE)
    if (unnamed && (before === undefined || name === before)) spec = withMember(spec, 'storageClassName', oldName)
  }
  if (claim.status?.phase !== 'Bound') return spec
  if (spec.resources?.requests) {
    const requests = { ...spec.resources.requests, storage: old.spec?.resources?.requests?.storage ?? '0' }
    spec = { ...spec, resources: { ...spec.resources, requests } }
  }
  return withMember(spec, 'volumeAttributesClassName', old.spec?.volumeAttributesClassName)
}

const classAnnotation = ({ metadata }: PersistentVolumeClaim): string | undefined =>
  metadata.annotations?.[CLASS_ANNOTATION]

function validateSize(
  errors: Errors,
  claim: PersistentVolumeClaim,
  old: PersistentVolumeClaim,
  { enableRecoverFromExpansionFailure }: ClaimOptions,
): void {
  const now = claim.spec?.resources?.requests?.storage ?? '0'
  const before = old.spec?.resources?.requests?.storage ?? '0'
  if (quantityError(now) !== undefined || compareQuantities(now, before) >= 0) return
  const field = 'spec.resources.requests.storage'
  if (!enableRecoverFromExpansionFailure) forbidden(errors, field, 'field can not be less than previous value')
  else if (compareQuantities(now, old.status?.capacity?.storage ?? '0') <= 0) {
    forbidden(errors, field, 'field can not be less than status.capacity')
  }
}

function validateAttributesClassUpdate(
  errors: Errors,
  { spec = {} }: PersistentVolumeClaim,
  old: PersistentVolumeClaim,
  { enableVolumeAttributesClass }: ClaimOptions,
): void {
  const field = 'spec.volumeAttributesClassName'
  const name = spec.volumeAttributesClassName
  if (name === old.spec?.volumeAttributesClassName) return
  if (!enableVolumeAttributesClass) {
    forbidden(errors, field, 'update is forbidden when the VolumeAttributesClass feature gate is disabled')
    return
  }
  if (old.status?.currentVolumeAttributesClassName === undefined || name) return
  const to = name === undefined ? 'nil' : 'empty string'
  forbidden(errors, field, `update to ${to} is forbidden when status.currentVolumeAttributesClassName is not nil`)
}

const resizeStatuses = [
  'ControllerResizeInProgress',
  'ControllerResizeInfeasible',
  'NodeResizeInProgress',
  'NodeResizeInfeasible',
  'NodeResizePending',
].sort()

export function validatePersistentVolumeClaimStatusUpdate(
  claim: PersistentVolumeClaim,
  old: PersistentVolumeClaim,
  options = optionsFor(old),
): Errors {
  const errors: Errors = []
  const { metadata, spec = {}, status = {} } = claim
  if (!metadata.resourceVersion) required(errors, 'resourceVersion')
  if (!spec.accessModes?.length) required(errors, 'Spec.accessModes')
  for (const [name, quantity] of Object.entries(status.capacity ?? {})) {
    nonNegativeQuantity(errors, `status.capacity[${name}]`, quantity)
  }
  if (!options.enableRecoverFromExpansionFailure) return errors
  const statuses = 'status.allocatedResourceStatuses'
  for (const [name, each] of Object.entries(status.allocatedResourceStatuses ?? {})) {
    validateResourceKey(errors, statuses, name)
    if (!resizeStatuses.includes(each)) notSupported(errors, statuses, name, resizeStatuses)
  }
  for (const [name, quantity] of Object.entries(status.allocatedResources ?? {})) {
    validateAllocated(errors, 'status.allocatedResources', name, quantity)
  }
  return errors
}

/** Source: validateBasicResource. */
function nonNegativeQuantity(errors: Errors, field: string, quantity: string): boolean {
  if (quantityError(quantity) !== undefined) return true
  const { value } = parseQuantity(quantity)
  if (value < 0) invalid(errors, field, value, 'must be a valid resource quantity')
  return value >= 0
}

function validateAllocated(errors: Errors, field: string, name: string, quantity: string): void {
  if (!validateResourceKey(errors, field, name)) return
  const path = `${field}[${name}]`
  if (nonNegativeQuantity(errors, path, quantity)) validateResourceQuantity(errors, path, 'storage', quantity)
}

/** Source: validatePersistentVolumeClaimResourceKey. */
function validateResourceKey(errors: Errors, field: string, name: string): boolean {
  const wrong = isLabelKey(name)
  invalidEach(errors, field, name, wrong)
  if (wrong.length > 0) return false
  if (!isNative(name) || name === 'storage') return true
  notSupported(errors, field, name, ['storage'])
  return false
}
