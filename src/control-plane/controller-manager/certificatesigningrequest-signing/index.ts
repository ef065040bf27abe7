import { decodeBase64, encodeBase64 } from '../../../api/base64.ts'
import type { CertificateSigner } from '../../../api/request.ts'
import { failure } from '../../../api/status.ts'
import { rfc3339 } from '../../../api/time.ts'
import { type CertificateSigningRequest, isStatus, type Status } from '../../../api/types.ts'
import { type CertificateRequest, parseCertificateRequest } from '../../../api/x509/certificate-request.ts'
import type { Controller, ControllerContext, ControllerDescriptor } from '../controller.ts'
import {
  KUBE_APISERVER_CLIENT,
  KUBE_APISERVER_CLIENT_KUBELET,
  KUBELET_SERVING,
  kubeletClientProblem,
  kubeletServingProblem,
  LEGACY_UNKNOWN,
} from '../kubelet-requests.ts'
import { startLoop } from '../machine.ts'

/** Signs approved requests to the four signers that are built in. Source: pkg/controller/certificates/signer/signer.go */
export const certificateSigningController: ControllerDescriptor = {
  name: 'certificatesigningrequest-signing-controller',
  account: 'certificate-controller',
  component: 'certificatesigningrequest-signing-controller',
  needs: ['CertificateSigningRequest'],
  start: startSigningController,
}

type Usages = readonly string[]

/** What each signer asks of a request: the text that its Failed condition says, or nothing. Source: getCSRVerificationFuncForSignerName */
const signers: Readonly<Record<string, (request: CertificateRequest, usages: Usages) => string | undefined>> = {
  [KUBE_APISERVER_CLIENT]: (_, usages) => clientUsagesProblem(usages),
  [KUBE_APISERVER_CLIENT_KUBELET]: kubeletClientProblem,
  [KUBELET_SERVING]: kubeletServingProblem,
  [LEGACY_UNKNOWN]: () => undefined,
}

/** Source: validAPIServerClientUsages */
function clientUsagesProblem(usages: Usages): string | undefined {
  const known = ['digital signature', 'key encipherment', 'client auth']
  const other = usages.find((usage) => !known.includes(usage))
  if (other !== undefined) return `invalid usage for client certificate: ${other}`
  return usages.includes('client auth') ? undefined : 'missing required usage for client certificate: client auth'
}

function startSigningController(context: ControllerContext): Controller {
  const { client, informers, world, authority, flags } = context
  const signer = authority.certificates
  // Without its two files upstream does not start it either.
  if (signer === undefined) return { stop: () => {} }
  const loop = startLoop({
    component: 'controller-manager/certificatesigningrequest-signing-controller',
    world,
    rateLimits: { baseMs: 200, maxMs: 1_000_000 },
    reconcile(name) {
      const request = client.get('CertificateSigningRequest', name)
      if (request === undefined || !isToSign(request)) return undefined
      const outcome = outcomeOf(request, signer, world.clock.now(), flags.clusterSigningDuration)
      if (isStatus(outcome)) return outcome
      const answer = client.updateStatus('CertificateSigningRequest', name, undefined, outcome)
      return isStatus(answer) && answer.reason !== 'NotFound' ? answer : undefined
    },
  })
  const stop = informers.on('CertificateSigningRequest', ({ type, object }) => {
    if (type !== 'DELETED' && isToSign(object)) loop.queue.add(object.metadata.name)
  })
  return {
    stop() {
      stop()
      loop.stop()
    },
  }
}

function isToSign({ spec, status = {} }: CertificateSigningRequest): boolean {
  const has = (type: string) => status.conditions?.some((each) => each.type === type && each.status === 'True')
  const decided = status.conditions?.some(({ type }) => type === 'Denied')
  return spec.signerName in signers && !status.certificate && !!has('Approved') && !decided && !has('Failed')
}

type Change = (request: CertificateSigningRequest) => CertificateSigningRequest

/** How the request goes on: with a certificate, or with the condition that says why there is none. */
function outcomeOf(
  { spec }: CertificateSigningRequest,
  signer: CertificateSigner,
  now: number,
  longest: number,
): Change | Status {
  const { usages = [], expirationSeconds, signerName } = spec
  try {
    const pem = decodeBase64(spec.request)
    const problem = signers[signerName]!(parseCertificateRequest(pem), usages)
    if (problem !== undefined) return failed(problem, now)
    const lifetime = lifetimeOf(expirationSeconds, longest, now, signer.signerNotAfter())
    const certificate = signer.sign({ request: pem, usages, ...lifetime })
    if (typeof certificate !== 'string')
      return failure(500, 'InternalError', `error auto signing csr: ${certificate.error}`)
    return (request) => ({ ...request, status: { ...request.status, certificate: encodeBase64(certificate) } })
  } catch (error) {
    return failure(500, 'InternalError', `unable to parse csr: ${(error as Error).message}`)
  }
}

function failed(message: string, now: number): Change {
  const condition = {
    type: 'Failed',
    status: 'True',
    reason: 'SignerValidationFailure',
    message,
    lastUpdateTime: rfc3339(now),
  }
  return (request) => ({
    ...request,
    status: { ...request.status, conditions: [...(request.status?.conditions ?? []), condition] },
  })
}

const BACKDATE = 5 * 60_000
const SHORTEST = 10 * 60_000
const SHORT = 8 * 3_600_000

/** Source: signer.go duration, authority/policies.go PermissiveSigningPolicy */
function lifetimeOf(asked: number | undefined, longest: number, now: number, signerNotAfter: number) {
  const ttl = asked === undefined ? longest : Math.max(Math.min(asked * 1000, longest), Math.min(SHORTEST, longest))
  const end = ttl < SHORT ? now + ttl : now + ttl - BACKDATE
  return { notBefore: now - BACKDATE, notAfter: Math.min(end, signerNotAfter) }
}
