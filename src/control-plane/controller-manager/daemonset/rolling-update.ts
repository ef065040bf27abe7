import { isPodAvailable } from '../../../api/conditions.ts'
import { isDeleting } from '../../../api/meta.ts'
import type { DaemonSet, Pod } from '../../../api/types.ts'
import { scaledValue } from '../int-or-percent.ts'
import type { Tally } from './tally.ts'
import { isPodUpdated } from './template.ts'

/** What a rolling update does next: pure. Source: pkg/controller/daemon/update.go rollingUpdate */

export interface RollingStep {
  readonly remove: readonly Pod[]
  readonly createOn: readonly string[]
}

/**
 * What a node is to a rolling update. Without surge: `missing` counts as unavailable, `replace` has an old pod that
 * serves nobody, `candidate` one that does. With surge: `surging` has both and the new one is not available yet,
 * `replaced` has both and it is, `allowed` and `candidate` may get a new pod, `abandon` and `leaving` should have none.
 */
export type RollClass =
  | 'settled'
  | 'missing'
  | 'replace'
  | 'candidate'
  | 'surging'
  | 'replaced'
  | 'allowed'
  | 'abandon'
  | 'leaving'

export interface RollVerdict {
  readonly class: RollClass
  readonly oldPod?: Pod
  /** An available pod is there, whichever. */
  readonly available: boolean
}

const SETTLED: RollVerdict = { class: 'settled', available: true }
const MISSING: RollVerdict = { class: 'missing', available: false }
const NOT_CONCERNED: RollVerdict = { class: 'settled', available: false }
const SURGING: RollVerdict = { class: 'surging', available: false }

export function maxSurge({ spec: { updateStrategy } }: DaemonSet, desired: number): number {
  if (updateStrategy?.type === 'OnDelete') return 0
  return scaledValue(updateStrategy?.rollingUpdate?.maxSurge, desired, true)
}

/** @param pods of the node; @param shouldRun whether it is one for the daemon */
export function rollVerdict(
  daemonSet: DaemonSet,
  hash: string,
  pods: readonly Pod[] | undefined,
  shouldRun: boolean,
  now: number,
): RollVerdict {
  if (daemonSet.spec.updateStrategy?.type === 'OnDelete' || (pods === undefined && !shouldRun)) return NOT_CONCERNED
  const surging = maxSurge(daemonSet, 1) > 0
  // Source: findUpdatedPodsOnNode: more pods than an update can have left there are for the manage loop.
  const alive = (pods ?? []).filter((pod) => !isDeleting(pod))
  const updated = alive.filter((pod) => isPodUpdated(pod, daemonSet, hash))
  if (updated.length > 1 || alive.length - updated.length > 1) return surging ? SURGING : MISSING
  const [newPod] = updated
  const oldPod = alive.find((pod) => pod !== newPod)
  const available = (pod: Pod | undefined) =>
    pod !== undefined && isPodAvailable(pod, daemonSet.spec.minReadySeconds ?? 0, now)
  if (surging) return surgeVerdict(oldPod, newPod, shouldRun, available)
  if (oldPod === undefined) return available(newPod) ? SETTLED : MISSING
  if (newPod !== undefined) return MISSING
  return available(oldPod)
    ? { class: 'candidate', oldPod, available: true }
    : { class: 'replace', oldPod, available: false }
}

function surgeVerdict(
  oldPod: Pod | undefined,
  newPod: Pod | undefined,
  shouldRun: boolean,
  isAvailable: (pod: Pod | undefined) => boolean,
): RollVerdict {
  if (oldPod === undefined) return isAvailable(newPod) ? SETTLED : NOT_CONCERNED
  const available = isAvailable(oldPod)
  if (newPod !== undefined) return { class: isAvailable(newPod) ? 'replaced' : 'surging', oldPod, available }
  if (!shouldRun) return { class: available ? 'leaving' : 'abandon', oldPod, available }
  return { class: available ? 'candidate' : 'allowed', oldPod, available }
}

export function rollingStep(daemonSet: DaemonSet, tally: Tally): RollingStep {
  const { desired } = tally.counts
  const surge = maxSurge(daemonSet, desired)
  if (surge > 0) return surgeStep(tally, surge)
  const { maxUnavailable = 1 } = daemonSet.spec.updateStrategy?.rollingUpdate ?? {}
  // Both zero would never move.
  const scaled = scaledValue(maxUnavailable, desired, true)
  return replaceStep(tally, desired > 0 && scaled === 0 ? 1 : scaled)
}

/** Old pods make room for new ones, as many at once as may be unavailable. */
function replaceStep(tally: Tally, maxUnavailable: number): RollingStep {
  const unavailable = tally.size('missing') + tally.size('replace')
  const room = Math.max(0, maxUnavailable - unavailable)
  return { remove: [...tally.oldPods('replace'), ...tally.oldPods('candidate', room)], createOn: [] }
}

/** New pods come beside old ones, which go once the new one is available. */
function surgeStep(tally: Tally, surge: number): RollingStep {
  // Where the daemon should not run any more its pod goes once enough others are available.
  const spare = Math.max(0, tally.counts.served - tally.counts.desired)
  const room = Math.max(0, surge - tally.size('surging'))
  return {
    remove: [...tally.oldPods('replaced'), ...tally.oldPods('abandon'), ...tally.oldPods('leaving', spare)],
    createOn: [...tally.nodes('allowed'), ...tally.nodes('candidate', room)],
  }
}
