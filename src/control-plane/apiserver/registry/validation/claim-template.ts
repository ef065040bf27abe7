import { isDNS1123Label, isDNS1123Subdomain } from '../../../../api/names.ts'
import { compareQuantities } from '../../../../api/quantity.ts'
import type {
  ObjectMeta,
  PersistentVolumeClaimSpec,
  PersistentVolumeClaimTemplate,
  TypedObjectReference,
} from '../../../../api/types.ts'
import { type Errors, forbidden, invalid, invalidEach, notSupported, required } from './field-error.ts'
import { NOT_POSITIVE } from './formats.ts'
import { validateLabelSelector, validateLabels } from './labels.ts'
import { validateAnnotations } from './objectmeta.ts'
import { validateResourceQuantity } from './resources.ts'

/** The claim an ephemeral volume makes. Source: pkg/apis/core/validation/validation.go ValidatePersistentVolumeClaimTemplate. */
export function validateClaimTemplate(errors: Errors, field: string, template: PersistentVolumeClaimTemplate): void {
  validateTemplateMeta(errors, `${field}.metadata`, template.metadata)
  validateClaimSpec(errors, `${field}.spec`, template.spec)
}

/** Members of ObjectMeta in Go's order, with the name upstream gives them in errors. */
const forbiddenMembers: readonly (readonly [member: keyof ObjectMeta, printed: string])[] = [
  ['name', 'name'],
  ['generateName', 'generateName'],
  ['namespace', 'namespace'],
  ['selfLink', 'selfLink'],
  ['uid', 'uID'],
  ['resourceVersion', 'resourceVersion'],
  ['generation', 'generation'],
  ['creationTimestamp', 'creationTimestamp'],
  ['deletionTimestamp', 'deletionTimestamp'],
  ['deletionGracePeriodSeconds', 'deletionGracePeriodSeconds'],
  ['ownerReferences', 'ownerReferences'],
  ['finalizers', 'finalizers'],
  ['managedFields', 'managedFields'],
]

export function validateTemplateMeta(errors: Errors, field: string, meta: Partial<ObjectMeta> = {}): void {
  validateAnnotations(errors, `${field}.annotations`, meta.annotations)
  validateLabels(errors, `${field}.labels`, meta.labels)
  for (const [member, printed] of forbiddenMembers) {
    if (meta[member] !== undefined && meta[member] !== '') forbidden(errors, `${field}.${printed}`, 'cannot be set')
  }
}

export const accessModes = ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod']
export const volumeModes = ['Block', 'Filesystem']

export interface ClaimOptions {
  readonly allowInvalidLabelValueInSelector?: boolean
  readonly allowInvalidAPIGroupInDataSourceOrRef?: boolean
  readonly enableVolumeAttributesClass?: boolean
  readonly enableRecoverFromExpansionFailure?: boolean
}

/** Those of v1.36 with its default feature gates. */
export const claimOptions: ClaimOptions = { enableVolumeAttributesClass: true, enableRecoverFromExpansionFailure: true }

/** Source: ValidatePersistentVolumeClaimSpec. */
export function validateClaimSpec(
  errors: Errors,
  field: string,
  spec: PersistentVolumeClaimSpec,
  options = claimOptions,
): void {
  validateAccessModes(errors, `${field}.accessModes`, spec, field, options)
  validateStorageRequest(errors, `${field}.resources[storage]`, spec.resources?.requests?.storage)
  if (spec.storageClassName) {
    invalidEach(errors, `${field}.storageClassName`, spec.storageClassName, isDNS1123Subdomain(spec.storageClassName))
  }
  if (spec.volumeMode !== undefined && !volumeModes.includes(spec.volumeMode)) {
    notSupported(errors, `${field}.volumeMode`, spec.volumeMode, volumeModes)
  }
  validateDataSources(errors, field, spec, options)
  const attributes = spec.volumeAttributesClassName
  if (attributes && options.enableVolumeAttributesClass) {
    invalidEach(errors, `${field}.volumeAttributesClassName`, attributes, isDNS1123Subdomain(attributes))
  }
}

function validateAccessModes(
  errors: Errors,
  field: string,
  { accessModes: modes = [], selector }: PersistentVolumeClaimSpec,
  path: string,
  options: ClaimOptions,
): void {
  if (modes.length === 0) required(errors, field, 'at least 1 access mode is required')
  validateLabelSelector(errors, `${path}.selector`, selector, options.allowInvalidLabelValueInSelector)
  for (const mode of modes) if (!accessModes.includes(mode)) notSupported(errors, field, mode, accessModes)
  const others = modes.filter((mode) => mode !== 'ReadWriteOncePod' && accessModes.includes(mode))
  if (modes.includes('ReadWriteOncePod') && others.length > 0) {
    forbidden(errors, field, 'may not use ReadWriteOncePod with other access modes')
  }
}

function validateStorageRequest(errors: Errors, field: string, storage: string | undefined): void {
  if (storage === undefined) required(errors, field)
  else if (compareQuantities(storage, '0') <= 0) invalid(errors, field, storage, NOT_POSITIVE)
  else validateResourceQuantity(errors, field, 'storage', storage)
}

function validateDataSources(
  errors: Errors,
  field: string,
  spec: PersistentVolumeClaimSpec,
  options: ClaimOptions,
): void {
  const { dataSource, dataSourceRef } = spec
  if (dataSource) validateDataSource(errors, `${field}.dataSource`, dataSource, options)
  if (dataSourceRef) {
    validateDataSource(errors, `${field}.dataSourceRef`, dataSourceRef, options)
    const { namespace } = dataSourceRef
    if (namespace) invalidEach(errors, `${field}.dataSourceRef.namespace`, namespace, isDNS1123Label(namespace))
  }
  if (!dataSource || !dataSourceRef) return
  // Upstream prints the field path as the value here, which marshals as an empty object.
  if (dataSourceRef.namespace)
    invalid(errors, field, {}, 'may not be specified when dataSourceRef.namespace is specified')
  else if (
    dataSource.apiGroup !== dataSourceRef.apiGroup ||
    dataSource.kind !== dataSourceRef.kind ||
    dataSource.name !== dataSourceRef.name
  ) {
    invalid(errors, field, {}, 'must match dataSourceRef')
  }
}

function validateDataSource(errors: Errors, field: string, source: TypedObjectReference, options: ClaimOptions): void {
  if (!source.name) required(errors, `${field}.name`)
  if (!source.kind) required(errors, `${field}.kind`)
  if (!source.apiGroup) {
    const detail = "must be 'PersistentVolumeClaim' when referencing the default apiGroup"
    if (source.kind !== 'PersistentVolumeClaim') invalid(errors, field, source.kind ?? '', detail)
  } else if (!options.allowInvalidAPIGroupInDataSourceOrRef) {
    invalidEach(errors, `${field}.apiGroup`, source.apiGroup, isDNS1123Subdomain(source.apiGroup))
  }
}
