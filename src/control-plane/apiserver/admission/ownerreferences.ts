import { equal } from '../../../api/equal.ts'
import { groupOf, versionOf } from '../../../api/meta.ts'
import type { KubernetesObject, OwnerReference, Status } from '../../../api/types.ts'
import type { AdmissionAttributes, AdmissionPlugin } from '../contract.ts'
import { forbid } from './forbid.ts'

/** Nobody makes deletions wait that he could not bring about. Source: plugin/pkg/admission/gc/gc_admission.go */
export const ownerReferencesPermissionEnforcement: AdmissionPlugin = {
  name: 'OwnerReferencesPermissionEnforcement',
  operations: ['CREATE', 'UPDATE'],
  validate(object, attributes) {
    const { endpoint, subresource, old, operation, server, user, namespace, name } = attributes
    const { group, resource } = endpoint.groupResource
    if (object === undefined || (group === '' && resource === 'pods' && subresource === 'status')) return undefined
    const now = object.metadata?.ownerReferences ?? []
    if (equal(now, old?.metadata.ownerReferences ?? [])) return undefined
    if (operation !== 'CREATE') {
      const { version } = endpoint.definition
      const asked = { user, verb: 'delete', namespace, group, version, resource, subresource, name }
      const { allowed, reason } = server.authorizer.authorize(asked)
      if (!allowed)
        return forbid(object, attributes, `cannot set an ownerRef on a resource you can't delete: ${reason}, <nil>`)
    }
    return blocking(object, now, attributes)
  },
}

function blocking(
  object: KubernetesObject,
  now: readonly OwnerReference[],
  attributes: AdmissionAttributes,
): Status | undefined {
  const { old, server, user } = attributes
  const before = new Map((old?.metadata.ownerReferences ?? []).map((each) => [each.uid, each.blockOwnerDeletion]))
  const fresh = now.filter(({ uid, blockOwnerDeletion }) => blockOwnerDeletion === true && before.get(uid) !== true)
  const anything = {
    user,
    verb: 'update',
    group: '*',
    version: '*',
    resource: '*',
    subresource: 'finalizers',
    name: '*',
  }
  if (fresh.length === 0 || server.authorizer.authorize(anything).allowed) return undefined
  for (const reference of fresh) {
    const why = cannotFinalize(reference, attributes)
    if (why !== undefined) return forbid(object, attributes, why)
  }
  return undefined
}

function cannotFinalize({ apiVersion, kind, name }: OwnerReference, attributes: AdmissionAttributes) {
  const { server, user, namespace } = attributes
  const found = server.table.endpoints.find((each) => each.apiVersion === apiVersion && each.definition.kind === kind)
  if (found === undefined) {
    const text = `no matches for kind ${JSON.stringify(kind)} in version ${JSON.stringify(apiVersion)}`
    return `cannot set blockOwnerDeletion in this case because cannot find RESTMapping for APIVersion ${apiVersion} Kind ${kind}: ${text}`
  }
  const { allowed, reason } = server.authorizer.authorize({
    user,
    verb: 'update',
    group: groupOf(apiVersion),
    version: versionOf(apiVersion),
    resource: found.groupResource.resource,
    subresource: 'finalizers',
    name,
    ...(found.definition.namespaced && { namespace }),
  })
  if (allowed) return undefined
  return `cannot set blockOwnerDeletion if an ownerReference refers to a resource you can't set finalizers on: ${reason}, <nil>`
}
