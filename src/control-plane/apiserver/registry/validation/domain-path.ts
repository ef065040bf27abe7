import { isDNS1123Subdomain, regexError } from '../../../../api/names.ts'
import { type Errors, invalid, invalidEach, required } from './field-error.ts'

const PATH = "[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+"
const pathPattern = new RegExp(`^${PATH}$`)

/** `acme.io/foo`. Source: apimachinery/pkg/util/validation/validation.go IsDomainPrefixedPath. */
export function validateDomainPrefixedPath(errors: Errors, field: string, text: string): void {
  if (text === '') {
    required(errors, field)
    return
  }
  const slash = text.indexOf('/')
  const [domain, path] = slash < 0 ? ['', ''] : [text.slice(0, slash), text.slice(slash + 1)]
  if (!domain || !path) {
    invalid(errors, field, text, 'must be a domain-prefixed path (such as "acme.io/foo")')
    return
  }
  invalidEach(errors, field, domain, isDNS1123Subdomain(domain))
  if (!pathPattern.test(path)) invalid(errors, field, path, regexError('Invalid path', PATH))
}
