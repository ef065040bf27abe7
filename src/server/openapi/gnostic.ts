/**
 * An OpenAPI v2 document as the protobuf of gnostic's openapiv2: what kubectl asks for. Kubernetes' use of it only: schemas,
 * body, query and path parameters, responses with a schema.
 * Source: github.com/google/gnostic-models openapiv2/OpenAPIv2.proto (field numbers)
 */
type Json = Readonly<Record<string, unknown>>

export function encodeOpenApiV2(document: Json): Buffer {
  return message(
    text(1, document.swagger),
    part(2, info(document.info as Json)),
    part(8, message(...named(2, document.paths as Json, pathItem))),
    part(9, message(...named(1, document.definitions as Json, schema))),
  )
}

const info = ({ title, version }: Json) => message(text(1, title), text(2, version))

const methods: Readonly<Record<string, number>> = { get: 2, put: 3, post: 4, delete: 5, options: 6, head: 7, patch: 8 }

function pathItem(item: Json): Buffer {
  const operations = Object.entries(item).flatMap(([name, value]) =>
    methods[name] === undefined ? [] : [part(methods[name], operation(value as Json))],
  )
  return message(...operations, ...each(9, item.parameters, parametersItem))
}

function operation(value: Json): Buffer {
  return message(
    ...texts(1, value.tags),
    text(3, value.description),
    text(5, value.operationId),
    ...texts(6, value.produces),
    ...texts(7, value.consumes),
    ...each(8, value.parameters, parametersItem),
    part(9, message(...named(1, value.responses as Json, (answer) => message(part(1, response(answer)))))),
    ...texts(10, value.schemes),
    ...extensions(13, value),
  )
}

const response = (value: Json) =>
  message(text(1, value.description), value.schema ? part(2, message(part(1, schema(value.schema as Json)))) : EMPTY)

const parametersItem = (value: Json) => message(part(1, parameter(value)))

/** One of: body parameter (1), or non-body (2), which is one of query (3) and path (4). */
function parameter(value: Json): Buffer {
  if (value.in === 'body') {
    const body = message(
      text(1, value.description),
      text(2, value.name),
      text(3, 'body'),
      flag(4, value.required),
      part(5, schema(value.schema as Json)),
    )
    return message(part(1, body))
  }
  const query = value.in === 'query'
  const shared = [flag(1, value.required), text(2, value.in), text(3, value.description), text(4, value.name)]
  const typed = query
    ? [text(6, value.type), flag(20, value.uniqueItems)]
    : [text(5, value.type), flag(19, value.uniqueItems)]
  return message(part(2, message(part(query ? 3 : 4, message(...shared, ...typed)))))
}

function schema(value: Json): Buffer {
  return message(
    text(1, value.$ref),
    text(2, value.format),
    text(4, value.description),
    ...texts(19, value.required),
    ...each(20, value.enum, (word) => message(text(2, `${word}\n`))),
    value.additionalProperties ? part(21, message(part(1, schema(value.additionalProperties as Json)))) : EMPTY,
    value.type === undefined ? EMPTY : part(22, message(text(1, value.type))),
    value.items ? part(23, message(part(1, schema(value.items as Json)))) : EMPTY,
    value.properties ? part(25, message(...named(1, value.properties as Json, schema))) : EMPTY,
    ...extensions(31, value),
  )
}

/** NamedAny: the name, and the value as YAML (JSON is YAML). */
function extensions(number: number, value: Json): Buffer[] {
  return Object.entries(value).flatMap(([name, extension]) =>
    name.startsWith('x-')
      ? [part(number, message(text(1, name), part(2, message(text(2, `${JSON.stringify(extension)}\n`)))))]
      : [],
  )
}

const EMPTY = Buffer.alloc(0)

const message = (...parts: readonly Buffer[]) => Buffer.concat(parts)

const part = (number: number, body: Buffer) => Buffer.concat([varint(number * 8 + 2), varint(body.length), body])

const text = (number: number, value: unknown) =>
  value === undefined || value === '' ? EMPTY : part(number, Buffer.from(String(value)))

const flag = (number: number, value: unknown) =>
  value === true ? Buffer.concat([varint(number * 8), varint(1)]) : EMPTY

const texts = (number: number, values: unknown) =>
  ((values ?? []) as readonly string[]).map((value) => part(number, Buffer.from(value)))

const each = (number: number, values: unknown, encode: (value: Json) => Buffer) =>
  ((values ?? []) as readonly Json[]).map((value) => part(number, encode(value)))

const named = (number: number, values: Json, encode: (value: Json) => Buffer) =>
  Object.entries(values).map(([name, value]) => part(number, message(text(1, name), part(2, encode(value as Json)))))

function varint(value: number): Buffer {
  const bytes: number[] = []
  let rest = value
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 0x80)
  bytes.push(rest)
  return Buffer.from(bytes)
}
