import { LifecycleHooks } from '../container/lifecycle-hooks.ts'
import type { KubeletContext } from '../kubelet-context.ts'
import type { ContainerSlot, PodRecord } from './pod-record.ts'

/** Even a kill without grace leaves this much. Source: pkg/kubelet/kuberuntime/kuberuntime_manager.go minimumGracePeriodInSeconds */
const MINIMUM_GRACE_PERIOD = 2

/** Stops containers: preStop hook, SIGTERM, SIGKILL. Source: pkg/kubelet/kuberuntime/kuberuntime_container.go killContainer */
export class PodKiller {
  readonly #context: KubeletContext
  readonly #onStopped: (record: PodRecord) => void
  readonly #hooks: LifecycleHooks
  /** Containers whose preStop hook has been run. */
  readonly #asked = new Set<string>()
  #ended = false

  constructor(context: KubeletContext, onStopped: (record: PodRecord) => void) {
    this.#context = context
    this.#onStopped = onStopped
    this.#hooks = new LifecycleHooks(context)
  }

  stop(): void {
    this.#ended = true
  }

  killPod(record: PodRecord): void {
    const grace = Math.max(record.terminating?.gracePeriodSeconds ?? 30, 1)
    // Sidecars go last, in reverse order. Source: kuberuntime_termination_order.go
    const running = record.slots.filter(({ current }) => current?.state === 'running' || current?.state === 'created')
    const main = running.filter(({ kind }) => kind !== 'sidecar')
    const [lastSidecar] = running.filter(({ kind }) => kind === 'sidecar').reverse()
    for (const slot of main.length > 0 ? main : lastSidecar === undefined ? [] : [lastSidecar])
      this.killContainer(record, slot, `Stopping container ${slot.name}`, grace)
    if (running.length === 0) this.check(record)
  }

  killContainer(record: PodRecord, slot: ContainerSlot, message: string, graceSeconds: number): void {
    const { runtime, events, world } = this.#context
    const { current } = slot
    if (current === undefined || current.state === 'exited') return
    const { id } = current
    const grace = Math.max(graceSeconds, MINIMUM_GRACE_PERIOD) * 1000
    const preStop = slot.spec.lifecycle?.preStop
    if (this.#asked.has(id)) {
      if (preStop === undefined) runtime.stopContainer(id, grace)
      return
    }
    this.#asked.add(id)
    events.container(record.pod, slot, 'Normal', 'Killing', message)
    if (preStop === undefined || current.state !== 'running') {
      runtime.stopContainer(id, grace)
      return
    }
    const startedAt = world.clock.now()
    this.#hooks.run(record, slot, preStop, grace, (failed) => {
      if (failed !== undefined) events.container(record.pod, slot, 'Warning', 'FailedPreStopHook', 'PreStopHook failed')
      const left = grace - (world.clock.now() - startedAt)
      runtime.stopContainer(id, Math.max(left, MINIMUM_GRACE_PERIOD * 1000))
    })
  }

  /** Something of the pod has ended: is that all? On the clock. */
  check(record: PodRecord): void {
    this.#context.world.clock.defer(() => {
      if (this.#ended || record.terminated) return
      const { runtime } = this.#context
      const containers = runtime.sandboxesOf(record.uid).flatMap(({ id }) => [...runtime.containersOf(id)])
      for (const { id, state } of containers) if (state === 'exited') this.#asked.delete(id)
      const left = containers.filter(({ state }) => state !== 'exited')
      if (left.length === 0) this.#onStopped(record)
      else if (left.every(({ config }) => config.container.restartPolicy === 'Always')) this.killPod(record)
    })
  }
}
