import { builtInAtom, emptyObject } from '../../../api/managedfields/built-in-types.ts'
import type { FieldFilter, ManagedType, OtherVersion } from '../../../api/managedfields/managed-type.ts'
import type { Atom } from '../../../api/managedfields/schema.ts'
import type { Json, JsonMap } from '../../../api/patch/patch-error.ts'
import type { KubernetesObject } from '../../../api/types.ts'
import type { Endpoint, Server, Table } from '../contract.ts'
import { resetFilter } from './reset-fields.ts'

const types = new WeakMap<Endpoint, Map<string, ManagedType>>()

/** How field management sees what an endpoint serves. Nothing is read from the tables before somebody looks. */
export function managedTypeOf({ table }: Server, endpoint: Endpoint, subresource?: string): ManagedType {
  let known = types.get(endpoint)
  if (known === undefined) {
    known = new Map()
    types.set(endpoint, known)
  }
  const key = subresource ?? ''
  let type = known.get(key)
  if (type === undefined) {
    type = endpoint.definition.managedType?.(subresource) ?? new BuiltInType(table, endpoint, subresource)
    known.set(key, type)
  }
  return type
}

class BuiltInType implements ManagedType {
  readonly apiVersion: string
  readonly kind: string
  readonly subresource: string | undefined
  readonly filter: FieldFilter | undefined
  readonly #table: Table
  readonly #endpoint: Endpoint

  constructor(table: Table, endpoint: Endpoint, subresource: string | undefined) {
    this.#table = table
    this.#endpoint = endpoint
    this.apiVersion = endpoint.apiVersion
    this.kind = endpoint.definition.kind
    this.subresource = subresource
    this.filter = resetFilter(endpoint.definition, subresource)
  }

  get type(): Atom {
    return builtInAtom(this.#endpoint.definition.schema)
  }

  get empty(): JsonMap {
    return emptyObject(`${this.apiVersion}/${this.kind}`)
  }

  version(apiVersion: string): OtherVersion | undefined {
    const { storage, definition } = this.#endpoint
    const other = this.#table.endpoints.find((each) => each.storage === storage && each.apiVersion === apiVersion)
    if (other === undefined || storage === undefined) return undefined
    return {
      type: builtInAtom(other.definition.schema),
      filter: resetFilter(other.definition, this.subresource),
      convert: (object) => through(object, definition, other.definition),
      convertBack: (object) => through(object, other.definition, definition),
    }
  }
}

type Viewed = Endpoint['definition']

function through(object: Json, from: Viewed, to: Viewed): Json {
  const stored = from.view?.toStored(object as unknown as KubernetesObject) ?? (object as unknown as KubernetesObject)
  return (to.view?.fromStored(stored) ?? stored) as unknown as Json
}

/** The scale sub-resource is a kind of its own. */
export const scaleType: ManagedType = {
  apiVersion: 'autoscaling/v1',
  kind: 'Scale',
  subresource: 'scale',
  get type() {
    return builtInAtom('io.k8s.api.autoscaling.v1.Scale')
  },
  empty: { metadata: {}, spec: {}, status: { replicas: 0 } },
}
