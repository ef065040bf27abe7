import type { AdmissionPlugin } from '../contract.ts'
import { forbid } from './forbid.ts'

/** Has nothing to say. Source: plugin/pkg/admission/admit/admission.go */
export const alwaysAdmit: AdmissionPlugin = { name: 'AlwaysAdmit' }

/** Source: plugin/pkg/admission/deny/admission.go */
export const alwaysDeny: AdmissionPlugin = {
  name: 'AlwaysDeny',
  admit: (object, attributes) => forbid(object, attributes, 'admission control is denying all modifications'),
}
