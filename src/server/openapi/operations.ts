import type { ServedKind } from '../contract.ts'
import { verbsOf } from '../discovery.ts'

/** One operation, as both OpenAPI versions need it. Source: apiserver/pkg/endpoints/installer.go registerResourceHandlers */
export interface Operation {
  readonly method: 'get' | 'put' | 'post' | 'delete' | 'patch'
  readonly id: string
  readonly action: string
  readonly description: string
  readonly parameters: readonly Parameter[]
  /** OpenAPI name of the body's type. */
  readonly body?: string
  readonly answer: string
  readonly codes: readonly number[]
  readonly consumes: readonly string[]
  readonly gvk: { readonly group: string; readonly kind: string; readonly version: string }
}

export interface Parameter {
  readonly name: string
  readonly in: 'query' | 'path'
  readonly type: 'string' | 'integer' | 'boolean'
  readonly description: string
}

export interface Path {
  readonly path: string
  readonly parameters: readonly Parameter[]
  readonly operations: readonly Operation[]
}

const META = 'io.k8s.apimachinery.pkg.apis.meta.v1'
const STATUS = `${META}.Status`
export const PATCH = `${META}.Patch`
export const DELETE_OPTIONS = `${META}.DeleteOptions`

const query = (name: string, type: Parameter['type'], description: string): Parameter => ({
  name,
  in: 'query',
  type,
  description,
})

const pretty = query('pretty', 'string', "If 'true', then the output is pretty printed.")
const dryRun = query(
  'dryRun',
  'string',
  'When present, indicates that modifications should not be persisted. Valid values are: All.',
)
const fieldManager = query('fieldManager', 'string', 'The name of the actor that is making these changes.')
const fieldValidation = query(
  'fieldValidation',
  'string',
  'What the server does with unknown or duplicate fields: Ignore, Warn (the default) or Strict.',
)
const write = [dryRun, fieldManager, fieldValidation]
const patch = [...write, query('force', 'boolean', 'Take fields over from other managers. Apply only.')]
const remove = [
  dryRun,
  query('gracePeriodSeconds', 'integer', 'Seconds before the object is deleted. Zero means immediately.'),
  query('orphanDependents', 'boolean', 'Deprecated: use propagationPolicy.'),
  query('propagationPolicy', 'string', 'What becomes of dependents: Orphan, Background or Foreground.'),
]
const list = [
  query('allowWatchBookmarks', 'boolean', 'Whether a watch gets BOOKMARK events.'),
  query('continue', 'string', 'The continue token of the previous part of the list.'),
  query('fieldSelector', 'string', 'Restricts the list of returned objects by their fields.'),
  query('labelSelector', 'string', 'Restricts the list of returned objects by their labels.'),
  query('limit', 'integer', 'How many objects to answer at most.'),
  query('resourceVersion', 'string', 'Which version the answer is served from.'),
  query('resourceVersionMatch', 'string', 'How resourceVersion is applied: Exact or NotOlderThan.'),
  query('sendInitialEvents', 'boolean', 'Whether a watch begins with the objects that are there.'),
  query('timeoutSeconds', 'integer', 'How long a list or a watch may take.'),
  query('watch', 'boolean', 'Watch for changes to the described resources instead of listing them.'),
]
const nameParameter = (kind: string): Parameter => ({
  name: 'name',
  in: 'path',
  type: 'string',
  description: `name of the ${kind}`,
})
const namespaceParameter: Parameter = {
  name: 'namespace',
  in: 'path',
  type: 'string',
  description: 'object name and auth scope, such as for teams and projects',
}

const anything = ['*/*']
const patchTypes = [
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
  'application/apply-patch+yaml',
]

const customPatchTypes = patchTypes.filter((type) => !type.includes('strategic'))
const customTypes = ['application/json', 'application/yaml']

function consumesOf({ custom }: ServedKind, verb: string): readonly string[] {
  if (verb === 'patch') return custom === undefined ? patchTypes : customPatchTypes
  return custom === undefined ? anything : customTypes
}

/** The paths of one kind. `schemaOf` finds the type of a sub-resource's kind. */
export function pathsOf(
  kind: ServedKind,
  schemaOf: (group: string, version: string, kind: string) => string | undefined,
): Path[] {
  const root = kind.group === '' ? `/api/${kind.version}` : `/apis/${kind.group}/${kind.version}`
  const base = kind.namespaced ? `${root}/namespaces/{namespace}/${kind.resource}` : `${root}/${kind.resource}`
  const scope = kind.namespaced ? [namespaceParameter] : []
  const verbs = verbsOf(kind)
  const make = (verb: string, options: Partial<Wanted> = {}) =>
    verbs.includes(verb) ? [operation(kind, { verb, ...options })] : []
  const paths: Path[] = [
    {
      path: base,
      parameters: [...scope, pretty],
      operations: [...make('list'), ...make('create'), ...make('deletecollection')],
    },
    {
      path: `${base}/{name}`,
      parameters: [nameParameter(kind.kind), ...scope, pretty],
      operations: [...make('get'), ...make('update'), ...make('delete'), ...make('patch')],
    },
  ]
  if (kind.namespaced && verbs.includes('list'))
    paths.push({
      path: `${root}/${kind.resource}`,
      parameters: [pretty],
      operations: make('list', { everywhere: true }),
    })
  for (const [name, sub] of Object.entries(kind.subresources ?? {})) {
    const [group, version, answers] = [sub.group ?? kind.group, sub.version ?? kind.version, sub.kind ?? kind.kind]
    const schema = answers === kind.kind && kind.custom ? kind.schema : schemaOf(group, version, answers)
    if (schema === undefined) continue
    const operations = sub.verbs.map((verb) =>
      operation(kind, { verb, subresource: name, schema, gvk: { group, kind: answers, version } }),
    )
    paths.push({ path: `${base}/{name}/${name}`, parameters: [nameParameter(answers), ...scope, pretty], operations })
  }
  return paths.filter(({ operations }) => operations.length > 0)
}

interface Wanted {
  readonly verb: string
  readonly everywhere?: boolean
  readonly subresource?: string
  readonly schema?: string
  readonly gvk?: Operation['gvk']
}

interface Style {
  readonly method: Operation['method']
  readonly word: string
  readonly action: string
  readonly text: string
  readonly parameters: readonly Parameter[]
  readonly codes: readonly number[]
}

const styles: Readonly<Record<string, Style>> = {
  list: {
    method: 'get',
    word: 'list',
    action: 'list',
    text: 'list or watch objects of kind',
    parameters: list,
    codes: [200],
  },
  create: { method: 'post', word: 'create', action: 'post', text: 'create', parameters: write, codes: [200, 201, 202] },
  deletecollection: {
    method: 'delete',
    word: 'deleteCollection',
    action: 'deletecollection',
    text: 'delete collection of',
    parameters: [...list, ...remove],
    codes: [200],
  },
  get: { method: 'get', word: 'read', action: 'get', text: 'read the specified', parameters: [], codes: [200] },
  update: {
    method: 'put',
    word: 'replace',
    action: 'put',
    text: 'replace the specified',
    parameters: write,
    codes: [200, 201],
  },
  delete: { method: 'delete', word: 'delete', action: 'delete', text: 'delete', parameters: remove, codes: [200, 202] },
  patch: {
    method: 'patch',
    word: 'patch',
    action: 'patch',
    text: 'partially update the specified',
    parameters: patch,
    codes: [200, 201],
  },
}

function operation(kind: ServedKind, wanted: Wanted): Operation {
  const { verb, subresource } = wanted
  const style = styles[verb]!
  const schema = wanted.schema ?? kind.schema
  const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1)
  const group = capital(kind.group === '' ? 'core' : kind.group.split('.')[0]!)
  const scope = kind.namespaced && !wanted.everywhere ? 'Namespaced' : ''
  const tail = `${capital(subresource ?? '')}${wanted.everywhere ? 'ForAllNamespaces' : ''}`
  const [word, collection] = verb === 'deletecollection' ? ['delete', 'Collection'] : [style.word, '']
  const body = {
    create: schema,
    update: schema,
    patch: PATCH,
    delete: DELETE_OPTIONS,
    deletecollection: DELETE_OPTIONS,
  }[verb]
  const answer =
    { list: `${schema}List`, deletecollection: STATUS }[verb] ??
    (verb === 'delete' && kind.kind !== 'Pod' ? STATUS : schema)
  return {
    method: style.method,
    id: `${word}${group}${capital(kind.version)}${collection}${scope}${kind.kind}${tail}`,
    action: style.action,
    description: `${style.text}${verb === 'create' || verb === 'delete' ? ' a' : ''} ${subresource ? `${subresource} of the ` : ''}${kind.kind}`,
    parameters: style.parameters,
    ...(body !== undefined && { body }),
    answer,
    codes: style.codes,
    consumes: consumesOf(kind, verb),
    gvk: wanted.gvk ?? { group: kind.group, kind: kind.kind, version: kind.version },
  }
}
