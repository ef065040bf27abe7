import type { KubernetesObject } from '../../../api/types.ts'
import type { KindDefinition } from '../registry/contract.ts'

/**
 * Kinds with a spec that count no generations. Source: which strategies under pkg/registry set metadata.generation.
 * Kinds without a spec that count (EndpointSlice, PriorityClass) do it in their own definition.
 */
const WITHOUT = new Set([
  'APIService',
  'CSIDriver',
  'CSINode',
  'CertificateSigningRequest',
  'HorizontalPodAutoscaler',
  'IPAddress',
  'Lease',
  'LimitRange',
  'Namespace',
  'Node',
  'PersistentVolume',
  'PersistentVolumeClaim',
  'ResourceClaim',
  'ResourceClaimTemplate',
  'ResourceQuota',
  'Service',
  'VolumeAttachment',
  'ServiceCIDR',
])

/** Whether metadata.generation of this kind grows with its spec. */
export function hasGeneration(definition: KindDefinition, object: KubernetesObject): boolean {
  return 'spec' in object && !WITHOUT.has(definition.kind)
}
