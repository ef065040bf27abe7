import { isDNS1123Label, isDNS1123Subdomain } from '../../../../api/names.ts'
import type { EnvFromSource, EnvVar, FileKeySelector } from '../../../../api/types.ts'
import { envFields, validateFieldSelector, validateResourceSelector } from './downward-api.ts'
import { type Errors, invalid, invalidEach, required } from './field-error.ts'
import { configMapKey, envVarName, relaxedEnvVarName } from './formats.ts'
import { noBacksteps } from './paths.ts'
import type { PodOptions } from './pod-options.ts'

/** Source: pkg/apis/core/validation/validation.go ValidateEnv, ValidateEnvFrom. */

const nameRule = (options: PodOptions) =>
  options.allowRelaxedEnvironmentVariableValidation ? relaxedEnvVarName : envVarName

export function validateEnv(errors: Errors, field: string, vars: readonly EnvVar[] = [], options: PodOptions): void {
  for (const [i, variable] of vars.entries()) {
    if (!variable.name) required(errors, `${field}[${i}].name`)
    else invalidEach(errors, `${field}[${i}].name`, variable.name, nameRule(options)(variable.name))
    if (variable.valueFrom) validateValueFrom(errors, `${field}[${i}].valueFrom`, variable, options)
  }
}

function validateValueFrom(
  errors: Errors,
  field: string,
  { value, valueFrom = {} }: EnvVar,
  options: PodOptions,
): void {
  const { fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef, fileKeyRef } = valueFrom
  if (fieldRef) validateFieldSelector(errors, `${field}.fieldRef`, fieldRef, envFields)
  if (resourceFieldRef) validateResourceSelector(errors, `${field}.resourceFieldRef`, resourceFieldRef, false)
  if (configMapKeyRef) validateKeySelector(errors, `${field}.configMapKeyRef`, configMapKeyRef)
  if (secretKeyRef) validateKeySelector(errors, `${field}.secretKeyRef`, secretKeyRef)
  if (fileKeyRef) validateFileKeySelector(errors, `${field}.fileKeyRef`, fileKeyRef)
  const sources = [fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef, fileKeyRef].filter(Boolean).length
  if (sources === 0) {
    const all = options.allowEnvFilesValidation
      ? '`fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`'
      : '`fieldRef`, `resourceFieldRef`, `configMapKeyRef` or `secretKeyRef`'
    invalid(errors, field, '', `must specify one of: ${all}`)
  } else if (value) invalid(errors, field, '', 'may not be specified when `value` is not empty')
  else if (sources > 1) invalid(errors, field, '', 'may not have more than one field specified at a time')
}

interface KeySelector {
  readonly name?: string
  readonly key?: string
}

function validateKeySelector(errors: Errors, field: string, { name = '', key = '' }: KeySelector): void {
  invalidEach(errors, `${field}.name`, name, isDNS1123Subdomain(name))
  if (key === '') required(errors, `${field}.key`)
  else invalidEach(errors, `${field}.key`, key, configMapKey(key))
}

function validateFileKeySelector(errors: Errors, field: string, { key, volumeName, path }: FileKeySelector): void {
  if (!key) required(errors, `${field}.key`)
  else invalidEach(errors, `${field}.key`, key, relaxedEnvVarName(key))
  if (!volumeName) required(errors, `${field}.volumeName`)
  else invalidEach(errors, `${field}.volumeName`, volumeName, isDNS1123Label(volumeName))
  if (!path) required(errors, `${field}.path`)
  else noBacksteps(errors, `${field}.path`, path)
}

export function validateEnvFrom(
  errors: Errors,
  field: string,
  sources: readonly EnvFromSource[] = [],
  options: PodOptions,
): void {
  for (const [i, { prefix, configMapRef, secretRef }] of sources.entries()) {
    if (prefix) invalidEach(errors, `${field}[${i}].prefix`, prefix, nameRule(options)(prefix))
    if (configMapRef) validateSourceName(errors, `${field}[${i}].configMapRef.name`, configMapRef.name)
    if (secretRef) validateSourceName(errors, `${field}[${i}].secretRef.name`, secretRef.name)
    if (!configMapRef && !secretRef) invalid(errors, field, '', 'must specify one of: `configMapRef` or `secretRef`')
    else if (configMapRef && secretRef) {
      invalid(errors, field, '', 'may not have more than one field specified at a time')
    }
  }
}

function validateSourceName(errors: Errors, field: string, name: string | undefined): void {
  if (!name) required(errors, field)
  else invalidEach(errors, field, name, isDNS1123Subdomain(name.replace(/(.)-$/, 'a')))
}
