import { decodeBase64 } from '../../../api/base64.ts'
import { failure } from '../../../api/status.ts'
import { type CertificateSigningRequest, isStatus, type Status, type SubjectAccessReview } from '../../../api/types.ts'
import { type CertificateRequest, parseCertificateRequest } from '../../../api/x509/certificate-request.ts'
import type { Client } from '../../../client/contract.ts'
import type { Controller, ControllerContext, ControllerDescriptor } from '../controller.ts'
import { KUBE_APISERVER_CLIENT_KUBELET, kubeletClientProblem } from '../kubelet-requests.ts'
import { startLoop } from '../machine.ts'

/** Approves kubelets' requests for client certificates, where RBAC lets the asker have them. Source: pkg/controller/certificates/approver/sarapprove.go */
export const certificateApprovingController: ControllerDescriptor = {
  name: 'certificatesigningrequest-approving-controller',
  account: 'certificate-controller',
  component: 'certificatesigningrequest-approving-controller',
  needs: ['CertificateSigningRequest'],
  start: startApprovingController,
}

/** Source: recognizers */
const recognizers = [
  {
    subresource: 'selfnodeclient',
    recognizes: ({ spec }: CertificateSigningRequest, { commonName }: CertificateRequest) =>
      spec.username === commonName,
    message: 'Auto approving self kubelet client certificate after SubjectAccessReview.',
  },
  {
    subresource: 'nodeclient',
    recognizes: () => true,
    message: 'Auto approving kubelet client certificate after SubjectAccessReview.',
  },
] as const

function startApprovingController({ client, informers, world }: ControllerContext): Controller {
  const loop = startLoop({
    component: 'controller-manager/certificatesigningrequest-approving-controller',
    world,
    rateLimits: { baseMs: 200, maxMs: 1_000_000 },
    reconcile: (name) => approve(client, name),
  })
  const stop = informers.on('CertificateSigningRequest', ({ type, object }) => {
    if (type !== 'DELETED' && isUndecided(object)) loop.queue.add(object.metadata.name)
  })
  return {
    stop() {
      stop()
      loop.stop()
    },
  }
}

function isUndecided({ spec, status = {} }: CertificateSigningRequest): boolean {
  if (spec.signerName !== KUBE_APISERVER_CLIENT_KUBELET || status.certificate) return false
  return !status.conditions?.some(({ type }) => type === 'Approved' || type === 'Denied')
}

function approve(client: Client, name: string): Status | undefined {
  const csr = client.get('CertificateSigningRequest', name)
  if (csr === undefined || !isUndecided(csr)) return undefined
  const request = parsed(csr)
  if (isStatus(request)) return request
  if (kubeletClientProblem(request, csr.spec.usages ?? []) !== undefined) return undefined
  for (const { subresource, recognizes, message } of recognizers) {
    if (!recognizes(csr, request)) continue
    const allowed = mayAsk(client, csr, subresource)
    if (isStatus(allowed)) return allowed
    if (!allowed) continue
    const condition = { type: 'Approved', status: 'True', reason: 'AutoApproved', message }
    const answer = client.updateSubresource!('CertificateSigningRequest', name, undefined, 'approval', (now) => ({
      ...now,
      status: { ...now.status, conditions: [...(now.status?.conditions ?? []), condition] },
    }))
    return isStatus(answer) && answer.reason !== 'NotFound' ? answer : undefined
  }
  return undefined
}

function parsed({ metadata, spec }: CertificateSigningRequest): CertificateRequest | Status {
  try {
    return parseCertificateRequest(decodeBase64(spec.request))
  } catch (error) {
    return failure(500, 'InternalError', `unable to parse csr "${metadata.name}": ${(error as Error).message}`)
  }
}

function mayAsk(client: Client, { spec }: CertificateSigningRequest, subresource: string): boolean | Status {
  const { username, uid, groups, extra } = spec
  const review = client.create<SubjectAccessReview>({
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SubjectAccessReview',
    metadata: {},
    spec: {
      ...(username !== undefined && { user: username }),
      ...(uid !== undefined && { uid }),
      ...(groups !== undefined && { groups }),
      ...(extra !== undefined && { extra }),
      resourceAttributes: {
        group: 'certificates.k8s.io',
        resource: 'certificatesigningrequests',
        verb: 'create',
        subresource,
        version: '*',
      },
    },
  } as never)
  return isStatus(review) ? review : review.status?.allowed === true
}
