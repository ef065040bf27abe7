import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** What the Kubernetes v1.36 API says of one field: its shape, and how lists and patches treat it. */
export interface FieldFacts {
  readonly type?: string
  readonly format?: string
  readonly ref?: string
  readonly items?: FieldFacts
  readonly map?: FieldFacts
  readonly required?: boolean
  readonly default?: unknown
  readonly enum?: readonly string[]
  readonly listType?: 'atomic' | 'set' | 'map'
  readonly listMapKeys?: readonly string[]
  readonly mapType?: 'atomic' | 'granular'
  readonly patchMergeKey?: string
  readonly patchStrategy?: string
}

/** One type of the API, by its OpenAPI name (`io.k8s.api.core.v1.Pod`). */
export interface TypeFacts {
  /** `group/version/kind`, where an object of this type can stand on its own. */
  readonly gvk?: readonly string[]
  readonly fields?: Readonly<Record<string, FieldFacts>>
  readonly scalar?: { readonly type: string; readonly format?: string }
  readonly 'map-type'?: 'atomic'
}

/** Field name -> [number, optional | repeated | map, type (map: key type, value type)]. */
export type MessageFacts = Readonly<Record<string, readonly [number, string, string, string?]>>

const facts = (file: string) => JSON.parse(readFileSync(join(import.meta.dirname, 'facts', file), 'utf8'))

export const types: Readonly<Record<string, TypeFacts>> = facts('types.json').types
export const messages: Readonly<Record<string, MessageFacts>> = facts('protobuf.json').messages
