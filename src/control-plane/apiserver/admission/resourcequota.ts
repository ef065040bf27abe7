import { compareQuantities, parseQuantity } from '../../../api/quantity.ts'
import { type Evaluator, evaluatorFor, matchesQuota, type QuotaWrite, scopesOf } from '../../../api/quota/index.ts'
import { addResources, maskResources, type ResourceList, subtractResources } from '../../../api/resource-lists.ts'
import {
  type Answer,
  isStatus,
  type KubernetesObject,
  type ResourceQuota,
  type ScopedResourceSelectorRequirement,
  type Status,
} from '../../../api/types.ts'
import type { AdmissionAttributes, AdmissionPlugin } from '../contract.ts'
import { forbid } from './forbid.ts'

/** Source: resourcequota/apis/resourcequota/types.go LimitedResource */
export interface LimitedResource {
  readonly apiGroup?: string
  readonly resource: string
  readonly matchContains?: readonly string[]
  readonly matchScopes?: readonly ScopedResourceSelectorRequirement[]
}

/**
 * Nothing is made beyond what the namespace's quotas allow; what is made is added to their `status.used` at once.
 * Source: apiserver/pkg/admission/plugin/resourcequota/controller.go
 */
export function resourceQuota(limited: readonly LimitedResource[] = []): AdmissionPlugin {
  return {
    name: 'ResourceQuota',
    operations: ['CREATE', 'UPDATE'],
    validate(object, attributes) {
      const { namespace, server, endpoint, operation, subresource, old } = attributes
      if (namespace === undefined || object === undefined) return undefined
      const quotas = server.readAll(
        'ResourceQuota',
        namespace,
      ) as readonly KubernetesObject[] as readonly ResourceQuota[]
      if (quotas.length === 0 && limited.length === 0) return undefined
      if (endpoint.storage === undefined) return undefined
      const evaluator = evaluatorFor(endpoint.storage.definition)
      const write: QuotaWrite = { operation: operation as 'CREATE', subresource, object, old }
      if (!evaluator.handles(write)) return undefined
      const charged = charge(quotas, evaluator, write, limited, attributes)
      if (isStatus(charged)) return charged
      if (!attributes.dryRun) for (const [quota, used] of charged) store(attributes, quota, used)
      return undefined
    },
  }
}

type Charged = ReadonlyMap<ResourceQuota, ResourceList>

/** What would be used of each quota. Source: CheckRequest */
function charge(
  quotas: readonly ResourceQuota[],
  evaluator: Evaluator,
  write: QuotaWrite,
  limited: readonly LimitedResource[],
  attributes: AdmissionAttributes,
): Answer<Charged & object> {
  const { object } = write
  const refuse = (why: string) => forbid(object, attributes, why)
  const concerned = quotas.filter((quota) => matchesQuota(quota, evaluator, object))
  for (const quota of concerned) {
    const names = evaluator.matching(Object.keys(quota.status?.hard ?? {}))
    const lacking = evaluator.constraints?.(names, object)
    if (lacking !== undefined) return refuse(`failed quota: ${quota.metadata.name}: ${lacking}`)
    if (names.some((name) => quota.status?.used?.[name] === undefined))
      return refuse(`status unknown for quota: ${quota.metadata.name}, resources: ${[...names].sort().join(',')}`)
  }
  const now = attributes.server.clock.now()
  const usage = evaluator.usage(object, now)
  const negative = Object.keys(usage).filter((name) => compareQuantities(usage[name]!, '0') < 0)
  if (negative.length > 0) return refuse(`quota usage is negative for resource(s): ${negative.sort().join(',')}`)
  const change = write.operation === 'CREATE' ? usage : increase(usage, evaluator.usage(write.old!, now))
  if (Object.keys(withoutZeros(change)).length === 0 && concerned.length === 0) return new Map()
  const uncovered = uncoveredBy(quotas, concerned, evaluator, usage, limited, write)
  if (uncovered !== undefined) return refuse(uncovered)
  return chargeEach(concerned, evaluator, write, { usage, change }, attributes)
}

function chargeEach(
  concerned: readonly ResourceQuota[],
  evaluator: Evaluator,
  { old, operation, object, subresource }: QuotaWrite,
  { usage, change }: { readonly usage: ResourceList; readonly change: ResourceList },
  attributes: AdmissionAttributes,
): Answer<Charged & object> {
  const charged = new Map<ResourceQuota, ResourceList>()
  for (const quota of concerned) {
    const counted = operation === 'UPDATE' && matchesQuota(quota, evaluator, old!)
    const { hard = {}, used = {} } = (quota.status ?? {}) as {
      readonly hard?: ResourceList
      readonly used?: ResourceList
    }
    const requested = maskResources(withoutZeros(counted ? change : usage), new Set(Object.keys(hard)))
    if (Object.keys(requested).length === 0) continue
    const after = addResources(used, requested)
    const exceeded = Object.keys(requested).filter((name) => compareQuantities(after[name]!, hard[name]!) > 0)
    if (exceeded.length > 0 && subresource !== 'status') {
      const only = new Set(exceeded)
      const show = (list: ResourceList) => listed(maskResources(list, only))
      const why = `exceeded quota: ${quota.metadata.name}, requested: ${show(requested)}, used: ${show(used)}, limited: ${show(hard)}`
      return forbid(object, attributes, why)
    }
    charged.set(quota, after)
  }
  return charged
}

function listed(list: ResourceList): string {
  const names = Object.keys(list).sort()
  return names.map((name) => `${name}=${parseQuantity(list[name]!).canonical}`).join(',')
}

/** Source: quota/v1/resources.go SubtractWithNonNegativeResult */
function increase(now: ResourceList, before: ResourceList): ResourceList {
  const difference = subtractResources(now, before)
  return Object.fromEntries(Object.entries(difference).map(([name, by]) => [name, by.startsWith('-') ? '0' : by]))
}

function withoutZeros(list: ResourceList): ResourceList {
  return Object.fromEntries(Object.entries(list).filter(([, quantity]) => compareQuantities(quantity, '0') !== 0))
}

/** What the configuration lets nobody use without a quota for it. */
function uncoveredBy(
  quotas: readonly ResourceQuota[],
  concerned: readonly ResourceQuota[],
  evaluator: Evaluator,
  usage: ResourceList,
  limited: readonly LimitedResource[],
  { object }: QuotaWrite,
): string | undefined {
  if (limited.length === 0) return undefined
  const { group, resource } = evaluator.groupResource
  const own = limited.filter((each) => (each.apiGroup ?? '') === group && each.resource === resource)
  const restricted = new Set(concerned.flatMap(({ status }) => evaluator.matching(Object.keys(status?.hard ?? {}))))
  const names = Object.keys(withoutZeros(usage))
    .filter((name) => own.some(({ matchContains = [] }) => matchContains.some((part) => name.includes(part))))
    .filter((name) => !restricted.has(name))
    .sort()
  if (names.length > 0) return `insufficient quota to consume: ${names.join(',')}`
  const matches = (scope: ScopedResourceSelectorRequirement) => evaluator.matchesScope?.(scope, object) ?? false
  const covered = new Set(
    quotas.flatMap((quota) =>
      scopesOf(quota)
        .filter(matches)
        .map(({ scopeName }) => scopeName),
    ),
  )
  const bare = limited
    .flatMap(({ matchScopes = [] }) => matchScopes.filter(matches))
    .filter((each) => !covered.has(each.scopeName))
  if (bare.length === 0) return undefined
  const texts = bare.map(({ scopeName, operator, values = [] }) => `{${scopeName} ${operator} [${values.join(' ')}]}`)
  return `insufficient quota to match these scopes: [${texts.join(' ')}]`
}

function store(
  { server, namespace }: AdmissionAttributes,
  quota: ResourceQuota,
  used: ResourceList,
): Status | undefined {
  const { etcd } = server
  const kv = etcd.get(`${server.table.forKind('ResourceQuota')!.storage!.prefix}${namespace}/${quota.metadata.name}`)
  if (kv === undefined) return undefined
  const current = kv.value as KubernetesObject as ResourceQuota
  const after = { ...current, status: { ...current.status, used } } as KubernetesObject
  etcd.put(
    kv.key,
    (revision) => ({ ...after, metadata: { ...after.metadata, resourceVersion: String(revision) } }),
    kv.modRevision,
    kv.lease,
  )
  return undefined
}
