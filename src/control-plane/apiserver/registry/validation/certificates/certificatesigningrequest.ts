import { decodeBase64 } from '../../../../../api/base64.ts'
import type { CertificateSigningRequest, CertificateSigningRequestCondition } from '../../../../../api/types.ts'
import { duplicate, type Errors, forbidden, invalid, notSupported, required } from '../field-error.ts'
import { pemBlocks, signedDataError } from './pem.ts'
import { validateSignerName } from './signer-name.ts'

/** Source: pkg/apis/certificates/validation/validation.go. */

const LEGACY = 'kubernetes.io/legacy-unknown'

/** In the order of a sorted set. */
const USAGES = [
  'any',
  'cert sign',
  'client auth',
  'code signing',
  'content commitment',
  'crl sign',
  'data encipherment',
  'decipher only',
  'digital signature',
  'email protection',
  'encipher only',
  'ipsec end system',
  'ipsec tunnel',
  'ipsec user',
  'key agreement',
  'key encipherment',
  'microsoft sgc',
  'netscape sgc',
  'ocsp signing',
  's/mime',
  'server auth',
  'signing',
  'timestamping',
]

/** What an object may keep that had it before, and what this way of writing it may do. */
interface Allowed {
  readonly old?: CertificateSigningRequest
  readonly approval?: boolean
  readonly certificate?: boolean
}

const conditionsOf = ({ status }: CertificateSigningRequest): readonly CertificateSigningRequestCondition[] =>
  status?.conditions ?? []

const ofType = (csr: CertificateSigningRequest, type: string): number =>
  conditionsOf(csr).filter((each) => each.type === type).length

const hasDuplicates = (values: readonly string[]): boolean => new Set(values).size < values.length

export function validateCertificateSigningRequest(csr: CertificateSigningRequest, { old }: Allowed = {}): Errors {
  const errors: Errors = []
  const { request = '', usages = [], signerName = '', expirationSeconds } = csr.spec ?? {}
  const wrong = requestError(request)
  if (wrong !== undefined) invalid(errors, 'spec.request', request, wrong)
  if (usages.length === 0) required(errors, 'spec.usages')
  validateUsages(errors, usages, old?.spec.usages)
  if (signerName === LEGACY && old?.spec.signerName !== LEGACY) {
    invalid(errors, 'spec.signerName', signerName, 'the legacy signerName is not allowed via this API version')
  } else validateSignerName(errors, 'spec.signerName', signerName)
  if (expirationSeconds !== undefined && expirationSeconds < 600) {
    const detail = 'may not specify a duration less than 600 seconds (10 minutes)'
    invalid(errors, 'spec.expirationSeconds', expirationSeconds, detail)
  }
  validateConditions(errors, csr, old)
  validateCertificate(errors, csr, old)
  return errors
}

/** Whether it is signed with its own key is for the signer to see: the core has no cryptography. Source: pkg/apis/certificates/helpers.go ParseCSR. */
function requestError(request: string): string | undefined {
  const [block] = pemBlocks(decodeBase64(request))
  if (block?.type !== 'CERTIFICATE REQUEST') return 'PEM block type must be CERTIFICATE REQUEST'
  return signedDataError(block.bytes, 'certificateRequest')
}

function validateUsages(errors: Errors, usages: readonly string[], old: readonly string[] = []): void {
  if (old.every((usage) => USAGES.includes(usage))) {
    for (const [i, usage] of usages.entries()) {
      if (!USAGES.includes(usage)) notSupported(errors, `spec.usages[${i}]`, usage, USAGES)
    }
  }
  if (hasDuplicates(old)) return
  for (const [i, usage] of usages.entries()) {
    if (usages.indexOf(usage) < i) duplicate(errors, `spec.usages[${i}]`, usage)
  }
}

const TRUE_ONLY = ['Approved', 'Denied', 'Failed']
const STATUSES = ['False', 'True', 'Unknown']

function validateConditions(errors: Errors, csr: CertificateSigningRequest, old?: CertificateSigningRequest): void {
  const before = old === undefined ? [] : conditionsOf(old).map(({ type }) => type)
  const both = before.includes('Approved') && before.includes('Denied')
  const seen = new Set<string>()
  for (const [i, { type = '', status = '' }] of conditionsOf(csr).entries()) {
    const path = `status.conditions[${i}]`
    if (type === '' && !before.includes('')) required(errors, `${path}.type`)
    const statuses = TRUE_ONLY.includes(type) ? ['True'] : STATUSES
    if (status === '') required(errors, `${path}.status`)
    else if (!statuses.includes(status)) notSupported(errors, `${path}.status`, status, statuses)
    const opposite = type === 'Approved' ? 'Denied' : type === 'Denied' ? 'Approved' : undefined
    if (!both && opposite !== undefined && seen.has(opposite)) {
      invalid(errors, 'status.conditions', type, 'Approved and Denied conditions are mutually exclusive')
    }
    if (!hasDuplicates(before) && seen.has(type)) duplicate(errors, `${path}.type`, type)
    seen.add(type)
  }
}

function validateCertificate(errors: Errors, csr: CertificateSigningRequest, old?: CertificateSigningRequest): void {
  const certificate = csr.status?.certificate ?? ''
  const before = old?.status?.certificate ?? ''
  if (old !== undefined && (certificate === before || certificateError(before) !== undefined)) return
  const wrong = certificateError(certificate)
  if (wrong !== undefined) invalid(errors, 'status.certificate', '<certificate data>', wrong)
}

function certificateError(certificate: string): string | undefined {
  if (certificate === '') return undefined
  const blocks = pemBlocks(decodeBase64(certificate))
  for (const { type, headers, bytes } of blocks) {
    if (type !== 'CERTIFICATE') return `only CERTIFICATE PEM blocks are allowed, found ${JSON.stringify(type)}`
    if (headers) return 'no PEM block headers are permitted'
    const wrong = signedDataError(bytes, 'certificate')
    if (wrong !== undefined) return 'x509: malformed certificate'
  }
  return blocks.length === 0 ? 'must contain at least one CERTIFICATE PEM block' : undefined
}

const DECISIONS = ['Approved', 'Denied'] as const

function validateChange(csr: CertificateSigningRequest, old: CertificateSigningRequest, allowed: Allowed): Errors {
  const errors = validateCertificateSigningRequest(csr, { old })
  const field = 'status.conditions'
  for (const type of [...DECISIONS, 'Failed']) {
    if (ofType(csr, type) < ofType(old, type)) {
      forbidden(errors, field, `updates may not remove a condition of type "${type}"`)
    }
  }
  for (const type of allowed.approval ? [] : DECISIONS) {
    if (ofType(csr, type) > ofType(old, type)) {
      forbidden(errors, field, `updates may not add a condition of type "${type}"`)
    }
  }
  const before = old.status?.certificate ?? ''
  if ((csr.status?.certificate ?? '') !== before) {
    const content = 'status.certificate'
    if (!allowed.certificate) forbidden(errors, content, 'updates may not set certificate content')
    else if (before !== '') forbidden(errors, content, 'updates may not modify existing certificate content')
  }
  return errors
}

type Rule = (csr: CertificateSigningRequest, old: CertificateSigningRequest) => Errors

export const validateRequestUpdate: Rule = (csr, old) => validateChange(csr, old, {})
export const validateRequestStatus: Rule = (csr, old) => validateChange(csr, old, { certificate: true })
export const validateRequestApproval: Rule = (csr, old) => validateChange(csr, old, { approval: true })
