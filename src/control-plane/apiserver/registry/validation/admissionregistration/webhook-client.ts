import { isDNS1123Subdomain, quote } from '../../../../../api/names.ts'
import type { ServiceReference, WebhookClientConfig } from '../../../../../api/types.ts'
import { type Errors, invalid, required } from '../field-error.ts'
import { portNumber } from '../formats.ts'

/** Where a webhook is. Source: apiserver/pkg/util/webhook/validation.go. */

export function validateClientConfig(errors: Errors, field: string, { url, service }: WebhookClientConfig): void {
  if ((url === undefined) === (service === undefined)) {
    required(errors, field, 'exactly one of url or service is required')
  } else if (url !== undefined) validateURL(errors, `${field}.url`, url)
  else if (service !== undefined) validateService(errors, `${field}.service`, service)
}

const FORM = '; desired format: https://host[/path]'

/** Scheme, authority, query and fragment, as Go's net/url takes them apart. */
const PARTS = /^(?:([A-Za-z][A-Za-z0-9+.-]*):)?(?:\/\/([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/s

function validateURL(errors: Errors, field: string, url: string): void {
  const badEscape = /%(?![0-9A-Fa-f]{2}).{0,2}/.exec(url)?.[0]
  if (badEscape !== undefined) {
    const detail = `parse ${quote(url)}: invalid URL escape ${quote(badEscape)}`
    required(errors, field, `url must be a valid URL: ${detail}${FORM}`)
    return
  }
  const [, scheme = '', authority = '', , query = '', fragment = ''] = PARTS.exec(url)!
  const at = authority.lastIndexOf('@')
  const host = authority.slice(at + 1)
  if (scheme.toLowerCase() !== 'https') {
    invalid(errors, field, scheme.toLowerCase(), `'https' is the only allowed URL scheme${FORM}`)
  }
  if (host === '') invalid(errors, field, host, `host must be specified${FORM}`)
  if (at >= 0) invalid(errors, field, authority.slice(0, at), 'user information is not permitted in the URL')
  if (fragment !== '') invalid(errors, field, fragment, 'fragments are not permitted in the URL')
  if (query !== '') invalid(errors, field, query, 'query parameters are not permitted in the URL')
}

/** Upstream takes the name for the namespace and the other way round: so do the errors. */
function validateService(errors: Errors, field: string, service: ServiceReference): void {
  const { name = '', namespace = '', port = 0, path = '' } = service
  if (namespace === '') required(errors, `${field}.name`)
  if (name === '') required(errors, `${field}.namespace`)
  const wrong = portNumber(port)
  if (wrong.length > 0) invalid(errors, `${field}.port`, port, `port is not valid: ${wrong.join(', ')}`)
  if (path === '/' || path === '') return
  const segment = (i: number, text: string) => invalid(errors, `${field}.path`, path, `segment[${i}]${text}`)
  if (path === '//') {
    segment(0, ' may not be empty')
    return
  }
  if (!path.startsWith('/')) invalid(errors, `${field}.path`, path, "must start with a '/'")
  for (const [i, step] of path.slice(1).replace(/\/$/, '').split('/').entries()) {
    if (step === '') segment(i, ' may not be empty')
    else for (const text of isDNS1123Subdomain(step)) segment(i, `: ${text}`)
  }
}
