import { invalid } from '../../../api/status.ts'
import type { KubernetesObject, Status } from '../../../api/types.ts'
import type { Call } from '../contract.ts'

/** Kinds whose PUT has to say which version it replaces. Source: AllowUnconditionalUpdate of the strategies under pkg/registry */
const CONDITIONAL = new Set([
  'APIService',
  'CSIDriver',
  'CSINode',
  'CSIStorageCapacity',
  'CustomResourceDefinition',
  'Lease',
  'MutatingAdmissionPolicy',
  'MutatingAdmissionPolicyBinding',
  'MutatingWebhookConfiguration',
  'PodDisruptionBudget',
  'RuntimeClass',
  'ValidatingAdmissionPolicy',
  'ValidatingAdmissionPolicyBinding',
  'ValidatingWebhookConfiguration',
  'VolumeAttachment',
])

/** Source: registry/generic/registry/store.go Update */
export function versionMissing({ request, endpoint }: Call, object: KubernetesObject): Status | undefined {
  if (object.metadata.resourceVersion || request.wire === undefined || request.verb !== 'update') return undefined
  const { kind, custom } = endpoint.definition
  if (custom === undefined && !CONDITIONAL.has(kind)) return undefined
  const { group, resource } = endpoint.groupResource
  const message = 'Invalid value: 0: must be specified for an update'
  return invalid({ group, kind: resource }, request.name!, [
    { type: 'FieldValueInvalid', field: 'metadata.resourceVersion', message },
  ])
}
