import type { Timer } from '../../../sim/clock.ts'
import { LifecycleHooks } from '../container/lifecycle-hooks.ts'
import type { KubeletContext } from '../kubelet-context.ts'
import type { ContainerSlot, PodRecord } from './pod-record.ts'

/** Even a kill without grace leaves this much. Source: pkg/kubelet/kuberuntime/kuberuntime_manager.go minimumGracePeriodInSeconds */
const MINIMUM_GRACE_PERIOD = 2

/** A container that is to end, until it is told so. */
interface Leaving {
  readonly record: PodRecord
  readonly slot: ContainerSlot
  readonly id: string
  /** Whether sidecars wait for those they serve. */
  readonly inOrder: boolean
  /** Seconds that are left of its grace period since `since`, virtual ms. */
  graceSeconds: number
  since: number
  isWaiting: boolean
  abandonHook: (() => void) | undefined
  timer: Timer | undefined
}

/** Stops containers: preStop hook, a sidecar's turn, SIGTERM, SIGKILL. Source: pkg/kubelet/kuberuntime/kuberuntime_container.go killContainer */
export class PodKiller {
  readonly #context: KubeletContext
  readonly #onStopped: (record: PodRecord) => void
  readonly #hooks: LifecycleHooks
  /** By container. */
  readonly #leaving = new Map<string, Leaving>()
  #ended = false

  constructor(context: KubeletContext, onStopped: (record: PodRecord) => void) {
    this.#context = context
    this.#onStopped = onStopped
    this.#hooks = new LifecycleHooks(context)
  }

  stop(): void {
    this.#ended = true
    for (const id of [...this.#leaving.keys()]) this.exited(id)
  }

  /** All at once; again when the grace period was shortened. Source: killContainersWithSyncResult */
  killPod(record: PodRecord): void {
    const grace = Math.max(record.terminating?.gracePeriodSeconds ?? 30, 1)
    const present = record.slots.filter(isThere)
    for (const slot of present) this.killContainer(record, slot, `Stopping container ${slot.name}`, grace, true)
    if (present.length === 0) this.check(record)
  }

  killContainer(record: PodRecord, slot: ContainerSlot, message: string, graceSeconds: number, inOrder = false): void {
    const { events, world } = this.#context
    if (!isThere(slot)) return
    const { id, state } = slot.current!
    this.exited(id)
    const leaving: Leaving = {
      record,
      slot,
      id,
      inOrder,
      graceSeconds,
      since: world.clock.now(),
      isWaiting: false,
      abandonHook: undefined,
      timer: undefined,
    }
    this.#leaving.set(id, leaving)
    events.container(record.pod, slot, 'Normal', 'Killing', message)
    const preStop = slot.spec.lifecycle?.preStop
    if (preStop === undefined || graceSeconds <= 0 || state !== 'running') {
      this.#awaitTurn(leaving)
      return
    }
    leaving.abandonHook = this.#hooks.run(record, slot, preStop, graceSeconds * 1000, (failed) => {
      leaving.abandonHook = undefined
      if (failed !== undefined) events.container(record.pod, slot, 'Warning', 'FailedPreStopHook', 'PreStopHook failed')
      this.#pass(leaving)
      this.#awaitTurn(leaving)
    })
  }

  /** It is no more, or is to be killed anew. */
  exited(id: string): void {
    const leaving = this.#leaving.get(id)
    leaving?.abandonHook?.()
    this.#context.world.clock.clearTimeout(leaving?.timer)
    this.#leaving.delete(id)
  }

  /** Something of the pod has ended: whose turn is it, and is that all? On the clock. */
  check(record: PodRecord): void {
    this.#context.world.clock.defer(() => {
      if (this.#ended || record.terminated) return
      for (const leaving of [...this.#leaving.values()])
        if (leaving.record === record && leaving.isWaiting && isItsTurn(leaving)) this.#stopWaiting(leaving)
      const { runtime } = this.#context
      const sandboxes = runtime.sandboxesOf(record.uid)
      if (sandboxes.every(({ id }) => runtime.containersOf(id).every(({ state }) => state === 'exited')))
        this.#onStopped(record)
    })
  }

  /** Source: kuberuntime_termination_order.go waitForTurn */
  #awaitTurn(leaving: Leaving): void {
    if (!leaving.inOrder || leaving.graceSeconds <= 0 || isItsTurn(leaving)) {
      this.#stop(leaving)
      return
    }
    leaving.isWaiting = true
    leaving.timer = this.#context.world.clock.setTimeout(() => this.#stopWaiting(leaving), leaving.graceSeconds * 1000)
  }

  #stopWaiting(leaving: Leaving): void {
    this.#context.world.clock.clearTimeout(leaving.timer)
    leaving.isWaiting = false
    this.#pass(leaving)
    this.#stop(leaving)
  }

  /** Grace periods are counted in whole seconds. */
  #pass(leaving: Leaving): void {
    const now = this.#context.world.clock.now()
    leaving.graceSeconds -= Math.floor((now - leaving.since) / 1000)
    leaving.since = now
  }

  #stop({ id, graceSeconds }: Leaving): void {
    this.#context.runtime.stopContainer(id, Math.max(graceSeconds, MINIMUM_GRACE_PERIOD) * 1000)
  }
}

function isThere({ current }: ContainerSlot): boolean {
  return current?.state === 'running' || current?.state === 'created'
}

/** A sidecar goes after the main containers and the sidecar that was started after it. Source: newTerminationOrdering */
function isItsTurn({ record: { slots }, slot }: Leaving): boolean {
  if (slot.kind !== 'sidecar') return true
  const next = slots.slice(slots.indexOf(slot) + 1).find(({ kind }) => kind === 'sidecar')
  return !slots.some((other) => (other.kind === 'main' || other === next) && isThere(other))
}
