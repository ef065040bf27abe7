import { isDNS1123Label, isDNS1123Subdomain, isLabelKey, quote } from '../../../../api/names.ts'
import type { ProjectedVolumeSource, VolumeProjection } from '../../../../api/types.ts'
import { validateDownwardAPIFile } from './downward-api.ts'
import {
  byteLength,
  type Errors,
  forbidden,
  invalid,
  invalidEach,
  notSupported,
  required,
  tooLong,
} from './field-error.ts'
import { internalForm } from './internal-form.ts'
import { validateLabelSelector } from './labels.ts'
import { MAX_ANNOTATION_BYTES } from './objectmeta.ts'
import { fileMode, localNonReserved, validateKeyToPath } from './paths.ts'
import type { PodOptions } from './pod-options.ts'

/** Source: pkg/apis/core/validation/validation.go validateProjectedVolumeSource, validateProjectionSources. */
export function validateProjected(
  errors: Errors,
  field: string,
  volume: ProjectedVolumeSource,
  options: PodOptions,
): void {
  fileMode(errors, `${field}.defaultMode`, volume.defaultMode)
  const taken = new Set<string>()
  for (const [i, source] of (volume.sources ?? []).entries()) {
    const path = `${field}.sources[${i}]`
    validateKeyed(errors, field, path, source, 'secret', taken)
    validateKeyed(errors, field, path, source, 'configMap', taken)
    for (const file of source.downwardAPI?.items ?? []) {
      validateDownwardAPIFile(errors, `${path}.downwardAPI`, file)
      if (file.path) take(errors, field, taken, file.path)
    }
    validateToken(errors, field, path, source, options)
    validateTrustBundle(errors, field, `${path}.clusterTrustBundle`, source, taken)
    validateCertificate(errors, field, `${path}.podCertificate`, source, taken)
    if (Object.values(source).filter((each) => each !== undefined).length > 1) {
      forbidden(errors, path, 'may not specify more than 1 volume type per source')
    }
  }
}

function take(errors: Errors, field: string, taken: Set<string>, path: string, named = path): void {
  if (taken.has(path)) invalid(errors, field, named, 'conflicting duplicate paths')
  else taken.add(path)
}

function validateKeyed(
  errors: Errors,
  field: string,
  path: string,
  source: VolumeProjection,
  kind: 'secret' | 'configMap',
  taken: Set<string>,
): void {
  const projection = source[kind]
  if (!projection) return
  if (!projection.name) required(errors, `${path}.${kind}.name`)
  for (const [i, item] of (projection.items ?? []).entries()) {
    validateKeyToPath(errors, `${path}.${kind}.items[${i}]`, item)
    if (item.path) take(errors, field, taken, item.path, projection.name ?? '')
  }
}

function validateToken(
  errors: Errors,
  field: string,
  path: string,
  source: VolumeProjection,
  options: PodOptions,
): void {
  const token = source.serviceAccountToken
  if (!token) return
  const seconds = token.expirationSeconds ?? 0
  const secondsField = `${path}.serviceAccountToken.expirationSeconds`
  if (seconds < 600) invalid(errors, secondsField, seconds, 'may not specify a duration less than 10 minutes')
  if (seconds > 2 ** 32) invalid(errors, secondsField, seconds, 'may not specify a duration larger than 2^32 seconds')
  if (!token.path) required(errors, `${field}.path`)
  else if (!options.allowNonLocalProjectedTokenPath) localNonReserved(errors, `${field}.path`, token.path)
}

function validateTrustBundle(
  errors: Errors,
  field: string,
  path: string,
  { clusterTrustBundle: bundle }: VolumeProjection,
  taken: Set<string>,
): void {
  if (!bundle) return
  const { name, signerName } = bundle
  if (name !== undefined && signerName !== undefined) {
    invalid(
      errors,
      path,
      internalForm('ClusterTrustBundleProjection', { ...bundle }),
      'only one of name and signerName may be used',
    )
  } else if (name !== undefined) {
    if (name === '') required(errors, `${path}.name`, 'must be a valid object name')
    for (const message of trustBundleName(name)) {
      invalid(errors, `${path}.name`, name, `not a valid clustertrustbundlename: ${message}`)
    }
    if (bundle.labelSelector) {
      invalid(errors, `${path}.labelSelector`, bundle.labelSelector, 'labelSelector must be unset if name is specified')
    }
  } else if (signerName !== undefined) {
    if (signerName === '') required(errors, `${path}.signerName`, 'must be a valid signer name')
    validateSignerName(errors, `${path}.signerName`, signerName)
    validateLabelSelector(errors, `${path}.labelSelector`, bundle.labelSelector)
  } else required(errors, path, 'either name or signerName must be specified')
  if (!bundle.path) required(errors, `${path}.path`)
  localNonReserved(errors, `${path}.path`, bundle.path ?? '')
  take(errors, field, taken, bundle.path ?? '')
}

/** Source: pkg/apis/core/validation/names.go ValidateClusterTrustBundleName. */
function trustBundleName(name: string): readonly string[] {
  const colon = name.lastIndexOf(':')
  return isDNS1123Subdomain(colon < 0 ? name : name.slice(colon + 1))
}

const KEY_TYPES = ['RSA3072', 'RSA4096', 'ECDSAP256', 'ECDSAP384', 'ECDSAP521', 'ED25519']
const DAY = 86_400

function validateCertificate(
  errors: Errors,
  field: string,
  path: string,
  { podCertificate: certificate }: VolumeProjection,
  taken: Set<string>,
): void {
  if (!certificate) return
  validateSignerName(errors, `${path}.signerName`, certificate.signerName ?? '')
  validateUserAnnotations(errors, `${path}.userAnnotations`, certificate.userAnnotations)
  if (!KEY_TYPES.includes(certificate.keyType ?? '')) {
    notSupported(errors, `${path}.keyType`, certificate.keyType ?? '', KEY_TYPES)
  }
  validateExpiration(
    errors,
    `${path}.maxExpirationSeconds`,
    certificate.signerName ?? '',
    certificate.maxExpirationSeconds,
  )
  const paths = (['credentialBundlePath', 'keyPath', 'certificateChainPath'] as const).filter(
    (name) => certificate[name],
  )
  for (const name of paths) {
    localNonReserved(errors, `${path}.${name}`, certificate[name]!)
    take(errors, field, taken, certificate[name]!)
  }
  if (paths.length === 0) {
    required(errors, path, 'specify at least one of credentialBundlePath, keyPath, and certificateChainPath')
  }
}

function validateExpiration(errors: Errors, field: string, signer: string, seconds: number | undefined): void {
  if (seconds === undefined) return
  if (seconds < 3600) invalid(errors, field, seconds, 'if provided, maxExpirationSeconds must be >= 3600')
  const host = signer.split('/')[0]!
  const most = host === 'kubernetes.io' || host.endsWith('.kubernetes.io') ? DAY : 91 * DAY
  if (seconds > most) invalid(errors, field, seconds, `if provided, maxExpirationSeconds must be <= ${most}`)
}

function validateUserAnnotations(
  errors: Errors,
  field: string,
  annotations: Readonly<Record<string, string>> = {},
): void {
  for (const key of Object.keys(annotations)) validateDomainKey(errors, field, key)
  const size = Object.entries(annotations).reduce((sum, [key, value]) => sum + byteLength(key) + byteLength(value), 0)
  if (size > MAX_ANNOTATION_BYTES) tooLong(errors, field, MAX_ANNOTATION_BYTES)
}

/** Source: apimachinery/pkg/util/validation/validation.go IsDomainPrefixedKey. */
function validateDomainKey(errors: Errors, field: string, given: string): void {
  const key = given.toLowerCase()
  const wrong = isLabelKey(key)
  invalidEach(errors, field, key, wrong)
  if (wrong.length === 0 && !key.includes('/')) {
    invalid(errors, field, key, 'must be a domain-prefixed key (such as "acme.io/foo")')
  }
}

/** Source: pkg/apis/core/validation/names.go ValidateSignerName. */
function validateSignerName(errors: Errors, field: string, name: string): void {
  if (name === '') {
    required(errors, field)
    return
  }
  const segments = name.split('/')
  const [domain = '', path = ''] = segments
  if (segments.length !== 2) {
    invalid(errors, field, name, "must be a fully qualified domain and path of the form 'example.com/signer-name'")
    return
  }
  if (domain.length > 253) tooLong(errors, field, 253)
  validateEachLabel(errors, field, domain, isDNS1123Label)
  if (!domain.includes('.')) {
    invalid(errors, field, domain, 'should be a domain with at least two segments separated by dots')
  }
  validateEachLabel(errors, field, path, isDNS1123Subdomain)
  if (name.length > 571) tooLong(errors, field, 571)
}

/** The first label that is wrong speaks for all. */
function validateEachLabel(
  errors: Errors,
  field: string,
  text: string,
  rule: (label: string) => readonly string[],
): void {
  const label = text.split('.').find((each) => rule(each).length > 0)
  if (label === undefined) return
  for (const message of rule(label)) invalid(errors, field, text, `validating label ${quote(label)}: ${message}`)
}
