import { isPodReady } from '../../api/conditions.ts'
import type { Labels } from '../../api/labels.ts'
import { keyOf } from '../../api/meta.ts'
import type { Pod, Service } from '../../api/types.ts'

/**
 * Which Services select a pod, found by the pod's labels: each Service is filed under one pair of its selector, so a
 * pod asks once for each of its labels.
 * Source (what, not how): staging/src/k8s.io/endpointslice/util/controller_utils.go GetPodServiceMemberships
 */
export class ServiceIndex {
  readonly #byPair = new Map<string, Map<string, Labels>>()
  readonly #pairOf = new Map<string, string>()

  set(service: Service): void {
    const key = keyOf(service)
    this.delete(key)
    const { selector } = service.spec
    const [first] = Object.entries(selector ?? {})
    if (selector === undefined || first === undefined) return
    const pair = pairKey(service.metadata.namespace!, first[0], first[1])
    const filed = this.#byPair.get(pair)
    if (filed === undefined) this.#byPair.set(pair, new Map([[key, selector]]))
    else filed.set(key, selector)
    this.#pairOf.set(key, pair)
  }

  delete(key: string): void {
    const pair = this.#pairOf.get(key)
    if (pair === undefined) return
    this.#pairOf.delete(key)
    const filed = this.#byPair.get(pair)!
    filed.delete(key)
    if (filed.size === 0) this.#byPair.delete(pair)
  }

  /** Keys of the Services whose selector a pod with these labels meets. */
  selecting(namespace: string, labels: Labels | undefined): string[] {
    const found: string[] = []
    if (labels === undefined || this.#byPair.size === 0) return found
    for (const label in labels) {
      const filed = this.#byPair.get(pairKey(namespace, label, labels[label]!))
      if (filed === undefined) continue
      for (const [key, selector] of filed) if (meets(labels, selector)) found.push(key)
    }
    return found
  }
}

function pairKey(namespace: string, label: string, value: string): string {
  return `${namespace}\0${label}\0${value}`
}

function meets(labels: Labels, selector: Labels): boolean {
  for (const label in selector) if (labels[label] !== selector[label]) return false
  return true
}

/** Whether something changed that an endpoint shows. Source: controller_utils.go podEndpointsChanged */
export function endpointChanged(old: Pod, pod: Pod): boolean {
  if (old.status === pod.status && old.metadata.deletionTimestamp === pod.metadata.deletionTimestamp) return false
  if ((old.metadata.deletionTimestamp === undefined) !== (pod.metadata.deletionTimestamp === undefined)) return true
  if (isPodReady(old) !== isPodReady(pod) || old.status?.phase !== pod.status?.phase) return true
  const [before = [], after = []] = [old.status?.podIPs, pod.status?.podIPs]
  return before.length !== after.length || before.some(({ ip }, i) => ip !== after[i]!.ip)
}

/** Source: controller_utils.go podLabelsChanged, hostNameAndDomainAreEqual */
export function membershipChanged(old: Pod, pod: Pod): boolean {
  return (
    old.spec.hostname !== pod.spec.hostname ||
    old.spec.subdomain !== pod.spec.subdomain ||
    !sameLabels(old.metadata.labels, pod.metadata.labels)
  )
}

export function sameLabels(a: Labels | undefined, b: Labels | undefined): boolean {
  if (a === b) return true
  const left = Object.entries(a ?? {})
  return left.length === Object.keys(b ?? {}).length && left.every(([key, value]) => b?.[key] === value)
}

/**
 * Keys of the Services that a change of a pod concerns.
 * Source: controller_utils.go GetServicesToUpdateOnPodChange
 */
export function servicesConcerned(index: ServiceIndex, type: string, pod: Pod, old: Pod | undefined): string[] {
  const namespace = pod.metadata.namespace!
  if (type === 'DELETED' || old === undefined) return index.selecting(namespace, pod.metadata.labels)
  const moved = membershipChanged(old, pod)
  if (!moved && !endpointChanged(old, pod)) return []
  const now = index.selecting(namespace, pod.metadata.labels)
  return moved ? [...now, ...index.selecting(namespace, old.metadata.labels)] : now
}
