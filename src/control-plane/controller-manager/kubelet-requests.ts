import type { CertificateRequest } from '../../api/x509/certificate-request.ts'

export const KUBE_APISERVER_CLIENT = 'kubernetes.io/kube-apiserver-client'
export const KUBE_APISERVER_CLIENT_KUBELET = 'kubernetes.io/kube-apiserver-client-kubelet'
export const KUBELET_SERVING = 'kubernetes.io/kubelet-serving'
export const LEGACY_UNKNOWN = 'kubernetes.io/legacy-unknown'

type Usages = readonly string[]

/** Why it is no request for a kubelet's client certificate. Source: pkg/apis/certificates/helpers.go ValidateKubeletClientCSR */
export function kubeletClientProblem(request: CertificateRequest, usages: Usages): string | undefined {
  if (!isOfNodes(request)) return 'subject organization is not system:nodes'
  if (request.dnsNames.length > 0) return 'DNS subjectAltNames are not allowed'
  if (request.emailAddresses.length > 0) return 'Email subjectAltNames are not allowed'
  if (request.ipAddresses.length > 0) return 'IP subjectAltNames are not allowed'
  if (request.uris.length > 0) return 'URI subjectAltNames are not allowed'
  return commonNameProblem(request) ?? usagesProblem(usages, 'client auth')
}

/** Why it is no request for a kubelet's serving certificate. Source: ValidateKubeletServingCSR */
export function kubeletServingProblem(request: CertificateRequest, usages: Usages): string | undefined {
  if (!isOfNodes(request)) return 'subject organization is not system:nodes'
  if (request.dnsNames.length === 0 && request.ipAddresses.length === 0) return 'DNS or IP subjectAltName is required'
  if (request.emailAddresses.length > 0) return 'Email subjectAltNames are not allowed'
  if (request.uris.length > 0) return 'URI subjectAltNames are not allowed'
  return usagesProblem(usages, 'server auth') ?? commonNameProblem(request)
}

function isOfNodes({ organizations }: CertificateRequest): boolean {
  return organizations.length === 1 && organizations[0] === 'system:nodes'
}

function commonNameProblem({ commonName }: CertificateRequest): string | undefined {
  return commonName.startsWith('system:node:') ? undefined : 'subject common name does not begin with system:node:'
}

/** With RSA keys they encipher, too. */
function usagesProblem(usages: Usages, purpose: 'client auth' | 'server auth'): string | undefined {
  const required = ['digital signature', 'key encipherment', purpose]
  const given = new Set(usages)
  const sufficient = given.has('digital signature') && given.has(purpose)
  const nothingElse = [...given].every((usage) => required.includes(usage))
  return sufficient && nothingElse ? undefined : `usages did not match [${[...required].sort().join(' ')}]`
}
