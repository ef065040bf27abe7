import { isDNS1123Label, isDNS1123Subdomain, isLabelKey, isLabelValue, regexError } from '../../api/names.ts'
import { type Overload, overload } from '../declarations.ts'
import { parseTimestamp } from '../texts.ts'
import { Opaque, OptionalValue } from '../values.ts'
import { parseRequestUri } from './urls.ts'

/** Source: apiserver/pkg/cel/library/format.go */
class FormatValue extends Opaque {
  readonly type = 'kubernetes.NamedFormat'
  readonly name: string
  readonly problems: Check

  constructor(name: string, problems: Check) {
    super()
    this.name = name
    this.problems = problems
  }

  equals(other: Opaque): boolean {
    return other instanceof FormatValue && other.name === this.name
  }
}

type Check = (text: string) => readonly string[]

const DNS1035 = '[a-z]([-a-z0-9]*[a-z0-9])?'

const dns1035: Check = (text) => [
  ...(text.length > 63 ? ['must be no more than 63 characters'] : []),
  ...(new RegExp(`^${DNS1035}$`).test(text)
    ? []
    : [
        regexError(
          "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character",
          DNS1035,
          'my-name',
          'abc-123',
        ),
      ]),
]

/** Of names that something is added to: they may end in a dash. Source: apimachinery/pkg/api/validation/generic.go maskTrailingDash */
const prefix =
  (check: Check): Check =>
  (text) =>
    check(text.length > 1 && text.endsWith('-') ? `${text.slice(0, -1)}a` : text)

const when =
  (holds: (text: string) => boolean, message: string): Check =>
  (text) =>
    holds(text) ? [] : [message]

const uri: Check = (text) => {
  const found = parseRequestUri(text)
  return typeof found === 'string' ? [`parse ${JSON.stringify(text)}: ${found}`] : []
}

const isDate = (text: string) => parseTimestamp(`${text}T00:00:00Z`) !== undefined
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/
const UUID = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i

const FORMATS = new Map(
  Object.entries({
    dns1123Label: isDNS1123Label,
    dns1123Subdomain: isDNS1123Subdomain,
    dns1035Label: dns1035,
    qualifiedName: isLabelKey,
    dns1123LabelPrefix: prefix(isDNS1123Label),
    dns1123SubdomainPrefix: prefix(isDNS1123Subdomain),
    dns1035LabelPrefix: prefix(dns1035),
    labelValue: isLabelValue,
    uri,
    uuid: when((text) => UUID.test(text), 'does not match the UUID format'),
    byte: when((text) => text !== '' && BASE64.test(text), 'invalid base64'),
    date: when(isDate, 'invalid date'),
    datetime: when((text) => parseTimestamp(text) !== undefined, 'invalid datetime'),
  } satisfies Record<string, Check>).map(([name, check]) => [name, new FormatValue(name, check)]),
)

export const formats: readonly Overload[] = [
  ...[...FORMATS].map(([name, format]) => overload(`#format.${name}(): kubernetes.NamedFormat`, () => format)),
  overload('#format.named(string): optional(kubernetes.NamedFormat)', (name: string) => {
    const format = FORMATS.get(name)
    return format === undefined ? OptionalValue.none : new OptionalValue(format)
  }),
  overload(
    'kubernetes.NamedFormat.validate(string): optional(list(string))',
    ({ problems }: FormatValue, text: string) => {
      const found = problems(text)
      return found.length === 0 ? OptionalValue.none : new OptionalValue(found)
    },
  ),
]
