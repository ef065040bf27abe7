import { decodeBase64 } from '../../../api/base64.ts'
import type { CertificateSigningRequest } from '../../../api/types.ts'
import { type CertificateRequest, parseCertificateRequest } from '../../../api/x509/certificate-request.ts'
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
    const request = parsed(spec.request ?? '')
    if (typeof request === 'string') return forbid(object, attributes, `failed to parse CSR: ${request}`)
    if (!request.organizations.includes('system:masters')) return undefined
    return forbid(object, attributes, `use of ${SIGNER} signer with system:masters group is not allowed`)
  },
}

/** @returns what is wrong with it, where it cannot be read */
function parsed(request: string): CertificateRequest | string {
  try {
    return parseCertificateRequest(decodeBase64(request))
  } catch (error) {
    return (error as Error).message
  }
}
