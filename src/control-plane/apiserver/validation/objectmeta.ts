import { isDNS1123Label, isDNS1123Subdomain, isLabelKey, isLabelValue, quote } from '../../../api/names.ts'
import type { KubernetesObject, ObjectMeta, OwnerReference } from '../../../api/types.ts'
import type { FieldError, KindDefinition } from '../registry/contract.ts'
import { equal } from './equal.ts'

/** Rules of metadata that hold for every kind. Source: apimachinery/pkg/api/validation/objectmeta.go */

const NONE: readonly FieldError[] = []
/** 256 kB. */
const ANNOTATIONS_LIMIT = 256 * 1024

/** Source: ValidateObjectMetaAccessor */
export function validateObjectMeta(object: KubernetesObject, definition: KindDefinition): readonly FieldError[] {
  const { metadata } = object
  const { name, generateName, namespace, labels, annotations, ownerReferences, finalizers } = metadata
  const validateName = definition.validateName ?? isDNS1123Subdomain
  const errors: FieldError[] = []
  if (generateName !== undefined && generateName !== '')
    for (const text of validateName(maskTrailingDash(generateName)))
      errors.push(invalid('metadata.generateName', generateName, text))
  if (name === undefined || name === '') errors.push(required('metadata.name', 'name or generateName is required'))
  else for (const text of validateName(name)) errors.push(invalid('metadata.name', name, text))
  if (definition.namespaced) {
    if (namespace === undefined) errors.push(required('metadata.namespace', ''))
    else for (const text of isDNS1123Label(namespace)) errors.push(invalid('metadata.namespace', namespace, text))
  } else if (namespace !== undefined) {
    errors.push(forbidden('metadata.namespace', 'not allowed on this type'))
  }
  if (labels !== undefined) validateLabels(labels, errors)
  if (annotations !== undefined) validateAnnotations(annotations, errors)
  if (ownerReferences !== undefined) validateOwnerReferences(ownerReferences, errors)
  if (finalizers !== undefined) validateFinalizers(finalizers, errors)
  return errors.length === 0 ? NONE : errors
}

/** Source: ValidateObjectMetaAccessorUpdate */
export function validateObjectMetaUpdate(object: KubernetesObject, old: KubernetesObject): readonly FieldError[] {
  const now = object.metadata
  const before = old.metadata
  const errors: FieldError[] = []
  if (before.deletionTimestamp !== undefined) {
    const added = (now.finalizers ?? []).filter((each) => !(before.finalizers ?? []).includes(each)).sort()
    if (added.length > 0) {
      const list = `[]string{${added.map(quote).join(', ')}}`
      const why = `no new finalizers can be added if the object is being deleted, found new finalizers ${list}`
      errors.push(forbidden('metadata.finalizers', why))
    }
  }
  for (const field of IMMUTABLE)
    if (!equal(now[field], before[field]))
      errors.push(invalid(`metadata.${field}`, now[field] ?? null, 'field is immutable'))
  return errors.length === 0 ? NONE : errors
}

const IMMUTABLE = [
  'name',
  'namespace',
  'uid',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
] as const satisfies readonly (keyof ObjectMeta)[]

/** A generated name goes on behind the dash. Source: apimachinery/pkg/api/validation/generic.go maskTrailingDash */
function maskTrailingDash(name: string): string {
  return name.length > 1 && name.endsWith('-') ? `${name.slice(0, -2)}a` : name
}

function validateLabels(labels: Readonly<Record<string, string>>, errors: FieldError[]): void {
  for (const key in labels) {
    for (const text of isLabelKey(key)) errors.push(invalid('metadata.labels', key, text))
    for (const text of isLabelValue(labels[key]!)) errors.push(invalid('metadata.labels', labels[key]!, text))
  }
}

function validateAnnotations(annotations: Readonly<Record<string, string>>, errors: FieldError[]): void {
  let size = 0
  for (const key in annotations) {
    size += key.length + annotations[key]!.length
    for (const text of isLabelKey(key.toLowerCase())) errors.push(invalid('metadata.annotations', key, text))
  }
  if (size > ANNOTATIONS_LIMIT)
    errors.push({
      type: 'FieldValueTooLong',
      field: 'metadata.annotations',
      message: `Too long: may not be more than ${ANNOTATIONS_LIMIT} bytes`,
    })
}

function validateOwnerReferences(references: readonly OwnerReference[], errors: FieldError[]): void {
  const path = 'metadata.ownerReferences'
  let controller: string | undefined
  for (const reference of references) {
    const { apiVersion, kind, name, uid } = reference
    if (!apiVersion) errors.push(invalid(`${path}.apiVersion`, apiVersion ?? '', 'version must not be empty'))
    if (!kind) errors.push(invalid(`${path}.kind`, kind ?? '', 'must not be empty'))
    if (!name) errors.push(invalid(`${path}.name`, name ?? '', 'must not be empty'))
    if (!uid) errors.push(invalid(`${path}.uid`, uid ?? '', 'must not be empty'))
    if (apiVersion === 'v1' && kind === 'Event')
      errors.push(invalid(path, reference, '/v1, Kind=Event is disallowed from being an owner'))
    if (reference.controller !== true) continue
    const text = `${kind}/${name}`
    if (controller === undefined) controller = text
    else {
      const why = `Only one reference can have Controller set to true. Found "true" in references for ${controller} and ${text}`
      errors.push(invalid(path, references, why))
    }
  }
}

function validateFinalizers(finalizers: readonly string[], errors: FieldError[]): void {
  for (const finalizer of finalizers)
    for (const text of isLabelKey(finalizer)) errors.push(invalid('metadata.finalizers', finalizer, text))
  if (finalizers.includes('orphan') && finalizers.includes('foregroundDeletion'))
    errors.push(
      invalid('metadata.finalizers', finalizers, 'finalizer orphan and foregroundDeletion cannot be both set'),
    )
}

function invalid(field: string, value: unknown, why: string): FieldError {
  const printed = typeof value === 'string' ? quote(value) : JSON.stringify(value)
  return { type: 'FieldValueInvalid', field, message: `Invalid value: ${printed}: ${why}` }
}

function required(field: string, why: string): FieldError {
  return { type: 'FieldValueRequired', field, message: why === '' ? 'Required value' : `Required value: ${why}` }
}

function forbidden(field: string, why: string): FieldError {
  return { type: 'FieldValueForbidden', field, message: `Forbidden: ${why}` }
}
