import type { Lease } from '../../../../api/types.ts'
import { type Errors, forbidden, invalid } from './field-error.ts'

/** Source: pkg/apis/coordination/validation/validation.go ValidateLeaseSpec. */
export function validateLease({ spec }: Lease): Errors {
  const errors: Errors = []
  const { leaseDurationSeconds: seconds, leaseTransitions, strategy, preferredHolder } = spec ?? {}
  if (seconds !== undefined && seconds <= 0) {
    invalid(errors, 'spec.leaseDurationSeconds', seconds, 'must be greater than 0')
  }
  if (leaseTransitions !== undefined && leaseTransitions < 0) {
    invalid(errors, 'spec.leaseTransitions', leaseTransitions, 'must be greater than or equal to 0')
  }
  if (preferredHolder && !strategy) {
    forbidden(errors, 'spec.preferredHolder', 'may only be specified if `strategy` is defined')
  }
  return errors
}
