import type { ErrorObject, ValidateFunction } from 'ajv'
import { type Document, LineCounter, parseDocument } from 'yaml'
import { LIMITS } from './limits.ts'
import type { Findings, Place } from './pack-error.ts'
import { readText } from './pack-file.ts'
import { ONE_LINE } from './pack-schema.ts'

/** A YAML file that has the shape it should, and where in it things stand. */
export interface YamlFile<T> {
  readonly value: T
  /** Where a field stands. */
  readonly at: (path: readonly string[]) => Place
}

/** Reads a YAML file. @returns undefined when it cannot be used: the findings name line, field and what was expected */
export function readYaml<T>(file: string, validate: ValidateFunction, findings: Findings): YamlFile<T> | undefined {
  const source = readText(file, findings)
  if (source === undefined) return undefined
  if (isDeep(source)) {
    findings.error({ file, line: 1, column: 1 }, `is nested deeper than ${LIMITS.yamlDepth} levels`)
    return undefined
  }
  const lines = new LineCounter()
  const document = parseDocument(source, { lineCounter: lines, logLevel: 'error' })
  for (const { linePos, message, code } of document.errors)
    findings.error(
      { file, line: linePos?.[0].line ?? 1, column: linePos?.[0].col ?? 1 },
      code === 'MULTIPLE_DOCS' ? 'a second document begins here: one is read' : firstLine(message),
    )
  if (document.errors.length > 0) return undefined
  const at = (path: readonly string[]): Place => {
    const { line, col } = lines.linePos(offsetOf(document, path))
    return { file, line: Math.max(1, line), column: Math.max(1, col) }
  }
  const value = plainValue(document, (problem) => findings.error(at([]), problem))
  if (value === undefined) return undefined
  if (validate(value)) return { value: value as T, at }
  for (const error of validate.errors ?? []) findings.error(at(placeOf(error)), messageOf(error))
  return undefined
}

/** Aliases that multiply and tags nobody knows end here. */
function plainValue(document: Document, refuse: (problem: string) => void): unknown {
  try {
    return document.toJS({ maxAliasCount: 50 }) as unknown
  } catch (error) {
    refuse(`cannot be read as YAML: ${firstLine((error as Error).message)}`)
    return undefined
  }
}

/** Whether brackets or indentation go so deep that a parser that descends into them might not come back. */
export function isDeep(source: string): boolean {
  let depth = 0
  let deepest = 0
  for (const character of source) {
    if (character === '[' || character === '{') depth++
    else if (character === ']' || character === '}') depth--
    deepest = Math.max(deepest, depth)
  }
  if (deepest > LIMITS.yamlDepth) return true
  return source.split('\n').some((line) => (line.match(/^(?: |[-?:] )*/)?.[0].length ?? 0) > 4 * LIMITS.yamlDepth)
}

/** Where a field is; where it is not there, where what should have it is. */
function offsetOf(document: Document, path: readonly string[]): number {
  for (let length = path.length; length >= 0; length--) {
    const node = document.getIn(path.slice(0, length), true) as { range?: [number, number, number] } | undefined
    if (typeof node === 'object' && node?.range) return node.range[0]
  }
  return 0
}

function placeOf({ instancePath, params }: ErrorObject): readonly string[] {
  const extra = (params as { additionalProperty?: string }).additionalProperty
  return extra === undefined ? fieldOf(instancePath) : [...fieldOf(instancePath), extra]
}

function messageOf({ instancePath, message, params }: ErrorObject): string {
  const { additionalProperty, allowedValues, pattern } = params as {
    additionalProperty?: string
    allowedValues?: string[]
    pattern?: string
  }
  if (pattern === ONE_LINE)
    return `${fieldOf(instancePath).join('.')} must be one line of text, without control characters`
  const detail = additionalProperty ? `: ${additionalProperty}` : allowedValues ? `: ${allowedValues.join(', ')}` : ''
  return `${fieldOf(instancePath).join('.') || 'the file'} ${message}${detail}`
}

const fieldOf = (instancePath: string) =>
  instancePath
    .split('/')
    .slice(1)
    .map((name) => name.replaceAll('~1', '/').replaceAll('~0', '~'))

const firstLine = (text: string) => text.split('\n')[0]!
