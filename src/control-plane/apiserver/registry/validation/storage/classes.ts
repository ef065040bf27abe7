import { isLabelKey } from '../../../../../api/names.ts'
import type { StorageClass, TopologySelectorTerm, VolumeAttributesClass } from '../../../../../api/types.ts'
import { semanticallyEqual } from '../../semantic-equality.ts'
import {
  byteLength,
  duplicate,
  type Errors,
  forbidden,
  invalid,
  invalidEach,
  notSupported,
  required,
  tooLong,
} from '../field-error.ts'
import { sortedMap } from '../labels.ts'
import { validateImmutable } from '../objectmeta.ts'

/** Source: pkg/apis/storage/validation/validation.go. */

const MAX_PARAMETERS = 512
const MAX_PARAMETER_BYTES = 256 * 1024

type Parameters = Readonly<Record<string, string>>

function validateProvisioner(errors: Errors, field: string, provisioner = ''): void {
  if (provisioner === '') required(errors, field)
  else invalidEach(errors, field, provisioner.toLowerCase(), isLabelKey(provisioner.toLowerCase()))
}

function validateParameters(errors: Errors, parameters: Parameters = {}, allowEmpty: boolean): void {
  const entries = Object.entries(parameters)
  if (entries.length > MAX_PARAMETERS) {
    tooLong(errors, 'parameters', MAX_PARAMETERS)
    return
  }
  let size = 0
  for (const [key, value] of entries) {
    if (key === '') invalid(errors, 'parameters', key, 'field can not be empty.')
    size += byteLength(key) + byteLength(value)
  }
  if (size > MAX_PARAMETER_BYTES) tooLong(errors, 'parameters', MAX_PARAMETER_BYTES)
  if (!allowEmpty && entries.length === 0) {
    required(errors, 'parameters', 'must contain at least one key/value pair')
  }
}

type Values = Readonly<Record<string, readonly string[]>>

function validateTerm(errors: Errors, field: string, { matchLabelExpressions = [] }: TopologySelectorTerm): Values {
  const found: Record<string, readonly string[]> = {}
  for (const [i, { key = '', values = [] }] of matchLabelExpressions.entries()) {
    const path = `${field}.matchLabelExpressions[${i}]`
    if (values.length === 0) required(errors, `${path}.values`)
    for (const [j, value] of values.entries()) {
      if (values.indexOf(value) < j) duplicate(errors, `${path}.values[${j}]`, value)
    }
    invalidEach(errors, `${path}.key`, key, isLabelKey(key))
    if (key in found) duplicate(errors, `${path}.key`, key)
    found[key] = [...new Set(values)].sort()
  }
  return found
}

const sortedEntries = (values: Values) => Object.entries(values).sort(([a], [b]) => (a < b ? -1 : 1))

const sameTerm = (a: Values, b: Values): boolean =>
  JSON.stringify(sortedEntries(a)) === JSON.stringify(sortedEntries(b))

/** Upstream compares each term with as many empty ones as there are terms, and then with those before it. */
function validateTopologies(errors: Errors, terms: readonly TopologySelectorTerm[] = []): void {
  const before: Values[] = []
  for (const [i, term] of terms.entries()) {
    const path = `allowedTopologies[${i}]`
    const found = validateTerm(errors, path, term)
    const repeat = () => duplicate(errors, `${path}.matchLabelExpressions`, '')
    if (Object.keys(found).length === 0) for (const _ of terms) repeat()
    for (const other of before) if (sameTerm(found, other)) repeat()
    before.push(found)
  }
}

export function validateStorageClass(each: StorageClass): Errors {
  const errors: Errors = []
  validateProvisioner(errors, 'provisioner', each.provisioner)
  validateParameters(errors, each.parameters, true)
  const { reclaimPolicy, volumeBindingMode } = each
  if (reclaimPolicy && reclaimPolicy !== 'Delete' && reclaimPolicy !== 'Retain') {
    notSupported(errors, 'reclaimPolicy', reclaimPolicy, ['Delete', 'Retain'])
  }
  if (volumeBindingMode === undefined) required(errors, 'volumeBindingMode')
  else if (volumeBindingMode !== 'Immediate' && volumeBindingMode !== 'WaitForFirstConsumer') {
    notSupported(errors, 'volumeBindingMode', volumeBindingMode, ['Immediate', 'WaitForFirstConsumer'])
  }
  validateTopologies(errors, each.allowedTopologies)
  return errors
}

const sameMap = (a: Parameters | undefined, b: Parameters | undefined): boolean =>
  semanticallyEqual(sortedMap(a ?? {}), sortedMap(b ?? {}))

export function validateStorageClassUpdate(each: StorageClass, old: StorageClass): Errors {
  const errors = validateStorageClass(each)
  if (!sameMap(each.parameters, old.parameters)) {
    validateImmutable(errors, 'parameters', sortedMap(each.parameters), sortedMap(old.parameters))
  }
  for (const field of ['provisioner', 'reclaimPolicy', 'volumeBindingMode'] as const) {
    validateImmutable(errors, field, each[field], old[field])
  }
  return errors
}

export function validateVolumeAttributesClass({ driverName, parameters }: VolumeAttributesClass): Errors {
  const errors: Errors = []
  validateProvisioner(errors, 'driverName', driverName)
  validateParameters(errors, parameters, false)
  return errors
}

export function validateVolumeAttributesClassUpdate(each: VolumeAttributesClass, old: VolumeAttributesClass): Errors {
  const errors: Errors = []
  if (each.driverName !== old.driverName) forbidden(errors, 'driverName', 'updates to driverName are forbidden.')
  if (!sameMap(each.parameters, old.parameters)) {
    forbidden(errors, 'parameters', 'updates to parameters are forbidden.')
  }
  return [...errors, ...validateVolumeAttributesClass(each)]
}
