import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { type FieldFacts, type TypeFacts, types } from './facts.ts'
import { textsOf } from './field-texts.ts'

const models = join(dirname(createRequire(import.meta.url).resolve('@kubernetes/client-node')), 'gen/models')

/** The class client-node has for a type: `V1Pod`, or `CoreV1Event` where two groups share a name. */
function modelFile(type: string): string | undefined {
  const parts = type.split('.')
  const name = parts.at(-1)!
  const [group, version] = parts.slice(-3, -1) as [string, string]
  const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1)
  const candidates = [`${capital(group)}${capital(version)}${name}`, `${capital(version)}${name}`]
  return candidates.map((each) => join(models, `${each}.d.ts`)).find((file) => existsSync(file))
}

interface Descriptions {
  readonly type: string
  readonly fields: ReadonlyMap<string, string>
}

const plain = (text: string) => text.replace(/\\(['"])/g, '$1').trim()

function descriptionsOf(type: string): Descriptions {
  const file = modelFile(type)
  const source = file === undefined ? '' : readFileSync(file, 'utf8')
  const own = /\/\*\*\n\* (.*)\n\*\/\nexport declare class/.exec(source)?.[1] ?? ''
  const fields = [...source.matchAll(/\/\*\*\n\s*\* (.*)\n\s*\*\/\n\s*'(\w+)'\??:/g)]
  return { type: plain(own), fields: new Map(fields.map(([, text, name]) => [name!.replace(/^_/, ''), plain(text!)])) }
}

const described = new Map<string, Descriptions>()

function descriptions(type: string): Descriptions {
  let known = described.get(type)
  if (known === undefined) {
    known = descriptionsOf(type)
    described.set(type, known)
  }
  return known
}

/** Values of fields that take only some, by type and field. */
const enums = JSON.parse(readFileSync(new URL('./facts/enums.json', import.meta.url), 'utf8')) as Readonly<
  Record<string, Readonly<Record<string, readonly string[]>>>
>

/** What the documents say beyond a type's fields: defaults that Go's zero values are (null: none), required fields in Go's order, unions. */
const published = JSON.parse(readFileSync(new URL('./facts/published.json', import.meta.url), 'utf8')) as {
  readonly defaults: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  readonly required: Readonly<Record<string, readonly string[]>>
  readonly unions: Readonly<Record<string, readonly unknown[]>>
}

/** A required text that is no pointer defaults to none, as Go has it. */
function withDefault(type: string, name: string, field: FieldFacts): FieldFacts {
  const known = published.defaults[type]?.[name]
  if (known === null) return { ...field, default: undefined }
  if (known !== undefined) return { ...field, default: known }
  const empty = field.required && field.type === 'string' && field.format !== 'byte'
  return empty ? { default: '', ...field } : field
}

/** The field with its values: its own, or those of its elements. */
function withValues(field: FieldFacts, values: readonly string[] | undefined): FieldFacts {
  if (values === undefined) return field
  if (field.map) return { ...field, map: { ...field.map, enum: values } }
  return field.items ? { ...field, items: { ...field.items, enum: values } } : { ...field, enum: values }
}

const notSpoken = /^(listType|listMapKeys|mapType|patchMergeKey|patchStrategy)$/
const spoken: Readonly<Record<string, string>> = {
  listType: 'x-kubernetes-list-type',
  listMapKeys: 'x-kubernetes-list-map-keys',
  mapType: 'x-kubernetes-map-type',
  patchMergeKey: 'x-kubernetes-patch-merge-key',
  patchStrategy: 'x-kubernetes-patch-strategy',
}

/** A field's schema; a reference is `{ $ref: name }`, which the server spells as the document at hand needs it. */
function schemaOf(field: FieldFacts, description?: string): Record<string, unknown> {
  const extensions = Object.entries(field).flatMap(([key, value]) =>
    notSpoken.test(key) ? [[spoken[key]!, value]] : [],
  )
  return {
    ...(description && { description }),
    ...(field.default !== undefined && { default: field.default }),
    ...typeOf(field),
    ...(field.enum && { enum: field.enum }),
    ...Object.fromEntries(extensions),
  }
}

function typeOf(field: FieldFacts): Record<string, unknown> {
  if (field.ref) return { $ref: field.ref }
  if (field.items) return { type: 'array', items: schemaOf(field.items) }
  if (field.map) return { type: 'object', additionalProperties: schemaOf(field.map) }
  if (field.type === undefined || field.type === 'any') return {}
  return { type: field.type, ...(field.format && { format: field.format }) }
}

function definitionOf(name: string, facts: TypeFacts): Record<string, unknown> {
  const { type, fields } = descriptions(name)
  const description = textsOf(name).type || type
  const head = description === '' ? {} : { description }
  if (facts.fields === undefined) return { ...head, ...typeOf(facts.scalar ?? {}) }
  const required =
    published.required[name] ?? Object.entries(facts.fields).flatMap(([field, each]) => (each.required ? [field] : []))
  const properties = Object.entries(facts.fields).map(([field, each]) => {
    // client-node has no line breaks, and a reference's text is its type's.
    const text = textsOf(name).fields.get(field) ?? (each.ref ? undefined : fields.get(field))
    return [field, schemaOf(withValues(withDefault(name, field, each), enums[name]?.[field]), text)]
  })
  const gvk = facts.gvk?.map((each) => {
    const [group, version, kind] = each.split('/')
    return { group, kind, version }
  })
  return {
    ...head,
    type: 'object',
    ...(required.length > 0 && { required }),
    properties: Object.fromEntries(properties),
    ...(facts['map-type'] && { 'x-kubernetes-map-type': facts['map-type'] }),
    ...(published.unions[name] && { 'x-kubernetes-unions': published.unions[name] }),
    ...(gvk && { 'x-kubernetes-group-version-kind': gvk }),
  }
}

/** What client-node says of the parameters of requests, by their name. Its line breaks are blanks: two were an empty line, three an indented one. */
function parameterTexts(): Readonly<Record<string, string>> {
  const source = readFileSync(join(models, '../apis/CoreV1Api.d.ts'), 'utf8')
  const all = [...source.matchAll(/@param (\w+) (.*)/g)].map(
    ([, name, text]) => [name!.replace(/^_/, ''), text!] as const,
  )
  const spoken = (text: string) =>
    plain(
      text
        .replace(/&#x60;/g, '`')
        .replace(/&#x3D;/g, '=')
        .replace(/&quot;/g, '"')
        .replace(/&#39;/g, "'"),
    )
      .replace(/&lt;/g, '<')
      .replace(/&gt;/g, '>')
      .replace(/&amp;/g, '&')
      .replace(/(\S) {4}(?=\S)/g, '$1\n\n  ')
      .replace(/(\S) {3}(?=\S)/g, '$1\n  ')
      .replace(/(\n {2}[^\n]*?) - (?=`)/g, '$1\n- ')
      .replace(/([.:]) {2}(?=\S)/g, '$1\n\n')
  const patch = all.find(([name, text]) => name === 'fieldManager' && text.includes('apply requests'))
  const texts = all.filter((each) => each[1] !== patch?.[1]).reverse()
  return Object.fromEntries(
    [...texts, ['fieldManager of a patch', patch?.[1] ?? ''] as const].map(([name, text]) => [name, spoken(text)]),
  )
}

/** Every type with its descriptions (client-node, and kubernetes-models where it has none) and patch and list facts: what src/server/openapi builds its documents of. */
export function openApiModule(): string {
  const definitions = Object.fromEntries(Object.entries(types).map(([name, type]) => [name, definitionOf(name, type)]))
  return `// Made by scripts/generate.\nexport const openApiDefinitions: string = ${JSON.stringify(JSON.stringify(definitions))}\nexport const openApiParameters: string = ${JSON.stringify(JSON.stringify(parameterTexts()))}\n`
}
