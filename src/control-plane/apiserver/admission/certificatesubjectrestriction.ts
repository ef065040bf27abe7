import { decodeBase64, decodeBase64Bytes } from '../../../api/base64.ts'
import type { CertificateSigningRequest } from '../../../api/types.ts'
import type { AdmissionPlugin } from '../contract.ts'
import { forbid } from './forbid.ts'

const SIGNER = 'kubernetes.io/kube-apiserver-client'

/** Nobody gets a client certificate of system:masters. Source: plugin/pkg/admission/certificates/subjectrestriction/admission.go */
export const certificateSubjectRestriction: AdmissionPlugin = {
  name: 'CertificateSubjectRestriction',
  resources: ['certificatesigningrequests.certificates.k8s.io'],
  operations: ['CREATE'],
  validate(object, attributes) {
    const { spec } = object as CertificateSigningRequest
    if (attributes.subresource !== undefined || spec.signerName !== SIGNER) return undefined
    if (!organizations(spec.request ?? '').includes('system:masters')) return undefined
    return forbid(object, attributes, `use of ${SIGNER} signer with system:masters group is not allowed`)
  },
}

/** The organizations (OID 2.5.4.10) of the subject of a PKCS #10 request in PEM in base64. */
function organizations(request: string): readonly string[] {
  const pem = decodeBase64(request)
  const der = decodeBase64Bytes(pem.replace(/-----[^-]*-----/g, '').replace(/\s/g, ''))
  const found: string[] = []
  for (let at = 0; at + 7 < der.length; at++) {
    if (!OID.every((byte, index) => der[at + index] === byte)) continue
    const length = der[at + 6]!
    found.push(new TextDecoder().decode(der.subarray(at + 7, at + 7 + length)))
  }
  return found
}

/** OBJECT IDENTIFIER, three bytes, 2.5.4.10 */
const OID = [0x06, 0x03, 0x55, 0x04, 0x0a]
