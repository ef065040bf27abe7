import { isDNS1123Label, isDNS1123Subdomain, isLabelKey, isLabelValue } from '../../../../../api/names.ts'
import type {
  DeviceClaim,
  DeviceConstraint,
  DeviceRequest,
  DeviceSelector,
  DeviceSubRequest,
  DeviceToleration,
  OpaqueDeviceConfiguration,
  ResourceClaim,
  ResourceClaimTemplate,
} from '../../../../../api/types.ts'
import { compileDeviceSelector } from '../../../../../cel/device-environment.ts'
import { semanticallyEqual } from '../../semantic-equality.ts'
import { validateTemplateMeta } from '../claim-template.ts'
import { type Errors, invalid, invalidEach, notSupported, required, tooLong } from '../field-error.ts'
import { IMMUTABLE, NOT_POSITIVE } from '../formats.ts'
import { internalForm } from '../internal-form.ts'
import { eachOf, setOf, validateDriverName, validateFullyQualifiedName } from './names.ts'

/** Source: pkg/apis/resource/validation/validation.go. */

const MAX_ITEMS = 32
const MAX_ALTERNATIVES = 8
const MAX_EXPRESSION = 10 * 1024
const MAX_PARAMETERS = 10 * 1024

/** Names of requests, each with those of its alternatives. */
export type RequestNames = ReadonlyMap<string, readonly string[]>

export const requestNamesOf = ({ requests }: DeviceClaim): RequestNames =>
  new Map((requests ?? []).map(({ name, firstAvailable = [] }) => [name, firstAvailable.map((each) => each.name)]))

export function validateResourceClaim({ spec }: ResourceClaim): Errors {
  const errors: Errors = []
  validateDeviceClaim(errors, 'spec.devices', spec?.devices ?? {})
  return errors
}

export function validateResourceClaimUpdate(claim: ResourceClaim, old: ResourceClaim): Errors {
  const errors: Errors = []
  if (semanticallyEqual(claim.spec, old.spec)) return errors
  invalid(errors, 'spec', internalForm('ResourceClaimSpec', { ...claim.spec }), IMMUTABLE)
  return errors
}

export function validateResourceClaimTemplate({ spec }: ResourceClaimTemplate): Errors {
  const errors: Errors = []
  validateTemplateMeta(errors, 'spec.metadata', spec?.metadata)
  validateDeviceClaim(errors, 'spec.spec.devices', spec?.spec?.devices ?? {})
  return errors
}

export function validateResourceClaimTemplateUpdate(
  { spec }: ResourceClaimTemplate,
  old: ResourceClaimTemplate,
): Errors {
  const errors: Errors = []
  if (semanticallyEqual(spec, old.spec)) return errors
  const value = { ...spec?.metadata, Spec: internalForm('ResourceClaimSpec', { ...spec?.spec }) }
  invalid(errors, 'spec', value, IMMUTABLE)
  return errors
}

function validateDeviceClaim(errors: Errors, field: string, claim: DeviceClaim): void {
  const names = requestNamesOf(claim)
  const checkRequest = (each: DeviceRequest, path: string) => validateRequest(errors, path, each)
  setOf(errors, `${field}.requests`, claim.requests, MAX_ITEMS, checkRequest, ({ name }) => name)
  eachOf(errors, `${field}.constraints`, claim.constraints, MAX_ITEMS, (each, path) =>
    validateConstraint(errors, path, each, names),
  )
  eachOf(errors, `${field}.config`, claim.config, MAX_ITEMS, ({ requests, opaque }, path) => {
    validateRequestRefs(errors, `${path}.requests`, requests, names)
    validateOpaque(errors, `${path}.opaque`, opaque)
  })
}

const labelName = (errors: Errors, field: string, name = ''): void =>
  invalidEach(errors, field, name, isDNS1123Label(name))

function validateRequest(errors: Errors, path: string, { name, exactly, firstAvailable = [] }: DeviceRequest): void {
  labelName(errors, `${path}.name`, name)
  const either = 'exactly one of `exactly` or `firstAvailable` is required'
  if (exactly === undefined && firstAvailable.length === 0) required(errors, path, either)
  else if (exactly !== undefined && firstAvailable.length > 0) {
    invalid(errors, path, null, `${either}, but multiple fields are set`)
  } else if (exactly !== undefined) validateDevices(errors, `${path}.exactly`, exactly)
  else {
    const check = (each: DeviceSubRequest, at: string) => {
      labelName(errors, `${at}.name`, each.name)
      validateDevices(errors, at, each)
    }
    setOf(errors, `${path}.firstAvailable`, firstAvailable, MAX_ALTERNATIVES, check, (each) => each.name)
  }
}

type Asked = Omit<DeviceSubRequest, 'name'>

function validateDevices(errors: Errors, path: string, asked: Asked): void {
  const { deviceClassName = '', selectors, allocationMode = '', count = 0, tolerations = [] } = asked
  if (deviceClassName === '') required(errors, `${path}.deviceClassName`)
  else invalidEach(errors, `${path}.deviceClassName`, deviceClassName, isDNS1123Subdomain(deviceClassName))
  validateSelectors(errors, `${path}.selectors`, selectors)
  if (allocationMode === 'All') {
    const detail = "must not be specified when allocationMode is 'All'"
    if (count !== 0) invalid(errors, `${path}.count`, count, detail)
  } else if (allocationMode === 'ExactCount') {
    if (count <= 0) invalid(errors, `${path}.count`, count, NOT_POSITIVE)
  } else notSupported(errors, `${path}.allocationMode`, allocationMode, ['All', 'ExactCount'])
  for (const [i, each] of tolerations.entries()) validateToleration(errors, `${path}.tolerations[${i}]`, each)
}

export const TAINT_EFFECTS = ['NoExecute', 'NoSchedule', 'None']

function validateToleration(errors: Errors, path: string, toleration: DeviceToleration): void {
  const { key = '', operator = '', value = '', effect = '' } = toleration
  if (key !== '') invalidEach(errors, `${path}.key`, key, isLabelKey(key))
  if (operator === 'Exists') {
    if (value !== '') invalid(errors, `${path}.value`, value, 'must be empty for operator `Exists`')
  } else if (operator === 'Equal') invalidEach(errors, `${path}.value`, value, isLabelValue(value))
  else if (operator === '') required(errors, `${path}.operator`)
  else notSupported(errors, `${path}.operator`, operator, ['Equal', 'Exists'])
  if (effect !== '' && !TAINT_EFFECTS.includes(effect)) notSupported(errors, `${path}.effect`, effect, TAINT_EFFECTS)
}

export function validateSelectors(
  errors: Errors,
  field: string,
  selectors: readonly DeviceSelector[] | undefined,
): void {
  eachOf(errors, field, selectors, MAX_ITEMS, ({ cel }, path) => {
    if (cel === undefined) {
      required(errors, `${path}.cel`)
      return
    }
    const { expression = '' } = cel
    const at = `${path}.cel.expression`
    if (expression.length > MAX_EXPRESSION) {
      tooLong(errors, at, MAX_EXPRESSION)
      return
    }
    const program = compileDeviceSelector(expression)
    if ('error' in program) invalid(errors, at, expression, program.error)
  })
}

const REFERENCE =
  "must be the name of a request in the claim or the name of a request and a subrequest separated by '/'"

export function validateRequestRef(errors: Errors, field: string, name: string, names: RequestNames): void {
  const parts = name.split('/')
  if (parts.length > 2) {
    invalid(errors, field, name, REFERENCE)
    return
  }
  for (const part of parts) labelName(errors, field, part)
  const alternatives = names.get(parts[0]!)
  const known = alternatives !== undefined && (parts.length === 1 || alternatives.includes(parts[1]!))
  if (!known) invalid(errors, field, name, REFERENCE)
}

export function validateRequestRefs(
  errors: Errors,
  field: string,
  requests: readonly string[] | undefined,
  names: RequestNames,
): void {
  const check = (name: string, path: string) => validateRequestRef(errors, path, name, names)
  setOf(errors, field, requests, MAX_ITEMS, check, (name) => name)
}

function validateConstraint(errors: Errors, path: string, constraint: DeviceConstraint, names: RequestNames): void {
  const { requests, matchAttribute, distinctAttribute } = constraint
  validateRequestRefs(errors, `${path}.requests`, requests, names)
  if (matchAttribute !== undefined) validateFullyQualifiedName(errors, `${path}.matchAttribute`, matchAttribute)
  else if (distinctAttribute !== undefined) {
    validateFullyQualifiedName(errors, `${path}.distinctAttribute`, distinctAttribute)
  } else {
    const detail = 'exactly one of "matchAttribute" or "distinctAttribute" is required, but multiple fields are set'
    required(errors, path, detail)
  }
}

export function validateOpaque(errors: Errors, field: string, opaque: OpaqueDeviceConfiguration | undefined): void {
  if (opaque === undefined) {
    required(errors, field)
    return
  }
  validateDriverName(errors, `${field}.driver`, opaque.driver)
  validateRaw(errors, `${field}.parameters`, opaque.parameters, MAX_PARAMETERS)
}

/** Free-form JSON that has to be an object. Source: validateRawExtension. */
export function validateRaw(errors: Errors, field: string, value: unknown, most: number): void {
  if (value === undefined || value === null) required(errors, field)
  else if (JSON.stringify(value).length > most) tooLong(errors, field, most)
  else if (typeof value !== 'object' || Array.isArray(value)) {
    invalid(errors, field, '<value omitted>', 'must be a valid JSON object')
  }
}
