import type { ServerResponse } from 'node:http'
import type { ResourceInfo } from '../../api/request-info.ts'
import { failure } from '../../api/status.ts'
import { isStatus, type Status } from '../../api/types.ts'
import { CLIENT_CERTIFICATE_HEADER, type Dial, type NetworkAnswer } from '../../cluster/index.ts'
import { readBody } from '../body.ts'
import type { Door } from '../door.ts'
import type { Exchange } from '../exchange.ts'
import { ask, plainHeaders } from './http-bridge.ts'
import { KUBELET_PORT, locate } from './proxy-location.ts'

/** The proxy sub-resource of pods, services and nodes. Source: apimachinery/pkg/util/proxy/upgradeaware.go, transport.go */
export async function answerProxy(door: Door, exchange: Exchange, info: ResourceInfo): Promise<void> {
  const { world } = door.options
  const { group, resource, subresource, verb, namespace, name } = info
  const target = await world.inject(
    () =>
      door.review(exchange, { resourceAttributes: { group, resource, subresource, verb, namespace, name } }) ??
      locate(door, info),
  )
  if (isStatus(target)) return exchange.status(target)
  const prefix = exchange.path.slice(0, exchange.path.indexOf('/proxy', exchange.path.indexOf(`/${resource}/`)) + 6)
  const path = exchange.path.slice(prefix.length)
  if (path === '' && /^(GET|HEAD)$/.test(exchange.method)) return redirectToRoot(exchange)
  // The API server shows kubelets a certificate of its own.
  const headers: Readonly<Record<string, string>> =
    resource === 'nodes' && target.port === KUBELET_PORT
      ? { [CLIENT_CERTIFICATE_HEADER]: 'kube-apiserver-kubelet-client' }
      : {}
  const answer = await askThrough(door, exchange, target, path === '' ? '/' : path, headers)
  if (isStatus(answer)) return exchange.status(answer)
  if (answer !== undefined) writeProxied(exchange, answer, prefix)
}

/** Links of the page are relative to its root. Source: upgradeaware.go proxyRedirectsforRootPath */
function redirectToRoot(exchange: Exchange): void {
  const query = exchange.query.toString()
  exchange.set('Location', `${exchange.path}/${query === '' ? '' : `?${query}`}`)
  exchange.send(301, 'text/html; charset=utf-8', '')
}

/** Sends a client's request on into the simulated network, as the API server. Undefined: the connection is gone. */
export async function askThrough(
  door: Door,
  exchange: Exchange,
  to: Dial['to'],
  path: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<NetworkAnswer | Status | undefined> {
  const { streams } = door
  const { world } = door.options
  const body = await readBody(exchange.request)
  if (!Buffer.isBuffer(body)) return body
  const from = streams.apiServer()
  if (from === undefined) {
    door.refuse(exchange)
    return undefined
  }
  const obstacle = await world.inject(() => streams.obstacle(from, to))
  if (obstacle !== undefined) {
    if (obstacle.tookMs > 0) await world.wait(obstacle.tookMs)
    return unreachable(obstacle.unreached)
  }
  const query = exchange.query.toString()
  const answer = await ask(door, {
    from,
    to,
    request: {
      protocol: 'HTTP',
      from: from.ip,
      method: exchange.method,
      path: query === '' ? path : `${path}?${query}`,
      headers: { ...passedOn(exchange), ...headers },
      ...(body.length > 0 && { body: body.toString() }),
    },
  })
  return answer?.status === undefined ? unreachable('EOF') : answer
}

function unreachable(why: string): Status {
  return failure(503, 'ServiceUnavailable', `error trying to reach service: ${why}`)
}

/** What the client showed of itself is not for the program; where it called is. Source: transport.go RoundTrip */
function passedOn(exchange: Exchange): Readonly<Record<string, string>> {
  const { authorization: _, connection: __, upgrade: ___, ...headers } = plainHeaders(exchange.request.headers)
  const host = headers.host ?? exchange.header(':authority') ?? ''
  return {
    ...headers,
    host,
    'x-forwarded-host': host,
    'x-forwarded-proto': 'https',
    'x-forwarded-uri': exchange.path,
  }
}

export function writeProxied(exchange: Exchange, answer: NetworkAnswer, prefix?: string): void {
  const headers = Object.entries(answer.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value] as const)
  const type = headers.find(([name]) => name === 'content-type')?.[1]
  const isPage =
    prefix !== undefined && (type?.startsWith('text/html') ?? /^\s*<(!doctype|html)/i.test(answer.body ?? ''))
  for (const [name, value] of headers)
    if (!/^(content-length|content-type|transfer-encoding|connection)$/.test(name))
      exchange.set(name, name === 'location' && prefix !== undefined && value.startsWith('/') ? prefix + value : value)
  const body = isPage ? withLinks(answer.body ?? '', prefix) : (answer.body ?? '')
  const bytes = Buffer.from(body)
  const response = exchange.start(
    answer.status ?? 200,
    type ?? (isPage ? 'text/html' : 'text/plain; charset=utf-8'),
  ) as ServerResponse
  response.setHeader('Content-Length', bytes.length)
  if (exchange.method === 'HEAD') response.end()
  else response.end(bytes)
}

/** Links to the root of the page's server lead through the proxy. Source: transport.go rewriteHTML */
function withLinks(page: string, prefix: string): string {
  return page.replace(
    /(<[a-z][^>]*\s(?:href|src|action|cite|data|background|longdesc)\s*=\s*["'])\/(?!\/)/gi,
    `$1${prefix}/`,
  )
}
