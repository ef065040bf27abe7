import { canonicalQuantity, compareQuantities } from '../../../../api/quantity.ts'
import type { ResourceQuota } from '../../../../api/types.ts'
import { ageColumn, column, nameColumn } from '../columns/column.ts'
import { resourceTexts } from '../columns/resource-texts.ts'
import { defineKind, statusSubresource } from '../kind.ts'
import {
  validateResourceQuota,
  validateResourceQuotaStatusUpdate,
  validateResourceQuotaUpdate,
} from '../validation/resourcequota.ts'
import { canonicalResources } from './resource-list.ts'

type ResourceList = Readonly<Record<string, string>>

const canonicalMembers = <T extends object>(
  part: T | undefined,
  members: readonly (keyof T & string)[],
): T | undefined => {
  if (!part) return part
  const given = members.filter((member) => part[member] !== undefined)
  const canonical = given.map((member) => [member, canonicalResources(part[member] as ResourceList)] as const)
  return canonical.every(([member, list]) => list === part[member])
    ? part
    : { ...part, ...Object.fromEntries(canonical) }
}

/** Source: pkg/apis/core/v1/zz_generated.defaults.go SetObjectDefaults_ResourceQuota. */
function defaults(quota: ResourceQuota): ResourceQuota {
  const spec = canonicalMembers(quota.spec, ['hard'])
  const status = canonicalMembers(quota.status, ['hard', 'used'])
  if (spec === quota.spec && status === quota.status) return quota
  return { ...quota, ...(spec && { spec }), ...(status && { status }) }
}

/** `cpu: 100m/1, …` of requests, or of limits. Source: printers.go printResourceQuota. */
function usage({ status = {} }: ResourceQuota, ofLimits: boolean): string {
  const { hard = {}, used = {} } = status
  return Object.keys(hard)
    .filter((name) => name.startsWith('limits.') === ofLimits)
    .sort()
    .map((name) => `${name}: ${used[name] === undefined ? '0' : canonicalQuantity(used[name])}/${hard[name]}`)
    .join(', ')
}

/** Source: pkg/registry/core/resourcequota/strategy.go WarningsOnCreate. */
function warnings({ spec }: ResourceQuota, old: ResourceQuota | undefined): readonly string[] {
  if (old) return []
  const hard = spec?.hard ?? {}
  return ['cpu', 'memory', 'storage', 'ephemeral-storage'].flatMap((name) => {
    const plain = (name === 'cpu' || name === 'memory') && hard[`requests.${name}`] === undefined
    const request = plain ? name : `requests.${name}`
    const [asked, limit] = [hard[request], hard[`limits.${name}`]]
    if (asked === undefined || limit === undefined || compareQuantities(asked, limit) <= 0) return []
    return [`ResourceQuota ${request} (${asked}) should be less than limits.${name} (${limit})`]
  })
}

const texts = resourceTexts.ResourceQuota

export const resourceQuota = defineKind<ResourceQuota>({
  group: '',
  version: 'v1',
  kind: 'ResourceQuota',
  resource: 'resourcequotas',
  singular: 'resourcequota',
  shortNames: ['quota'],
  namespaced: true,
  subresources: statusSubresource,
  schema: 'io.k8s.api.core.v1.ResourceQuota',
  defaults,
  prepareForCreate: (quota) => ({ ...quota, status: {} }),
  prepareForUpdate: (quota, old) => ({ ...quota, status: old.status }) as ResourceQuota,
  prepareForStatusUpdate: (quota, old) => ({ ...quota, spec: old.spec }) as ResourceQuota,
  validate: validateResourceQuota,
  validateUpdate: validateResourceQuotaUpdate,
  validateStatusUpdate: validateResourceQuotaStatusUpdate,
  warnings,
  columns: [
    nameColumn,
    column('Request', texts.request, (each) => usage(each, false)),
    column('Limit', texts.limit, (each) => usage(each, true)),
    ageColumn,
  ],
})
