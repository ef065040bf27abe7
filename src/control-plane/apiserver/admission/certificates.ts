import { equal } from '../../../api/equal.ts'
import type { CertificateSigningRequest, KubernetesObject } from '../../../api/types.ts'
import type { AdmissionAttributes, AdmissionPlugin } from '../contract.ts'
import { forbid } from './forbid.ts'

const REQUESTS = ['certificatesigningrequests.certificates.k8s.io']

/** Who approves must have the right to approve for the signer. Source: plugin/pkg/admission/certificates/approval/admission.go */
export const certificateApproval: AdmissionPlugin = {
  name: 'CertificateApproval',
  resources: REQUESTS,
  operations: ['UPDATE'],
  validate(object, attributes) {
    if (attributes.subresource !== 'approval') return undefined
    const signer = (attributes.old as CertificateSigningRequest).spec.signerName
    if (mayForSigner(attributes, 'approve', signer)) return undefined
    return forbid(
      object,
      attributes,
      `user not permitted to approve requests with signerName ${JSON.stringify(signer)}`,
    )
  },
}

/** Source: plugin/pkg/admission/certificates/signing/admission.go */
export const certificateSigning: AdmissionPlugin = {
  name: 'CertificateSigning',
  resources: REQUESTS,
  operations: ['UPDATE'],
  validate(object, attributes) {
    if (attributes.subresource !== 'status') return undefined
    const before = attributes.old as CertificateSigningRequest
    const { status } = object as CertificateSigningRequest
    if (
      status?.certificate === before.status?.certificate &&
      equal(status?.conditions ?? [], before.status?.conditions ?? [])
    )
      return undefined
    const signer = before.spec.signerName
    if (mayForSigner(attributes, 'sign', signer)) return undefined
    return forbid(object, attributes, `user not permitted to sign requests with signerName ${JSON.stringify(signer)}`)
  },
}

interface Bundle extends KubernetesObject {
  readonly spec?: { readonly signerName?: string }
}

/** Source: plugin/pkg/admission/certificates/ctbattest/admission.go */
export const clusterTrustBundleAttest: AdmissionPlugin = {
  name: 'ClusterTrustBundleAttest',
  resources: ['clustertrustbundles.certificates.k8s.io'],
  operations: ['CREATE', 'UPDATE'],
  validate(object, attributes) {
    const signer = (object as Bundle).spec?.signerName
    if (!signer || mayForSigner(attributes, 'attest', signer)) return undefined
    return forbid(object, attributes, `user not permitted to attest for signerName ${JSON.stringify(signer)}`)
  },
}

/** Source: pkg/certauthorization/certauthorization.go IsAuthorizedForSignerName */
function mayForSigner({ server, user }: AdmissionAttributes, verb: string, signer: string): boolean {
  const may = (name: string) =>
    server.authorizer.authorize({
      user,
      verb,
      group: 'certificates.k8s.io',
      version: '*',
      resource: 'signers',
      name,
    }).allowed
  return may(signer) || may(`${signer.split('/')[0]}/*`)
}
