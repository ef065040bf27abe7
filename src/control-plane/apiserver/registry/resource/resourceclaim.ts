import type { ResourceClaim } from '../../../../api/types.ts'
import { ageColumn, column, nameColumn } from '../columns/column.ts'
import { defineKind, statusSubresource } from '../kind.ts'
import { withMetadataOf } from '../status-metadata.ts'
import { validateResourceClaim, validateResourceClaimUpdate } from '../validation/resource/claim.ts'
import { validateResourceClaimStatus } from '../validation/resource/claim-status.ts'
import { claimDefaults } from './claim-defaults.ts'

/** Source: printers.go resourceClaimState. */
function state({ metadata, status }: ResourceClaim): string {
  const deleted = metadata.deletionTimestamp !== undefined
  const states = deleted ? ['deleted'] : []
  if (status?.allocation === undefined) return [...states, ...(deleted ? [] : ['pending'])].join(',')
  return [...states, 'allocated', ...(status.reservedFor?.length ? ['reserved'] : [])].join(',')
}

const texts = { state: 'A summary of the current state (allocated, pending, reserved, etc.).' }

export const resourceClaim = defineKind<ResourceClaim>({
  group: 'resource.k8s.io',
  version: 'v1',
  kind: 'ResourceClaim',
  resource: 'resourceclaims',
  singular: 'resourceclaim',
  namespaced: true,
  subresources: statusSubresource,
  schema: 'io.k8s.api.resource.v1.ResourceClaim',
  defaults: claimDefaults,
  prepareForCreate: (claim) => ({ ...claim, status: {} }),
  prepareForStatusUpdate: withMetadataOf,
  validate: validateResourceClaim,
  validateUpdate: validateResourceClaimUpdate,
  validateStatusUpdate: validateResourceClaimStatus,
  columns: [nameColumn, column('State', texts.state, state), ageColumn],
})
