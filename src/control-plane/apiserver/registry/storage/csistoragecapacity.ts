import { canonicalQuantity, quantityError } from '../../../../api/quantity.ts'
import type { CSIStorageCapacity } from '../../../../api/types.ts'
import { defaultColumns } from '../columns/column.ts'
import { defineKind } from '../kind.ts'
import { validateCSIStorageCapacity, validateCSIStorageCapacityUpdate } from '../validation/storage/csi.ts'
import { deprecated } from '../warnings/pod-warnings.ts'

const canonical = (quantity: string): string =>
  quantityError(quantity) === undefined ? canonicalQuantity(quantity) : quantity

/** Quantities are written back in their canonical form. */
function defaults(each: CSIStorageCapacity): CSIStorageCapacity {
  const { capacity, maximumVolumeSize: most } = each
  return {
    ...each,
    ...(capacity !== undefined && { capacity: canonical(capacity) }),
    ...(most !== undefined && { maximumVolumeSize: canonical(most) }),
  }
}

/** Source: pkg/api/node/util.go GetWarningsForNodeSelector. */
function topologyWarnings({ nodeTopology }: CSIStorageCapacity): readonly string[] {
  const { matchExpressions = [], matchLabels = {} } = nodeTopology ?? {}
  return [
    ...matchExpressions.flatMap(({ key }, i) =>
      deprecated(`nodeTopology.matchExpressions[${i}].key`, key, `${key} is `),
    ),
    ...Object.keys(matchLabels).flatMap((key) => deprecated(`nodeTopology.matchLabels.${key}`, key, '')),
  ]
}

export const csiStorageCapacity = defineKind<CSIStorageCapacity>({
  group: 'storage.k8s.io',
  version: 'v1',
  kind: 'CSIStorageCapacity',
  resource: 'csistoragecapacities',
  singular: 'csistoragecapacity',
  namespaced: true,
  schema: 'io.k8s.api.storage.v1.CSIStorageCapacity',
  defaults,
  validate: (each) => validateCSIStorageCapacity(each),
  validateUpdate: validateCSIStorageCapacityUpdate,
  warnings: topologyWarnings,
  columns: defaultColumns,
})
