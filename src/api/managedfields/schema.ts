import { isList, isMap, type Json, type JsonMap } from '../patch/patch-error.ts'

/**
 * What a value may be, and how it is merged: everything the engine of field management asks of a schema. An atom may
 * allow several forms; the value then says which one it is. Source: structured-merge-diff schema/elements.go
 */
export interface Atom {
  readonly scalar?: Scalar
  readonly list?: ListType
  readonly map?: MapType
}

export type Scalar = 'string' | 'numeric' | 'boolean' | 'untyped'

export interface ListType {
  /** Elements have identities (sets, lists with keys); otherwise the list is one value. */
  readonly associative: boolean
  /** Fields that tell the elements apart; none: a set. */
  readonly keys: readonly string[]
  readonly element: Atom
}

export interface MapType {
  readonly atomic: boolean
  /** A field of a struct; undefined where the name is just a key. */
  field(name: string): StructField | undefined
  /** What the values of other keys are; undefined: there may be none. */
  readonly element: Atom | undefined
  /** No fields at all, anything goes: x-kubernetes-preserve-unknown-fields. */
  readonly free?: boolean
}

export interface StructField {
  readonly type: Atom
  /** What a key field counts as where it is left out. */
  readonly default?: Json
}

const noField = () => undefined

/** Any value, never looked into. Source: kube-openapi/pkg/schemaconv/smd.go untypedDef */
export const UNTYPED: Atom = {
  scalar: 'untyped',
  get list(): ListType {
    return { associative: false, keys: [], element: UNTYPED }
  },
  get map(): MapType {
    return { atomic: true, field: noField, element: UNTYPED }
  },
}

/** Any value; maps are looked into, lists are not. Source: kube-openapi/pkg/schemaconv/smd.go deducedDef */
export const DEDUCED: Atom = {
  scalar: 'untyped',
  get list(): ListType {
    return { associative: false, keys: [], element: UNTYPED }
  },
  get map(): MapType {
    return { atomic: false, field: noField, element: DEDUCED, free: true }
  },
}

/** The form a value takes. Source: typed/helpers.go deduceAtom, handleAtom */
export function formOf(atom: Atom, value: Json | undefined): Atom {
  if (value === undefined || value === null) return atom
  if (isList(value)) return atom.list !== undefined ? onlyList(atom) : atom
  if (isMap(value)) return atom.map !== undefined ? onlyMap(atom) : atom
  return atom.scalar !== undefined ? onlyScalar(atom) : atom
}

const onlyList = (atom: Atom): Atom => (atom.map === undefined && !atom.scalar ? atom : { list: atom.list! })
const onlyMap = (atom: Atom): Atom => (atom.list === undefined && !atom.scalar ? atom : { map: atom.map! })
const onlyScalar = (atom: Atom): Atom => (!atom.map && !atom.list ? atom : { scalar: atom.scalar! })

/** Whether two forms are handled the same way. */
export function sameForm(a: Atom, b: Atom): boolean {
  return a === b || (!a.map === !b.map && !a.list === !b.list && a.scalar === b.scalar)
}

export function asMap(value: Json | undefined): JsonMap | undefined {
  return isMap(value) ? value : undefined
}

export function asList(value: Json | undefined): readonly Json[] | undefined {
  return isList(value) ? value : undefined
}

export function typeOfKey(map: MapType, key: string): Atom {
  return map.field(key)?.type ?? map.element ?? UNTYPED
}

/** A value that is not what its schema says. The message is upstream's. */
export class TypedError extends Error {}
