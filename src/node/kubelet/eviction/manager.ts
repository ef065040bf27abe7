import { formatGoDuration } from '../../../api/duration.ts'
import type { Pod } from '../../../api/types.ts'
import { type Charts, createCharts } from '../../../sim/chart.ts'
import type { Timer } from '../../../sim/clock.ts'
import type { KubeletContext } from '../kubelet-context.ts'
import type { PodRecord, WaitingReason } from '../pod-worker/pod-record.ts'
import { admitUnderPressure } from './admission.ts'
import { isCritical } from './critical.ts'
import { localStorageProblem, nextLocalProblem, watchesLocalStorage } from './local-storage.ts'
import { pressureMachine } from './machine.ts'
import { evictionMessage } from './message.ts'
import { canBeMet, nextMet, type Observations, observe, thresholdsMet } from './observations.ts'
import { type PodUse, podUse } from './pod-use.ts'
import { ranked } from './ranking.ts'
import { formatThreshold, type Pressure, SIGNALS, type Starved, type Threshold } from './thresholds.ts'

/** Source: pkg/kubelet/kubelet.go evictionMonitoringPeriod; eviction_manager.go podCleanupTimeout, podCleanupPollFreq */
export const MONITORING_PERIOD = 10_000
const POD_CLEANUP_TIMEOUT = 30_000
const POD_CLEANUP_POLL = 1_000
/** Source: eviction_manager.go immediateEvictionGracePeriodSeconds */
const IMMEDIATE = 1

export interface EvictionDeps {
  readonly context: KubeletContext
  /** Pods that have something running. */
  active(): readonly PodRecord[]
  evict(record: PodRecord, gracePeriodSeconds: number, eviction: Eviction): void
  /** Deletes containers that have ended and images nobody uses. */
  reclaimDisk(): void
  /** The node's conditions have changed. */
  onPressure(): void
}

export interface Eviction {
  readonly reason: string
  readonly message: string
  /** What the condition DisruptionTarget says; without it there is none. */
  readonly disruption?: string
}

/**
 * Ends pods before the node runs out of memory, disk or processes. It looks every 10 s while something is wrong;
 * otherwise when the first threshold can be met from what containers take.
 * Source: pkg/kubelet/eviction/eviction_manager.go
 */
export class EvictionManager {
  readonly #deps: EvictionDeps
  readonly #pressures: Charts<typeof pressureMachine>
  readonly #limited = new Set<string>()
  #metSince = new Map<Threshold, number>()
  #met: readonly Threshold[] = []
  #lastSync: number
  #timer: Timer | undefined
  /** Just evicted: the next look waits until they are gone. */
  #leaving: { readonly records: readonly PodRecord[]; readonly since: number } | undefined
  #stopListening: (() => void) | undefined
  #arming = false

  constructor(deps: EvictionDeps) {
    this.#deps = deps
    const { world, component } = deps.context
    this.#lastSync = world.clock.now()
    this.#pressures = createCharts(pressureMachine, world, `${component}/pressure`, () => deps.onPressure())
  }

  start(): void {
    const { runtime } = this.#deps.context
    this.#lastSync = this.#deps.context.world.clock.now()
    this.#stopListening = runtime.resources.onChange(() => this.#changed())
    this.#changed()
  }

  stop(): void {
    this.#stopListening?.()
    this.#deps.context.world.clock.clearTimeout(this.#timer)
    for (const key of [...this.#pressures.keys()]) this.#pressures.stop(key)
  }

  /** The pressures the node is under, as conditions name them. */
  pressures(): readonly Pressure[] {
    return PRESSURES.filter((pressure) => (this.#pressures.state(pressure)?.value ?? 'calm') !== 'calm')
  }

  admit(pod: Pod, isStatic: boolean): WaitingReason | undefined {
    if (watchesLocalStorage(pod)) this.#limited.add(pod.metadata.uid ?? '')
    return admitUnderPressure(pod, isStatic, this.pressures())
  }

  /** Costs next to nothing where no threshold can be met. */
  #changed(): void {
    const { runtime, configuration } = this.#deps.context
    const matters =
      this.#limited.size > 0 || this.#isBusy || canBeMet(configuration.evictionThresholds, runtime.resources)
    if (!matters) {
      this.#deps.context.world.clock.clearTimeout(this.#timer)
      return
    }
    if (this.#arming) return
    this.#arming = true
    this.#deps.context.world.clock.defer(() => {
      this.#arming = false
      this.#arm()
    })
  }

  /** Something is wrong, or was a moment ago. */
  get #isBusy(): boolean {
    return this.#metSince.size > 0 || this.pressures().length > 0
  }

  /** Sets the time of the next look. */
  #arm(): void {
    const { clock } = this.#deps.context.world
    const now = clock.now()
    clock.clearTimeout(this.#timer)
    const at = this.#leaving !== undefined ? now + POD_CLEANUP_POLL : this.#isBusy ? now : this.#nextProblem(now)
    if (at === undefined) return
    const beat = this.#leaving !== undefined ? at : this.#onBeat(at)
    this.#timer = clock.setTimeout(() => this.#look(), beat - now)
  }

  #nextProblem(now: number): number | undefined {
    const { runtime, configuration } = this.#deps.context
    const node = nextMet(configuration.evictionThresholds, runtime.resources, now)
    const local = this.#nextLocalProblem(now)
    return node === undefined || local === undefined ? (node ?? local) : Math.min(node, local)
  }

  #nextLocalProblem(now: number): number | undefined {
    if (this.#limited.size === 0) return undefined
    let soonest: number | undefined
    const active = new Set<string>()
    for (const record of this.#deps.active()) {
      active.add(record.uid)
      if (!this.#limited.has(record.uid)) continue
      const at = nextLocalProblem(record, this.#useOf(record), now)
      if (at !== undefined && (soonest === undefined || at < soonest)) soonest = at
    }
    return soonest
  }

  /** The first look at or after a time that is later than the last one. */
  #onBeat(at: number): number {
    const beats = Math.max(1, Math.ceil((at - this.#lastSync) / MONITORING_PERIOD))
    return this.#lastSync + beats * MONITORING_PERIOD
  }

  #look(): void {
    const { clock } = this.#deps.context.world
    const leaving = this.#leaving
    if (leaving !== undefined) {
      const isOver = clock.now() - leaving.since >= POD_CLEANUP_TIMEOUT
      if (!isOver && leaving.records.some(({ terminated }) => !terminated)) {
        this.#timer = clock.setTimeout(() => this.#look(), POD_CLEANUP_POLL)
        return
      }
      const uids = leaving.records.map(({ pod }) => `"${pod.metadata.namespace}/${pod.metadata.name}"`).join(',')
      this.#log(
        isOver
          ? `I eviction_manager.go:471] "Eviction manager: timed out waiting for pods to be cleaned up" pods=[${uids}]`
          : `I eviction_manager.go:482] "Eviction manager: pods successfully cleaned up" pods=[${uids}]`,
      )
      this.#leaving = undefined
    }
    this.#synchronize(clock.now())
    this.#arm()
  }

  /** Source: eviction_manager.go synchronize */
  #synchronize(now: number): void {
    const { configuration, runtime } = this.#deps.context
    const observations = observe(runtime.resources, now)
    const met = this.#observed(configuration.evictionThresholds, observations, now)
    this.#lastSync = now
    if (this.#evictForLocalStorage() || met.length === 0) return
    const [threshold] = [...met].sort((a, b) => Number(isMemory(b)) - Number(isMemory(a)))
    const { resource } = SIGNALS[threshold!.signal]
    this.#log(`I eviction_manager.go:376] "Eviction manager: attempting to reclaim" resourceName="${resource}"`)
    this.#nodeEvent('EvictionThresholdMet', `Attempting to reclaim ${resource}`)
    if (SIGNALS[threshold!.signal].pressure === 'DiskPressure' && this.#reclaims(resource, now)) return
    this.#log(`I eviction_manager.go:387] "Eviction manager: must evict pod(s) to reclaim" resourceName="${resource}"`)
    this.#evictOne(threshold!, resource, met, observations)
  }

  /** Takes down what is met, since when, and what pressures that means. @returns what is to be acted on */
  #observed(thresholds: readonly Threshold[], observations: Observations, now: number): readonly Threshold[] {
    const unresolved = thresholdsMet(this.#met, observations, true)
    const met = new Set([...thresholdsMet(thresholds, observations, false), ...unresolved])
    this.#metSince = new Map([...met].map((threshold) => [threshold, this.#metSince.get(threshold) ?? now]))
    this.#tellPressures(new Set([...met].map(({ signal }) => SIGNALS[signal].pressure)))
    this.#met = [...this.#metSince].flatMap(([threshold, since]) => {
      if (now - since >= threshold.gracePeriod) return [threshold]
      const passed = formatGoDuration(now - since)
      this.#log(
        `I helpers.go:1049] "Eviction manager: eviction criteria not yet met" threshold="${formatThreshold(threshold)}" duration="${passed}"`,
      )
      return []
    })
    return this.#met
  }

  #tellPressures(observed: ReadonlySet<Pressure>): void {
    const { evictionPressureTransitionPeriod: transitionPeriodMs } = this.#deps.context.configuration
    for (const pressure of PRESSURES) {
      if (observed.has(pressure)) {
        if (!this.#pressures.has(pressure)) this.#pressures.start(pressure, { transitionPeriodMs })
        this.#pressures.send(pressure, { type: 'observed' })
      } else this.#pressures.send(pressure, { type: 'notObserved' })
    }
  }

  /** Source: reclaimNodeLevelResources */
  #reclaims(resource: Starved, now: number): boolean {
    const { runtime, configuration } = this.#deps.context
    this.#deps.reclaimDisk()
    if (thresholdsMet(configuration.evictionThresholds, observe(runtime.resources, now), true).length > 0) return false
    this.#log(
      `I eviction_manager.go:383] "Eviction manager: able to reduce resource pressure without evicting pods." resourceName="${resource}"`,
    )
    return true
  }

  /** At most one pod goes at a time. */
  #evictOne(
    { gracePeriod }: Threshold,
    resource: Starved,
    met: readonly Threshold[],
    observations: Observations,
  ): void {
    const uses = new Map<PodRecord, PodUse>()
    const useOf = (record: PodRecord) => {
      const use = uses.get(record) ?? this.#useOf(record)
      uses.set(record, use)
      return use
    }
    const order = ranked(this.#deps.active(), useOf, resource)
    const names = order.map(({ pod }) => `"${pod.metadata.namespace}/${pod.metadata.name}"`).join(',')
    this.#log(`I eviction_manager.go:405] "Eviction manager: pods ranked for eviction" pods=[${names}]`)
    for (const record of order) {
      const { message, annotations } = evictionMessage(resource, record.pod, useOf(record), met, observations)
      const most = this.#deps.context.configuration.evictionMaxPodGracePeriod
      const grace =
        gracePeriod === 0 ? IMMEDIATE : Math.min(most, record.pod.spec.terminationGracePeriodSeconds ?? most)
      if (this.#evict(record, grace, message, annotations, message)) {
        this.#waitFor([record])
        return
      }
    }
    this.#log('I eviction_manager.go:438] "Eviction manager: unable to evict any pods from the node"')
  }

  /** Source: localStorageEviction. @returns whether somebody had to go */
  #evictForLocalStorage(): boolean {
    if (this.#limited.size === 0) return false
    const gone = this.#deps.active().filter((record) => {
      if (!this.#limited.has(record.uid)) return false
      const message = localStorageProblem(record.pod, this.#useOf(record))
      return message !== undefined && this.#evict(record, IMMEDIATE, message)
    })
    if (gone.length > 0) this.#waitFor(gone)
    return gone.length > 0
  }

  /** Source: evictPod */
  #evict(
    record: PodRecord,
    grace: number,
    message: string,
    annotations?: Readonly<Record<string, string>>,
    disruption?: string,
  ): boolean {
    const { pod, isStatic } = record
    const named = `pod="${pod.metadata.namespace}/${pod.metadata.name}"`
    if (isCritical(pod, isStatic)) {
      this.#log(`E eviction_manager.go:614] "Eviction manager: cannot evict a critical pod" ${named}`)
      return false
    }
    this.#deps.context.events.annotated(pod, annotations, 'Warning', 'Evicted', message)
    this.#limited.delete(record.uid)
    this.#deps.evict(record, grace, {
      reason: 'Evicted',
      message,
      ...(disruption === undefined ? {} : { disruption }),
    })
    this.#log(`I eviction_manager.go:634] "Eviction manager: pod is evicted successfully" ${named}`)
    return true
  }

  #waitFor(records: readonly PodRecord[]): void {
    this.#leaving = { records, since: this.#deps.context.world.clock.now() }
  }

  #useOf(record: PodRecord): PodUse {
    const { runtime, files, world } = this.#deps.context
    return podUse(record, runtime, files, world.clock.now())
  }

  #nodeEvent(reason: string, message: string): void {
    const { client, nodeName, events } = this.#deps.context
    const node = client.get('Node', nodeName)
    if (node !== undefined) events.node(node, 'Warning', reason, message)
  }

  #log(line: string): void {
    this.#deps.context.log(line)
  }
}

const PRESSURES: readonly Pressure[] = ['MemoryPressure', 'DiskPressure', 'PIDPressure']

function isMemory({ signal }: Threshold): boolean {
  return signal === 'memory.available' || signal === 'allocatableMemory.available'
}
