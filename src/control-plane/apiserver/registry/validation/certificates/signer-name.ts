import { isDNS1123Label, isDNS1123Subdomain, quote } from '../../../../../api/names.ts'
import { type Errors, invalid, required, tooLong } from '../field-error.ts'

const MAX_DOMAIN = 253
const MAX_NAME = MAX_DOMAIN + 253 + 63 + 2

/** `example.com/signer-name`. Source: pkg/apis/core/validation/names.go ValidateSignerName. */
export function validateSignerName(errors: Errors, field: string, name = ''): void {
  if (name === '') {
    required(errors, field)
    return
  }
  const [domain = '', path = '', ...more] = name.split('/')
  if (!name.includes('/') || more.length > 0) {
    const form = "must be a fully qualified domain and path of the form 'example.com/signer-name'"
    invalid(errors, field, name, form)
    return
  }
  if (domain.length > MAX_DOMAIN) tooLong(errors, field, MAX_DOMAIN)
  const labels = domain.split('.')
  validateParts(errors, field, domain, labels, isDNS1123Label)
  if (labels.length < 2) {
    invalid(errors, field, domain, 'should be a domain with at least two segments separated by dots')
  }
  validateParts(errors, field, path, path.split('.'), isDNS1123Subdomain)
  if (name.length > MAX_NAME) tooLong(errors, field, MAX_NAME)
}

/** Of several wrong parts the first one is enough. */
function validateParts(
  errors: Errors,
  field: string,
  whole: string,
  parts: readonly string[],
  rule: (part: string) => readonly string[],
): void {
  const wrong = parts.find((part) => rule(part).length > 0)
  if (wrong === undefined) return
  for (const text of rule(wrong)) invalid(errors, field, whole, `validating label ${quote(wrong)}: ${text}`)
}
