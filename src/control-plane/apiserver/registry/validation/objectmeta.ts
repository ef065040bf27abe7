import { isDNS1123Label, isDNS1123Subdomain, isLabelKey } from '../../../../api/names.ts'
import type { ObjectMeta, OwnerReference } from '../../../../api/types.ts'
import { semanticallyEqual } from '../semantic-equality.ts'
import { byteLength, type Errors, forbidden, invalid, invalidEach, required, tooLong } from './field-error.ts'
import { IMMUTABLE, IS_NEGATIVE } from './formats.ts'
import { validateLabels } from './labels.ts'

/** Source: apimachinery/pkg/api/validation/objectmeta.go, and pkg/apis/core/validation for the finalizers. */

export type NameRule = (name: string) => readonly string[]

export const MAX_ANNOTATION_BYTES = 256 * 1024

export interface MetaRules {
  readonly namespaced: boolean
  /** Default: a DNS subdomain. */
  readonly validateName?: NameRule | undefined
}

/** Metadata of an object that is created, once its name is known. */
export function validateObjectMeta(meta: ObjectMeta, rules: MetaRules, path = 'metadata'): Errors {
  const errors: Errors = []
  const validateName = rules.validateName ?? isDNS1123Subdomain
  if (meta.generateName) {
    invalidEach(errors, `${path}.generateName`, meta.generateName, validateName(maskTrailingDash(meta.generateName)))
  }
  if (!meta.name) required(errors, `${path}.name`, 'name or generateName is required')
  else invalidEach(errors, `${path}.name`, meta.name, validateName(meta.name))
  validateNamespace(errors, path, meta.namespace, rules.namespaced)
  nonNegative(errors, `${path}.generation`, meta.generation)
  validateLabels(errors, `${path}.labels`, meta.labels)
  validateAnnotations(errors, `${path}.annotations`, meta.annotations)
  validateOwnerReferences(errors, `${path}.ownerReferences`, meta.ownerReferences)
  validateFinalizers(errors, `${path}.finalizers`, meta.finalizers)
  validateKubeFinalizers(errors, path, meta.finalizers)
  return errors
}

const immutableTexts = ['name', 'namespace', 'uid'] as const
const immutable = ['creationTimestamp', 'deletionTimestamp', 'deletionGracePeriodSeconds'] as const

/** What an update may do to metadata. */
export function validateObjectMetaUpdate(meta: ObjectMeta, old: ObjectMeta, path = 'metadata'): Errors {
  const errors: Errors = []
  if (old.deletionTimestamp) {
    const added = (meta.finalizers ?? []).filter((name) => !old.finalizers?.includes(name)).sort()
    const listed = added.map((name) => JSON.stringify(name)).join(', ')
    const detail = `no new finalizers can be added if the object is being deleted, found new finalizers []string{${listed}}`
    if (added.length > 0) forbidden(errors, `${path}.finalizers`, detail)
  }
  if (!meta.resourceVersion) invalid(errors, `${path}.resourceVersion`, '', 'must be specified for an update')
  if ((meta.generation ?? 0) < (old.generation ?? 0)) {
    invalid(errors, `${path}.generation`, meta.generation ?? 0, 'must not be decremented')
  }
  for (const field of immutableTexts) validateImmutable(errors, `${path}.${field}`, meta[field] ?? '', old[field] ?? '')
  for (const field of immutable) validateImmutable(errors, `${path}.${field}`, meta[field], old[field])
  validateLabels(errors, `${path}.labels`, meta.labels)
  validateAnnotations(errors, `${path}.annotations`, meta.annotations)
  validateOwnerReferences(errors, `${path}.ownerReferences`, meta.ownerReferences)
  validateKubeFinalizers(errors, path, meta.finalizers)
  return errors
}

/** `field is immutable`, with the new value; one that is absent prints as `null`, so give texts as `''`. */
export function validateImmutable(errors: Errors, field: string, value: unknown, old: unknown): void {
  if (!semanticallyEqual(value, old)) invalid(errors, field, value, IMMUTABLE)
}

export function nonNegative(errors: Errors, field: string, value: number | undefined): void {
  if (value !== undefined && value < 0) invalid(errors, field, value, IS_NEGATIVE)
}

function validateNamespace(errors: Errors, path: string, namespace: string | undefined, namespaced: boolean): void {
  if (!namespaced) {
    if (namespace) forbidden(errors, `${path}.namespace`, 'not allowed on this type')
  } else if (!namespace) required(errors, `${path}.namespace`)
  else invalidEach(errors, `${path}.namespace`, namespace, isDNS1123Label(namespace))
}

export function validateAnnotations(errors: Errors, field: string, annotations: ObjectMeta['annotations']): void {
  if (!annotations) return
  let size = 0
  for (const key of Object.keys(annotations)) {
    invalidEach(errors, field, key, isLabelKey(key.toLowerCase()))
    size += byteLength(key) + byteLength(annotations[key]!)
  }
  if (size > MAX_ANNOTATION_BYTES) tooLong(errors, field, MAX_ANNOTATION_BYTES)
}

function validateOwnerReferences(errors: Errors, field: string, owners: readonly OwnerReference[] = []): void {
  let controller = ''
  for (const owner of owners) {
    validateOwnerReference(errors, field, owner)
    if (!owner.controller) continue
    const name = `${owner.kind}/${owner.name}`
    const detail = `Only one reference can have Controller set to true. Found "true" in references for ${controller} and ${name}`
    if (controller !== '') invalid(errors, field, owners, detail)
    else controller = name
  }
}

function validateOwnerReference(errors: Errors, field: string, owner: OwnerReference): void {
  if (!owner.apiVersion) invalid(errors, `${field}.apiVersion`, owner.apiVersion ?? '', 'version must not be empty')
  if (!owner.kind) invalid(errors, `${field}.kind`, owner.kind ?? '', 'must not be empty')
  if (!owner.name) invalid(errors, `${field}.name`, owner.name ?? '', 'must not be empty')
  if (!owner.uid) invalid(errors, `${field}.uid`, owner.uid ?? '', 'must not be empty')
  if (owner.apiVersion === 'v1' && owner.kind === 'Event') {
    invalid(errors, field, owner, '/v1, Kind=Event is disallowed from being an owner')
  }
}

function validateFinalizers(errors: Errors, field: string, finalizers: readonly string[] = []): void {
  for (const finalizer of finalizers) invalidEach(errors, field, finalizer, isLabelKey(finalizer))
  if (finalizers.includes('foregroundDeletion') && finalizers.includes('orphan')) {
    invalid(errors, field, finalizers, 'finalizer orphan and foregroundDeletion cannot be both set')
  }
}

const standardFinalizers = new Set(['kubernetes', 'orphan', 'foregroundDeletion'])

/** Source: pkg/apis/core/validation/validation.go validateKubeFinalizerName. */
export function validateKubeFinalizer(errors: Errors, field: string, finalizer: string): void {
  if (!finalizer.includes('/') && !standardFinalizers.has(finalizer)) {
    invalid(errors, field, finalizer, 'name is neither a standard finalizer name nor is it fully qualified')
  }
}

function validateKubeFinalizers(errors: Errors, path: string, finalizers: readonly string[] = []): void {
  for (const [i, finalizer] of finalizers.entries())
    validateKubeFinalizer(errors, `${path}.finalizers[${i}]`, finalizer)
}

/** A generated name goes on after the prefix, so a last dash is fine. Source: apimachinery/pkg/api/validation/generic.go maskTrailingDash. */
function maskTrailingDash(prefix: string): string {
  return prefix.length > 1 && prefix.endsWith('-') ? `${prefix.slice(0, -2)}a` : prefix
}
