import { canonicalQuantity, quantityOf, quantityValue } from '../../../api/quantity.ts'
import type { Container, Pod } from '../../../api/types.ts'
import { firstAbove, level } from '../../container-runtime/usage/curve.ts'
import type { PodRecord } from '../pod-worker/pod-record.ts'
import { diskUse, type PodUse } from './pod-use.ts'

/** Whether something of the pod has a limit of disk space. */
export function watchesLocalStorage({ spec }: Pod): boolean {
  return (
    spec.containers.some((container) => limitOf(container) > 0) ||
    (spec.initContainers ?? []).some((container) => limitOf(container) > 0) ||
    (spec.volumes ?? []).some(({ emptyDir }) => quantityValue(emptyDir?.sizeLimit) > 0)
  )
}

function limitOf({ resources }: Container): number {
  return quantityValue(resources?.limits?.['ephemeral-storage'])
}

/** What all containers together may take; undefined when none has a limit. Source: component-helpers/resource PodLimits */
function podLimit({ spec }: Pod): number | undefined {
  const limits = spec.containers.map(limitOf).filter((limit) => limit > 0)
  const init = (spec.initContainers ?? []).map(limitOf).filter((limit) => limit > 0)
  if (limits.length === 0 && init.length === 0) return undefined
  return Math.max(
    limits.reduce((sum, limit) => sum + limit, 0),
    ...init,
  )
}

/** Which of its limits a pod exceeds, as its eviction says it. Source: eviction_manager.go localStorageEviction */
export function localStorageProblem(pod: Pod, use: PodUse): string | undefined {
  for (const { name, emptyDir } of pod.spec.volumes ?? []) {
    const limit = emptyDir?.sizeLimit
    const used = use.volumes.get(name)
    if (limit === undefined || used === undefined || quantityValue(limit) <= 0) continue
    if (used.bytes > quantityValue(limit))
      return `Usage of EmptyDir volume ${JSON.stringify(name)} exceeds the limit ${JSON.stringify(canonicalQuantity(limit))}. `
  }
  const ofPod = podLimit(pod)
  if (ofPod !== undefined && diskUse(use).bytes > ofPod)
    return `Pod ephemeral local storage usage exceeds the total limit of containers ${podLimitText(pod, ofPod)}. `
  for (const { name, rootfs, logs } of use.containers) {
    const container = pod.spec.containers.find((each) => each.name === name)
    const limit = container?.resources?.limits?.['ephemeral-storage']
    if (container === undefined || limit === undefined || limitOf(container) === 0) continue
    if (rootfs.bytes + logs.bytes > limitOf(container))
      return `Container ${name} exceeded its local ephemeral storage limit ${JSON.stringify(canonicalQuantity(limit))}. `
  }
  return undefined
}

function podLimitText({ spec }: Pod, limit: number): string {
  const written = spec.containers.map(({ resources }) => resources?.limits?.['ephemeral-storage'])
  const [only] = written.filter((each) => each !== undefined)
  if (only !== undefined && quantityValue(only) === limit) return canonicalQuantity(only)
  return quantityOf(limit, only !== undefined && /i$/.test(String(only)) ? 'BinarySI' : 'DecimalSI')
}

/** When, from what its containers declare, the pod first exceeds one of its limits; at once when it does already. */
export function nextLocalProblem({ pod, slots }: PodRecord, use: PodUse, now: number): number | undefined {
  if (localStorageProblem(pod, use) !== undefined) return now
  let soonest: number | undefined
  const consider = (next: ReturnType<typeof firstAbove>) => {
    if (next === 'never') return
    const at = 'at' in next ? next.at : next.again
    if (soonest === undefined || at < soonest) soonest = at
  }
  const running = slots.flatMap(({ spec, current }) =>
    current?.state === 'running' && current.meter !== undefined ? [{ spec, current, meter: current.meter }] : [],
  )
  const curves = running.map(({ meter }) => meter.started('disk'))
  for (const [i, { spec, current }] of running.entries()) {
    const limit = limitOf(spec)
    if (limit > 0) consider(firstAbove([curves[i]!], limit - current.layer.bytes, now))
  }
  const ofPod = podLimit(pod)
  if (ofPod === undefined) return soonest
  const declared = running.reduce((sum, { meter }) => sum + meter.usage(now).disk, 0)
  const rest = { curve: level(Math.max(0, diskUse(use).bytes - declared)), startedAt: 0 }
  consider(firstAbove([rest, ...curves], ofPod, now))
  return soonest
}
