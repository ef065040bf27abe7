import { rfc3339 } from './time.ts'
import type { Kind, KubernetesObject } from './types.ts'

/** In which versions API servers write a resource: an alpha kind, served only with the feature gate StorageVersionAPI. */
export const STORAGE_VERSIONS = 'storageversions/v1alpha1/internal.apiserver.k8s.io' as Kind

/** Source: staging/src/k8s.io/api/apiserverinternal/v1alpha1/types.go */
export interface ServerStorageVersion {
  readonly apiServerID: string
  readonly encodingVersion: string
  readonly decodableVersions: readonly string[]
  readonly servedVersions?: readonly string[]
}

interface StorageVersionCondition {
  readonly type: string
  readonly status: string
  readonly lastTransitionTime: string
  readonly reason: string
  readonly message: string
}

export interface StorageVersion extends KubernetesObject {
  readonly status?: {
    readonly storageVersions?: readonly ServerStorageVersion[]
    readonly commonEncodingVersion?: string
    readonly conditions?: readonly StorageVersionCondition[]
  }
}

/**
 * The status with other reports, and what they come to.
 * Source: apiserver/pkg/storageversion/updater.go SetCommonEncodingVersion
 *
 * @param now virtual ms
 */
export function withStorageVersions(
  { commonEncodingVersion: before, conditions = [] }: NonNullable<StorageVersion['status']>,
  storageVersions: readonly ServerStorageVersion[],
  now: number,
): NonNullable<StorageVersion['status']> {
  const [first] = storageVersions
  const isCommon = storageVersions.every((each) => each.encodingVersion === first?.encodingVersion)
  const common = isCommon ? first?.encodingVersion : undefined
  const isSet = common !== undefined
  const status = isSet ? 'True' : 'False'
  const type = 'AllEncodingVersionsEqual'
  const old = conditions.find((each) => each.type === type)
  const isOther = before !== undefined && isSet && before !== common
  const condition = {
    type,
    status,
    lastTransitionTime: old !== undefined && old.status === status && !isOther ? old.lastTransitionTime : rfc3339(now),
    reason: isSet ? 'CommonEncodingVersionSet' : 'CommonEncodingVersionUnset',
    message: isSet ? 'Common encoding version set' : 'Common encoding version unset',
  }
  return {
    storageVersions,
    ...(isSet && { commonEncodingVersion: common }),
    conditions:
      old === undefined ? [...conditions, condition] : conditions.map((each) => (each === old ? condition : each)),
  }
}
