export interface FieldRequirement {
  readonly field: string
  readonly operator: '=' | '!='
  readonly value: string
}

/** The text is not a field selector; the message is upstream's. */
export class FieldSelectorError extends Error {}

const NONE: readonly FieldRequirement[] = []
const CACHE_LIMIT = 10_000
const parsed = new Map<string, readonly FieldRequirement[]>()

/**
 * Parses `spec.nodeName=a,status.phase!=Running`. Results are remembered by text. Which fields a kind has is not known here.
 *
 * @throws FieldSelectorError. Source: apimachinery/pkg/fields/selector.go parseSelector
 */
export function parseFieldSelector(text: string): readonly FieldRequirement[] {
  if (text === '') return NONE
  const known = parsed.get(text)
  if (known !== undefined) return known
  const requirements = splitTerms(text)
    .sort()
    .filter((term) => term !== '')
    .map((term) => parseTerm(text, term))
  if (parsed.size >= CACHE_LIMIT) parsed.clear()
  parsed.set(text, requirements)
  return requirements
}

function parseTerm(selector: string, term: string): FieldRequirement {
  const parts = /^(.*?)(!=|==|=)(.*)$/s.exec(term)
  if (parts === null) throw new FieldSelectorError(`invalid selector: '${selector}'; can't understand '${term}'`)
  return { field: parts[1]!, operator: parts[2] === '!=' ? '!=' : '=', value: unescapeValue(parts[3]!) }
}

/** Commas behind a backslash belong to the value. */
function splitTerms(text: string): string[] {
  const terms: string[] = []
  let start = 0
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '\\') at++
    else if (text[at] === ',') {
      terms.push(text.slice(start, at))
      start = at + 1
    }
  }
  return [...terms, text.slice(start)]
}

/** Source: fields.UnescapeValue */
function unescapeValue(text: string): string {
  if (!/[\\,=]/.test(text)) return text
  let value = ''
  for (let at = 0; at < text.length; at++) {
    const char = text[at]!
    if (char === '\\') {
      const next = text[++at] ?? ''
      if (next === '' || !'\\,='.includes(next))
        throw new FieldSelectorError(`invalid field selector: invalid escape sequence: \\${next}`)
      value += next
    } else if (char === ',' || char === '=') {
      throw new FieldSelectorError(`invalid field selector: unescaped character in value: ${char.charCodeAt(0)}`)
    } else value += char
  }
  return value
}
