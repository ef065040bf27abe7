import type { ServedKind } from '../contract.ts'
import { verbsOf } from '../discovery.ts'
import {
  described,
  LIST,
  PATCH_OPTIONS,
  type Parameter,
  PRETTY,
  REMOVE,
  SELECT,
  type Spec,
  WRITE,
} from './parameters.ts'

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
  /** Of the path, whatever the sub-resource's kind is of. */
  readonly group: string
  readonly version: string
  readonly custom: boolean
  readonly gvk: { readonly group: string; readonly kind: string; readonly version: string }
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

/** Kinds whose deletion answers what was deleted. Source: registry/generic Store.ReturnDeletedObject */
const RETURNED = new Set(
  'CSIDriver CSINode DeviceClass PersistentVolume PersistentVolumeClaim Pod PodTemplate ResourceClaim ResourceClaimTemplate ResourceQuota ResourceSlice Service ServiceAccount StorageClass VolumeAttachment VolumeAttributesClass'.split(
    ' ',
  ),
)

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
  const pretty = PRETTY.map(described)
  const make = (verb: string, options: Partial<Wanted> = {}) =>
    verbs.includes(verb) ? [operation(kind, { verb, ...options })] : []
  const paths: Path[] = [
    {
      path: base,
      parameters: [...scope, ...pretty],
      operations: [...make('list'), ...make('create'), ...make('deletecollection')],
    },
    {
      path: `${base}/{name}`,
      parameters: [nameParameter(kind.kind), ...scope, ...pretty],
      operations: [...make('get'), ...make('update'), ...make('delete'), ...make('patch')],
    },
  ]
  if (kind.namespaced && verbs.includes('list'))
    paths.push({
      path: `${root}/${kind.resource}`,
      parameters: pretty,
      operations: make('list', { everywhere: true }),
    })
  for (const [name, sub] of Object.entries(kind.subresources ?? {})) {
    const [group, version, answers] = [sub.group ?? kind.group, sub.version ?? kind.version, sub.kind ?? kind.kind]
    const schema = answers === kind.kind && kind.custom ? kind.schema : schemaOf(group, version, answers)
    if (schema === undefined) continue
    const operations = sub.verbs.map((verb) =>
      operation(kind, { verb, subresource: name, schema, gvk: { group, kind: answers, version } }),
    )
    paths.push({
      path: `${base}/{name}/${name}`,
      parameters: [nameParameter(answers), ...scope, ...pretty],
      operations,
    })
  }
  if (kind.custom === undefined) paths.push(...watchesOf(kind, root, base, paths))
  return paths.filter(({ operations }) => operations.length > 0).map(hoisted)
}

/** What all operations of a path take stands once. Source: kube-openapi pkg/builder buildPaths */
function hoisted({ path, parameters, operations }: Path): Path {
  const [first, ...others] = operations
  const same = ({ name, description }: Parameter) =>
    others.every((each) => each.parameters.some((its) => its.name === name && its.description === description))
  const common = first!.parameters.filter(same)
  const names = new Set(common.map(({ name }) => name))
  return {
    path,
    parameters: [...parameters, ...common].sort((a, b) => (a.name < b.name ? -1 : 1)),
    operations: operations.map((each) => ({
      ...each,
      parameters: each.parameters.filter(({ name }) => !names.has(name)).sort((a, b) => (a.name < b.name ? -1 : 1)),
    })),
  }
}

/** The deprecated ways to watch. */
function watchesOf(kind: ServedKind, root: string, base: string, paths: readonly Path[]): Path[] {
  if (!verbsOf(kind).includes('watch')) return []
  const collections = paths.filter(({ operations }) => operations.some(({ action }) => action === 'list'))
  const lists = collections.map(({ path, parameters, operations }) => {
    const listed = operations.find(({ action }) => action === 'list')!
    const id = listed.id.replace(/^list/, 'watch').replace(/(ForAllNamespaces)?$/, 'List$1')
    return { path, parameters, operations: [watching(listed, 'watchlist', id)] }
  })
  const one = paths.find(({ path }) => path === `${base}/{name}`)
  const read = one?.operations.find(({ action }) => action === 'get')
  const id = read?.id.replace(/^read/, 'watch')
  const ones = one && read && id ? [{ ...one, operations: [watching(read, 'watch', id)] }] : []
  return [...lists, ...ones].map((each) => ({ ...each, path: each.path.replace(root, `${root}/watch`) }))
}

function watching(like: Operation, action: string, id: string): Operation {
  const old = "deprecated: use the 'watch' parameter with a list operation instead"
  const { kind } = like.gvk
  const description =
    action === 'watch'
      ? `watch changes to an object of kind ${kind}. ${old}, filtered to a single item with the 'fieldSelector' parameter.`
      : `watch individual changes to a list of ${kind}. ${old}.`
  return { ...like, action, id, description, parameters: LIST.map(described), answer: `${META}.WatchEvent` }
}

/** `flowcontrol.apiserver.k8s.io` -> `flowcontrolApiserver`. Source: kube-openapi pkg/util, apiserver/pkg/endpoints/openapi */
export function groupWord(group: string): string {
  const short = group === '' ? 'core' : group.replace(/\.k8s\.io$/, '')
  return short.replace(/[.-](.)/g, (_, letter: string) => letter.toUpperCase())
}

function sayingOf(style: Style, verb: string, kind: string, subresource: string | undefined): string {
  const { text } = style
  if (verb === 'create' || verb === 'delete')
    return `${text} ${subresource ? `${subresource} of ` : ''}${/^[AEIOU]/.test(kind) ? 'an' : 'a'} ${kind}`
  if (subresource === undefined) return `${text} ${kind}`
  return `${text.replace(/the specified$/, '')}${subresource} of the specified ${kind}`
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
  readonly parameters: readonly Spec[]
  readonly codes: readonly number[]
}

const styles: Readonly<Record<string, Style>> = {
  list: {
    method: 'get',
    word: 'list',
    action: 'list',
    text: 'list or watch objects of kind',
    parameters: LIST,
    codes: [200],
  },
  create: { method: 'post', word: 'create', action: 'post', text: 'create', parameters: WRITE, codes: [200, 201, 202] },
  deletecollection: {
    method: 'delete',
    word: 'deleteCollection',
    action: 'deletecollection',
    text: 'delete collection of',
    parameters: [...SELECT, ...REMOVE],
    codes: [200],
  },
  get: { method: 'get', word: 'read', action: 'get', text: 'read the specified', parameters: [], codes: [200] },
  update: {
    method: 'put',
    word: 'replace',
    action: 'put',
    text: 'replace the specified',
    parameters: WRITE,
    codes: [200, 201],
  },
  delete: { method: 'delete', word: 'delete', action: 'delete', text: 'delete', parameters: REMOVE, codes: [200, 202] },
  patch: {
    method: 'patch',
    word: 'patch',
    action: 'patch',
    text: 'partially update the specified',
    parameters: PATCH_OPTIONS,
    codes: [200, 201],
  },
}

function parametersOf({ custom }: ServedKind, verb: string): readonly Spec[] {
  if (custom !== undefined && verb === 'deletecollection') return LIST
  if (custom !== undefined && verb === 'get') return [['resourceVersion']]
  return styles[verb]!.parameters
}

function operation(kind: ServedKind, wanted: Wanted): Operation {
  const { verb, subresource } = wanted
  const style = styles[verb]!
  const schema = wanted.schema ?? kind.schema
  const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1)
  const group = capital(groupWord(kind.group))
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
    (verb === 'delete' && !(kind.custom === undefined && RETURNED.has(kind.kind)) ? STATUS : schema)
  return {
    method: style.method,
    id: `${word}${group}${capital(kind.version)}${collection}${scope}${kind.kind}${tail}`,
    action: style.action,
    description: sayingOf(style, verb, kind.kind, subresource),
    parameters: parametersOf(kind, verb).map(described),
    ...(body !== undefined && { body }),
    answer,
    codes: style.codes,
    consumes: consumesOf(kind, verb),
    group: kind.group,
    version: kind.version,
    custom: kind.custom !== undefined,
    gvk: wanted.gvk ?? { group: kind.group, kind: kind.kind, version: kind.version },
  }
}
