/**
 * Rules for names, label keys and label values, with upstream's messages. Each answers what is wrong, nothing when valid.
 * Source: apimachinery/pkg/api/validate/content/{dns,kube,errors}.go
 */

const DNS1123_LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?'
const DNS1123_SUBDOMAIN = `${DNS1123_LABEL}(\\.${DNS1123_LABEL})*`
const LABEL_KEY = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]'
const LABEL_VALUE = `(${LABEL_KEY})?`

const dns1123Label = new RegExp(`^${DNS1123_LABEL}$`)
const dns1123Subdomain = new RegExp(`^${DNS1123_SUBDOMAIN}$`)
const labelKey = new RegExp(`^${LABEL_KEY}$`)
const labelValue = new RegExp(`^${LABEL_VALUE}$`)

const VALID: readonly string[] = []

const DNS1035_LABEL = '[a-z]([-a-z0-9]*[a-z0-9])?'
const dns1035Label = new RegExp(`^${DNS1035_LABEL}$`)

export function isDNS1035Label(value: string): readonly string[] {
  const errors: string[] = []
  if (value.length > 63) errors.push(tooLong(63))
  if (!dns1035Label.test(value)) {
    const rule =
      "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character"
    errors.push(regexError(rule, DNS1035_LABEL, 'my-name', 'abc-123'))
  }
  return errors
}

export function isDNS1123Label(value: string): readonly string[] {
  const errors: string[] = []
  if (value.length > 63) errors.push(tooLong(63))
  if (dns1123Label.test(value)) return errors
  if (dns1123Subdomain.test(value)) return [...errors, 'must not contain dots']
  const rule =
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character"
  return [...errors, regexError(rule, DNS1123_LABEL, 'my-name', '123-abc')]
}

export function isDNS1123Subdomain(value: string): readonly string[] {
  if (value.length <= 253 && dns1123Subdomain.test(value)) return VALID
  const errors: string[] = []
  if (value.length > 253) errors.push(tooLong(253))
  const rule =
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character"
  if (!dns1123Subdomain.test(value)) errors.push(regexError(rule, DNS1123_SUBDOMAIN, 'example.com'))
  return errors
}

/** A name that is one segment of a URL path (RBAC roles and bindings). Source: apimachinery/pkg/api/validation/path/name.go */
export function isPathSegmentName(value: string): readonly string[] {
  if (value === '.' || value === '..') return [`may not be '${value}'`]
  return ['/', '%'].filter((part) => value.includes(part)).map((part) => `may not contain '${part}'`)
}

const keysChecked = new Map<string, readonly string[]>()

/** `app`, `example.com/app`. Answers are remembered: the same few keys come in every object. */
export function isLabelKey(value: string): readonly string[] {
  const known = keysChecked.get(value)
  if (known !== undefined) return known
  const errors = checkLabelKey(value)
  if (keysChecked.size > 10_000) keysChecked.clear()
  keysChecked.set(value, errors)
  return errors
}

function checkLabelKey(value: string): readonly string[] {
  const rule =
    "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character"
  const explained = regexError(rule, LABEL_KEY, 'MyName', 'my.name', '123-abc')
  const parts = value.split('/')
  if (parts.length > 2)
    return [`a valid label key ${explained} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`]
  const name = parts[parts.length - 1]!
  const errors: string[] = []
  if (parts.length === 2) {
    if (parts[0] === '') errors.push('prefix part must be non-empty')
    else
      errors.push(...isDNS1123Subdomain(parts[0]!).map((text) => `prefix part ${text.replace(/characters$/, 'bytes')}`))
  }
  if (name === '') errors.push('name part must be non-empty')
  else if (name.length > 63) errors.push(`name part ${maxLengthError(63)}`)
  if (!labelKey.test(name)) errors.push(`name part ${explained}`)
  return errors.length === 0 ? VALID : errors
}

export function isLabelValue(value: string): readonly string[] {
  if (value.length <= 63 && labelValue.test(value)) return VALID
  const errors: string[] = []
  if (value.length > 63) errors.push(maxLengthError(63))
  const rule =
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character"
  if (!labelValue.test(value)) errors.push(regexError(rule, LABEL_VALUE, 'MyValue', 'my_value', '12345'))
  return errors
}

/** Label keys and values count bytes. Source: apimachinery/pkg/api/validate/content/errors.go MaxLenError */
function maxLengthError(length: number): string {
  return `must be no more than ${length} bytes`
}

/** Source: apimachinery/pkg/util/validation/validation.go MaxLenError */
function tooLong(length: number): string {
  return `must be no more than ${length} characters`
}

/** Source: RegexError, double blank included. */
export function regexError(rule: string, pattern: string, ...examples: readonly string[]): string {
  if (examples.length === 0) return `${rule} (regex used for validation is '${pattern}')`
  const listed = examples.map((example) => `'${example}', `).join(' or ')
  return `${rule} (e.g. ${listed}regex used for validation is '${pattern}')`
}

/** A text in double quotes as Go's %q prints it. */
export function quote(text: string): string {
  return JSON.stringify(text)
    .replace(/\\u0000/g, '\\x00')
    .replace(/\\u00([01][0-9a-f])/g, '\\x$1')
}
