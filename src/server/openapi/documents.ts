import { openApiDefinitions } from '../../api/generated/openapi.ts'
import type { ServedKind } from '../contract.ts'
import { customTypes } from './custom-types.ts'
import { groupWord, type Operation, type Path, pathsOf } from './operations.ts'
import { type Overview, overview2, overview3, overviewsOf } from './overviews.ts'
import type { Parameter } from './parameters.ts'

type Json = Readonly<Record<string, unknown>>

const INT_OR_STRING = 'io.k8s.apimachinery.pkg.util.intstr.IntOrString'
const QUANTITY = 'io.k8s.apimachinery.pkg.api.resource.Quantity'
const ANSWERS = ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf']
const STREAMS = ['application/json;stream=watch', 'application/vnd.kubernetes.protobuf;stream=watch']

/** The OpenAPI documents of what is served. Source: k8s.io/kube-openapi pkg/builder, pkg/builder3 */
export class OpenApiDocuments {
  readonly #kinds: readonly ServedKind[]
  readonly #definitions: Readonly<Record<string, Json>>
  readonly #custom: Readonly<Record<'v2' | 'v3', Readonly<Record<string, Json>>>>
  readonly #byGvk = new Map<string, string>()

  constructor(kinds: readonly ServedKind[]) {
    this.#kinds = kinds
    this.#definitions = builtInDefinitions()
    const custom = kinds.filter(({ custom }) => custom !== undefined)
    const types = (v2: boolean) =>
      Object.assign({}, ...custom.map((kind) => customTypes(kind, v2, this.#definitions))) as Record<string, Json>
    this.#custom = { v2: types(true), v3: types(false) }
    for (const [name, definition] of Object.entries(this.#definitions))
      for (const { group, version, kind } of gvksOf(definition)) this.#byGvk.set(`${group}/${version}/${kind}`, name)
  }

  /** `api/v1`, `apis/apps/v1`, and those that only tell what there is: `apis/apps`. */
  names(): readonly string[] {
    const all = this.#kinds.map(({ group, version }) => (group === '' ? `api/${version}` : `apis/${group}/${version}`))
    return [...new Set([...all, ...overviewsOf(this.#kinds).map(({ document }) => document)])].sort()
  }

  /** The kinds of a group and version. */
  kindsOf(groupVersion: string): readonly ServedKind[] {
    return this.#kinds.filter(
      ({ group, version }) => groupVersion === (group === '' ? `api/${version}` : `apis/${group}/${version}`),
    )
  }

  /** @param name one of `names` */
  v3(name: string): Json {
    const kinds = this.kindsOf(name)
    const paths = this.#paths(kinds)
    const overviews = overviewsOf(this.#kinds).filter(({ document }) => document === name)
    return {
      openapi: '3.0.0',
      info: { title: 'Kubernetes', version: '1.36' },
      paths: Object.fromEntries([
        ...overviews.map((each) => [each.path, overview3(each)]),
        ...paths.map((path) => [path.path, path3(path)]),
      ]),
      components: {
        schemas: this.#schemas(paths, overviews, kinds, '#/components/schemas/', schema3, this.#custom.v3),
        securitySchemes: {
          BearerToken: {
            type: 'apiKey',
            description: 'Bearer Token authentication',
            name: 'authorization',
            in: 'header',
          },
        },
      },
    }
  }

  v2(): Json {
    const paths = this.#paths(this.#kinds)
    const overviews = overviewsOf(this.#kinds)
    return {
      swagger: '2.0',
      info: { title: 'Kubernetes', version: '1.36' },
      paths: Object.fromEntries([
        ...overviews.map((each) => [each.path, overview2(each)]),
        ...paths.map((path) => [path.path, path2(path)]),
      ]),
      definitions: this.#schemas(paths, overviews, this.#kinds, '#/definitions/', schema2, this.#custom.v2),
      securityDefinitions: {
        BearerToken: {
          description: 'Bearer Token authentication',
          type: 'apiKey',
          name: 'authorization',
          in: 'header',
        },
      },
      security: [{ BearerToken: [] }],
    }
  }

  #paths(kinds: readonly ServedKind[]): Path[] {
    return kinds.flatMap((kind) => pathsOf(kind, (...gvk) => this.#byGvk.get(gvk.join('/'))))
  }

  /** Every type that the paths lead to. */
  #schemas(
    paths: readonly Path[],
    overviews: readonly Overview[],
    kinds: readonly ServedKind[],
    prefix: string,
    spell: Spell,
    custom: Readonly<Record<string, Json>>,
  ): Json {
    const schemas: Record<string, Json> = {}
    const visit = (name: string): void => {
      const definition = this.#definitions[name] ?? custom[name]
      if (definition === undefined || name in schemas) return
      schemas[name] = {}
      schemas[name] = spell(name, definition, (ref) => {
        visit(ref)
        return prefix + ref
      })
    }
    for (const { operations } of paths)
      for (const { body, answer } of operations) {
        if (body !== undefined) visit(body)
        visit(answer)
      }
    for (const { schema } of kinds) visit(schema)
    for (const { answer } of overviews) if (answer !== undefined) visit(answer)
    return Object.fromEntries(Object.entries(schemas).sort(([a], [b]) => (a < b ? -1 : 1)))
  }
}

let builtIn: Readonly<Record<string, Json>> | undefined

function builtInDefinitions(): Readonly<Record<string, Json>> {
  builtIn ??= JSON.parse(openApiDefinitions) as Record<string, Json>
  return builtIn
}

function gvksOf(definition: Json): readonly { group: string; version: string; kind: string }[] {
  return (definition['x-kubernetes-group-version-kind'] ?? []) as never
}

type Spell = (name: string, schema: Json, refer: (name: string) => string) => Json

function schema3(name: string, schema: Json, refer: (name: string) => string): Json {
  const { description } = schema
  if (name === INT_OR_STRING)
    return { description, format: 'int-or-string', oneOf: [{ type: 'integer' }, { type: 'string' }] }
  if (name === QUANTITY) return { description, oneOf: [{ type: 'string' }, { type: 'number' }] }
  return within3(schema, refer)
}

/** A reference with something beside it stands in an allOf. Structs default to {}. */
function within3(schema: Json, refer: (name: string) => string): Json {
  const { $ref, items, properties, additionalProperties, ...rest } = schema
  const children = mapChildren({ items, properties, additionalProperties }, (child) => within3(child, refer))
  if (typeof $ref !== 'string') return { ...rest, ...children }
  const reference = { $ref: refer($ref) }
  return Object.keys(rest).length === 0 ? reference : { ...rest, allOf: [reference] }
}

function schema2(_name: string, schema: Json, refer: (name: string) => string): Json {
  const { $ref, default: _, items, properties, additionalProperties, ...rest } = schema
  const children = mapChildren({ items, properties, additionalProperties }, (child) => schema2('', child, refer))
  return { ...rest, ...children, ...(typeof $ref === 'string' && { $ref: refer($ref) }) }
}

function mapChildren({ items, properties, additionalProperties }: Json, change: (schema: Json) => Json): Json {
  return {
    ...(items !== undefined && { items: change(items as Json) }),
    ...(additionalProperties !== undefined && { additionalProperties: change(additionalProperties as Json) }),
    ...(properties !== undefined && {
      properties: Object.fromEntries(
        Object.entries(properties as Record<string, Json>).map(([name, child]) => [name, change(child)]),
      ),
    }),
  }
}

function path3({ parameters, operations }: Path): Json {
  const schemaRef = (name: string) => ({ schema: { $ref: `#/components/schemas/${name}` } })
  const parameter = ({ type, ...rest }: Parameter) => ({
    ...rest,
    ...(rest.in === 'path' && { required: true }),
    schema: { type, uniqueItems: true },
  })
  const operation = (each: Operation) => ({
    tags: [tagOf(each)],
    description: each.description,
    operationId: each.id,
    ...(each.parameters.length > 0 && { parameters: each.parameters.map(parameter) }),
    ...(each.body && {
      requestBody: {
        content: Object.fromEntries(each.consumes.map((type) => [type, schemaRef(each.body!)])),
        ...(each.method !== 'delete' && { required: true }),
      },
    }),
    responses: {
      ...Object.fromEntries(
        each.codes.map((code) => [
          code,
          {
            description: textOf(code),
            content: Object.fromEntries(producesOf(each).map((type) => [type, schemaRef(each.answer)])),
          },
        ]),
      ),
      401: { description: 'Unauthorized' },
    },
    'x-kubernetes-action': each.action,
    'x-kubernetes-group-version-kind': each.gvk,
  })
  return {
    ...Object.fromEntries(operations.map((each) => [each.method, operation(each)])),
    parameters: parameters.map(parameter),
  }
}

function path2({ parameters, operations }: Path): Json {
  const schemaRef = (name: string) => ({ schema: { $ref: `#/definitions/${name}` } })
  const parameter = (each: Parameter) => ({
    uniqueItems: true,
    type: each.type,
    description: each.description,
    name: each.name,
    in: each.in,
    ...(each.in === 'path' && { required: true }),
  })
  const operation = (each: Operation) => ({
    description: each.description,
    consumes: each.consumes,
    produces: producesOf(each),
    schemes: ['https'],
    tags: [tagOf(each)],
    operationId: each.id,
    parameters: [
      ...(each.body
        ? [{ name: 'body', in: 'body', ...(each.method !== 'delete' && { required: true }), ...schemaRef(each.body) }]
        : []),
      ...each.parameters.map(parameter),
    ],
    responses: {
      ...Object.fromEntries(each.codes.map((code) => [code, { description: textOf(code), ...schemaRef(each.answer) }])),
      401: { description: 'Unauthorized' },
    },
    'x-kubernetes-action': each.action,
    'x-kubernetes-group-version-kind': each.gvk,
  })
  return {
    ...Object.fromEntries(operations.map((each) => [each.method, operation(each)])),
    parameters: parameters.map(parameter),
  }
}

const textOf = (code: number) => ({ 200: 'OK', 201: 'Created', 202: 'Accepted' })[code] ?? ''

function producesOf({ action, custom }: Operation): readonly string[] {
  if (custom) return ANSWERS.slice(0, 2)
  return /^(list|watch|watchlist)$/.test(action) ? [...ANSWERS, ...STREAMS] : ANSWERS
}

const tagOf = ({ group, version }: Operation) => `${groupWord(group)}_${version}`
