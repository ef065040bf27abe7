import { readFileSync } from 'node:fs'
import type { Ajv } from 'ajv'
import { parseDocument } from 'yaml'
import { PackError } from './pack-error.ts'

/** A YAML file that has the shape it should, and where in it things stand. */
export interface YamlFile<T> {
  readonly value: T
  /** `packs/net/pack.yaml:7`, the line of a field. */
  readonly at: (path: readonly string[]) => string
}

/** @throws {PackError} */
export function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    throw new PackError(`${file}: the file is missing`)
  }
}

/** @throws {PackError} that names the file, the line, the field and what was expected */
export function readYaml<T>(file: string, validate: ReturnType<Ajv['compile']>): YamlFile<T> {
  const source = readText(file)
  const document = parseDocument(source)
  const broken = document.errors[0]
  if (broken) throw new PackError(`${file}:${broken.linePos?.[0].line ?? 1}: ${broken.message.split('\n')[0]}`)
  const at = (path: readonly string[]) => {
    const node = document.getIn(path, true) as { range?: [number, number, number] } | undefined
    return `${file}:${source.slice(0, node?.range?.[0] ?? 0).split('\n').length}`
  }
  const value: unknown = document.toJS()
  if (validate(value)) return { value: value as T, at }
  const { instancePath, message, params } = validate.errors![0]!
  const path = instancePath.split('/').slice(1)
  const { additionalProperty, allowedValues } = params as { additionalProperty?: string; allowedValues?: string[] }
  const detail = additionalProperty ? `: ${additionalProperty}` : allowedValues ? `: ${allowedValues.join(', ')}` : ''
  const place = additionalProperty ? [...path, additionalProperty] : path
  throw new PackError(`${at(place)}: ${path.join('.') || 'the file'} ${message}${detail}`)
}
