import { forbidden } from '../../../api/status.ts'
import type { KubernetesObject, Status } from '../../../api/types.ts'
import type { AdmissionAttributes } from '../contract.ts'

/** How plug-ins refuse. Source: apiserver/pkg/admission/errors.go NewForbidden, extractResourceName */
export function forbid(object: KubernetesObject | undefined, attributes: AdmissionAttributes, why: string): Status {
  const metadata = (object ?? attributes.old)?.metadata
  const name = attributes.name || metadata?.name || metadata?.generateName || 'Unknown'
  return forbidden(attributes.endpoint.groupResource, name, why)
}
