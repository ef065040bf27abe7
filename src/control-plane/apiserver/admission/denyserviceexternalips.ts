import type { Service } from '../../../api/types.ts'
import type { AdmissionPlugin } from '../contract.ts'
import { forbid } from './forbid.ts'

/** No Service gets external IPs it has not got already. Source: plugin/pkg/admission/network/denyserviceexternalips/admission.go */
export const denyServiceExternalIPs: AdmissionPlugin = {
  name: 'DenyServiceExternalIPs',
  resources: ['services'],
  operations: ['CREATE', 'UPDATE'],
  validate(object, attributes) {
    if (attributes.subresource !== undefined) return undefined
    const wanted = (object as Service).spec?.externalIPs ?? []
    const before = (attributes.old as Service | undefined)?.spec?.externalIPs ?? []
    return wanted.every((ip) => before.includes(ip))
      ? undefined
      : forbid(object, attributes, 'Use of external IPs is denied by admission control')
  },
}
