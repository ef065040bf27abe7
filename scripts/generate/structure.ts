import { type FieldFacts, go, type TypeFacts, types } from './facts.ts'

const special: Readonly<Record<string, string>> = {
  'io.k8s.apimachinery.pkg.api.resource.Quantity': 'q',
  'io.k8s.apimachinery.pkg.util.intstr.IntOrString': 'x',
  'io.k8s.apimachinery.pkg.apis.meta.v1.Time': 't',
  'io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime': 'm',
  'io.k8s.apimachinery.pkg.runtime.RawExtension': 'a',
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrArray': 'j',
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrBool': 'j',
}

const scalars: Readonly<Record<string, string>> = {
  string: 's',
  boolean: 'b',
  number: 'd',
  object: 'o',
  any: 'a',
}

/**
 * One field in short: `s` string, `b` boolean, `i` int32, `l` int64, `d` double, `y` bytes, `q` Quantity, `x` IntOrString,
 * `t` Time, `m` MicroTime, `j` a schema or a bool or a list, `o` any object, `a` anything, `@name` a type, `[e` a list of e, `{e` a map of e.
 */
export function shapeOf(field: FieldFacts): string {
  if (field.items) return `[${shapeOf(field.items)}`
  if (field.map) return `{${shapeOf(field.map)}`
  if (field.ref) {
    const scalar = types[field.ref]?.scalar
    return special[field.ref] ?? (scalar === undefined ? `@${field.ref}` : shapeOf(scalar))
  }
  if (field.type === 'integer') return field.format === 'int32' ? 'i' : 'l'
  if (field.type === 'string' && field.format === 'byte') return 'y'
  if (field.format === 'int-or-string') return 'x'
  return scalars[field.type ?? 'any'] ?? 'a'
}

/** What is there, and zero, in a struct that does not name it; of lists and maps it is null, which is left to the kinds. */
function isFilled(name: string, field: string, shape: string): boolean {
  if (go.structs[name]?.includes(field)) return shape.startsWith('@')
  return (
    Boolean(go.always[name]?.includes(field)) && !go.pointers[name]?.includes(field) && 'sbildxq'.includes(shape[0]!)
  )
}

/** Names of types that the facts lack. */
const NAMED: Readonly<Record<string, string>> = {
  'NamedRuleWithOperations.operations': '[]v1.OperationType',
  'Device.attributes': 'map[v1.QualifiedName]v1.DeviceAttribute',
  'Device.capacity': 'map[v1.QualifiedName]v1.DeviceCapacity',
}

/** Lists that are null, not empty, by the last parts of the type's name: what reads them is ready for it. */
const NULLS: Readonly<Record<string, readonly string[]>> = {
  'rbac.v1.Role': ['rules'],
  'rbac.v1.ClusterRole': ['rules'],
  'discovery.v1.EndpointSlice': ['endpoints', 'ports'],
  'storage.v1.CSINodeSpec': ['drivers'],
  'storage.v1.CSINodeDriver': ['topologyKeys'],
  'resource.v1.DeviceClaim': ['requests'],
}

function tableOf(name: string, type: TypeFacts): unknown {
  const nulls = NULLS[name.split('.').slice(-3).join('.')]
  const fields = Object.entries(type.fields ?? {}).map(([field, facts]) => {
    const named = NAMED[`${name.split('.').at(-1)}.${field}`] ?? go.named[name]?.[field]
    const keepsZero = go.pointers[name]?.includes(field) || go.always[name]?.includes(field)
    const shape = shapeOf(facts)
    const zero = isFilled(name, field, shape) ? 2 : keepsZero && !nulls?.includes(field) ? 1 : 0
    const entry = [shape, zero, named ?? '']
    return [field, named ? entry : zero > 0 ? entry.slice(0, 2) : shape]
  })
  const times = go.times[name]
  const inline = go.inline[name]
  return {
    ...(type.gvk && { gvk: type.gvk }),
    ...(times && { times }),
    ...(inline && { inline }),
    ...(nulls && { nulls }),
    fields: Object.fromEntries(fields),
  }
}

/** The tables behind control-plane/apiserver/structure.ts: type -> field -> shape. */
export function structureModule(): string {
  const tables = Object.fromEntries(
    Object.entries(types)
      .filter(([, type]) => type.fields !== undefined)
      .map(([name, type]) => [name, tableOf(name, type)]),
  )
  return `// Made by scripts/generate. JSON, so that it costs nothing until it is used.\nexport const structureTables: string = ${JSON.stringify(JSON.stringify(tables))}\n`
}
