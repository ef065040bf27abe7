import type { KubernetesObject } from '../../../../api/types.ts'
import type { AdmissionAttributes, Endpoint } from '../../contract.ts'
import { presented } from '../../rest/answer.ts'

/** The AdmissionRequest that webhooks are sent and expressions see as `request`, without the objects. Source: plugin/webhook/request/admissionreview.go */
export function admissionRequest(
  attributes: AdmissionAttributes,
  matched: Endpoint,
): Readonly<Record<string, unknown>> {
  const { endpoint, subresource, name, namespace, operation, user, dryRun } = attributes
  const extra = user.extra ?? {}
  return {
    kind: kindOf(matched, subresource),
    resource: resourceOf(matched),
    ...(subresource !== undefined && { subResource: subresource }),
    requestKind: kindOf(endpoint, subresource),
    requestResource: resourceOf(endpoint),
    ...(subresource !== undefined && { requestSubResource: subresource }),
    ...(name !== '' && { name }),
    ...namespaceOf(attributes, namespace),
    operation,
    userInfo: {
      username: user.name,
      ...(user.uid !== undefined && { uid: user.uid }),
      groups: user.groups,
      ...(Object.keys(extra).length > 0 && { extra }),
    },
    dryRun,
    options: optionsOf(attributes),
  }
}

/** Requests for Namespaces carry their own name as namespace. */
function namespaceOf({ endpoint, name }: AdmissionAttributes, namespace: string | undefined) {
  if (namespace !== undefined) return { namespace }
  return endpoint.definition.kind === 'Namespace' && endpoint.definition.group === '' ? { namespace: name } : {}
}

function kindOf({ definition }: Endpoint, subresource: string | undefined) {
  const { group, version, kind } = (subresource && definition.subresources?.[subresource]) || definition
  return { group: group ?? definition.group, version: version ?? definition.version, kind: kind ?? definition.kind }
}

function resourceOf({ definition: { group, version, resource } }: Endpoint) {
  return { group, version, resource }
}

const OPTIONS = { CREATE: 'CreateOptions', UPDATE: 'UpdateOptions', DELETE: 'DeleteOptions', CONNECT: 'ConnectOptions' }

function optionsOf({ operation, call: { options, request } }: AdmissionAttributes) {
  const { dryRun, fieldManager, fieldValidation, force, gracePeriodSeconds, propagationPolicy, preconditions } = options
  const kind = request.verb === 'patch' ? 'PatchOptions' : OPTIONS[operation]
  return {
    kind,
    apiVersion: 'meta.k8s.io/v1',
    ...(dryRun && { dryRun: ['All'] }),
    ...(fieldManager !== undefined && { fieldManager }),
    ...(fieldValidation !== undefined && { fieldValidation }),
    ...(force !== undefined && { force }),
    ...(operation === 'DELETE' && {
      ...(gracePeriodSeconds !== undefined && { gracePeriodSeconds }),
      ...(propagationPolicy !== undefined && { propagationPolicy }),
      ...(preconditions !== undefined && { preconditions }),
    }),
  }
}

/** An object in the version that was asked for. */
export function versioned(matched: Endpoint, object: KubernetesObject | undefined): KubernetesObject | undefined {
  return object === undefined || object.kind === 'Binding' ? object : presented(matched, object)
}
