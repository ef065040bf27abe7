import { findCondition } from '../../api/conditions.ts'
import { pathOf } from '../../api/paths.ts'
import type { ApiRequest, ApiResponse } from '../../api/request.ts'
import { failure } from '../../api/status.ts'
import { type APIService, isStatus, type Status } from '../../api/types.ts'
import { authenticate } from './authentication/authenticate.ts'
import type { Server } from './contract.ts'

/**
 * Hands a component's read of what this server does not serve itself on to the Service of an aggregated API. Requests
 * from outside are handed on at the door, as they came.
 *
 * @param refusal what the server itself says of the request
 * @returns undefined where no aggregated API is concerned
 * Source: kube-aggregator/pkg/apiserver/handler_proxy.go ServeHTTP
 */
export function aggregated(server: Server, request: ApiRequest, refusal: Status): ApiResponse | undefined {
  const { group, version, resource } = request.resource
  if (server.ask === undefined || refusal.code !== 404 || group === '') return undefined
  if (request.verb !== 'get' && request.verb !== 'list') return undefined
  if (server.table.find(group, version, resource) !== undefined) return undefined
  const found = server.read('APIService', `${version}.${group}`) as APIService | undefined
  const service = found?.spec?.service
  if (service === undefined) return undefined
  if (findCondition(found?.status?.conditions, 'Available')?.status !== 'True') return unavailable()
  const user = authenticate(server, request.credentials)
  const { name = '', namespace = '', port = 443 } = service
  const outcome = server.ask({
    service: { namespace, name, port },
    path: urlOf(request),
    user: isStatus(user) ? '' : user.name,
  })
  return 'error' in outcome ? unavailable() : answerOf(outcome.code, outcome.body)
}

function urlOf(request: ApiRequest): string {
  const { options = {} } = request
  const query = (['labelSelector', 'metricLabelSelector'] as const)
    .filter((key) => options[key] !== undefined && options[key] !== '')
    .map((key) => `${key}=${encodeURIComponent(options[key]!)}`)
  return `${pathOf(request)}${query.length > 0 ? `?${query.join('&')}` : ''}`
}

/** As clients read answers. Source: client-go/rest/request.go transformResponse */
function answerOf(code: number, text: string): ApiResponse {
  try {
    const body = JSON.parse(text)
    if (code < 300 || isStatus(body)) return { code, body }
  } catch {
    // No JSON: said below.
  }
  const [reason, message] = code === 404 ? NOT_FOUND : code === 503 ? UNAVAILABLE : unknown(text)
  return { code, body: failure(code, reason, message, {}) }
}

const NOT_FOUND = ['NotFound', 'the server could not find the requested resource'] as const
const UNAVAILABLE = ['ServiceUnavailable', 'the server is currently unable to handle the request'] as const

const unknown = (text: string) =>
  [
    'InternalError',
    `an error on the server (${JSON.stringify(text.trim() || 'unknown')}) has prevented the request from succeeding`,
  ] as const

function unavailable(): ApiResponse {
  return { code: 503, body: failure(503, ...UNAVAILABLE, {}) }
}
