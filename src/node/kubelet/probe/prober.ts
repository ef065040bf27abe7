import type { Probe } from '../../../api/types.ts'
import { type Charts, createCharts } from '../../../sim/chart.ts'
import type { RuntimeEvent } from '../../container-runtime/contract.ts'
import type { ProbeKind } from '../contract.ts'
import type { KubeletContext } from '../kubelet-context.ts'
import type { ContainerSlot, PodRecord } from '../pod-worker/pod-record.ts'
import { ask } from './ask.ts'
import type { ProbeOutcome } from './dial.ts'
import { probeMachine } from './machine.ts'

type Forced = 'fails' | 'succeeds'

interface Worker {
  readonly key: string
  readonly record: PodRecord
  readonly slot: ContainerSlot
  readonly kind: ProbeKind
  readonly spec: Probe
  readonly containerId: string
  /** Probes happen at this time and every period after it. Virtual ms. */
  readonly firstAt: number
  stopListening: (() => void) | undefined
}

const KINDS: readonly ProbeKind[] = ['startup', 'readiness', 'liveness']
const TITLE = { startup: 'Startup', readiness: 'Readiness', liveness: 'Liveness' } as const

/**
 * Probes the containers of this node. A probe whose outcome cannot change sleeps until something it depends on does:
 * ports, links, the server's own word, a forced outcome.
 * Source: pkg/kubelet/prober/prober_manager.go, worker.go
 */
export class Prober {
  readonly #context: KubeletContext
  readonly #onResult: (record: PodRecord) => void
  readonly #charts: Charts<typeof probeMachine>
  readonly #workers = new Map<string, Worker>()
  readonly #forced = new Map<string, Forced>()
  readonly #stops: (() => void)[]

  constructor(context: KubeletContext, onResult: (record: PodRecord) => void) {
    this.#context = context
    this.#onResult = onResult
    this.#charts = createCharts(probeMachine, context.world, `${context.component}/probe`, (key, { type }) =>
      this.#perform(key, type),
    )
    this.#stops = [
      context.runtime.onEvent((event) => this.#heard(event)),
      context.deps.network.onChange(() => this.#wakeAll()),
    ]
  }

  stop(): void {
    for (const stop of this.#stops) stop()
    for (const worker of [...this.#workers.values()]) this.#end(worker)
  }

  /** Called with every look at a pod: probes what runs and is not probed yet. Source: prober_manager.go AddPod, UpdatePodStatus */
  observe(record: PodRecord): void {
    for (const slot of record.slots) {
      if (slot.current?.state !== 'running' || slot.kind === 'init' || slot.kind === 'ephemeral') continue
      if (!hasProbes(slot)) {
        slot.started = true
        if (!this.#workers.has(`${slot.current.id}/readiness`)) slot.ready = true
      } else this.#observe(record, slot, slot.current.id)
    }
  }

  /** Liveness and startup no longer matter to a pod that is ending. Source: StopLivenessAndStartup */
  terminating(record: PodRecord): void {
    for (const worker of [...this.#workers.values()])
      if (worker.record === record && worker.kind !== 'readiness') this.#end(worker)
  }

  force(record: PodRecord, kind: ProbeKind, outcome: Forced | undefined): void {
    const key = `${record.uid}/${kind}`
    if (outcome === undefined) this.#forced.delete(key)
    else this.#forced.set(key, outcome)
    for (const worker of this.#workers.values())
      if (worker.record === record && worker.kind === kind) this.#wake(worker)
    if (outcome !== undefined) this.#play(record, kind)
  }

  /** Containers that declare no such probe get one with the default timings: there is nothing to ask, only what was forced. */
  #play(record: PodRecord, kind: ProbeKind): void {
    for (const slot of record.slots) {
      const { current, spec } = slot
      if (
        slot.kind === 'init' ||
        slot.kind === 'ephemeral' ||
        current?.state !== 'running' ||
        spec[`${kind}Probe`] !== undefined
      )
        continue
      this.#ensure(record, slot, current.id, kind, PLAYED)
    }
  }

  #observe(record: PodRecord, slot: ContainerSlot, id: string): void {
    const { startupProbe, readinessProbe, livenessProbe } = slot.spec
    if (!this.#seen.has(id)) {
      this.#seen.add(id)
      this.#firstLook(record, slot, id)
    }
    if (!slot.started && startupProbe !== undefined) {
      this.#ensure(record, slot, id, 'startup', startupProbe)
      return
    }
    if (readinessProbe !== undefined) this.#ensure(record, slot, id, 'readiness', readinessProbe)
    if (livenessProbe !== undefined && record.terminating === undefined)
      this.#ensure(record, slot, id, 'liveness', livenessProbe)
  }

  readonly #seen = new Set<string>()

  /** A container that ran before this kubelet started keeps what was known of it. Source: worker.go kubeletRestartGracePeriod */
  #firstLook(record: PodRecord, slot: ContainerSlot, id: string): void {
    slot.started = slot.spec.startupProbe === undefined
    slot.ready = slot.started && slot.spec.readinessProbe === undefined
    if ((slot.current?.startedAt ?? 0) >= this.#context.startedAt) return
    const { containerStatuses = [], initContainerStatuses = [] } = record.pod.status ?? {}
    const old = [...containerStatuses, ...initContainerStatuses].find(
      ({ containerID }) => containerID === `containerd://${id}`,
    )
    slot.started ||= old?.started === true
    slot.ready ||= old?.ready === true
  }

  #ensure(record: PodRecord, slot: ContainerSlot, containerId: string, kind: ProbeKind, spec: Probe): void {
    const key = `${containerId}/${kind}`
    if (this.#workers.has(key)) return
    const { clock } = this.#context.world
    const periodMs = (spec.periodSeconds ?? 10) * 1000
    const now = clock.now()
    const notBefore = (slot.current?.startedAt ?? now) + (spec.initialDelaySeconds ?? 0) * 1000
    const firstDelayMs = Math.max(0, Math.ceil((notBefore - now) / periodMs)) * periodMs
    const firstAt = now + firstDelayMs
    this.#workers.set(key, { key, record, slot, kind, spec, containerId, firstAt, stopListening: undefined })
    this.#charts.start(key, {
      kind,
      firstDelayMs,
      periodMs,
      successThreshold: spec.successThreshold ?? 1,
      failureThreshold: spec.failureThreshold ?? 3,
    })
  }

  #perform(key: string, effect: 'probe' | 'healthy' | 'unhealthy'): void {
    const worker = this.#workers.get(key)
    if (worker === undefined) return
    if (effect === 'probe') this.#probe(worker)
    else this.#report(worker, effect === 'healthy')
  }

  #probe(worker: Worker): void {
    const { record, slot, spec, key } = worker
    worker.stopListening?.()
    worker.stopListening = undefined
    const forced = this.#forced.get(`${record.uid}/${worker.kind}`)
    if (forced !== undefined) {
      this.#answered(worker, forcedOutcome(forced))
      return
    }
    if (spec === PLAYED) {
      this.#answered(worker, forcedOutcome('succeeds'))
      return
    }
    ask(this.#context, record, slot, spec, (outcome) => {
      if (this.#workers.get(key) === worker) this.#answered(worker, outcome)
    })
  }

  #answered(worker: Worker, { result, output, onStale }: ProbeOutcome): void {
    const { key, record, slot, kind } = worker
    const restMs = this.#untilNext(worker)
    const tell = (reason: string, said: string) =>
      this.#context.events.container(record.pod, slot, 'Warning', reason, `${TITLE[kind]} probe ${said}: ${output}`)
    if (result === 'warning') tell('ProbeWarning', 'warning')
    if (result === 'success' || result === 'warning') {
      // What is told each time has to be asked each time.
      const steady = result === 'success' && onStale !== undefined
      if (steady) worker.stopListening = onStale(() => this.#wake(worker))
      this.#charts.send(key, { type: 'succeeded', steady, restMs })
      return
    }
    tell('Unhealthy', result === 'error' ? 'errored and resulted in unknown state' : 'failed')
    this.#charts.send(key, result === 'error' ? { type: 'errored', restMs } : { type: 'failed', restMs })
  }

  #report({ slot, kind, record, containerId, spec }: Worker, healthy: boolean): void {
    if (slot.current?.id !== containerId) return
    if (kind === 'readiness') {
      if (slot.ready === healthy) return
      slot.ready = healthy
    } else if (kind === 'startup' && healthy) {
      slot.started = true
      slot.ready = slot.spec.readinessProbe === undefined
    } else if (!healthy) {
      const again = (slot.spec.restartPolicy ?? record.pod.spec.restartPolicy) === 'Never' ? '' : ', will be restarted'
      slot.killBecause = `Container ${slot.name} failed ${kind} probe${again}`
      slot.killGrace = spec.terminationGracePeriodSeconds
    } else return
    this.#onResult(record)
  }

  /** The next time on this probe's own beat. */
  #untilNext({ firstAt, spec }: Worker): number {
    const period = (spec.periodSeconds ?? 10) * 1000
    const passed = this.#context.world.clock.now() - firstAt
    return period - (((passed % period) + period) % period)
  }

  #wake(worker: Worker): void {
    worker.stopListening?.()
    worker.stopListening = undefined
    this.#charts.send(worker.key, { type: 'wake', restMs: this.#untilNext(worker) })
  }

  #wakeAll(): void {
    for (const worker of this.#workers.values()) this.#wake(worker)
  }

  #heard({ type, container }: RuntimeEvent): void {
    if (type !== 'exited' && type !== 'ports' && type !== 'removed') return
    if (type !== 'ports') this.#seen.delete(container.id)
    for (const kind of KINDS) {
      const worker = this.#workers.get(`${container.id}/${kind}`)
      if (worker === undefined) continue
      if (type === 'ports') this.#wake(worker)
      else this.#end(worker)
    }
  }

  #end(worker: Worker): void {
    worker.stopListening?.()
    this.#charts.stop(worker.key)
    this.#workers.delete(worker.key)
  }
}

/** A probe nobody declared, for a forced outcome. */
const PLAYED: Probe = {}

function hasProbes({ spec }: ContainerSlot): boolean {
  return spec.startupProbe !== undefined || spec.readinessProbe !== undefined || spec.livenessProbe !== undefined
}

function forcedOutcome(forced: Forced): ProbeOutcome {
  // A forced outcome lasts until the next `force`, which wakes the probe.
  if (forced === 'succeeds') return { result: 'success', output: '', onStale: () => () => undefined }
  return { result: 'failure', output: 'forced to fail' }
}
