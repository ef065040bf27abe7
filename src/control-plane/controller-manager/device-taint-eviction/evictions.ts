import { claimNameOf, isReservedFor, notForPod, toleratesDeviceTaint } from '../../../api/resource-claims.ts'
import { parseTime } from '../../../api/time.ts'
import type { Pod, ResourceClaim, ResourceSlice } from '../../../api/types.ts'
import type { Client } from '../../../client/contract.ts'

/** When pods have to go because of devices they use: pure but for reads. Source: pkg/controller/devicetainteviction/device_taint_eviction.go */

type Device = NonNullable<ResourceSlice['spec']['devices']>[number]
type Taint = NonNullable<Device['taints']>[number]
type Result = NonNullable<
  NonNullable<NonNullable<NonNullable<ResourceClaim['status']>['allocation']>['devices']>['results']
>[number]
type Toleration = NonNullable<Result['tolerations']>[number]

export const evictingTaints = ({ spec }: ResourceSlice): readonly Taint[] =>
  (spec.devices ?? []).flatMap(({ taints = [] }) => taints.filter(({ effect }) => effect === 'NoExecute'))

/** Source: podEvictionTime. @returns virtual ms; undefined: it may stay */
export function podEvictionTime(pod: Pod, client: Client): number | undefined {
  if (!pod.spec.nodeName) return undefined
  const times = (pod.spec.resourceClaims ?? []).flatMap((entry) => {
    const name = claimNameOf(pod, entry)
    const claim = name ? client.get('ResourceClaim', name, pod.metadata.namespace) : undefined
    if (claim === undefined) return []
    if (entry.resourceClaimTemplateName !== undefined && notForPod(pod, claim) !== undefined) return []
    if (!isReservedFor(pod, claim)) return []
    return claimEvictionTime(claim, client.list('ResourceSlice')) ?? []
  })
  return times.length === 0 ? undefined : Math.min(...times)
}

/** Source: claimEvictionTime */
function claimEvictionTime({ status }: ResourceClaim, slices: readonly ResourceSlice[]): number | undefined {
  const times = (status?.allocation?.devices?.results ?? []).flatMap((result) =>
    deviceTaints(result, slices).flatMap((taint) => tolerated(taint, result.tolerations ?? []) ?? []),
  )
  return times.length === 0 ? undefined : Math.min(...times)
}

function deviceTaints({ driver, pool, device }: Result, slices: readonly ResourceSlice[]): readonly Taint[] {
  const ofPool = slices.filter(({ spec }) => spec.driver === driver && spec.pool.name === pool)
  const generation = Math.max(...ofPool.map(({ spec }) => spec.pool.generation))
  return ofPool
    .filter(({ spec }) => spec.pool.generation === generation)
    .flatMap(({ spec }) => spec.devices ?? [])
    .filter(({ name }) => name === device)
    .flatMap(({ taints = [] }) => taints.filter(({ effect }) => effect === 'NoExecute'))
}

/** When a taint is not borne any more; undefined: it is for good. */
function tolerated(taint: Taint, tolerations: readonly Toleration[]): number | undefined {
  const addedAt = parseTime(taint.timeAdded)
  const fitting = tolerations.filter((each) => each.effect === 'NoExecute' && toleratesDeviceTaint(each, taint))
  if (fitting.some(({ tolerationSeconds }) => tolerationSeconds === undefined)) return undefined
  const seconds = fitting.map(({ tolerationSeconds = 0 }) => Math.max(0, tolerationSeconds))
  return addedAt + (seconds.length === 0 ? 0 : Math.min(...seconds) * 1000)
}
