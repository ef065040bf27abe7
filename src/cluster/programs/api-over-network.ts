import { shownMetadata } from '../../api/managedfields/history.ts'
import type { ApiResponse, Credentials, ObjectList, UserInfo } from '../../api/request.ts'
import { type ResourceInfo, requestInfo } from '../../api/request-info.ts'
import { badRequest, forbidden, unauthorized, unknownResource } from '../../api/status.ts'
import { isStatus, type KubernetesObject } from '../../api/types.ts'
import { version } from '../../api/version.ts'
import type { RunningApiServer } from '../../control-plane/apiserver/index.ts'
import type { NetworkAnswer, NetworkRequest } from '../../network/contract.ts'

/**
 * The API as it is asked over the cluster's own network, with curl in a Pod or on a node: by bearer token or as nobody, in
 * JSON. Certificates are not shown there. What only clients from outside are served says so.
 */
export function askApi(server: RunningApiServer, request: NetworkRequest, address: string): NetworkAnswer {
  const { method = 'GET', path: url = '/', headers = {} } = request
  const { pathname, searchParams } = new URL(url, 'https://kubernetes')
  const info = requestInfo(method, pathname, searchParams)
  const credentials = credentialsOf(headers.authorization)
  return info.isResource
    ? resource(server, info, request, credentials, searchParams)
    : discovery(server, pathname, credentials, address)
}

function credentialsOf(header: string | undefined): Credentials {
  const token = /^bearer\s+(.+)$/i.exec(header ?? '')?.[1]?.trim()
  return token === undefined ? { type: 'anonymous' } : { type: 'bearer', token }
}

const VERBS = new Set(['get', 'list', 'create', 'update', 'delete', 'deletecollection'])

function resource(
  server: RunningApiServer,
  info: ResourceInfo,
  { body, from, headers = {} }: NetworkRequest,
  credentials: Credentials,
  query: URLSearchParams,
): NetworkAnswer {
  const { group, version, resource, subresource, namespace, name, verb } = info
  const endpoint = server.find(group, version, resource)
  if (endpoint === undefined) return json(unknownResource())
  if (verb === '' || !VERBS.has(verb)) return notHere(`${verb || 'this'} of ${resource}`)
  const object = verb === 'create' || verb === 'update' ? parsed(body) : undefined
  if (object === null) return json(badRequest('the body of the request is not JSON'))
  const answer = server.handle({
    verb: verb as 'get',
    credentials,
    resource: { group, version, resource, ...(subresource !== undefined && { subresource }) },
    ...(namespace !== undefined && { namespace }),
    ...(name !== undefined && { name }),
    ...(object !== undefined && { body: object, wire: {} }),
    options: selectors(query),
    origin: { ip: from, userAgent: headers['user-agent'] ?? '' },
  })
  const { kind } = endpoint.definition
  const found = answer.body
  if (isList(found)) return json(listOf(found, kind, group === '' ? version : `${group}/${version}`), answer)
  return json(isStatus(found) ? found : shown(found), answer)
}

function selectors(query: URLSearchParams) {
  const labelSelector = query.get('labelSelector')
  const fieldSelector = query.get('fieldSelector')
  return {
    ...(labelSelector !== null && { labelSelector }),
    ...(fieldSelector !== null && { fieldSelector }),
    ...(query.get('dryRun') === 'All' && { dryRun: true }),
  }
}

/** @returns null for what is not JSON */
function parsed(body: string | undefined): unknown {
  try {
    return JSON.parse(body ?? '')
  } catch {
    return null
  }
}

const isList = (body: ApiResponse['body']): body is ObjectList => 'items' in body && body.kind === 'List'

function shown(object: KubernetesObject): KubernetesObject {
  return { ...object, metadata: shownMetadata(object.metadata) as KubernetesObject['metadata'] }
}

/** Within lists objects come without kind and apiVersion. */
function listOf({ items, resourceVersion }: ObjectList, kind: string, apiVersion: string) {
  const bare = items.map((item) => {
    const { kind: _, apiVersion: __, ...rest } = shown(item)
    return rest
  })
  return { kind: `${kind}List`, apiVersion, metadata: { resourceVersion }, items: bare }
}

function discovery(server: RunningApiServer, path: string, credentials: Credentials, address: string): NetworkAnswer {
  const user = userOf(server, credentials)
  if (user === undefined) return json(unauthorized())
  if (!server.authorize({ user, verb: 'get', group: '', resource: '', path }).allowed)
    return json(forbidden({ group: '', resource: '' }, '', `User "${user.name}" cannot get path "${path}"`))
  const at = path.replace(/(?<=.)\/$/, '')
  if (at === '/api') {
    const serverAddressByClientCIDRs = [{ clientCIDR: '0.0.0.0/0', serverAddress: address }]
    return json({ kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs })
  }
  if (at === '/apis') return json(groups(server))
  if (at === '/version') return json(version)
  return /^\/(apis?\/|openapi\/|metrics$|$)/.test(at) ? notHere(at) : json(unknownResource())
}

function groups(server: RunningApiServer) {
  const versions = new Map<string, Set<string>>()
  for (const { definition } of server.endpoints)
    if (definition.group !== '')
      versions.set(definition.group, (versions.get(definition.group) ?? new Set()).add(definition.version))
  const groups = [...versions].map(([name, all]) => {
    const listed = [...all].map((version) => ({ groupVersion: `${name}/${version}`, version }))
    return { name, versions: listed, preferredVersion: listed[0]! }
  })
  return { kind: 'APIGroupList', apiVersion: 'v1', groups }
}

/** Who shows these credentials, as the server itself says. */
function userOf(server: RunningApiServer, credentials: Credentials): UserInfo | undefined {
  const { code, body } = server.handle({
    verb: 'create',
    credentials,
    resource: { group: 'authentication.k8s.io', version: 'v1', resource: 'selfsubjectreviews' },
    body: { kind: 'SelfSubjectReview', apiVersion: 'authentication.k8s.io/v1', metadata: {} },
    unaudited: true,
  })
  if (code === 401) return undefined
  if (credentials.type === 'anonymous') return { name: 'system:anonymous', groups: ['system:unauthenticated'] }
  const { username, groups = [] } = (
    body as unknown as { status: { userInfo: { username: string; groups?: string[] } } }
  ).status.userInfo
  return { name: username, groups }
}

function notHere(what: string): NetworkAnswer {
  return {
    status: 501,
    body: `kubedrill: ${what} is not served inside the cluster: use kubectl on your own machine\n`,
    headers: { 'content-type': 'text/plain' },
  }
}

/** As the server writes it for curl. Source: apiserver/pkg/endpoints/handlers/negotiation/negotiate.go isPrettyPrint */
function json(body: object, { code, afterMs }: Partial<ApiResponse> = {}): NetworkAnswer {
  return {
    status: code ?? ('code' in body && typeof body.code === 'number' ? body.code : 200),
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body, null, 2),
    ...(afterMs !== undefined && { afterMs }),
  }
}
