import { regexError } from '../../../../api/names.ts'

/** Rules for texts and numbers, each answering what is wrong, in upstream's words. Source: apimachinery/pkg/util/validation/validation.go. */
type Wrong = readonly string[]

const FINE: Wrong = []

export const inclusiveRange = (low: number, high: number): string => `must be between ${low} and ${high}, inclusive`

export const IS_NEGATIVE = 'must be greater than or equal to 0'
export const NOT_POSITIVE = 'must be greater than zero'
export const IMMUTABLE = 'field is immutable'
export const MAX_INT32 = 2_147_483_647

export const portNumber = (port: number): Wrong => (port >= 1 && port <= 65_535 ? FINE : [inclusiveRange(1, 65_535)])

/** User and group IDs. */
export const unixID = (id: number): Wrong => (id >= 0 && id <= MAX_INT32 ? FINE : [inclusiveRange(0, MAX_INT32)])

export function portName(name: string): Wrong {
  const wrong: string[] = []
  if (name.length > 15) wrong.push('must be no more than 15 characters')
  if (!/^[-a-z0-9]+$/.test(name)) wrong.push('must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)')
  if (!/[a-z]/.test(name)) wrong.push('must contain at least one letter (a-z)')
  if (name.includes('--')) wrong.push('must not contain consecutive hyphens')
  if (name.startsWith('-') || name.endsWith('-')) wrong.push('must not begin or end with a hyphen')
  return wrong
}

function directoryPrefix(text: string): Wrong {
  if (text === '.') return ["must not be '.'"]
  if (text === '..') return ["must not be '..'"]
  return text.startsWith('..') ? ["must not start with '..'"] : FINE
}

export function configMapKey(key: string): Wrong {
  const wrong: string[] = []
  if (key.length > 253) wrong.push('must be no more than 253 characters')
  if (!/^[-._a-zA-Z0-9]+$/.test(key)) {
    const rule = "a valid config key must consist of alphanumeric characters, '-', '_' or '.'"
    wrong.push(regexError(rule, '[-._a-zA-Z0-9]+', 'key.name', 'KEY_NAME', 'key-name'))
  }
  return [...wrong, ...directoryPrefix(key)]
}

export function envVarName(name: string): Wrong {
  const rule =
    "a valid environment variable name must consist of alphabetic characters, digits, '_', '-', or '.', and must not start with a digit"
  const wrong = /^[-._a-zA-Z][-._a-zA-Z0-9]*$/.test(name)
    ? FINE
    : [regexError(rule, '[-._a-zA-Z][-._a-zA-Z0-9]*', 'my.env-name', 'MY_ENV.NAME', 'MyEnvName1')]
  return [...wrong, ...directoryPrefix(name)]
}

/** The rule since v1.32: any printable ASCII but `=`. */
export function relaxedEnvVarName(name: string): Wrong {
  if (name === '') return ['environment variable name must be non-empty']
  return /^[\x20-\x3c\x3e-\x7e]*$/.test(name)
    ? FINE
    : ["a valid environment variable name must consist only of printable ASCII characters other than '='"]
}

export const percent = (text: string): Wrong =>
  /^[0-9]+%$/.test(text)
    ? FINE
    : [regexError("a valid percent string must be a numeric string followed by an ending '%'", '[0-9]+%', '1%', '93%')]

export const httpHeaderName = (name: string): Wrong =>
  /^[-A-Za-z0-9]+$/.test(name)
    ? FINE
    : [
        regexError(
          "a valid HTTP header must consist of alphanumeric characters or '-'",
          '[-A-Za-z0-9]+',
          'X-Header-Name',
        ),
      ]

const LABEL = '_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?'
const SUBDOMAIN_WITH_UNDERSCORE = `${LABEL}(\\.${LABEL})*`
const subdomainWithUnderscorePattern = new RegExp(`^${SUBDOMAIN_WITH_UNDERSCORE}$`)

export function subdomainWithUnderscore(text: string): Wrong {
  const wrong: string[] = []
  if (text.length > 253) wrong.push('must be no more than 253 characters')
  if (!subdomainWithUnderscorePattern.test(text)) {
    const rule =
      "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '_', '-' or '.', and must start and end with an alphanumeric character"
    wrong.push(regexError(rule, SUBDOMAIN_WITH_UNDERSCORE, 'example.com'))
  }
  return wrong
}

const DECIMAL_RULE = 'must be a valid decimal integer in canonical form'

/** A whole number in decimal without leading zeros. Source: apimachinery/pkg/api/validate/content/decimal_int.go. */
export const decimalInteger = (text: string): Wrong =>
  /^(0|-?[1-9][0-9]*)$/.test(text) ? FINE : [text === '' ? 'must be non-empty' : DECIMAL_RULE]
