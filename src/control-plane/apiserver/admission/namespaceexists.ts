import { notFound } from '../../../api/status.ts'
import type { AdmissionPlugin } from '../contract.ts'

/** Source: plugin/pkg/admission/namespace/exists/admission.go */
export const namespaceExists: AdmissionPlugin = {
  name: 'NamespaceExists',
  validate(_object, { namespace, endpoint, server }) {
    if (namespace === undefined || endpoint.definition.kind === 'Namespace') return undefined
    if (server.read('Namespace', namespace) !== undefined) return undefined
    return notFound({ group: '', resource: 'namespaces' }, namespace)
  },
}
