import { parseDocument, stringify } from 'yaml'
import { type DecodedJson, decodeJson, JsonError } from './json.ts'

/**
 * A YAML body, read as sigs.k8s.io/yaml reads it: into JSON.
 *
 * @throws JsonError
 */
export function decodeYaml(text: string): DecodedJson {
  // kubectl sends JSON under the YAML type too.
  if (/^\s*\{/.test(text)) return decodeJson(text)
  const document = parseDocument(text, { uniqueKeys: true, version: '1.1', maxAliasCount: 100 } as never)
  const duplicateFields: string[] = []
  for (const error of document.errors) {
    if (error.code !== 'DUPLICATE_KEY') throw new JsonError(`yaml: ${firstLine(error.message)}`)
    duplicateFields.push(keyAt(text, error.pos[0]))
  }
  try {
    return { value: document.toJS({ maxAliasCount: 100 }), duplicateFields }
  } catch (error) {
    throw new JsonError(`yaml: ${firstLine((error as Error).message)}`)
  }
}

const firstLine = (message: string) => message.split('\n', 1)[0]!.replace(/ at line (\d+).*$/, ' (line $1)')

function keyAt(text: string, offset: number): string {
  return /[^\s:]+/.exec(text.slice(offset))?.[0]?.replace(/^["']|["']$/g, '') ?? ''
}

/** An answer as YAML. */
export function encodeYaml(value: unknown): string {
  return stringify(value, { lineWidth: 0, aliasDuplicateObjects: false })
}
