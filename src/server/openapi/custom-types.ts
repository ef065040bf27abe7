import type { ServedKind } from '../contract.ts'

type Json = Readonly<Record<string, unknown>>

const META = 'io.k8s.apimachinery.pkg.apis.meta.v1'
const CONVENTIONS = 'https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md'

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)

/** The types of a custom resource and of its lists. Source: apiextensions-apiserver/pkg/controller/openapi/builder/builder.go */
export function customTypes(
  kind: ServedKind,
  v2: boolean,
  definitions: Readonly<Record<string, Json>>,
): Readonly<Record<string, Json>> {
  const { group, version } = kind
  const listKind = kind.listKind ?? `${kind.kind}List`
  const gvk = (name: string) => ({ 'x-kubernetes-group-version-kind': [{ group, kind: name, version }] })
  const common = typeMeta(definitions)
  const list = {
    description: `${listKind} is a list of ${kind.kind}`,
    type: 'object',
    required: ['items'],
    properties: {
      ...common,
      items: {
        description: `List of ${kind.resource}. More info: ${CONVENTIONS}`,
        type: 'array',
        items: { $ref: kind.schema },
      },
      metadata: {
        description: `Standard list metadata. More info: ${CONVENTIONS}#types-kinds`,
        $ref: `${META}.ListMeta`,
      },
    },
    ...gvk(listKind),
  }
  return { [kind.schema]: { ...own(kind, v2, common), ...gvk(kind.kind) }, [`${kind.schema}List`]: list }
}

/** As every type says them. */
function typeMeta(definitions: Readonly<Record<string, Json>>): Json {
  const { apiVersion, kind } = definitions['io.k8s.api.core.v1.Pod']!.properties as Readonly<Record<string, Json>>
  return { apiVersion, kind }
}

const metadata = {
  description: `Standard object's metadata. More info: ${CONVENTIONS}#metadata`,
  $ref: `${META}.ObjectMeta`,
}

function own({ custom }: ServedKind, v2: boolean, common: Json): Json {
  const schema = (custom?.schema ?? {}) as Json
  // kubectl would refuse what a closed type does not name.
  if (v2 && schema['x-kubernetes-preserve-unknown-fields'] === true) return { type: 'object' }
  const { properties = {}, ...rest } = withEmbedded(v2 ? plain(schema) : schema, v2, common)
  return { ...rest, properties: { ...(properties as Json), ...common, metadata } }
}

/** What OpenAPI v2 has no words for is left out. Source: pkg/controller/openapi/v2/conversion.go ToStructuralOpenAPIV2 */
function plain(schema: Json): Json {
  const { nullable, oneOf, anyOf, allOf, not, default: _, ...rest } = schema
  if (nullable === true) {
    const { type, items, properties, additionalProperties, ...open } = rest
    return open
  }
  if (rest['x-kubernetes-preserve-unknown-fields'] !== true) return within(rest, plain)
  const { items, properties, ...open } = rest
  return within(open, plain)
}

function withEmbedded(schema: Json, v2: boolean, common: Json): Json {
  const inner = within(schema, (each) => withEmbedded(each, v2, common))
  if (schema['x-kubernetes-embedded-resource'] !== true) return inner
  if (v2 && schema['x-kubernetes-preserve-unknown-fields'] === true) return inner
  const required = [...new Set([...((inner.required ?? []) as string[]), 'kind', 'apiVersion'])]
  return { ...inner, required, properties: { ...(inner.properties as Json | undefined), ...common, metadata } }
}

/** The schema with others within it. */
function within(schema: Json, change: (schema: Json) => Json): Json {
  const { items, properties, additionalProperties } = schema
  return {
    ...schema,
    ...(isObject(items) && { items: change(items) }),
    ...(isObject(additionalProperties) && { additionalProperties: change(additionalProperties) }),
    ...(isObject(properties) && {
      properties: Object.fromEntries(Object.entries(properties).map(([name, each]) => [name, change(each as Json)])),
    }),
  }
}
