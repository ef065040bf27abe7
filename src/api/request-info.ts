import type { Verb } from './request.ts'

/** What a URL asks for. Source: apiserver/pkg/endpoints/request/requestinfo.go NewRequestInfo */
export type RequestInfo = ResourceInfo | { readonly isResource: false; readonly path: string }

export interface ResourceInfo {
  readonly isResource: true
  readonly path: string
  readonly verb: Verb | ''
  readonly group: string
  readonly version: string
  readonly resource: string
  readonly subresource?: string
  readonly namespace?: string
  readonly name?: string
  /** What follows the subresource: the path of a proxied request. */
  readonly rest: readonly string[]
}

const namespaceSubresources = new Set(['status', 'finalize'])

const verbOf: Readonly<Record<string, Verb>> = {
  GET: 'get',
  POST: 'create',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
}

export function requestInfo(method: string, path: string, query: URLSearchParams): RequestInfo {
  const parts = decoded(path)
    .split('/')
    .filter((part) => part !== '')
  const prefix = parts[0]
  const grouped = prefix === 'apis'
  if ((prefix !== 'api' && !grouped) || parts.length < (grouped ? 4 : 3)) return { isResource: false, path }
  const [group, version] = grouped ? [parts[1]!, parts[2]!] : ['', parts[1]!]
  let rest = parts.slice(grouped ? 3 : 2)
  const legacyWatch = rest[0] === 'watch'
  if (legacyWatch) rest = rest.slice(1)
  let namespace: string | undefined
  if (rest[0] === 'namespaces' && rest.length > 1) {
    namespace = rest[1]!
    if (rest.length > 2 && !namespaceSubresources.has(rest[2]!)) rest = rest.slice(2)
  }
  const [resource, name, subresource, ...beyond] = rest
  if (resource === undefined) return { isResource: false, path }
  // A Namespace is in no namespace, though the attributes of a request for one name it twice.
  if (resource === 'namespaces') namespace = undefined
  const verb = legacyWatch ? 'watch' : collectionVerb(verbOf[method] ?? '', name, query)
  return {
    isResource: true,
    path,
    verb,
    group,
    version,
    resource,
    rest: beyond,
    ...(subresource !== undefined && { subresource }),
    ...(namespace !== undefined && { namespace }),
    ...(name !== undefined && { name }),
  }
}

function collectionVerb(verb: Verb | '', name: string | undefined, query: URLSearchParams): Verb | '' {
  if (name === undefined && verb === 'delete') return 'deletecollection'
  if (verb !== 'get') return verb
  if (name !== undefined) return 'get'
  return truth(query.get('watch')) ? 'watch' : 'list'
}

/** A query flag as Go's conversion reads it: present and neither false nor 0. Source: apimachinery/pkg/runtime/conversion.go Convert_Slice_string_To_bool */
export function truth(value: string | null): boolean {
  return value !== null && value.toLowerCase() !== 'false' && value !== '0'
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}
