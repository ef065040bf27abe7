import { isDNS1123Subdomain } from '../../../../../api/names.ts'
import { type Errors, invalidEach, required, tooLong } from '../field-error.ts'

const MAX_DRIVER_NAME = 63

/** Source: pkg/apis/core/validation/validation.go ValidateCSIDriverName. */
export function validateCSIDriverName(errors: Errors, field: string, name = ''): void {
  if (name === '') {
    required(errors, field)
    return
  }
  if (name.length > MAX_DRIVER_NAME) tooLong(errors, field, MAX_DRIVER_NAME)
  invalidEach(errors, field, name, isDNS1123Subdomain(name.toLowerCase()))
}
