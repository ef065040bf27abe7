import { equal } from '../../../api/equal.ts'
import type { KubernetesObject, Node, Pod, Status } from '../../../api/types.ts'
import { nodeNameOf } from '../authorization/node-identity.ts'
import type { AdmissionAttributes, AdmissionPlugin } from '../contract.ts'
import { forbid } from './forbid.ts'

const MIRROR = 'kubernetes.io/config.mirror'

/** Keeps a kubelet to its own node and pods. Source: plugin/pkg/admission/noderestriction/admission.go */
export const nodeRestriction: AdmissionPlugin = {
  name: 'NodeRestriction',
  admit(object, attributes) {
    const node = nodeNameOf(attributes.user)
    if (node === undefined) return object
    return refusal(node, object, attributes) ?? object
  },
}

function refusal(
  node: string,
  object: KubernetesObject | undefined,
  attributes: AdmissionAttributes,
): Status | undefined {
  const { definition } = attributes.endpoint
  if (definition.kind === 'Node') return restrictNode(node, object as Node | undefined, attributes)
  if (definition.kind === 'Pod') return restrictPod(node, object as Pod | undefined, attributes)
  if (definition.kind === 'Lease') return restrictLease(node, object, attributes)
  return undefined
}

function restrictPod(node: string, pod: Pod | undefined, attributes: AdmissionAttributes): Status | undefined {
  const { subresource, operation } = attributes
  const old = attributes.old as Pod | undefined
  const refuse = (why: string) => forbid(pod, attributes, why)
  if (subresource === 'status') {
    if (old?.spec.nodeName !== node)
      return refuse(`node "${node}" can only update pod status for pods with spec.nodeName set to itself`)
    return equal(old.metadata.labels, pod?.metadata.labels)
      ? undefined
      : refuse(`node "${node}" cannot update labels through pod status`)
  }
  if (subresource === 'eviction') return undefined
  if (subresource !== undefined)
    return refuse(`unexpected pod subresource "${subresource}", only 'status' and 'eviction' are allowed`)
  if (operation === 'CREATE') return restrictMirror(node, pod!, attributes)
  if (operation !== 'DELETE')
    return refuse(`unexpected operation "${operation}", node "${node}" can only create and delete mirror pods`)
  return old?.spec.nodeName === node
    ? undefined
    : refuse(`node "${node}" can only delete pods with spec.nodeName set to itself`)
}

function restrictMirror(node: string, pod: Pod, attributes: AdmissionAttributes): Status | undefined {
  const refuse = (why: string) => forbid(pod, attributes, why)
  if (pod.metadata.annotations?.[MIRROR] === undefined)
    return refuse(`pod does not have "${MIRROR}" annotation, node "${node}" can only create mirror pods`)
  if (pod.spec.nodeName !== node) return refuse(`node "${node}" can only create pods with spec.nodeName set to itself`)
  const owners = pod.metadata.ownerReferences ?? []
  if (owners.length > 1)
    return refuse(`node "${node}" can only create pods with a single owner reference set to itself`)
  const [owner] = owners
  if (owner === undefined || owner.kind !== 'Node' || owner.apiVersion !== 'v1' || owner.name !== node)
    return refuse(`node "${node}" can only create pods with an owner reference set to itself`)
  if (owner.controller !== true)
    return refuse(`node "${node}" can only create pods with a controller owner reference set to itself`)
  if (owner.blockOwnerDeletion === true)
    return refuse(`node "${node}" must not set blockOwnerDeletion on an owner reference`)
  const uid = attributes.server.read('Node', node)?.metadata.uid
  return uid === undefined || uid === owner.uid
    ? undefined
    : refuse(`node ${node} UID mismatch: expected ${owner.uid} got ${uid}`)
}

function restrictNode(node: string, object: Node | undefined, attributes: AdmissionAttributes): Status | undefined {
  const { operation, name } = attributes
  if (name !== node) return forbid(object, attributes, `node "${node}" is not allowed to modify node "${name}"`)
  const old = attributes.old as Node | undefined
  if (operation === 'DELETE') return undefined
  if (operation === 'UPDATE') {
    if (!equal(object?.spec?.taints, old?.spec?.taints))
      return forbid(object, attributes, `node "${node}" is not allowed to modify taints`)
    if (!equal(object?.metadata.ownerReferences, old?.metadata.ownerReferences))
      return forbid(object, attributes, `node "${node}" is not allowed to modify ownerReferences`)
  }
  const labels = forbiddenLabels(object?.metadata.labels, old?.metadata.labels)
  if (labels.length === 0) return undefined
  const why =
    operation === 'CREATE'
      ? `node "${node}" is not allowed to set the following labels: ${labels.join(', ')}`
      : `is not allowed to modify labels: ${labels.join(', ')}`
  return forbid(object, attributes, why)
}

function restrictLease(
  node: string,
  lease: KubernetesObject | undefined,
  attributes: AdmissionAttributes,
): Status | undefined {
  if (attributes.namespace !== 'kube-node-lease')
    return forbid(lease, attributes, 'can only access leases in the "kube-node-lease" system namespace')
  if (attributes.operation !== 'CREATE' || attributes.name === node) return undefined
  return forbid(lease, attributes, 'can only access node lease with the same name as the requesting node')
}

type Labels = Readonly<Record<string, string>> | undefined

function forbiddenLabels(now: Labels, before: Labels): readonly string[] {
  if (now === before) return []
  const keys = new Set([...Object.keys(now ?? {}), ...Object.keys(before ?? {})])
  return [...keys].filter((key) => now?.[key] !== before?.[key] && isForbidden(key)).sort()
}

function isForbidden(key: string): boolean {
  const prefix = key.includes('/') ? key.slice(0, key.indexOf('/')) : ''
  if (/(^|\.)node-restriction\.kubernetes\.io$/.test(prefix)) return true
  if (!/(^|\.)(kubernetes|k8s)\.io$/.test(prefix)) return false
  return !KUBELET_LABELS.has(key) && !/(^|\.)(kubelet\.kubernetes|node\.kubernetes)\.io$/.test(prefix)
}

/** Source: kubelet/pkg/apis/well_known_labels.go */
const KUBELET_LABELS = new Set([
  'kubernetes.io/hostname',
  'topology.kubernetes.io/zone',
  'topology.kubernetes.io/region',
  'failure-domain.beta.kubernetes.io/zone',
  'failure-domain.beta.kubernetes.io/region',
  'node.kubernetes.io/instance-type',
  'beta.kubernetes.io/instance-type',
  'kubernetes.io/os',
  'kubernetes.io/arch',
  'beta.kubernetes.io/os',
  'beta.kubernetes.io/arch',
])
