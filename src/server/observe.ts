import type { Socket } from 'node:net'
import { type AuditedRequest, beginTrail, type Stage, type Trail } from '../api/audit/index.ts'
import type { RequestAttributes, UserInfo } from '../api/request.ts'
import type { RequestInfo, ResourceInfo } from '../api/request-info.ts'
import { isStatus } from '../api/types.ts'
import type { Door } from './door.ts'
import type { Exchange } from './exchange.ts'
import type { Counted } from './metrics/index.ts'

/** Everything that is noted of a request besides answering it: who asked, its flow, metrics, the audit log. */
export function observe(door: Door, exchange: Exchange, info: RequestInfo): void {
  const insights = door.options.connect()?.insights
  const attributes = attributesOf(exchange, info)
  const who = insights?.whoAsks(exchange.credentials, attributes, exchange.impersonate)
  const known = who === undefined || isStatus(who) ? undefined : who
  if (who !== undefined && !isStatus(who)) door.metrics.authenticated(who.user.name)
  else if (isStatus(who) && who.code === 401) door.metrics.authenticated(undefined)
  const use = insights?.tokenUse(exchange.credentials)
  if (use !== undefined) door.call((api) => api.handle(use))
  const acting = known?.impersonated ?? known?.user
  const flow = acting && insights?.flowOf(acting, attributes)
  if (flow !== undefined) {
    exchange.set('X-Kubernetes-Pf-Flowschema-Uid', flow.flowSchemaUid)
    exchange.set('X-Kubernetes-Pf-Prioritylevel-Uid', flow.priorityLevelUid)
  }
  const ended = door.metrics.begin(countedAs(exchange, info))
  exchange.response.once('close', () => ended(exchange.response.statusCode, exchange.sent))
  tellOf(door, exchange, attributes, known)
}

/** Tells the audit logs, of an answer before it is on its way: who has it finds it there. */
function tellOf(door: Door, exchange: Exchange, attributes: RequestAttributes, known: Known | undefined): void {
  const trails = startTrails(door, exchange, attributes, known)
  if (trails.length === 0) return
  let over = false
  const tell = (stage: Stage, code?: number) => {
    if (over) return
    over = stage === 'ResponseComplete'
    for (const trail of trails) trail.stage(stage, door.options.world.now(), code)
  }
  tell('RequestReceived')
  if (attributes.verb === 'watch') exchange.onStart = (code) => tell('ResponseStarted', code)
  else exchange.onSend = (code) => tell('ResponseComplete', code)
  exchange.response.once('close', () => tell('ResponseComplete', exchange.response.statusCode))
}

function attributesOf(exchange: Exchange, info: RequestInfo): RequestAttributes {
  if (!info.isResource) return { verb: exchange.method.toLowerCase(), group: '', resource: '', path: info.path }
  const { verb, group, version, resource, subresource, name } = info
  const namespace = resource === 'namespaces' && group === '' ? name : info.namespace
  return { verb, group, version, resource, subresource, namespace, name }
}

type Known = { readonly user: UserInfo; readonly impersonated?: UserInfo }

function startTrails(
  door: Door,
  exchange: Exchange,
  attributes: RequestAttributes,
  known: Known | undefined,
): readonly Trail[] {
  const logs = door.auditLogs
  if (logs.length === 0) return []
  const acting = known?.impersonated ?? known?.user
  const decision = acting && door.options.connect()?.insights?.decide(acting, attributes)
  const annotations = decision && {
    'authorization.k8s.io/decision': decision.allowed ? 'allow' : 'forbid',
    'authorization.k8s.io/reason': decision.reason,
  }
  const address = (exchange.request.socket as Socket | undefined)?.remoteAddress ?? '127.0.0.1'
  const request: AuditedRequest = {
    auditID: exchange.auditId,
    requestURI: exchange.request.url ?? exchange.path,
    user: known?.user,
    impersonated: known?.impersonated,
    attributes,
    sourceIPs: [...(exchange.header('x-forwarded-for')?.split(/,\s*/) ?? []), address.replace(/^::ffff:/, '')],
    userAgent: exchange.header('user-agent'),
    receivedAt: door.options.world.now(),
    annotations: annotations ?? {},
    bodies: exchange.bodies,
  }
  const counted = (level: string, events: number) => door.metrics.audited(level, events)
  return logs.map((log) => beginTrail(log, request, counted)).filter((trail) => trail !== undefined)
}

/** Source: apiserver/pkg/endpoints/metrics/metrics.go cleanVerb, CleanScope */
function countedAs(exchange: Exchange, info: RequestInfo): Counted {
  const dryRun = exchange.query.get('dryRun') ?? ''
  if (!info.isResource) {
    const subresource = /^\/[^/]*/.exec(info.path)?.[0] ?? '/'
    return {
      verb: exchange.method,
      group: '',
      version: '',
      resource: '',
      subresource,
      scope: '',
      component: '',
      dryRun,
    }
  }
  const { group, version, resource, subresource = '' } = info
  return {
    verb: verbOf(exchange, info),
    group,
    version,
    resource,
    subresource,
    scope: scopeOf(info),
    component: 'apiserver',
    dryRun,
  }
}

function verbOf(exchange: Exchange, { verb, subresource, name }: ResourceInfo): string {
  if (/^(exec|attach|portforward|proxy)$/.test(subresource ?? '')) return 'CONNECT'
  if (verb === 'list' || verb === 'watch' || verb === 'deletecollection') return verb.toUpperCase()
  if (verb === 'patch' && exchange.header('content-type')?.startsWith('application/apply-patch')) return 'APPLY'
  return verb === 'get' && name !== undefined ? 'GET' : exchange.method
}

function scopeOf({ name, namespace, verb }: ResourceInfo): Counted['scope'] {
  if (name !== undefined || verb === 'create') return 'resource'
  return namespace === undefined ? 'cluster' : 'namespace'
}
