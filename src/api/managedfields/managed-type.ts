import type { Json, JsonMap } from '../patch/patch-error.ts'
import type { FieldSet } from './field-set.ts'
import type { Atom } from './schema.ts'

/** Takes fields that a strategy resets out of what a request is held to have written. */
export type FieldFilter = (set: FieldSet) => FieldSet

/** One kind in one version. */
export interface KindVersion {
  readonly type: Atom
  readonly filter?: FieldFilter | undefined
}

/**
 * All that field management needs to know of what is written: a kind, in the version and through the sub-resource of the
 * request. Built-in kinds have it from built-in-types.ts; whoever serves others (CustomResourceDefinitions) makes one from
 * their schema (structural-schema.ts).
 */
export interface ManagedType extends KindVersion {
  readonly apiVersion: string
  readonly kind: string
  readonly subresource?: string | undefined
  /** An object before it is created: the structs that Go always has, `{ metadata: {}, spec: {} }`. */
  readonly empty: JsonMap
  /** The kind in another version; undefined: there is none, and what was recorded in it is forgotten. */
  version?(apiVersion: string): OtherVersion | undefined
}

export interface OtherVersion extends KindVersion {
  convert(object: Json): Json
  /** Into the version of the {@link ManagedType}. */
  convertBack(object: Json): Json
}

export function versionOf(type: ManagedType, apiVersion: string): OtherVersion | undefined {
  if (apiVersion === type.apiVersion) return { type: type.type, filter: type.filter, convert: same, convertBack: same }
  return type.version?.(apiVersion)
}

const same = (object: Json) => object
