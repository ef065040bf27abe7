import { emptyObjects, mergeTables } from '../generated/merge.ts'
import { structureTables } from '../generated/structure.ts'
import type { Json, JsonMap } from '../patch/patch-error.ts'
import { type Atom, DEDUCED, type MapType, type StructField, UNTYPED } from './schema.ts'

interface StructureTable {
  readonly fields: Readonly<Record<string, string | readonly [string, ...unknown[]]>>
}

/** See scripts/generate/merge.ts. */
interface MergeTable {
  readonly atomic?: 1
  readonly fields?: Readonly<Record<string, string>>
  readonly defaults?: Readonly<Record<string, Json>>
}

interface Tables {
  readonly structure: Readonly<Record<string, StructureTable>>
  readonly merge: Readonly<Record<string, MergeTable>>
  readonly empty: Readonly<Record<string, JsonMap>>
}

let tables: Tables | undefined

function read(): Tables {
  tables ??= {
    structure: JSON.parse(structureTables) as Tables['structure'],
    merge: JSON.parse(mergeTables) as Tables['merge'],
    empty: JSON.parse(emptyObjects) as Tables['empty'],
  }
  return tables
}

/** An object before it is created. @param gvk `apps/v1/Deployment` */
export function emptyObject(gvk: string): JsonMap {
  return read().empty[gvk] ?? { metadata: {} }
}

const structs = new Map<string, Atom>()

/** The atom of a type of the API, by its OpenAPI name: `io.k8s.api.core.v1.Pod`. */
export function builtInAtom(name: string): Atom {
  let atom = structs.get(name)
  if (atom === undefined) {
    atom = { map: new Struct(name) }
    structs.set(name, atom)
  }
  return atom
}

class Struct implements MapType {
  readonly atomic: boolean
  readonly element = undefined
  readonly #name: string
  readonly #fields = new Map<string, StructField>()

  constructor(name: string, atomic?: boolean) {
    this.#name = name
    this.atomic = atomic ?? read().merge[name]?.atomic === 1
  }

  field(name: string): StructField | undefined {
    const known = this.#fields.get(name)
    if (known !== undefined) return known
    const { structure, merge } = read()
    const fields = structure[this.#name]?.fields
    if (fields === undefined || !Object.hasOwn(fields, name)) return undefined
    const entry = fields[name]!
    const shape = typeof entry === 'string' ? entry : entry[0]
    const table = merge[this.#name]
    const type = shapeAtom(shape, own(table?.fields, name) ?? '')
    const fallback = own(table?.defaults, name)
    const field = fallback === undefined ? { type } : { type, default: fallback }
    this.#fields.set(name, field)
    return field
  }
}

function own<T>(record: Readonly<Record<string, T>> | undefined, name: string): T | undefined {
  return record !== undefined && Object.hasOwn(record, name) ? record[name] : undefined
}

const STRING: Atom = { scalar: 'string' }
const NUMERIC: Atom = { scalar: 'numeric' }
const BOOLEAN: Atom = { scalar: 'boolean' }
const SCALAR: Atom = { scalar: 'untyped' }

const scalars: Readonly<Record<string, Atom>> = {
  s: STRING,
  y: STRING,
  b: BOOLEAN,
  i: NUMERIC,
  l: NUMERIC,
  d: NUMERIC,
  q: SCALAR,
  x: SCALAR,
  t: SCALAR,
  m: SCALAR,
  a: UNTYPED,
  o: { map: { atomic: false, field: () => undefined, element: DEDUCED, free: true } },
}

const noField = () => undefined

/** @param shape see scripts/generate/structure.ts  @param relation see scripts/generate/merge.ts */
function shapeAtom(shape: string, relation: string): Atom {
  const rest = shape.slice(1)
  switch (shape[0]) {
    case '@':
      return relation === '' ? builtInAtom(rest) : { map: new Struct(rest, relation === 'a') }
    case '[':
      return {
        list: {
          associative: relation !== '',
          keys: relation.startsWith('m:') ? relation.slice(2).split(',') : [],
          element: shapeAtom(rest, ''),
        },
      }
    case '{':
      return { map: { atomic: relation === 'a', field: noField, element: shapeAtom(rest, '') } }
    default:
      return scalars[shape[0]!] ?? UNTYPED
  }
}
