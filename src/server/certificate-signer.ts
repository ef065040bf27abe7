import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto'
import type { CertificateSigner } from '../api/request.ts'
import { certificateToSign, type Issuer, parseIssuer, signedCertificate } from '../api/x509/certificate.ts'
import { type CertificateRequest, parseCertificateRequest } from '../api/x509/certificate-request.ts'
import { der, oid, sequence } from '../api/x509/der.ts'
import { writePem } from '../api/x509/pem.ts'
import type { KeyedCertificate } from './pki.ts'

const RSA_SHA256 = sequence(oid('1.2.840.113549.1.1.11'), der(0x05))
const ECDSA_SHA256 = sequence(oid('1.2.840.10045.4.3.2'))

/** The digest of a signature algorithm; none for those that bring their own. */
const DIGESTS: Readonly<Record<string, string | null>> = {
  '1.2.840.113549.1.1.5': 'sha1',
  '1.2.840.113549.1.1.11': 'sha256',
  '1.2.840.113549.1.1.12': 'sha384',
  '1.2.840.113549.1.1.13': 'sha512',
  '1.2.840.10045.4.1': 'sha1',
  '1.2.840.10045.4.3.2': 'sha256',
  '1.2.840.10045.4.3.3': 'sha384',
  '1.2.840.10045.4.3.4': 'sha512',
  '1.3.101.112': null,
}

/**
 * Signs certificates with the key of --cluster-signing-key-file. Synchronous, as the core is.
 *
 * @throws when certificate and key cannot be read
 * Source: pkg/controller/certificates/authority/authority.go Sign
 */
export function createCertificateSigner(ca: KeyedCertificate): CertificateSigner {
  let loaded: { readonly issuer: Issuer; readonly key: KeyObject; readonly algorithm: Uint8Array } | undefined
  const authority = () => {
    if (loaded === undefined) {
      const key = createPrivateKey(ca.key)
      const algorithm = key.asymmetricKeyType === 'rsa' ? RSA_SHA256 : ECDSA_SHA256
      loaded = { issuer: parseIssuer(ca.certificate), key, algorithm }
    }
    return loaded
  }
  return {
    signerNotAfter: () => authority().issuer.notAfter,
    sign({ request: pem, usages, notBefore, notAfter }) {
      const request = parseCertificateRequest(pem)
      const wrong = signatureProblem(request)
      if (wrong !== undefined) return { error: `unable to verify certificate request signature: ${wrong}` }
      const { issuer, key, algorithm } = authority()
      const content = { request, issuer, usages, notBefore, notAfter, signatureAlgorithm: algorithm }
      // The same request at the same time gets the same number: a replay signs what was signed before.
      const serial = createHash('sha256')
        .update(certificateToSign({ ...content, serial: Uint8Array.of(1) }))
        .digest()
      const toSign = certificateToSign({ ...content, serial: serialNumber(serial) })
      const bytes = signedCertificate(toSign, algorithm, sign('sha256', toSign, key))
      return writePem('CERTIFICATE', bytes)
    },
  }
}

/** Sixteen bytes, positive: longer than those of the cluster's own certificates, see {@link isIssuedInside}. */
function serialNumber(hash: Uint8Array): Uint8Array {
  const bytes = hash.slice(0, 16)
  bytes[0] = (bytes[0]! & 0x7f) | 0x40
  return bytes
}

/** Whether a certificate of the cluster's CA was issued inside, by its signer: its dates are virtual. @param serial in hexadecimal */
export const isIssuedInside = (serial: string): boolean => serial.length === 32

/** Source: crypto/x509 CertificateRequest.CheckSignature */
function signatureProblem({ publicKey, signed, signature, signatureAlgorithm }: CertificateRequest) {
  const digest = DIGESTS[signatureAlgorithm]
  if (digest === undefined) return 'x509: cannot verify signature: algorithm unimplemented'
  try {
    const key = createPublicKey({ key: Buffer.from(publicKey), format: 'der', type: 'spki' })
    return verify(digest, signed, key, signature) ? undefined : 'x509: certificate signature is invalid'
  } catch (error) {
    return (error as Error).message
  }
}
