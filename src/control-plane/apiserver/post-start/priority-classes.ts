import type { PriorityClass } from '../../../api/types.ts'
import type { Server } from '../contract.ts'
import { ensure } from './loopback.ts'

/** Source: pkg/apis/scheduling/v1/helpers.go systemPriorityClasses */
const SYSTEM: readonly Pick<PriorityClass, 'metadata' | 'value' | 'description'>[] = [
  {
    metadata: { name: 'system-node-critical' },
    value: 2_000_001_000,
    description: 'Used for system critical pods that must not be moved from their current node.',
  },
  {
    metadata: { name: 'system-cluster-critical' },
    value: 2_000_000_000,
    description:
      'Used for system critical pods that must run in the cluster, but can be moved to another node if necessary.',
  },
]

/** Source: pkg/registry/scheduling/rest/storage_scheduling.go AddSystemPriorityClasses */
export function priorityClasses(server: Server): void {
  for (const each of SYSTEM)
    ensure(server, { apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', ...each } as PriorityClass)
}
