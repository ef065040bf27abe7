import { builtInAtom, emptyObject } from '../../../api/managedfields/built-in-types.ts'
import type { FieldFilter, ManagedType, OtherVersion } from '../../../api/managedfields/managed-type.ts'
import type { Atom, StructField } from '../../../api/managedfields/schema.ts'
import { atomOf, type SchemaProps } from '../../../api/managedfields/structural-schema.ts'
import type { Json, JsonMap } from '../../../api/patch/patch-error.ts'
import type { KubernetesObject } from '../../../api/types.ts'
import type { Endpoint, Server, Table } from '../contract.ts'
import type { KindDefinition } from '../registry/contract.ts'
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
    return atomOfKind(this.#endpoint.definition)
  }

  get empty(): JsonMap {
    // Custom resources are no structs: what is not set is not there.
    return this.#endpoint.definition.custom === undefined ? emptyObject(`${this.apiVersion}/${this.kind}`) : {}
  }

  version(apiVersion: string): OtherVersion | undefined {
    const { storage, definition } = this.#endpoint
    const other = this.#table.endpoints.find((each) => each.storage === storage && each.apiVersion === apiVersion)
    if (other === undefined || storage === undefined) return undefined
    return {
      type: atomOfKind(other.definition),
      filter: resetFilter(other.definition, this.subresource),
      convert: (object) => through(object, definition, other),
      convertBack: (object) => through(object, other.definition, this.#endpoint),
    }
  }
}

function through(object: Json, from: KindDefinition, { definition: to, apiVersion }: Endpoint): Json {
  // Versions of a definition differ in name only, as long as no webhook converts them.
  if (to.custom !== undefined) return { ...(object as JsonMap), apiVersion }
  const stored = from.view?.toStored(object as unknown as KubernetesObject) ?? (object as unknown as KubernetesObject)
  return (to.view?.fromStored(stored) ?? stored) as unknown as Json
}

const customAtoms = new WeakMap<object, Atom>()

function atomOfKind({ schema, custom }: KindDefinition): Atom {
  if (custom === undefined) return builtInAtom(schema)
  let atom = customAtoms.get(custom)
  if (atom === undefined) {
    atom = withTypeMeta(atomOf(custom.schema as SchemaProps, custom.definition.spec.preserveUnknownFields === true))
    customAtoms.set(custom, atom)
  }
  return atom
}

/** Every custom resource has these, whatever its schema says. Source: apiextensions-apiserver/pkg/controller/openapi/builder/builder.go buildKubeNative */
function withTypeMeta({ map }: Atom): Atom {
  const text: StructField = { type: { scalar: 'string' } }
  const metadata: StructField = { type: builtInAtom('io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta') }
  const field = (name: string) =>
    name === 'metadata' ? metadata : name === 'apiVersion' || name === 'kind' ? text : map?.field(name)
  return { map: { atomic: false, element: map?.element, field } }
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
