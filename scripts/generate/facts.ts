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

/** What Go's types say beyond the schema, by OpenAPI name. */
export interface GoFacts {
  /** Scalar fields that are pointers: nil and zero differ. */
  readonly pointers: Readonly<Record<string, readonly string[]>>
  /** Fields of a named scalar type: `v1.RestartPolicy`. */
  readonly named: Readonly<Record<string, Readonly<Record<string, string>>>>
  /** Fields that are written even when they are empty (no omitempty). */
  readonly always: Readonly<Record<string, readonly string[]>>
  /** Times that are no pointers: not set, they are written as null. */
  readonly times: Readonly<Record<string, readonly string[]>>
  /** Fields that come from an embedded struct: field -> Go's name of it, which stands in type errors. */
  readonly inline: Readonly<Record<string, Readonly<Record<string, string>>>>
  /** Fields that are structs and no pointers: not set, they are there and empty. */
  readonly structs: Readonly<Record<string, readonly string[]>>
}

export const go: GoFacts = facts('go.json')

/** By `apps/v1/Deployment`: an object as Go makes it before anything is set. Recorded with structured-merge-diff's value.NewValueReflect. */
export const emptyObjects: Readonly<Record<string, unknown>> = facts('empty.json').empty
