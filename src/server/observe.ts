import type { Socket } from 'node:net'
import type { RequestAttributes, UserInfo } from '../api/request.ts'
import { isStatus } from '../api/types.ts'
import type { Trail } from './audit/index.ts'
import type { Door } from './door.ts'
import type { Exchange } from './exchange.ts'
import type { Counted } from './metrics/index.ts'
import type { RequestInfo, ResourceInfo } from './request-info.ts'

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
  const trail = startTrail(door, exchange, attributes, known)
  const ended = door.metrics.begin(countedAs(exchange, info))
  const longRunning = info.isResource && info.verb === 'watch'
  trail?.stage('RequestReceived', door.options.world.now())
  if (longRunning) exchange.onStart = (code) => trail?.stage('ResponseStarted', door.options.world.now(), code)
  exchange.response.once('close', () => {
    ended(exchange.response.statusCode, exchange.sent)
    trail?.stage('ResponseComplete', door.options.world.now(), exchange.response.statusCode)
  })
}

function attributesOf(exchange: Exchange, info: RequestInfo): RequestAttributes {
  if (!info.isResource) return { verb: exchange.method.toLowerCase(), group: '', resource: '', path: info.path }
  const { verb, group, version, resource, subresource, name } = info
  const namespace = resource === 'namespaces' && group === '' ? name : info.namespace
  return { verb, group, version, resource, subresource, namespace, name }
}

type Known = { readonly user: UserInfo; readonly impersonated?: UserInfo }

function startTrail(
  door: Door,
  exchange: Exchange,
  attributes: RequestAttributes,
  known: Known | undefined,
): Trail | undefined {
  if (door.audit === undefined) return undefined
  const acting = known?.impersonated ?? known?.user
  const decision = acting && door.options.connect()?.insights?.decide(acting, attributes)
  const annotations = decision && {
    'authorization.k8s.io/decision': decision.allowed ? 'allow' : 'forbid',
    'authorization.k8s.io/reason': decision.reason,
  }
  const address = (exchange.request.socket as Socket | undefined)?.remoteAddress ?? '127.0.0.1'
  return door.audit.begin({
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
  })
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
