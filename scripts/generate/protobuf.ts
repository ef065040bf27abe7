import { type MessageFacts, messages, types } from './facts.ts'

const typeName = (message: string) =>
  message
    .replace(/^k8s\.io\./, 'io.k8s.')
    .replace('apiextensions_apiserver', 'apiextensions-apiserver')
    .replace('kube_aggregator', 'kube-aggregator')

const special: Readonly<Record<string, string>> = {
  'k8s.io.apimachinery.pkg.api.resource.Quantity': 'q',
  'k8s.io.apimachinery.pkg.util.intstr.IntOrString': 'x',
  'k8s.io.apimachinery.pkg.apis.meta.v1.Time': 't',
  'k8s.io.apimachinery.pkg.apis.meta.v1.MicroTime': 'm',
  'k8s.io.apimachinery.pkg.apis.meta.v1.FieldsV1': 'j',
  'k8s.io.apimachinery.pkg.runtime.RawExtension': 'j',
  'k8s.io.apiextensions_apiserver.pkg.apis.apiextensions.v1.JSON': 'j',
}

const scalars: Readonly<Record<string, string>> = {
  string: 's',
  bool: 'b',
  int32: 'i',
  int64: 'i',
  bytes: 'y',
  double: 'd',
}

const renamed: Readonly<Record<string, string>> = { schema: '$schema', ref: '$ref' }

/** JSON names are those of the proto fields but for a few initials. */
function jsonName(field: string, known: Readonly<Record<string, unknown>> | undefined): string {
  if (known === undefined || field in known) return field
  const extension = field.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
  const candidates = [renamed[field] ?? '', extension, field.toLowerCase()]
  return (
    candidates.find((name) => name in known) ??
    Object.keys(known).find((name) => name.toLowerCase() === field.toLowerCase()) ??
    field
  )
}

/** `s`, `b`, `i`, `y` (bytes), `d`, or one of `q x t m j` (see src/server/protobuf.ts), else `@message`. */
function kindOf(type: string, message: string): string {
  const scalar = scalars[type]
  if (scalar !== undefined) return scalar
  const full = type.startsWith('.') ? type.slice(1) : `${message.slice(0, message.lastIndexOf('.'))}.${type}`
  return special[full] ?? `@${full}`
}

function tableOf(message: string, facts: MessageFacts): unknown {
  const known = types[typeName(message)]?.fields
  return Object.fromEntries(
    Object.entries(facts).map(([field, [number, label, type, value]]) => {
      const name = jsonName(field, known)
      if (label === 'map') return [number, [name, `{${kindOf(value!, message)}`]]
      const kind = kindOf(type, message)
      if (label === 'repeated') return [number, [name, `[${kind}`]]
      // A struct that Go embeds has a field in protobuf and none in JSON.
      const embedded = known !== undefined && !(name in known) && kind.startsWith('@')
      return [number, [name, embedded ? `=${kind.slice(1)}` : kind]]
    }),
  )
}

/** The tables behind src/server/protobuf.ts: message -> field number -> [JSON name, kind], and which message each kind is. */
export function protobufModule(): string {
  const byType = new Map(Object.keys(messages).map((message) => [typeName(message), message]))
  const roots = Object.entries(types).flatMap(([name, { gvk = [] }]) =>
    gvk.flatMap((each) => (byType.has(name) ? [[each.replace(/^\//, ''), byType.get(name)!]] : [])),
  )
  const tables = Object.fromEntries(Object.entries(messages).map(([name, facts]) => [name, tableOf(name, facts)]))
  const text = JSON.stringify({ roots: Object.fromEntries(roots), messages: tables })
  return `// Made by scripts/generate.\nexport const protobufTables: string = ${JSON.stringify(text)}\n`
}
