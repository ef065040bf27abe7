import { listMetadata } from '../meta.ts'
import type { ObjectList, RequestAttributes, UserInfo } from '../request.ts'
import { rfc3339Micro } from '../time.ts'
import { isStatus, type Status } from '../types.ts'
import { type AuditConfig, type AuditPolicy, auditConfig, type Stage } from './policy.ts'

export { type AuditPolicy, auditConfig, parseAuditPolicy, type Stage } from './policy.ts'

/** Where events go, and which. */
export interface AuditLog {
  readonly policy: AuditPolicy
  /** One event, JSON without a newline. */
  readonly write: (line: string) => void
  /** What is kept of what was written. */
  readonly read?: () => string
}

/** A request as it goes on; who takes it fills in what it learns. */
export interface AuditedRequest {
  readonly auditID: string
  readonly requestURI: string
  readonly user: UserInfo | undefined
  readonly impersonated?: UserInfo | undefined
  readonly attributes: RequestAttributes
  readonly sourceIPs: readonly string[]
  readonly userAgent: string | undefined
  readonly receivedAt: number
  readonly annotations: Readonly<Record<string, string>>
  /** What came and what went, where the level asks for them. */
  readonly bodies: { request?: unknown; response?: unknown }
}

export interface Trail {
  /** A stage has been reached. @param code of the answer, once there is one */
  stage(stage: Stage, at: number, code?: number): void
}

/**
 * Begins to write about a request.
 *
 * @param onEvents told the level once, with 0 events, and then of each event
 * @returns undefined where the policy writes nothing of such a request
 * Source: apiserver/pkg/endpoints/filters/audit.go WithAudit
 */
export function beginTrail(
  log: AuditLog,
  request: AuditedRequest,
  onEvents: (level: string, events: number) => void = () => {},
): Trail | undefined {
  const config = auditConfig(log.policy, request.user, request.attributes)
  if (config.level === 'None') return undefined
  onEvents(config.level, 0)
  return {
    stage: (stage, at, code) => {
      if (config.omitStages.includes(stage)) return
      onEvents(config.level, 1)
      log.write(JSON.stringify(eventOf(request, config, stage, at, code)))
    },
  }
}

interface ListedKind {
  readonly group: string
  readonly version: string
  readonly kind: string
  readonly listKind?: string
}

/** An answer as clients see it: lists of a kind say of which. */
export function answerAsSeen(kind: ListedKind, body: object): unknown {
  if (!('kind' in body) || body.kind !== 'List' || 'apiVersion' in body) return body
  const apiVersion = kind.group === '' ? kind.version : `${kind.group}/${kind.version}`
  const list = body as ObjectList
  return { kind: kind.listKind ?? `${kind.kind}List`, apiVersion, metadata: listMetadata(list), items: list.items }
}

/** Fields in upstream's order. Source: apiserver/pkg/apis/audit/v1/types.go Event */
function eventOf(request: AuditedRequest, config: AuditConfig, stage: Stage, at: number, code: number | undefined) {
  const { level, omitManagedFields } = config
  const { attributes, bodies, annotations } = request
  const answered = stage !== 'RequestReceived'
  const object = (value: unknown) => (omitManagedFields ? withoutManagedFields(value) : value)
  return {
    kind: 'Event',
    apiVersion: 'audit.k8s.io/v1',
    level,
    auditID: request.auditID,
    stage,
    requestURI: request.requestURI,
    verb: attributes.verb,
    user: userOf(request.user),
    ...(request.impersonated && { impersonatedUser: userOf(request.impersonated) }),
    sourceIPs: request.sourceIPs,
    ...(request.userAgent !== undefined && { userAgent: request.userAgent }),
    ...(attributes.path === undefined && { objectRef: objectRef(attributes, bodies.response) }),
    ...(answered && code !== undefined && { responseStatus: responseStatus(code, bodies.response) }),
    ...(answered &&
      /^Request/.test(level) &&
      bodies.request !== undefined && { requestObject: object(bodies.request) }),
    ...(stage === 'ResponseComplete' &&
      level === 'RequestResponse' &&
      bodies.response !== undefined && { responseObject: object(bodies.response) }),
    requestReceivedTimestamp: rfc3339Micro(request.receivedAt),
    stageTimestamp: rfc3339Micro(at),
    ...(answered && Object.keys(annotations).length > 0 && { annotations }),
  }
}

function userOf(user: UserInfo | undefined) {
  if (user === undefined) return {}
  const { name, uid, groups, extra } = user
  return { username: name, ...(uid && { uid }), groups, ...(extra && { extra }) }
}

function objectRef({ group, version, resource, subresource, namespace, name }: RequestAttributes, response: unknown) {
  const made = (response as { readonly metadata?: { readonly name?: string } } | undefined)?.metadata?.name
  const named = name ?? (isStatusBody(response) ? undefined : made)
  return {
    resource,
    ...(namespace && { namespace }),
    ...(named && { name: named }),
    ...(group && { apiGroup: group }),
    ...(version && { apiVersion: version }),
    ...(subresource && { subresource }),
  }
}

const isStatusBody = (body: unknown): body is Status =>
  typeof body === 'object' && body !== null && isStatus(body as Status)

function responseStatus(code: number, body: unknown) {
  if (!isStatusBody(body)) return { metadata: {}, code }
  const { status, message, reason, details } = body
  return {
    metadata: {},
    status,
    ...(message && { message }),
    ...(reason && { reason }),
    ...(details && { details }),
    code,
  }
}

function withoutManagedFields(value: unknown): unknown {
  const { metadata, items } = (value ?? {}) as { readonly metadata?: object; readonly items?: readonly unknown[] }
  if (items !== undefined) return { ...(value as object), items: items.map(withoutManagedFields) }
  if (metadata === undefined || !('managedFields' in metadata)) return value
  const { managedFields: _, ...rest } = metadata
  return { ...(value as object), metadata: rest }
}
