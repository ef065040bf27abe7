import type { FieldRequirement } from '../../../api/fields.ts'
import { podRefersTo } from '../../../api/pod-references.ts'
import { claimNameOf } from '../../../api/resource-claims.ts'
import type { PersistentVolume, Pod, ResourceSlice, VolumeAttachment } from '../../../api/types.ts'
import type { Attributes, Decision, Server } from '../contract.ts'
import { nodeNameOf } from './node-identity.ts'
import { NODE_RULES } from './node-rules.ts'
import { ruleAllows } from './rules.ts'

const ALLOWED: Decision = { allowed: true, reason: '' }
const NO_OPINION: Decision = { allowed: false, reason: '' }
const READ = new Set(['get', 'list', 'watch'])
const LEASE_VERBS = new Set(['get', 'create', 'update', 'patch', 'delete'])

/** Kinds that a node reads only as far as its pods refer to them. */
const REFERRED: ReadonlySet<string> = new Set(['secrets', 'configmaps', 'persistentvolumeclaims', 'serviceaccounts'])

/**
 * What a kubelet may do: its node, its lease, its pods and what they refer to. Undefined: the user is no node.
 * Source: plugin/pkg/auth/authorizer/node/node_authorizer.go
 */
export function authorizeNode(server: Server, attributes: Attributes): Decision | undefined {
  const node = nodeNameOf(attributes.user)
  if (node === undefined) return undefined
  const { group, resource, path } = attributes
  if (path !== undefined) return NO_OPINION
  if (group === '') {
    if (resource === 'pods') return pods(server, node, attributes)
    if (resource === 'nodes') return nodes(node, attributes)
    if (resource === 'persistentvolumeclaims' && attributes.subresource === 'status')
      return claimStatus(server, node, attributes)
    if (REFERRED.has(resource)) return referred(server, node, attributes)
    if (resource === 'persistentvolumes') return volumes(server, node, attributes)
  }
  if (group === 'coordination.k8s.io' && resource === 'leases') return leases(node, attributes)
  if (group === 'storage.k8s.io' && resource === 'csinodes') return csiNodes(node, attributes)
  if (group === 'storage.k8s.io' && resource === 'volumeattachments') return attachments(server, node, attributes)
  if (group === 'resource.k8s.io' && resource === 'resourceclaims') return deviceClaims(server, node, attributes)
  if (group === 'resource.k8s.io' && resource === 'resourceslices') return slices(server, node, attributes)
  return NODE_RULES.some((rule) => ruleAllows(rule, attributes)) ? ALLOWED : NO_OPINION
}

function no(reason: string): Decision {
  return { allowed: false, reason }
}

function nodes(node: string, { verb, subresource, name }: Attributes): Decision {
  if (subresource === 'status') return verb === 'update' || verb === 'patch' ? ALLOWED : NO_OPINION
  if (subresource !== undefined) return NO_OPINION
  if (verb === 'create' || verb === 'update' || verb === 'patch') return ALLOWED
  if (!READ.has(verb)) return NO_OPINION
  if (name === node) return ALLOWED
  if (!name) return no(`node '${node}' cannot read all nodes, only its own Node object`)
  return no(`node '${node}' cannot read '${name}', only its own Node object`)
}

function pods(server: Server, node: string, attributes: Attributes): Decision {
  const { verb, subresource, name, namespace, fields } = attributes
  if (subresource === 'status') return verb === 'update' || verb === 'patch' ? ALLOWED : NO_OPINION
  if (subresource === 'eviction') return verb === 'create' ? ALLOWED : NO_OPINION
  if (subresource !== undefined) return NO_OPINION
  if (verb === 'create' || verb === 'delete') return ALLOWED
  if (!READ.has(verb)) return NO_OPINION
  if (verb !== 'get' && isScoped(fields, node)) return ALLOWED
  if (!name) return no('can only list/watch pods with spec.nodeName field selector')
  const pod = server.read('Pod', name, namespace) as Pod | undefined
  return pod?.spec.nodeName === node ? ALLOWED : unrelated(node)
}

function isScoped(fields: readonly FieldRequirement[] | undefined, node: string): boolean {
  return (fields ?? []).some(
    ({ field, operator, value }) => field === 'spec.nodeName' && operator === '=' && value === node,
  )
}

function unrelated(node: string): Decision {
  return no(`no relationship found between node '${node}' and this object`)
}

function leases(node: string, { verb, namespace, name }: Attributes): Decision {
  if (!LEASE_VERBS.has(verb)) return no('can only get, create, update, patch, or delete a node lease')
  if (namespace !== 'kube-node-lease') return no('can only access leases in the "kube-node-lease" system namespace')
  if (verb !== 'create' && name !== node)
    return no('can only access node lease with the same name as the requesting node')
  return ALLOWED
}

const CSI_NODE_VERBS = new Set([...READ, 'create', 'update', 'patch', 'delete'])

/** Source: authorizeCSINode */
function csiNodes(node: string, { verb, subresource, name }: Attributes): Decision {
  // A kubelet of ours reads as from a cache.
  if (!CSI_NODE_VERBS.has(verb) || (READ.has(verb) && !name))
    return no('can only get, create, update, patch, or delete a CSINode')
  if (subresource !== undefined) return no('cannot authorize CSINode subresources')
  if (verb !== 'create' && name !== node) return no('can only access CSINode with the same name as the requesting node')
  return ALLOWED
}

/** Source: authorizeGet, graph.go AddVolumeAttachment */
function attachments(server: Server, node: string, { verb, subresource, name }: Attributes): Decision {
  if (!READ.has(verb) || !name) return no('can only get individual resources of this type')
  if (subresource !== undefined) return no('cannot get subresource')
  const attachment = server.read('VolumeAttachment', name, undefined) as VolumeAttachment | undefined
  return attachment?.spec.nodeName === node ? ALLOWED : unrelated(node)
}

/** A volume is a node's through the claim it is bound to. Source: node_authorizer.go authorizeGet, graph.go AddPV */
function volumes(server: Server, node: string, { verb, subresource, name }: Attributes): Decision {
  // A kubelet of ours reads as from a cache, for which `list` is asked.
  if (!READ.has(verb) || !name) return no('can only get individual resources of this type')
  if (subresource !== undefined) return no('cannot get subresource')
  const { claimRef } = (server.read('PersistentVolume', name, undefined) as PersistentVolume | undefined)?.spec ?? {}
  for (const pod of claimRef?.name === undefined ? [] : server.podsOfNode(node))
    if (pod.metadata.namespace === claimRef!.namespace && podRefersTo(pod, 'persistentvolumeclaims', claimRef!.name!))
      return ALLOWED
  return unrelated(node)
}

/** Source: graph.go AddPod */
function deviceClaims(server: Server, node: string, { verb, subresource, namespace, name }: Attributes): Decision {
  // A kubelet of ours reads as from a cache, for which `list` is asked.
  if (!READ.has(verb) || !name) return no('can only get individual resources of this type')
  if (subresource !== undefined) return no('cannot get subresource')
  const uses = (pod: Pod) =>
    pod.metadata.namespace === namespace &&
    (pod.status?.extendedResourceClaimStatus?.resourceClaimName === name ||
      (pod.spec.resourceClaims ?? []).some((entry) => claimNameOf(pod, entry) === name))
  return server.podsOfNode(node).some(uses) ? ALLOWED : unrelated(node)
}

/** Source: authorizeResourceSlice */
function slices(server: Server, node: string, { verb, subresource, name, fields }: Attributes): Decision {
  if (subresource !== undefined) return no('cannot authorize ResourceSlice subresources')
  if (verb === 'create') return ALLOWED
  if (['get', 'update', 'patch', 'delete'].includes(verb)) {
    const slice = server.read('ResourceSlice', name ?? '', undefined) as ResourceSlice | undefined
    return slice?.spec.nodeName === node ? ALLOWED : unrelated(node)
  }
  if (['watch', 'list', 'deletecollection'].includes(verb))
    return isScoped(fields, node)
      ? ALLOWED
      : no('can only list/watch/deletecollection resourceslices with nodeName field selector')
  return no(
    'only the following verbs are allowed for a ResourceSlice: get, watch, list, create, update, patch, delete, deletecollection',
  )
}

/** Source: authorizeStatusUpdate */
function claimStatus(server: Server, node: string, { verb, namespace, name }: Attributes): Decision {
  if (!READ.has(verb) && verb !== 'update' && verb !== 'patch') return no('can only get/update/patch this type')
  const refers = (pod: Pod) =>
    pod.metadata.namespace === namespace && podRefersTo(pod, 'persistentvolumeclaims', name ?? '')
  return server.podsOfNode(node).some(refers) ? ALLOWED : unrelated(node)
}

function referred(server: Server, node: string, attributes: Attributes): Decision {
  const { verb, resource, subresource, namespace, name } = attributes
  if (resource === 'serviceaccounts' && subresource !== undefined) {
    if (verb !== 'create' || !name) return no('can only create tokens for individual service accounts')
    if (subresource !== 'token') return no('can only create token subresource of serviceaccount')
  } else {
    if (!READ.has(verb)) return no('can only read resources of this type')
    if (subresource !== undefined) return no('cannot read subresource')
    if (!namespace) return no('can only read namespaced object of this type')
    if (!name) return no('No Object name found')
  }
  for (const pod of server.podsOfNode(node))
    if (pod.metadata.namespace === namespace && podRefersTo(pod, resource, name)) return ALLOWED
  return unrelated(node)
}
