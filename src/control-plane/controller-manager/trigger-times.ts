import { podReadyCondition } from '../../api/conditions.ts'
import { keyOf } from '../../api/meta.ts'
import type { Pod, Service } from '../../api/types.ts'

/** When what the endpoints of a Service say began to change. */
export const TRIGGER_TIME = 'endpoints.kubernetes.io/last-change-trigger-time'

/**
 * Since when a Service's endpoints are out of date: as a Service becomes known, since it was created; later, since the
 * earliest change of a pod's readiness that was not seen before. Times as the API writes them: they sort as texts.
 * Source: staging/src/k8s.io/endpointslice/util/trigger_time_tracker.go ComputeEndpointLastChangeTriggerTime
 */
export class TriggerTimes {
  readonly #pods = new Map<string, ReadonlyMap<string, string>>()

  /** Undefined: nothing that triggers has happened since it was last asked. */
  since(service: Service, pods: readonly Pod[]): string | undefined {
    const key = keyOf(service)
    const before = this.#pods.get(key)
    const now = new Map<string, string>()
    let earliest: string | undefined
    for (const pod of pods) {
      const at = podReadyCondition(pod)?.lastTransitionTime
      if (at === undefined) continue
      const { name } = pod.metadata
      now.set(name, at)
      if (at > (before?.get(name) ?? '') && (earliest === undefined || at < earliest)) earliest = at
    }
    this.#pods.set(key, now)
    return before === undefined ? service.metadata.creationTimestamp : earliest
  }

  forget(key: string): void {
    this.#pods.delete(key)
  }
}
