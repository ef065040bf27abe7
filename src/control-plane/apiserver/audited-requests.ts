import { type AuditLog, answerAsSeen, auditConfig, beginTrail, type Trail } from '../../api/audit/index.ts'
import { pathOf } from '../../api/paths.ts'
import type { ApiRequest, ApiResponse, Insights, Origin, UserInfo, Watch } from '../../api/request.ts'
import { type Answer, isStatus } from '../../api/types.ts'
import { Random } from '../../sim/random.ts'
import { attributesOf } from './authorization/authorize.ts'
import type { Server } from './contract.ts'

/** Of requests of somebody who does not say where they come from. */
const NEAR: Origin = { ip: '127.0.0.1', userAgent: 'kubedrill' }

/**
 * Tells the audit log of the requests that reach a server without anybody having told it of them before: those of
 * components, and of steps. Source: apiserver/pkg/endpoints/filters/audit.go WithAudit
 */
export class AuditedRequests {
  readonly log: AuditLog
  readonly #server: Server
  readonly #insights: Insights
  /** Apart from the server's other chance: what is written down changes nothing else. */
  readonly #ids: Random

  constructor(server: Server, insights: Insights, log: AuditLog) {
    this.#server = server
    this.#insights = insights
    this.log = log
    this.#ids = new Random(server.clock.now(), 'audit ids')
  }

  /** Whether anything is written of such a request. */
  concerns(request: ApiRequest): boolean {
    if (request.unaudited || request.look) return false
    const { user, attributes } = this.#asked(request)
    return auditConfig(this.log.policy, user, attributes).level !== 'None'
  }

  handle(request: ApiRequest, handle: (request: ApiRequest) => ApiResponse): ApiResponse {
    if (!this.concerns(request)) return handle(request)
    const bodies: { request?: unknown; response?: unknown } = { request: request.body }
    const { change } = request
    let isMade = change === undefined
    const response = handle(
      change === undefined
        ? request
        : {
            ...request,
            change: (current) => {
              bodies.request = change(current)
              isMade = bodies.request !== undefined
              return bodies.request as ReturnType<typeof change>
            },
          },
    )
    // Nothing has been done yet, or there was nothing to ask for.
    if (response.outside !== undefined || (!isMade && !isStatus(response.body))) return response
    const { group, version, resource } = request.resource
    const definition = this.#server.table.find(group, version, resource)?.definition
    bodies.response = definition === undefined ? response.body : answerAsSeen(definition, response.body)
    const trail = this.#begin(request, bodies)
    const now = this.#server.clock.now()
    trail?.stage('RequestReceived', now)
    trail?.stage('ResponseComplete', now + (response.afterMs ?? 0), response.code)
    return response
  }

  watch(
    request: ApiRequest,
    onEnd: (() => void) | undefined,
    watch: (onEnd: () => void) => Answer<Watch>,
  ): Answer<Watch> {
    const bodies: { response?: unknown } = {}
    const trail = request.unaudited || request.look ? undefined : this.#begin(request, bodies)
    if (trail === undefined) return watch(() => onEnd?.())
    const tell = (...[stage, code]: [Parameters<Trail['stage']>[0], number?]) =>
      trail.stage(stage, this.#server.clock.now(), code)
    tell('RequestReceived')
    let open = true
    const over = () => {
      if (open) tell('ResponseComplete', 200)
      open = false
    }
    const answer = watch(() => {
      over()
      onEnd?.()
    })
    if (isStatus(answer)) {
      bodies.response = answer
      tell('ResponseComplete', answer.code ?? 500)
      return answer
    }
    tell('ResponseStarted', 200)
    return {
      stop() {
        over()
        answer.stop()
      },
    }
  }

  #asked(request: ApiRequest) {
    const { user: _, fields: __, ...attributes } = attributesOf(NOBODY, { ...request, cached: false })
    const who = this.#insights.whoAsks(request.credentials, attributes, request.impersonate)
    return { attributes, ...(isStatus(who) ? { user: undefined } : who) }
  }

  #begin(request: ApiRequest, bodies: { request?: unknown; response?: unknown }): Trail | undefined {
    const { user, impersonated, attributes } = this.#asked(request) as Asked
    const acting = impersonated ?? user
    const decision = acting && this.#insights.decide(acting, attributes)
    const { ip, userAgent } = request.origin ?? NEAR
    return beginTrail(this.log, {
      auditID: this.#ids.uuid(),
      requestURI: uriOf(request),
      user,
      impersonated,
      attributes,
      sourceIPs: [ip],
      userAgent: request.userAgent ?? userAgent,
      receivedAt: this.#server.clock.now(),
      annotations: decision
        ? {
            'authorization.k8s.io/decision': decision.allowed ? 'allow' : 'forbid',
            'authorization.k8s.io/reason': decision.reason,
          }
        : {},
      bodies,
    })
  }
}

interface Asked {
  readonly user: UserInfo | undefined
  readonly impersonated?: UserInfo
  readonly attributes: Parameters<Insights['decide']>[1]
}

const NOBODY: UserInfo = { name: '', groups: [] }

function uriOf(request: ApiRequest): string {
  const { labelSelector, fieldSelector, resourceVersion, fieldManager, dryRun } = request.options ?? {}
  const query = [
    ...(dryRun ? ['dryRun=All'] : []),
    ...Object.entries({ fieldManager, fieldSelector, labelSelector, resourceVersion }).flatMap(([key, value]) =>
      value ? [`${key}=${encodeURIComponent(value)}`] : [],
    ),
    ...(request.verb === 'watch' ? ['watch=true'] : []),
  ]
  return `${pathOf(request)}${query.length > 0 ? `?${query.join('&')}` : ''}`
}
