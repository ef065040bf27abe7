import { decodeBase64 } from '../../../../api/base64.ts'
import { isLabelKey } from '../../../../api/names.ts'
import type { ConfigMap, Namespace, Secret } from '../../../../api/types.ts'
import { semanticallyEqual } from '../semantic-equality.ts'
import {
  byteLength,
  type Errors,
  forbidden,
  invalid,
  invalidEach,
  notSupported,
  ROOT,
  required,
  tooLong,
} from './field-error.ts'
import { configMapKey, IS_NEGATIVE } from './formats.ts'
import { validateImmutable, validateKubeFinalizer } from './objectmeta.ts'

/** Source: pkg/apis/core/validation/validation.go. */

const MAX_BYTES = 1024 * 1024
const FROZEN = 'field is immutable when `immutable` is set'

export function validateConfigMap({ data = {}, binaryData = {} }: ConfigMap): Errors {
  const errors: Errors = []
  let size = 0
  for (const [key, value] of Object.entries(data)) {
    invalidEach(errors, `data[${key}]`, key, configMapKey(key))
    if (Object.hasOwn(binaryData, key)) invalid(errors, `data[${key}]`, key, 'duplicate of key present in binaryData')
    size += byteLength(value)
  }
  for (const [key, value] of Object.entries(binaryData)) {
    invalidEach(errors, `binaryData[${key}]`, key, configMapKey(key))
    size += decodedLength(value)
  }
  if (size > MAX_BYTES) tooLong(errors, ROOT, MAX_BYTES)
  return errors
}

const decodedLength = (base64: string): number => {
  const padding = base64.endsWith('==') ? 2 : base64.endsWith('=') ? 1 : 0
  return Math.floor((base64.length * 3) / 4) - padding
}

export function validateConfigMapUpdate(configMap: ConfigMap, old: ConfigMap): Errors {
  const errors: Errors = []
  if (old.immutable) {
    if (!configMap.immutable) forbidden(errors, 'immutable', FROZEN)
    for (const field of ['data', 'binaryData'] as const) {
      if (!semanticallyEqual(configMap[field] ?? {}, old[field] ?? {})) forbidden(errors, field, FROZEN)
    }
  }
  return [...errors, ...validateConfigMap(configMap)]
}

export function validateSecret(secret: Secret): Errors {
  const errors: Errors = []
  const data = secret.data ?? {}
  let size = 0
  for (const [key, value] of Object.entries(data)) {
    invalidEach(errors, `data[${key}]`, key, configMapKey(key))
    size += decodedLength(value ?? '')
  }
  if (size > MAX_BYTES) tooLong(errors, 'data', MAX_BYTES)
  validateSecretType(errors, secret, data)
  return errors
}

const SERVICE_ACCOUNT = 'kubernetes.io/service-account.name'

function validateSecretType(errors: Errors, { type, metadata }: Secret, data: Readonly<Record<string, string>>): void {
  const requireKey = (key: string) => required(errors, `data[${key}]`)
  if (type === 'kubernetes.io/service-account-token') {
    if (!metadata.annotations?.[SERVICE_ACCOUNT]) required(errors, `metadata.annotations[${SERVICE_ACCOUNT}]`)
  } else if (type === 'kubernetes.io/dockercfg') validateJSONKey(errors, '.dockercfg', data)
  else if (type === 'kubernetes.io/dockerconfigjson') validateJSONKey(errors, '.dockerconfigjson', data)
  else if (type === 'kubernetes.io/basic-auth') {
    if (data.username === undefined && data.password === undefined) ['username', 'password'].forEach(requireKey)
  } else if (type === 'kubernetes.io/ssh-auth') {
    if (!data['ssh-privatekey']) requireKey('ssh-privatekey')
  } else if (type === 'kubernetes.io/tls') {
    for (const key of ['tls.crt', 'tls.key']) if (data[key] === undefined) requireKey(key)
  }
}

function validateJSONKey(errors: Errors, key: string, data: Readonly<Record<string, string>>): void {
  const value = data[key]
  if (value === undefined) {
    required(errors, `data[${key}]`)
    return
  }
  const text = decodeBase64(value)
  const wrong = jsonObjectError(text)
  if (wrong) invalid(errors, `data[${key}]`, '<secret contents redacted>', wrong)
}

/** encoding/json's word for what is no object; the commonest cases. */
function jsonObjectError(text: string): string | undefined {
  try {
    const value: unknown = JSON.parse(text)
    if (value === null || (typeof value === 'object' && !Array.isArray(value))) return undefined
    const kind = Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value
    return `json: cannot unmarshal ${kind} into Go value of type map[string]interface {}`
  } catch {
    const first = text.trim()[0]
    if (first === undefined || first === '{' || first === '[') return 'unexpected end of JSON input'
    return `invalid character '${first}' looking for beginning of value`
  }
}

export function validateSecretUpdate(secret: Secret, old: Secret): Errors {
  const errors: Errors = []
  validateImmutable(errors, 'type', secret.type ?? '', old.type ?? '')
  if (old.immutable) {
    if (!secret.immutable) forbidden(errors, 'immutable', FROZEN)
    if (!semanticallyEqual(secret.data ?? {}, old.data ?? {})) forbidden(errors, 'data', FROZEN)
  }
  return [...errors, ...validateSecret(secret)]
}

/** Source: ValidateNamespace; the finalizers of its spec. */
export function validateNamespace({ spec }: Namespace): Errors {
  const errors: Errors = []
  for (const finalizer of spec?.finalizers ?? []) validateFinalizer(errors, 'spec.finalizers', finalizer)
  return errors
}

function validateFinalizer(errors: Errors, field: string, finalizer: string): void {
  invalidEach(errors, field, finalizer, isLabelKey(finalizer))
  validateKubeFinalizer(errors, field, finalizer)
}

export function validateNamespaceStatusUpdate({ metadata, status }: Namespace): Errors {
  const errors: Errors = []
  const phase = status?.phase ?? ''
  const expected = metadata.deletionTimestamp ? 'Terminating' : 'Active'
  const when = metadata.deletionTimestamp ? 'is not empty' : 'is empty'
  if (phase !== expected) {
    invalid(errors, 'status.Phase', phase, `may only be '${expected}' if \`deletionTimestamp\` ${when}`)
  }
  return errors
}

export function validateNamespaceFinalizeUpdate({ spec }: Namespace): Errors {
  const errors: Errors = []
  for (const [i, finalizer] of (spec?.finalizers ?? []).entries()) {
    validateFinalizer(errors, `spec.finalizers[${i}]`, finalizer)
  }
  return errors
}

/** The query of pods/log. */
export interface PodLogOptions {
  readonly tailLines?: number
  readonly limitBytes?: number
  readonly sinceSeconds?: number
  readonly sinceTime?: string
  readonly stream?: string
}

const streams = ['Stdout', 'Stderr', 'All']

/** Source: ValidatePodLogOptions. */
export function validatePodLogOptions(options: PodLogOptions, allowStreams: boolean): Errors {
  const errors: Errors = []
  const { tailLines, limitBytes, sinceSeconds, sinceTime, stream } = options
  if (tailLines !== undefined && tailLines < 0) invalid(errors, 'tailLines', tailLines, IS_NEGATIVE)
  if (limitBytes !== undefined && limitBytes < 1) invalid(errors, 'limitBytes', limitBytes, 'must be greater than 0')
  if (sinceSeconds !== undefined && sinceTime !== undefined) {
    forbidden(errors, ROOT, 'at most one of `sinceTime` or `sinceSeconds` may be specified')
  } else if (sinceSeconds !== undefined && sinceSeconds < 1) {
    invalid(errors, 'sinceSeconds', sinceSeconds, 'must be greater than 0')
  }
  if (!allowStreams) {
    if (stream !== undefined) forbidden(errors, 'stream', 'may not be specified')
  } else if (stream === undefined) required(errors, 'stream', 'must be specified')
  else {
    if (!streams.includes(stream)) notSupported(errors, 'stream', stream, streams)
    if (stream !== 'All' && tailLines !== undefined) {
      forbidden(errors, ROOT, '`tailLines` and specific `stream` are mutually exclusive for now')
    }
  }
  return errors
}
