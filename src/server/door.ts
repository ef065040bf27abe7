import { X509Certificate } from 'node:crypto'
import type { AuditLog } from '../api/audit/index.ts'
import type { ApiServer, UserInfo } from '../api/request.ts'
import { failure } from '../api/status.ts'
import { isStatus, type Status } from '../api/types.ts'
import type { Streams } from '../cluster/index.ts'
import type { ServedKind, ServerOptions } from './contract.ts'
import { Discovery } from './discovery.ts'
import { Encoder } from './encode.ts'
import type { Exchange } from './exchange.ts'
import { Metrics } from './metrics/index.ts'
import { Tables } from './tables.ts'
import { createTokenAuthority, type JwtAuthority } from './tokens.ts'

/** What every request needs of the server it came to. */
export class Door {
  readonly options: ServerOptions
  #discovery: Discovery
  readonly encoder: Encoder
  readonly tables: Tables
  readonly authority: JwtAuthority
  readonly metrics = new Metrics()
  /** CAs whose client certificates are good, the cluster's own first. */
  readonly clientCAs: readonly X509Certificate[]
  /** Where the listener stands, once it does. */
  port = 0
  /** Requests and streams that are not answered to their end. */
  pending = 0

  constructor(options: ServerOptions) {
    this.options = { ...options, connect: toldApart(options.connect) }
    const cas = [options.credentials.ca.certificate, ...(options.clientCAs ?? [])]
    this.clientCAs = cas.map((pem) => new X509Certificate(pem))
    this.#discovery = new Discovery(options.kinds)
    this.encoder = new Encoder(options.world)
    this.tables = new Tables(this.encoder)
    this.authority = createTokenAuthority(options.credentials.serviceAccountKey)
  }

  /** @throws where the server was given none: it answers with an internal error */
  get streams(): Streams {
    const { streams } = this.options
    if (streams === undefined) throw new Error('this server reaches no kubelets')
    return streams
  }

  /** Where requests are written down: by the door for itself, and for the API server that answers now. */
  get auditLogs(): readonly AuditLog[] {
    const own = this.options.audit
    const others = this.options.connect()?.audit
    if (own === undefined && others === undefined) return NO_LOGS
    return [own, others].filter((log) => log !== undefined)
  }

  /** Of what the API server that answers now serves: custom resources come and go. */
  get discovery(): Discovery {
    const served = this.options.connect()?.served?.() as readonly ServedKind[] | undefined
    if (served !== undefined && served !== this.#discovery.kinds) this.#discovery = new Discovery(served)
    return this.#discovery
  }

  /** Asks the API server that answers now; undefined when none does. */
  call<T>(ask: (api: ApiServer) => T): T | undefined {
    const api = this.options.connect()
    return api === undefined ? undefined : ask(api)
  }

  /** The API server went while the request was under way: the connection breaks, as it does when a process dies. */
  refuse(exchange: Exchange): void {
    const { request } = exchange
    if ('stream' in request) request.stream.session?.destroy()
    else request.socket.destroy()
  }

  /** May this caller do that? Asked of the API server itself, as the caller. `undefined`: yes. */
  review(exchange: Exchange, attributes: ReviewedAttributes): Status | undefined {
    const api = this.options.connect()
    if (api === undefined) return failure(503, 'ServiceUnavailable', 'connection refused')
    const anonymous = exchange.credentials.type === 'anonymous'
    const answer = api.handle({
      verb: 'create',
      // Nobody may review for anonymous but the server itself.
      credentials: anonymous ? { type: 'user', user: apiserver } : exchange.credentials,
      ...(exchange.impersonate && { impersonate: exchange.impersonate }),
      resource: {
        group: 'authorization.k8s.io',
        version: 'v1',
        resource: anonymous ? 'subjectaccessreviews' : 'selfsubjectaccessreviews',
      },
      // Nothing happens by it: it has no place in the journal.
      options: { dryRun: true },
      body: {
        apiVersion: 'authorization.k8s.io/v1',
        kind: anonymous ? 'SubjectAccessReview' : 'SelfSubjectAccessReview',
        metadata: {},
        spec: { ...attributes, ...(anonymous && { user: 'system:anonymous', groups: ['system:unauthenticated'] }) },
      },
    })
    // Where no reviews are served (404, 405, 501) nobody is held back.
    if (isStatus(answer.body)) return /^(404|405|501)$/.test(String(answer.body.code)) ? undefined : answer.body
    const { status } = answer.body as unknown as {
      readonly status?: { readonly allowed?: boolean; readonly reason?: string }
    }
    if (status?.allowed !== false) return undefined
    return refusal(this.#userName(api, exchange), attributes, status.reason)
  }

  #userName(api: ApiServer, exchange: Exchange): string {
    if (exchange.impersonate) return exchange.impersonate.name
    if (exchange.credentials.type === 'user') return exchange.credentials.user.name
    if (exchange.credentials.type === 'anonymous') return 'system:anonymous'
    const { body } = api.handle({
      verb: 'create',
      credentials: exchange.credentials,
      resource: { group: 'authentication.k8s.io', version: 'v1', resource: 'selfsubjectreviews' },
      options: { dryRun: true },
      body: { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview', metadata: {} },
    })
    return (
      (body as { readonly status?: { readonly userInfo?: { readonly username?: string } } }).status?.userInfo
        ?.username ?? ''
    )
  }
}

const NO_LOGS: readonly AuditLog[] = []

/** What the door asks an API server in the course of a request is not audited again: the door has told its log of the request itself. */
function toldApart(connect: ServerOptions['connect']): ServerOptions['connect'] {
  let known: { readonly of: ApiServer; readonly as: ApiServer } | undefined
  return () => {
    const api = connect()
    if (api?.audit === undefined) return api
    if (known?.of !== api) {
      const as: ApiServer = {
        handle: (request) => api.handle({ ...request, unaudited: true }),
        watch: (request, onEvent, onEnd) => api.watch({ ...request, unaudited: true }, onEvent, onEnd),
        ...(api.served && { served: () => api.served!() }),
        ...(api.health && { health: () => api.health!() }),
        ...(api.insights && { insights: api.insights }),
        audit: api.audit,
      }
      known = { of: api, as }
    }
    return known.as
  }
}

const apiserver: UserInfo = { name: 'system:apiserver', groups: ['system:masters'] }

export type ReviewedAttributes =
  | { readonly nonResourceAttributes: { readonly path: string; readonly verb: string } }
  | {
      readonly resourceAttributes: {
        readonly group: string
        readonly resource: string
        readonly subresource?: string | undefined
        readonly verb: string
        readonly namespace?: string | undefined
        readonly name?: string | undefined
      }
    }

/** Source: apiserver/pkg/endpoints/handlers/responsewriters/errors.go Forbidden, forbiddenMessage */
function refusal(user: string, attributes: ReviewedAttributes, reason = ''): Status {
  const because = reason === '' ? '' : `: ${reason}`
  if ('nonResourceAttributes' in attributes) {
    const { path, verb } = attributes.nonResourceAttributes
    return failure(
      403,
      'Forbidden',
      `forbidden: User ${JSON.stringify(user)} cannot ${verb} path ${JSON.stringify(path)}${because}`,
      {},
    )
  }
  const { group, resource, subresource, verb, namespace, name } = attributes.resourceAttributes
  const qualified = group === '' ? resource : `${resource}.${group}`
  const what = subresource === undefined ? resource : `${resource}/${subresource}`
  const where = namespace === undefined ? 'at the cluster scope' : `in the namespace ${JSON.stringify(namespace)}`
  const subject = name === undefined ? qualified : `${qualified} ${JSON.stringify(name)}`
  const message = `${subject} is forbidden: User ${JSON.stringify(user)} cannot ${verb} resource ${JSON.stringify(what)} in API group ${JSON.stringify(group)} ${where}${because}`
  return failure(403, 'Forbidden', message, {
    ...(name !== undefined && { name }),
    ...(group !== '' && { group }),
    kind: resource,
  })
}
