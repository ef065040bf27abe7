import { groupOf, splitKey } from '../../../api/meta.ts'
import { compareQuantities } from '../../../api/quantity.ts'
import { calculateUsage } from '../../../api/quota/index.ts'
import { isStatus, type Status } from '../../../api/types.ts'
import type { Client } from '../../../client/contract.ts'
import type { KindInfo } from '../controller.ts'
import { clientKind } from '../custom-kinds.ts'

export interface QuotaDependencies {
  readonly client: Client
  /** What has a namespace, and so may be counted: of the names in a quota. */
  readonly kinds: (names: readonly string[]) => readonly KindInfo[]
  readonly now: () => number
}

type ResourceList = Readonly<Record<string, string>>

export function groupResourceOf({ apiVersion, resource }: Pick<KindInfo, 'apiVersion' | 'resource'>) {
  return { group: groupOf(apiVersion), resource }
}

/** Source: pkg/controller/resourcequota/resource_quota_controller.go syncResourceQuota */
export function reconcileQuota(key: string, { client, kinds, now }: QuotaDependencies): Status | undefined {
  const { namespace, name } = splitKey(key)
  const quota = client.get('ResourceQuota', name, namespace)
  if (quota === undefined) return undefined
  const known = kinds(Object.keys(quota.spec?.hard ?? {}))
  const kindOf = new Map(known.map((info) => [`${groupOf(info.apiVersion)}/${info.resource}`, clientKind(info)]))
  const used = calculateUsage(
    quota,
    known.map(groupResourceOf),
    ({ group, resource }) => client.list(kindOf.get(`${group}/${resource}`)!, { namespace: namespace! }),
    now(),
  )
  const hard = quota.spec?.hard ?? {}
  const { status } = quota
  const same =
    status?.hard !== undefined && status.used !== undefined && equal(hard, status.hard) && equal(used, status.used)
  if (same) return undefined
  const answer = client.updateStatus('ResourceQuota', name, namespace, (current) => ({
    ...current,
    status: { hard, used },
  }))
  return isStatus(answer) && answer.reason !== 'NotFound' ? answer : undefined
}

function equal(a: ResourceList, b: ResourceList): boolean {
  const names = Object.keys(a)
  return (
    names.length === Object.keys(b).length &&
    names.every((name) => b[name] !== undefined && compareQuantities(a[name]!, b[name]) === 0)
  )
}
