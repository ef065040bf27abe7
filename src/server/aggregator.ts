import { createHash } from 'node:crypto'
import { findCondition } from '../api/conditions.ts'
import type { ResourceInfo } from '../api/request-info.ts'
import { type APIService, isStatus, type Service, type Status } from '../api/types.ts'
import type { Dial } from '../cluster/index.ts'
import type { Door } from './door.ts'
import type { Exchange } from './exchange.ts'

const SELF = { type: 'user', user: { name: 'system:apiserver', groups: ['system:masters'] } } as const

/** What an aggregated API said it serves, and when: asked again after a while, as upstream polls. Source: kube-aggregator/pkg/apiserver/handler_discovery.go */
const known = new WeakMap<Door, Map<string, { readonly at: number; readonly resources: readonly unknown[] }>>()
const POLL_MS = 60_000

/** The aggregated APIs: those that a Service serves. Only to be called inside `world.inject`. */
function aggregatedServices(door: Door): readonly APIService[] {
  const found = door.call((api) =>
    api.handle({
      verb: 'list',
      credentials: SELF,
      resource: { group: 'apiregistration.k8s.io', version: 'v1', resource: 'apiservices' },
    }),
  )
  if (found === undefined || isStatus(found.body)) return []
  const { items } = found.body as unknown as { readonly items: readonly APIService[] }
  return items.filter(({ spec }) => spec?.service !== undefined)
}

/** Hands a request for an aggregated API on to its Service. @returns false when there is none for this group and version */
export async function answerAggregatedResource(door: Door, exchange: Exchange, info: ResourceInfo): Promise<boolean> {
  const { world } = door.options
  const { group, version, resource, subresource, verb, namespace, name } = info
  const service = await world.inject(() => serviceOf(door, group, version))
  if (service === undefined) return false
  const attributes = { group, resource, subresource, verb, namespace, name }
  const refused = await world.inject(() => door.review(exchange, { resourceAttributes: attributes }))
  if (refused !== undefined) exchange.status(refused)
  else await pass(door, exchange, service)
  return true
}

function serviceOf(door: Door, group: string, version: string): APIService | undefined {
  return aggregatedServices(door).find(({ spec }) => spec!.group === group && spec!.version === version)
}

/** Source: kube-aggregator/pkg/apiserver/handler_proxy.go ServeHTTP */
async function pass(door: Door, exchange: Exchange, service: APIService): Promise<void> {
  const to = await door.options.world.inject(() => addressOf(door, service))
  if (to === undefined || !isAvailable(service)) return exchange.text(503, 'service unavailable')
  const { askThrough, writeProxied } = await import('./streaming/proxy.ts')
  const answer = await askThrough(door, exchange, to, exchange.path, { 'x-remote-user': userName(exchange) })
  if (answer === undefined) return
  if (isStatus(answer as Status)) exchange.status(answer as Status)
  else writeProxied(exchange, answer as Exclude<typeof answer, Status>)
}

function userName({ impersonate, credentials }: Exchange): string {
  return impersonate?.name ?? (credentials.type === 'user' ? credentials.user.name : 'system:anonymous')
}

function isAvailable({ status }: APIService): boolean {
  return findCondition(status?.conditions, 'Available')?.status === 'True'
}

function addressOf(door: Door, { spec }: APIService): Dial['to'] | undefined {
  const { name = '', namespace = '', port = 443 } = spec!.service!
  const resource = { group: '', version: 'v1', resource: 'services' }
  const found = door.call((api) => api.handle({ verb: 'get', credentials: SELF, resource, namespace, name }))
  if (found === undefined || isStatus(found.body)) return undefined
  const ip = (found.body as Service).spec?.clusterIP
  return ip === undefined || ip === 'None' ? undefined : { ip, port }
}

/** /apis with the aggregated groups, /apis/G and /apis/G/V of one of them. @returns false where no aggregated API is concerned */
export async function answerAggregatedPath(door: Door, exchange: Exchange, asTree: boolean): Promise<boolean> {
  const parts = exchange.path.split('/').filter((part) => part !== '')
  if (parts[0] !== 'apis' || parts.length > 3) return false
  const services = await door.options.world.inject(() => aggregatedServices(door))
  if (services.length === 0) return false
  const [, group, version] = parts
  if (group === undefined) {
    await (asTree ? answerTree(door, exchange, services) : answerGroups(door, exchange, services))
    return true
  }
  const ofGroup = services.filter(({ spec }) => spec!.group === group)
  if (ofGroup.length === 0 || door.discovery.serves(group, version ?? '')) return false
  if (version === undefined)
    exchange.json(200, JSON.stringify({ kind: 'APIGroup', apiVersion: 'v1', ...groupOf(group, ofGroup) }))
  else {
    const service = ofGroup.find(({ spec }) => spec!.version === version)
    if (service === undefined) return false
    await pass(door, exchange, service)
  }
  return true
}

function groupOf(name: string, services: readonly APIService[]) {
  const versions = services.map(({ spec }) => ({ groupVersion: `${name}/${spec!.version}`, version: spec!.version }))
  return { name, versions, preferredVersion: versions[0]! }
}

function byGroup(services: readonly APIService[]): ReadonlyMap<string, readonly APIService[]> {
  const groups = new Map<string, APIService[]>()
  for (const each of services) groups.set(each.spec!.group!, [...(groups.get(each.spec!.group!) ?? []), each])
  return groups
}

function answerGroups(door: Door, exchange: Exchange, services: readonly APIService[]): void {
  const base = door.discovery.groupList() as { readonly groups: readonly unknown[] }
  const more = [...byGroup(services)].map(([name, own]) => groupOf(name, own))
  exchange.json(200, JSON.stringify({ ...base, groups: [...base.groups, ...more] }))
}

async function answerTree(door: Door, exchange: Exchange, services: readonly APIService[]): Promise<void> {
  const base = JSON.parse(door.discovery.aggregated(false).body) as { readonly items: readonly unknown[] }
  const more: unknown[] = []
  for (const [name, own] of byGroup(services)) {
    const versions = []
    for (const each of own) versions.push(await versionOf(door, each))
    more.push({ metadata: { name }, versions })
  }
  const body = JSON.stringify({ ...base, items: [...base.items, ...more] })
  const etag = `"${createHash('sha512').update(body).digest('hex').toUpperCase()}"`
  const type = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList'
  exchange.set('Cache-Control', 'public')
  exchange.set('Vary', 'Accept')
  exchange.set('ETag', etag)
  if (exchange.header('if-none-match')?.replace(/^W\//, '') === etag) exchange.send(304, type, '')
  else exchange.send(200, type, `${body}\n`)
}

/** A version that cannot be asked is stale: it serves what it served last. */
async function versionOf(door: Door, service: APIService): Promise<unknown> {
  const { group = '', version = '' } = service.spec!
  const kept = known.get(door) ?? new Map()
  known.set(door, kept)
  const key = `${group}/${version}`
  const now = door.options.world.now()
  const before = kept.get(key)
  if (!isAvailable(service)) return { version, resources: before?.resources ?? [], freshness: 'Stale' }
  if (before === undefined || now - before.at > POLL_MS) {
    const resources = await askResources(door, service)
    if (resources === undefined) return { version, resources: before?.resources ?? [], freshness: 'Stale' }
    kept.set(key, { at: now, resources })
  }
  return { version, resources: kept.get(key)!.resources, freshness: 'Current' }
}

interface ListedResource {
  readonly name: string
  readonly singularName?: string
  readonly namespaced: boolean
  readonly kind: string
  readonly verbs: readonly string[]
  readonly shortNames?: readonly string[]
}

async function askResources(door: Door, service: APIService): Promise<readonly unknown[] | undefined> {
  const { group = '', version = '' } = service.spec!
  const { streams } = door
  const answer = await door.options.world.inject(() => {
    const to = addressOf(door, service)
    const from = streams.apiServer()
    if (to === undefined || from === undefined) return undefined
    const path = `/apis/${group}/${version}`
    return streams.dial({ from, to, request: { protocol: 'HTTP', from: from.ip, method: 'GET', path, headers: {} } })
  })
  if (answer?.status !== 200) return undefined
  const { resources } = JSON.parse(answer.body ?? '{}') as { readonly resources?: readonly ListedResource[] }
  return (resources ?? [])
    .filter(({ name }) => !name.includes('/'))
    .map(({ name, kind, namespaced, singularName = '', verbs, shortNames }) => ({
      resource: name,
      responseKind: { group, version, kind },
      scope: namespaced ? 'Namespaced' : 'Cluster',
      singularResource: singularName,
      verbs,
      ...(shortNames && { shortNames }),
    }))
}
