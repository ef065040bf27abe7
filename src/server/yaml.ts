import { Document, isCollection, parseAllDocuments, type Scalar, type Tags, visit } from 'yaml'
import { type DecodedJson, decodeJson, JsonError } from './json.ts'

/**
 * A YAML body, read as sigs.k8s.io/yaml reads it: into JSON.
 *
 * @throws JsonError
 */
export function decodeYaml(text: string): DecodedJson {
  // kubectl sends JSON under the YAML type too.
  if (/^\s*\{/.test(text)) return decodeJson(text)
  const document = firstDocument(text)
  const repeated: string[] = []
  for (const { code, pos, message } of document.errors) {
    if (code === 'DUPLICATE_KEY') repeated.push(alreadySet(text, pos[0]))
    else throw new JsonError(`yaml: ${goWords[code] ?? firstLine(message)}`)
  }
  const duplicateFields = repeated.length > 0 ? [`yaml: unmarshal errors:${repeated.join('')}`] : []
  try {
    visit(document, { Pair: (_, { key }) => refuseCollection(key) })
    // Through text: what an alias repeats is repeated, and what contains itself is refused.
    return { value: JSON.parse(JSON.stringify(document.toJS({ maxAliasCount: 100 }))), duplicateFields }
  } catch (error) {
    throw new JsonError(`yaml: ${unreadable(error as Error)}`)
  }
}

/** What comes after `---` is not looked at. Source: sigs.k8s.io/yaml Unmarshal */
function firstDocument(text: string): Document {
  try {
    const [first] = parseAllDocuments(text, { uniqueKeys: true, version: '1.1', customTags: goTags }) as Document[]
    return first ?? new Document(null)
  } catch (error) {
    throw new JsonError(`yaml: ${unreadable(error as Error)}`)
  }
}

function refuseCollection(key: unknown): void {
  if (isCollection(key)) throw new JsonError(`invalid map key: ${JSON.stringify(key)}`)
}

/** Source: goyaml.v2 scannerc.go, parserc.go, decode.go */
const goWords: Readonly<Record<string, string>> = {
  BLOCK_AS_IMPLICIT_KEY: 'mapping values are not allowed in this context',
  TAB_AS_INDENT: 'found character that cannot start any token',
}

function unreadable(error: Error): string {
  const alias = /^Unresolved alias.*: (\S+)$/.exec(error.message)
  if (alias !== null) return `unknown anchor '${alias[1]}' referenced`
  return error instanceof RangeError ? 'exceeded max depth of 10000' : firstLine(error.message)
}

/** Go leaves timestamps as text and knows no base 60. Source: sigs.k8s.io/yaml goyaml.v2 resolve.go */
const goTags = (tags: Tags): Tags =>
  tags.filter(
    (tag) =>
      typeof tag === 'string' || !/:(timestamp|binary|omap|pairs|set)$|TIME/.test(`${tag.tag}${tag.format ?? ''}`),
  )

const firstLine = (message: string) => message.split('\n', 1)[0]!.replace(/ at line (\d+).*$/, ' (line $1)')

/** Source: sigs.k8s.io/yaml goyaml.v2 decode.go */
function alreadySet(text: string, offset: number): string {
  const line = text.slice(0, offset).split('\n').length
  const key = /[^\s:]+/.exec(text.slice(offset))?.[0]?.replace(/^["']|["']$/g, '') ?? ''
  return `\n  line ${line}: key ${JSON.stringify(key)} already set in map`
}

/** An answer as YAML, with its keys in order and quotes where Go sets them. Source: sigs.k8s.io/yaml Marshal */
export function encodeYaml(value: unknown): string {
  const document = new Document(value, { aliasDuplicateObjects: false, sortMapEntries: true })
  const quoted = (_: unknown, scalar: Scalar) => {
    if (typeof scalar.value === 'string' && OTHER_THAN_TEXT.test(scalar.value)) scalar.type = 'QUOTE_DOUBLE'
  }
  visit(document, { Scalar: quoted })
  return document.toString({ singleQuote: true, lineWidth: 80, indentSeq: false })
}

/** Text that would be read as something else. Source: sigs.k8s.io/yaml goyaml.v2 resolve.go, encode.go stringv */
const OTHER_THAN_TEXT =
  /^(?:|~|null|Null|NULL|true|True|TRUE|false|False|FALSE|[yYnN]|yes|Yes|YES|no|No|NO|on|On|ON|off|Off|OFF|<<|[-+]?[0-9][0-9_]*|[-+]?0[box][0-9a-fA-F_]+|[-+]?(?:\.[0-9]+|[0-9][0-9_]*(?:\.[0-9_]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}.*)$/
