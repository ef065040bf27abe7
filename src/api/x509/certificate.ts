import type { CertificateRequest } from './certificate-request.ts'
import { ascii, children, der, join, oid, readOid, readOne, readTime, sequence, TAG, time, unsigned } from './der.ts'
import { readPem } from './pem.ts'

/** What is needed of the certificate of a CA to sign with it. */
export interface Issuer {
  readonly subject: Uint8Array
  /** Of its subject key identifier extension. */
  readonly keyId: Uint8Array | undefined
  readonly notAfter: number
}

export interface CertificateContent {
  readonly request: CertificateRequest
  readonly issuer: Issuer
  /** As the names of a CertificateSigningRequest: `client auth`. */
  readonly usages: readonly string[]
  readonly serial: Uint8Array
  /** ms since the epoch. */
  readonly notBefore: number
  readonly notAfter: number
  /** AlgorithmIdentifier, DER. */
  readonly signatureAlgorithm: Uint8Array
}

/** Bit numbers in KeyUsage. Source: RFC 5280 4.2.1.3; pkg/controller/certificates/authority/policies.go keyUsageDict */
const KEY_USAGES: Readonly<Record<string, number>> = {
  signing: 0,
  'digital signature': 0,
  'content commitment': 1,
  'key encipherment': 2,
  'data encipherment': 3,
  'key agreement': 4,
  'cert sign': 5,
  'crl sign': 6,
  'encipher only': 7,
  'decipher only': 8,
}

/** Source: policies.go extKeyUsageDict, crypto/x509 oidExtKeyUsage… */
const EXTENDED_KEY_USAGES: Readonly<Record<string, string>> = {
  any: '2.5.29.37.0',
  'server auth': '1.3.6.1.5.5.7.3.1',
  'client auth': '1.3.6.1.5.5.7.3.2',
  'code signing': '1.3.6.1.5.5.7.3.3',
  'email protection': '1.3.6.1.5.5.7.3.4',
  's/mime': '1.3.6.1.5.5.7.3.4',
  'ipsec end system': '1.3.6.1.5.5.7.3.5',
  'ipsec tunnel': '1.3.6.1.5.5.7.3.6',
  'ipsec user': '1.3.6.1.5.5.7.3.7',
  timestamping: '1.3.6.1.5.5.7.3.8',
  'ocsp signing': '1.3.6.1.5.5.7.3.9',
  'microsoft sgc': '1.3.6.1.4.1.311.10.3.3',
  'netscape sgc': '2.16.840.1.113730.4.1',
}

const SUBJECT_KEY_ID = '2.5.29.14'
const KEY_USAGE = '2.5.29.15'
const SUBJECT_ALT_NAME = '2.5.29.17'
const BASIC_CONSTRAINTS = '2.5.29.19'
const AUTHORITY_KEY_ID = '2.5.29.35'
const EXTENDED_KEY_USAGE = '2.5.29.37'

/** The TBSCertificate, DER: what the CA signs. Extensions in Go's order. Source: crypto/x509 buildCertExtensions */
export function certificateToSign(content: CertificateContent): Uint8Array {
  const { request, issuer } = content
  const critical = der(TAG.boolean, Uint8Array.of(0xff))
  const extension = (id: string, value: Uint8Array, ...flags: readonly Uint8Array[]) =>
    sequence(oid(id), ...flags, der(TAG.octetString, value))
  const extensions: Uint8Array[] = []
  const bits = content.usages.flatMap((usage) => KEY_USAGES[usage] ?? [])
  if (bits.length > 0) extensions.push(extension(KEY_USAGE, bitString(bits), critical))
  const extended = [...new Set(content.usages.flatMap((usage) => EXTENDED_KEY_USAGES[usage] ?? []))]
  if (extended.length > 0) extensions.push(extension(EXTENDED_KEY_USAGE, sequence(...extended.map(oid))))
  extensions.push(extension(BASIC_CONSTRAINTS, sequence(), critical))
  if (issuer.keyId !== undefined) extensions.push(extension(AUTHORITY_KEY_ID, sequence(der(0x80, issuer.keyId))))
  const names = alternativeNames(request)
  if (names.length > 0) extensions.push(extension(SUBJECT_ALT_NAME, sequence(...names)))
  return sequence(
    der(0xa0, der(TAG.integer, Uint8Array.of(2))),
    unsigned(content.serial),
    content.signatureAlgorithm,
    issuer.subject,
    sequence(time(content.notBefore), time(content.notAfter)),
    request.subject,
    request.publicKey,
    der(0xa3, sequence(...extensions)),
  )
}

export function signedCertificate(toSign: Uint8Array, signatureAlgorithm: Uint8Array, signature: Uint8Array) {
  return sequence(toSign, signatureAlgorithm, der(TAG.bitString, join([Uint8Array.of(0), signature])))
}

function bitString(bits: readonly number[]): Uint8Array {
  const highest = Math.max(...bits)
  const bytes = new Uint8Array(Math.floor(highest / 8) + 1)
  for (const bit of bits) bytes[bit >> 3]! |= 0x80 >> (bit & 7)
  return der(TAG.bitString, Uint8Array.of(7 - (highest & 7)), bytes)
}

function alternativeNames(request: CertificateRequest): readonly Uint8Array[] {
  return [
    ...request.dnsNames.map((name) => der(0x82, ascii(name))),
    ...request.emailAddresses.map((name) => der(0x81, ascii(name))),
    ...request.ipAddresses.map((address) => der(0x87, address)),
    ...request.uris.map((uri) => der(0x86, ascii(uri))),
  ]
}

/** @throws Error where the text is no certificate */
export function parseIssuer(pem: string): Issuer {
  const { subject, notAfter, extensions } = parts(pem)
  const keyId = extensions
    .map(children)
    .find(([id]) => readOid(id!) === SUBJECT_KEY_ID)
    ?.at(-1)
  return { subject, notAfter, keyId: keyId === undefined ? undefined : readOne(keyId.content).content }
}

/** Until when the certificate is good, ms since the epoch; undefined where the text is no certificate. */
export function certificateExpiry(pem: string): number | undefined {
  try {
    return parts(pem).notAfter
  } catch {
    return undefined
  }
}

function parts(pem: string) {
  const block = readPem(pem)
  if (block?.type !== 'CERTIFICATE') throw new Error('PEM block type must be CERTIFICATE')
  const [toSign] = children(readOne(block.bytes))
  const fields = children(toSign!).filter(({ tag }) => tag !== 0xa0)
  const [, , , validity, subject] = fields
  const extensions = fields.find(({ tag }) => tag === 0xa3)
  return {
    subject: subject!.raw,
    notAfter: readTime(children(validity!)[1]!),
    extensions: extensions === undefined ? [] : children(children(extensions)[0]!),
  }
}
