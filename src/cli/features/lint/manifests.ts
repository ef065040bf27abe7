import { existsSync, readFileSync } from 'node:fs'
import { type Document, isMap, isScalar, isSeq, LineCounter, type Node, type ParsedNode, parseAllDocuments } from 'yaml'
import { structureProblems, unknownFields } from '../../../cluster/index.ts'
import { kindOfPart } from '../../../gherkin/lint/index.ts'
import type { Finding } from './finding.ts'
import type { BoundStep, Suite } from './suite.ts'

const APPLIED = 'these manifests are applied:'
const FILE = 'the manifests in {string} are applied'
const YAML = /^(these manifests are (applied|submitted)|.*\b(matches|patched with|resized with))\b.*:$/

/** A YAML text in a file: where its first line is, and what is wrong in it. */
interface Place {
  readonly file: string
  /** Line of the file before the text begins. */
  readonly above: number
  /** Columns before the text's own. */
  readonly left: number
}

/** Doc strings and files that are no YAML, or objects that the API server would refuse for their shape. */
export function manifestFindings({ steps }: Suite): readonly Finding[] {
  const files = new Set<string>()
  return steps.flatMap((bound): readonly Finding[] => {
    const pattern = bound.definitions.length === 1 ? bound.definitions[0]!.pattern : ''
    if (pattern === FILE) {
      const path = bound.captured[0]!.slice(1, -1)
      if (files.has(path)) return []
      files.add(path)
      return fileFindings(path, bound)
    }
    return docStringFindings(bound, pattern)
  })
}

function fileFindings(path: string, { file, step }: BoundStep): readonly Finding[] {
  if (existsSync(path)) return manifestProblems(readFileSync(path, 'utf8'), { file: path, above: 0, left: 0 })
  return [{ file, line: step.location.line, rule: 'missing-file', message: `there is no file "${path}"` }]
}

function docStringFindings({ file, step, pickleStep }: BoundStep, pattern: string): readonly Finding[] {
  const text = pickleStep.argument?.docString?.content
  if (text === undefined || step.docString === undefined) return []
  const { line, column = 1 } = step.docString.location
  const place = { file, above: line, left: column - 1 }
  if (pattern === APPLIED) return manifestProblems(text, place)
  if (/^ya?ml$/.test(step.docString.mediaType ?? '') || YAML.test(pattern)) {
    const read = readYaml(text, place)
    const kind = kindOfPart(pattern, pickleStep.text)
    return [...read.findings, ...read.documents.flatMap((document) => partProblems(document, kind, place, read.lines))]
  }
  return []
}

interface Read {
  readonly documents: readonly Document[]
  readonly lines: LineCounter
  readonly findings: readonly Finding[]
}

function readYaml(text: string, { file, above, left }: Place): Read {
  const lines = new LineCounter()
  const documents = [...parseAllDocuments(text, { lineCounter: lines })] as Document<ParsedNode>[]
  const findings = documents.flatMap(({ errors }) =>
    errors.slice(0, 1).map(({ message, linePos }): Finding => {
      const { line, col } = linePos?.[0] ?? { line: 1, col: 1 }
      return {
        file,
        line: above + line,
        column: left + col,
        rule: 'yaml',
        message: message.split('\n')[0]!.replace(/ at line .*$/, ''),
      }
    }),
  )
  return { documents: documents.filter(({ errors }) => errors.length === 0), lines, findings }
}

function manifestProblems(text: string, place: Place): readonly Finding[] {
  const { documents, lines, findings } = readYaml(text, place)
  return [...findings, ...documents.flatMap((document) => objectProblems(document, place, lines))]
}

function objectProblems(document: Document, place: Place, lines: LineCounter): readonly Finding[] {
  const object = document.toJS() as { apiVersion?: unknown; kind?: unknown; items?: unknown } | null
  if (object === null) return []
  const at = (node: Node | null | undefined, message: string): Finding => ({
    ...placeOf(node, place, lines),
    rule: 'manifest',
    message,
  })
  if (typeof object !== 'object' || typeof object.apiVersion !== 'string' || typeof object.kind !== 'string')
    return [at(document.contents, 'each document needs apiVersion and kind')]
  if (object.kind === 'List') return []
  return structureProblems(object as never).map(({ path, message }) => at(nodeAt(document.contents, path), message))
}

function placeOf(node: Node | null | undefined, { file, above, left }: Place, lines: LineCounter) {
  const { line, col } = lines.linePos(node?.range?.[0] ?? 0)
  return { file, line: above + line, column: left + col }
}

function partProblems(
  document: Document,
  kind: string | undefined,
  place: Place,
  lines: LineCounter,
): readonly Finding[] {
  const part = document.toJS() as unknown
  if (kind === undefined || typeof part !== 'object' || part === null || Array.isArray(part)) return []
  return unknownFields(kind, part).flatMap(({ path, message }): Finding[] => {
    // Directives of strategic merge patches are no fields.
    if (/(^|\.)\$/.test(path)) return []
    const node = nodeAt(document.contents, path)
    return [{ ...placeOf(node, place, lines), rule: 'manifest', message: `${message} of ${kind}` }]
  })
}

/** The key or item that a path means; `containers.image`, as Go writes paths, means that of any container. */
function nodeAt(from: unknown, path: string): Node | undefined {
  const names = [...path.matchAll(/\[(\d+)\]|([^.[\]]+)/g)].map(([, index, name]) => index ?? name!)
  return walk(from, names) ?? (names.length > 1 ? nodeAt(from, path.replace(/[.[][^.[]*$/, '')) : undefined)
}

function walk(node: unknown, [name, ...rest]: readonly string[]): Node | undefined {
  if (name === undefined) return undefined
  if (isSeq(node)) {
    if (/^\d+$/.test(name))
      return rest.length > 0 ? walk(node.items[Number(name)], rest) : (node.items[Number(name)] as Node)
    return node.items.map((item) => walk(item, [name, ...rest])).find((found) => found !== undefined)
  }
  if (!isMap(node)) return undefined
  const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === name)
  return pair && (rest.length > 0 ? walk(pair.value, rest) : (pair.key as Node))
}
