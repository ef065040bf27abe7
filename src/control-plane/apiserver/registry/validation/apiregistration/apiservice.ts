import { decodeBase64Bytes } from '../../../../../api/base64.ts'
import { isDNS1123Subdomain, isPathSegmentName, quote, regexError } from '../../../../../api/names.ts'
import type { APIService, APIServiceReference } from '../../../../../api/types.ts'
import { type Errors, invalid, invalidEach, notSupported, required } from '../field-error.ts'
import { portNumber } from '../formats.ts'

/** Source: kube-aggregator/pkg/apis/apiregistration/validation/validation.go. */

const DNS1035 = '[a-z]([-a-z0-9]*[a-z0-9])?'
const dns1035 = new RegExp(`^${DNS1035}$`)

/** Source: apimachinery/pkg/util/validation IsDNS1035Label. */
export function isDNS1035Label(text: string): readonly string[] {
  const rule =
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character"
  const long = text.length > 63 ? ['must be no more than 63 characters'] : []
  return dns1035.test(text) ? long : [...long, regexError(rule, DNS1035, 'my-name', 'abc-123')]
}

/** The rule for names needs the spec, so it is checked with the rest; by itself a name is one segment of a path. */
function validateName(errors: Errors, { metadata: { name }, spec }: APIService): void {
  if (!name || isPathSegmentName(name).length > 0) return
  const wanted = `${spec?.version ?? ''}.${spec?.group ?? ''}`
  const detail = `must be \`spec.version+"."+spec.group\`: ${quote(wanted)}`
  if (name !== wanted) invalid(errors, 'metadata.name', name, detail)
}

export function validateAPIService(each: APIService): Errors {
  const errors: Errors = []
  validateName(errors, each)
  const { group = '', version = '', groupPriorityMinimum = 0, versionPriority = 0, ...spec } = each.spec ?? {}
  if (group === '' && version !== 'v1') {
    required(errors, 'spec.group', 'only v1 may have an empty group and it better be legacy kube')
  }
  if (group !== '') invalidEach(errors, 'spec.group', group, isDNS1123Subdomain(group))
  invalidEach(errors, 'spec.version', version, isDNS1035Label(version))
  if (groupPriorityMinimum <= 0 || groupPriorityMinimum > 20_000) {
    invalid(errors, 'spec.groupPriorityMinimum', groupPriorityMinimum, 'must be positive and less than 20000')
  }
  if (versionPriority <= 0 || versionPriority > 1000) {
    invalid(errors, 'spec.versionPriority', versionPriority, 'must be positive and less than 1000')
  }
  const { service, caBundle = '', insecureSkipTLSVerify = false } = spec
  const skip = 'spec.insecureSkipTLSVerify'
  if (service !== undefined) {
    validateService(errors, service)
    if (insecureSkipTLSVerify && caBundle !== '') invalid(errors, skip, true, 'may not be true if caBundle is present')
    return errors
  }
  if (caBundle !== '') {
    const bytes = `${decodeBase64Bytes(caBundle).length} bytes`
    invalid(errors, 'spec.caBundle', bytes, 'local APIServices may not have a caBundle')
  }
  if (insecureSkipTLSVerify) invalid(errors, skip, true, 'local APIServices may not have insecureSkipTLSVerify')
  return errors
}

function validateService(errors: Errors, { namespace, name, port = 0 }: APIServiceReference): void {
  if (!namespace) required(errors, 'spec.service.namespace')
  if (!name) required(errors, 'spec.service.name')
  const wrong = portNumber(port)
  if (wrong.length > 0) invalid(errors, 'spec.service.port', port, `port is not valid: ${wrong.join(', ')}`)
}

const STATUSES = ['True', 'False', 'Unknown']

export function validateAPIServiceStatus({ status }: APIService): Errors {
  const errors: Errors = []
  for (const [i, condition] of (status?.conditions ?? []).entries()) {
    if (STATUSES.includes(condition.status)) continue
    notSupported(errors, `status.conditions[${i}].status`, condition.status ?? '', STATUSES)
  }
  return errors
}
