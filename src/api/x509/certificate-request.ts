import { children, type Element, readOid, readOne, TAG, text } from './der.ts'
import { readPem } from './pem.ts'

/** What a PKCS#10 request asks for. */
export interface CertificateRequest {
  /** The subject as it stands there, DER. */
  readonly subject: Uint8Array
  readonly commonName: string
  readonly organizations: readonly string[]
  readonly dnsNames: readonly string[]
  readonly emailAddresses: readonly string[]
  readonly ipAddresses: readonly Uint8Array[]
  readonly uris: readonly string[]
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Uint8Array
  /** What is signed, with what, and the signature: proof that the asker has the key. */
  readonly signed: Uint8Array
  readonly signatureAlgorithm: string
  readonly signature: Uint8Array
}

const COMMON_NAME = '2.5.4.3'
const ORGANIZATION = '2.5.4.10'
const EXTENSION_REQUEST = '1.2.840.113549.1.9.14'
const SUBJECT_ALT_NAME = '2.5.29.17'

/**
 * Reads the PEM text of a CertificateSigningRequest's `spec.request`.
 *
 * @throws Error with upstream's words where it is none
 * Source: pkg/apis/certificates/helpers.go ParseCSR
 */
export function parseCertificateRequest(pem: string): CertificateRequest {
  const block = readPem(pem)
  if (block?.type !== 'CERTIFICATE REQUEST') throw new Error('PEM block type must be CERTIFICATE REQUEST')
  const [info, algorithm, signature] = children(readOne(block.bytes))
  const [version, subject, publicKey, attributes] = info === undefined ? [] : children(info)
  if (!info || !algorithm || !signature || version?.tag !== TAG.integer || !subject || !publicKey)
    throw new Error('asn1: structure error: tags do not match')
  const names = namesOf(subject)
  return {
    subject: subject.raw,
    commonName: names.filter(([type]) => type === COMMON_NAME).at(-1)?.[1] ?? '',
    organizations: names.filter(([type]) => type === ORGANIZATION).map(([, value]) => value),
    ...alternativeNames(attributes),
    publicKey: publicKey.raw,
    signed: info.raw,
    signatureAlgorithm: readOid(children(algorithm)[0]!),
    signature: signature.content.subarray(1),
  }
}

function namesOf(name: Element): readonly (readonly [string, string])[] {
  return children(name)
    .flatMap(children)
    .map((attribute) => {
      const [type, value] = children(attribute)
      return [readOid(type!), text(value!.content)] as const
    })
}

const GENERAL_NAME = { email: 0x81, dns: 0x82, uri: 0x86, ip: 0x87 }

function alternativeNames(attributes: Element | undefined) {
  const names = attributes === undefined ? [] : requestedNames(attributes)
  const texts = (tag: number) => names.filter((name) => name.tag === tag).map(({ content }) => text(content))
  return {
    dnsNames: texts(GENERAL_NAME.dns),
    emailAddresses: texts(GENERAL_NAME.email),
    uris: texts(GENERAL_NAME.uri),
    ipAddresses: names.filter(({ tag }) => tag === GENERAL_NAME.ip).map(({ content }) => content),
  }
}

function requestedNames(attributes: Element): readonly Element[] {
  for (const attribute of children(attributes)) {
    const [type, values] = children(attribute)
    if (readOid(type!) !== EXTENSION_REQUEST) continue
    for (const extension of children(children(values!)[0]!)) {
      const parts = children(extension)
      if (readOid(parts[0]!) === SUBJECT_ALT_NAME) return children(readOne(parts.at(-1)!.content))
    }
  }
  return []
}
