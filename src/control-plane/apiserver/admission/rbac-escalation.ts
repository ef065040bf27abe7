import { equal } from '../../../api/equal.ts'
import { notFound } from '../../../api/status.ts'
import type { ClusterRole, KubernetesObject, PolicyRule, RoleBinding, Status } from '../../../api/types.ts'
import { isMaster } from '../authorization/authorizer.ts'
import { compact, quotedList, ruleText, uncovered } from '../authorization/rules.ts'
import type { AdmissionAttributes, AdmissionPlugin } from '../contract.ts'
import { forbid } from './forbid.ts'

const FULL_AUTHORITY: readonly PolicyRule[] = [
  { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
  { verbs: ['*'], nonResourceURLs: ['*'] },
]

/**
 * Nobody grants rights he does not have, unless he may `escalate` or `bind`. Upstream does this in the storage of the
 * four kinds, behind admission. Source: pkg/registry/rbac/escalation_check.go and <kind>/policybased/storage.go
 */
export const rbacEscalation: AdmissionPlugin = {
  name: 'rbac-escalation',
  resources: ['roles', 'clusterroles', 'rolebindings', 'clusterrolebindings'].map(
    (resource) => `${resource}.rbac.authorization.k8s.io`,
  ),
  operations: ['CREATE', 'UPDATE'],
  admit(object, attributes) {
    if (object === undefined || attributes.operation === 'DELETE') return object
    const { kind, group } = attributes.endpoint.definition
    if (group !== 'rbac.authorization.k8s.io' || isMaster(attributes.user)) return object
    if (isOnlyForGarbageCollection(object, attributes.old)) return object
    const refusal =
      kind === 'Role' || kind === 'ClusterRole'
        ? checkRole(object as ClusterRole, attributes)
        : checkBinding(object as RoleBinding, attributes)
    return refusal ?? object
  },
}

/** Source: helpers.go IsOnlyMutatingGCFields */
function isOnlyForGarbageCollection(object: KubernetesObject, old: KubernetesObject | undefined): boolean {
  if (old === undefined) return false
  const { ownerReferences, finalizers } = old.metadata
  const metadata = { ...object.metadata, ownerReferences, finalizers, managedFields: old.metadata.managedFields }
  return equal({ ...object, metadata }, old)
}

function checkRole(role: ClusterRole, attributes: AdmissionAttributes): Status | undefined {
  const { server, user, endpoint, namespace, name } = attributes
  const { group, resource } = endpoint.definition
  const named = attributes.operation === 'UPDATE' ? name : undefined
  if (server.authorizer.authorize({ user, verb: 'escalate', group, resource, namespace, name: named }).allowed)
    return undefined
  const refusal = confirmNoEscalation(role, role.rules ?? [], attributes)
  if (refusal !== undefined) return refusal
  const aggregates = [role, attributes.old as ClusterRole | undefined].some(
    (each) => each?.aggregationRule?.clusterRoleSelectors?.length,
  )
  if (!aggregates || confirmNoEscalation(role, FULL_AUTHORITY, attributes) === undefined) return undefined
  return forbid(role, attributes, 'must have cluster-admin privileges to use the aggregationRule')
}

function checkBinding(binding: RoleBinding, attributes: AdmissionAttributes): Status | undefined {
  const { server, user, namespace } = attributes
  const { apiGroup: group = '', kind, name } = binding.roleRef ?? {}
  const resource = kind === 'ClusterRole' ? 'clusterroles' : 'roles'
  if (server.authorizer.authorize({ user, verb: 'bind', group, resource, namespace, name }).allowed) return undefined
  const rules = server.authorizer.rbac.rulesOf(binding.roleRef, namespace)
  if (rules === undefined) return notFound(attributes.endpoint.groupResource, name ?? '')
  return confirmNoEscalation(binding, rules, attributes)
}

/** Source: pkg/registry/rbac/validation/rule.go ConfirmNoEscalation */
function confirmNoEscalation(
  object: KubernetesObject,
  rules: readonly PolicyRule[],
  attributes: AdmissionAttributes,
): Status | undefined {
  const { server, user, namespace } = attributes
  const owned = server.authorizer.rbac.rulesFor(user, namespace).map(({ rule }) => rule)
  const missing = uncovered(owned, rules)
  if (missing.length === 0) return undefined
  const texts = [...new Set(compact(missing).map(ruleText))].sort()
  const why = `user "${user.name}" (groups=${quotedList(user.groups)}) is attempting to grant RBAC permissions not currently held:\n${texts.join('\n')}`
  return forbid(object, attributes, why)
}
