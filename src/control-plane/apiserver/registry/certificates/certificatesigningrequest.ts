import { humanDuration } from '../../../../api/duration.ts'
import { rfc3339 } from '../../../../api/time.ts'
import type { CertificateSigningRequest, CertificateSigningRequestCondition } from '../../../../api/types.ts'
import { ageColumn, column, nameColumn } from '../columns/column.ts'
import type { StrategyContext } from '../contract.ts'
import { defineKind, statusSubresource } from '../kind.ts'
import {
  validateCertificateSigningRequest,
  validateRequestApproval,
  validateRequestStatus,
  validateRequestUpdate,
} from '../validation/certificates/certificatesigningrequest.ts'

/** Source: pkg/registry/certificates/certificates/strategy.go PrepareForCreate. */
function prepareForCreate(csr: CertificateSigningRequest, { userInfo }: StrategyContext): CertificateSigningRequest {
  const { username: _, uid: __, groups: ___, extra: ____, ...asked } = csr.spec ?? {}
  const { name, uid, groups, extra } = userInfo
  const spec = {
    ...asked,
    ...(name !== '' && { username: name }),
    ...(uid && { uid }),
    ...(groups.length > 0 && { groups }),
    ...(extra !== undefined && Object.keys(extra).length > 0 && { extra }),
  }
  return { ...csr, spec, status: {} }
}

type Conditions = readonly CertificateSigningRequestCondition[]

/** Source: strategy.go preserveConditionInstances. */
function preserved(conditions: Conditions, old: Conditions, type: string): Conditions {
  const before = old.filter((each) => each.type === type)
  if (conditions.filter((each) => each.type === type).length !== before.length) return conditions
  let next = 0
  return conditions.map((each) => (each.type === type ? before[next++]! : each))
}

/** Source: strategy.go populateConditionTimestamps. */
function stamped(conditions: Conditions, old: Conditions, now: string): Conditions {
  return conditions.map((each) => {
    if (each.lastUpdateTime && each.lastTransitionTime) return each
    const same = old.find(({ type, status, lastTransitionTime }) => {
      return type === each.type && status === each.status && lastTransitionTime
    })
    return {
      ...each,
      lastUpdateTime: each.lastUpdateTime || now,
      lastTransitionTime: each.lastTransitionTime || same?.lastTransitionTime || now,
    }
  })
}

const conditionsOf = ({ status }: CertificateSigningRequest): Conditions => status?.conditions ?? []

const withConditions = (csr: CertificateSigningRequest, conditions: Conditions): CertificateSigningRequest =>
  conditions.length === 0 && csr.status?.conditions === undefined
    ? csr
    : { ...csr, status: { ...csr.status, conditions } }

/** Signers add the certificate; who approved and who denied stays. Source: strategy.go csrStatusStrategy PrepareForUpdate. */
function prepareForStatusUpdate(
  csr: CertificateSigningRequest,
  old: CertificateSigningRequest,
  context: StrategyContext,
): CertificateSigningRequest {
  const before = conditionsOf(old)
  const kept = preserved(preserved(conditionsOf(csr), before, 'Approved'), before, 'Denied')
  return withConditions({ ...csr, spec: old.spec }, stamped(kept, before, rfc3339(context.now())))
}

/** Approvers write conditions, nothing else. Source: strategy.go csrApprovalStrategy PrepareForUpdate. */
function prepareForApproval(
  csr: CertificateSigningRequest,
  old: CertificateSigningRequest,
  context: StrategyContext,
): CertificateSigningRequest {
  const conditions = stamped(conditionsOf(csr), conditionsOf(old), rfc3339(context.now()))
  const { status, ...rest } = old
  const { metadata } = csr
  const kept = { ...rest, metadata, ...(status !== undefined && { status }) }
  return withConditions(kept, conditions)
}

/** Source: printers.go extractCSRStatus. */
function condition({ status = {} }: CertificateSigningRequest): string {
  const has = (type: string) => status.conditions?.some((each) => each.type === type)
  const decided = has('Denied') ? 'Denied' : has('Approved') ? 'Approved' : 'Pending'
  return `${decided}${has('Failed') ? ',Failed' : ''}${status.certificate ? ',Issued' : ''}`
}

const texts = {
  signerName:
    'Requested signer for the request. It is a qualified name in the form: `scope-hostname.io/name`. If empty, it will be defaulted:\n 1. If it\'s a kubelet client certificate, it is assigned\n    "kubernetes.io/kube-apiserver-client-kubelet".\n 2. If it\'s a kubelet serving certificate, it is assigned\n    "kubernetes.io/kubelet-serving".\n 3. Otherwise, it is assigned "kubernetes.io/legacy-unknown".\nDistribution of trust for signers happens out of band. You can select on this field using `spec.signerName`.',
  requestor: 'Base64-encoded PKCS#10 CSR data',
  requestedDuration:
    'expirationSeconds is the requested duration of validity of the issued certificate. The certificate signer may issue a certificate with a different validity duration so a client must check the delta between the notBefore and and notAfter fields in the issued certificate to determine the actual duration.\n\nThe v1.22+ in-tree implementations of the well-known Kubernetes signers will honor this field as long as the requested duration is not greater than the maximum duration they will honor per the --cluster-signing-duration CLI flag to the Kubernetes controller manager.\n\nCertificate signers may not honor this field for various reasons:\n\n  1. Old signer that is unaware of the field (such as the in-tree\n     implementations prior to v1.22)\n  2. Signer whose configured maximum is shorter than the requested duration\n  3. Signer whose configured minimum is longer than the requested duration\n\nThe minimum valid value for expirationSeconds is 600, i.e. 10 minutes.',
  condition: 'Conditions applied to the request, such as approval or denial.',
}

export const certificateSigningRequest = defineKind<CertificateSigningRequest>({
  group: 'certificates.k8s.io',
  version: 'v1',
  kind: 'CertificateSigningRequest',
  resource: 'certificatesigningrequests',
  singular: 'certificatesigningrequest',
  shortNames: ['csr'],
  namespaced: false,
  subresources: { approval: statusSubresource.status, ...statusSubresource },
  schema: 'io.k8s.api.certificates.v1.CertificateSigningRequest',
  prepareForCreate,
  // What was asked for stays. Source: strategy.go PrepareForUpdate.
  prepareForUpdate: (csr, old) => ({ ...csr, spec: old.spec }),
  prepareForStatusUpdate,
  subresourceUpdates: { approval: { prepareForUpdate: prepareForApproval, validateUpdate: validateRequestApproval } },
  validateName: () => [],
  validate: (csr) => validateCertificateSigningRequest(csr),
  validateUpdate: validateRequestUpdate,
  validateStatusUpdate: validateRequestStatus,
  columns: [
    nameColumn,
    ageColumn,
    column('SignerName', texts.signerName, ({ spec }) => spec.signerName || '<none>'),
    column('Requestor', texts.requestor, ({ spec }) => spec.username ?? ''),
    column('RequestedDuration', texts.requestedDuration, ({ spec: { expirationSeconds: seconds } }) =>
      seconds === undefined ? '<none>' : humanDuration(seconds * 1000),
    ),
    column('Condition', texts.condition, condition),
  ],
  fieldSelectors: { 'spec.signerName': ({ spec }) => spec.signerName },
})
