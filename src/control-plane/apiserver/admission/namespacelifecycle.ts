import { forbidden, notFound } from '../../../api/status.ts'
import type { KubernetesObject, Namespace, Status } from '../../../api/types.ts'
import type { AdmissionAttributes, AdmissionPlugin } from '../contract.ts'
import { forbid } from './forbid.ts'

const IMMORTAL = new Set(['default', 'kube-system', 'kube-public'])
const NAMESPACES = { group: '', resource: 'namespaces' }

/** Nothing is made in a namespace that is missing or going; some namespaces stay. Source: apiserver/pkg/admission/plugin/namespace/lifecycle/admission.go */
export const namespaceLifecycle: AdmissionPlugin = {
  name: 'NamespaceLifecycle',
  admit(object, attributes) {
    const { operation, endpoint, namespace, server } = attributes
    if (endpoint.definition.kind === 'Namespace') return operation === 'DELETE' ? immortal(attributes) : object
    if (namespace === undefined || operation === 'DELETE') return object
    if (endpoint.definition.kind === 'LocalSubjectAccessReview') return object
    const found = server.read('Namespace', namespace) as Namespace | undefined
    if (found === undefined) return notFound(NAMESPACES, namespace)
    return operation === 'CREATE' && found.status?.phase === 'Terminating' ? terminating(object, attributes) : object
  },
}

function immortal({ name }: AdmissionAttributes): Status | undefined {
  return IMMORTAL.has(name) ? forbidden(NAMESPACES, name, 'this namespace may not be deleted') : undefined
}

function terminating(object: KubernetesObject | undefined, attributes: AdmissionAttributes): Status {
  const { namespace } = attributes
  const why = `unable to create new content in namespace ${namespace} because it is being terminated`
  const status = forbid(object, attributes, why)
  const cause = {
    reason: 'NamespaceTerminating',
    message: `namespace ${namespace} is being terminated`,
    field: 'metadata.namespace',
  }
  return { ...status, details: { ...status.details, causes: [cause] } }
}
