import type { Charts } from '../../../sim/chart.ts'
import { kernelHostname } from '../container/hostname.ts'
import type { containerMachine } from '../container/machine.ts'
import type { PodSurroundings } from '../container/surroundings.ts'
import type { KubeletContext } from '../kubelet-context.ts'
import { unableToMount } from '../volumes/volumes.ts'
import { BACK_OFF_PERIOD, SYNC_FREQUENCY, TRANSIENT_BACK_OFF_PERIOD } from './machine.ts'
import { type ContainerSlot, haveEndedForGood, type PodRecord, shouldRestart } from './pod-record.ts'
import { actuateResize, followResize, markRestarts } from './resize.ts'
import { asksForAll, removeAll, stillRunning } from './restart-all.ts'

/** How a sync went: `done`, the pod has ended by itself, or an error and when to try again (ms, before jitter). */
export type SyncResult = 'done' | 'terminal' | { readonly retryMs: number }

export interface SyncPodDeps {
  readonly context: KubeletContext
  readonly charts: Charts<typeof containerMachine>
  readonly surroundings: PodSurroundings
  /** Writes the pod's status as it is now. */
  report(record: PodRecord): void
  ensureMirror(record: PodRecord): void
  /** @param inOrder a sidecar waits for those that were started after it */
  killContainer(record: PodRecord, slot: ContainerSlot, message: string, inOrder?: boolean): void
  /** The pod is looked at again with the next relist. */
  mark(record: PodRecord): void
  /** What is said of it is told again with the next relist. */
  markReport(record: PodRecord): void
  /** Its containers have the resources that it was given. */
  resized(): void
  /** The volumes are not there yet: wakes the pod when it is time to look again. */
  awaitVolumes(record: PodRecord): void
  /** The volumes are there: hears of changes of what they show. */
  followVolumes(record: PodRecord): void
}

/** Source: pkg/kubelet/kubelet.go SyncPod, pkg/kubelet/kuberuntime/kuberuntime_manager.go SyncPod, computePodActions */
export class PodSyncer {
  readonly #deps: SyncPodDeps

  constructor(deps: SyncPodDeps) {
    this.#deps = deps
  }

  sync(record: PodRecord): SyncResult {
    const { context, report, ensureMirror } = this.#deps
    const runtimeError = context.runtime.error()
    if (runtimeError !== undefined) {
      context.log(`E log.go:32] "Status from runtime service failed" err="${runtimeError}"`)
      return { retryMs: BACK_OFF_PERIOD }
    }
    this.refresh(record)
    if (record.restartingAll || asksForAll(record)) return this.#restartAll(record)
    const wasResizing = record.resizeInProgress !== undefined
    followResize(record, context)
    if (wasResizing && record.resizeInProgress === undefined) this.#deps.resized()
    const isOver = haveEndedForGood(record)
    if (isOver || !this.#continuesKill(record)) report(record)
    const phase = record.status?.phase
    if (phase === 'Succeeded' || phase === 'Failed') return 'terminal'
    if (isOver) {
      for (const slot of record.slots)
        if (slot.kind === 'sidecar') this.#deps.killContainer(record, slot, `Stopping container ${slot.name}`, true)
      return 'done'
    }
    if (!this.#networkReady(record)) return { retryMs: TRANSIENT_BACK_OFF_PERIOD }
    if (record.isStatic) ensureMirror(record)
    const volumes = this.#volumesReady(record)
    if (volumes !== true) return volumes
    this.#missingPullSecrets(record)
    if (record.sandbox?.ready !== true && !this.#claimsReady(record)) return { retryMs: SYNC_FREQUENCY }
    if (!this.#sandboxReady(record)) return { retryMs: BACK_OFF_PERIOD }
    markRestarts(record)
    const started = this.#startContainers(record)
    return record.resizeInProgress === undefined ? started : this.#actuate(record, started)
  }

  /** Source: kuberuntime_manager.go SyncPod, step 8 */
  #actuate(record: PodRecord, started: SyncResult): SyncResult {
    const done = actuateResize(record, this.#deps.context)
    if (typeof done === 'string') return { retryMs: BACK_OFF_PERIOD }
    if (done) this.#deps.mark(record)
    return started
  }

  /** A container is killed and started anew in one go: nobody hears of its end in between. Source: kuberuntime_manager.go SyncPod */
  #continuesKill({ pod, slots }: PodRecord): boolean {
    return slots.some((slot) => {
      if (slot.current?.state !== 'exited' || !shouldRestart(pod, slot, slot.current.exitCode ?? 0)) return false
      const chart = this.#deps.charts.state(slot.key)
      const isByHook = slot.waiting?.reason === 'PostStartHookError'
      return !isByHook && chart?.value === 'exited' && chart.context.killedAt !== undefined
    })
  }

  /** Source: kuberuntime_manager.go SyncPod (RestartAllContainersOnContainerExits) */
  #restartAll(record: PodRecord): SyncResult {
    const { charts, context, killContainer, report } = this.#deps
    record.restartingAll = true
    report(record)
    const running = stillRunning(record)
    for (const slot of running) {
      slot.killGrace = 0
      killContainer(record, slot, 'killing')
    }
    if (running.length > 0) return 'done'
    removeAll(record, context.runtime)
    for (const { key, kind } of record.slots) {
      if (kind === 'ephemeral') continue
      charts.stop(key)
      charts.start(key, { maxBackOffMs: context.configuration.maxContainerRestartPeriod })
    }
    record.restartingAll = false
    report(record)
    return { retryMs: 0 }
  }

  /** Takes over what the runtime says of the pod's containers. */
  refresh(record: PodRecord): void {
    const { runtime } = this.#deps.context
    const sandboxes = runtime.sandboxesOf(record.uid)
    record.sandbox = sandboxes[0]
    for (const slot of record.slots) {
      let newest: ContainerSlot['current']
      let before: ContainerSlot['current']
      for (const { id } of sandboxes) {
        const containers = runtime.containersOf(id)
        for (let i = containers.length - 1; i >= 0 && before === undefined; i--) {
          const container = containers[i]!
          if (container.config.container.name !== slot.name) continue
          if (newest === undefined) newest = container
          else before = container
        }
      }
      slot.current = newest
      slot.previous = before
      this.#informChart(slot)
    }
  }

  #informChart(slot: ContainerSlot): void {
    const { charts } = this.#deps
    const { current } = slot
    if (current === undefined) return
    const state = charts.state(slot.key)?.value
    if (current.state === 'exited') {
      slot.ready = false
      slot.started = false
      if (state !== 'exited' && state !== 'crashLoopBackOff' && state !== 'starting' && !isFailedStart(slot, state))
        charts.send(slot.key, { type: 'exited', at: current.finishedAt ?? 0 })
    } else if (state === 'waiting') charts.send(slot.key, { type: 'started' })
  }

  #networkReady(record: PodRecord): boolean {
    const { context } = this.#deps
    const error = context.runtime.networkError()
    if (error === undefined || record.pod.spec.hostNetwork === true) return true
    const message = `network is not ready: container runtime network not ready: ${error}`
    context.events.pod(record.pod, 'Warning', 'NetworkNotReady', message)
    return false
  }

  /** Source: volume_manager.go WaitForAttachAndMount. @returns what the sync comes to where they are not there */
  #volumesReady(record: PodRecord): true | SyncResult {
    const { context, surroundings, awaitVolumes } = this.#deps
    if (record.mounted) {
      const unwritten = surroundings.remount(record)
      for (const message of unwritten) context.events.pod(record.pod, 'Warning', 'FailedMount', message)
      if (unwritten.length > 0) awaitVolumes(record)
      return true
    }
    const problems = surroundings.mountProblems(record)
    if (problems === undefined) {
      record.mounted = true
      this.#deps.followVolumes(record)
      return true
    }
    const { failed, unprocessed } = problems
    for (const message of failed.values()) context.events.pod(record.pod, 'Warning', 'FailedMount', message)
    if (unprocessed.size === 0) {
      awaitVolumes(record)
      return 'done'
    }
    context.events.pod(record.pod, 'Warning', 'FailedMount', unableToMount(problems))
    return { retryMs: BACK_OFF_PERIOD }
  }

  /** Source: kubelet_pods.go getPullSecretsForPod */
  #missingPullSecrets({ pod }: PodRecord): void {
    const { imagePullSecrets } = pod.spec
    if (imagePullSecrets === undefined || imagePullSecrets.length === 0) return
    const { client, events } = this.#deps.context
    const missing = imagePullSecrets.flatMap(({ name = '' }) =>
      name === '' || client.get('Secret', name, pod.metadata.namespace) !== undefined ? [] : [name],
    )
    if (missing.length === 0) return
    const message = `Unable to retrieve some image pull secrets (${missing.join(', ')}); attempting to pull the image may not succeed.`
    events.pod(pod, 'Warning', 'FailedToRetrieveImagePullSecret', message)
  }

  /** Source: kuberuntime_manager.go SyncPod, PrepareDynamicResources */
  #claimsReady({ pod }: PodRecord): boolean {
    const { devices, events } = this.#deps.context
    const error = devices.claims.prepare(pod)
    if (error === undefined) return true
    const message = `Failed to prepare dynamic resources: prepare dynamic resources: ${error}`
    events.pod(pod, 'Warning', 'FailedPrepareDynamicResources', message)
    return false
  }

  #sandboxReady(record: PodRecord): boolean {
    const { context, mark } = this.#deps
    const { events } = context
    if (record.sandbox?.ready === true) return true
    if (record.sandbox !== undefined)
      events.pod(record.pod, 'Normal', 'SandboxChanged', 'Pod sandbox changed, it will be killed and re-created.')
    const attempt = record.sandbox === undefined ? 0 : record.sandbox.config.attempt + 1
    const made = this.#runSandbox(record, attempt)
    if ('error' in made) {
      events.pod(record.pod, 'Warning', 'FailedCreatePodSandBox', `Failed to create pod sandbox: ${made.error}`)
      return false
    }
    record.sandbox = made
    mark(record)
    return true
  }

  /** Source: kuberuntime_sandbox.go createPodSandbox, pkg/kubelet/runtimeclass LookupRuntimeHandler */
  #runSandbox({ pod }: PodRecord, attempt: number): ReturnType<KubeletContext['runtime']['runPodSandbox']> {
    const { runtime, client, configuration } = this.#deps.context
    const { runtimeClassName = '', hostNetwork, hostnameOverride } = pod.spec
    const hostname = kernelHostname(pod, configuration.clusterDomain)
    if (typeof hostname !== 'string') return hostname
    const named = hostNetwork === true && hostnameOverride === undefined ? {} : { hostname }
    if (runtimeClassName === '') return runtime.runPodSandbox({ pod, attempt, ...named })
    const runtimeClass = client.get('RuntimeClass', runtimeClassName)
    if (runtimeClass === undefined) return { error: `runtimeclass.node.k8s.io "${runtimeClassName}" not found` }
    return runtime.runPodSandbox({ pod, attempt, ...named, runtimeHandler: runtimeClass.handler })
  }

  #startContainers(record: PodRecord): SyncResult {
    const outcome = new Outcome()
    this.#startEphemeral(record, outcome)
    if (this.#initialize(record, outcome)) {
      for (const slot of record.slots) {
        if (slot.kind !== 'main' || outcome.blocked) continue
        this.#keepRunning(record, slot, outcome)
      }
    }
    if (outcome.waitingChanged) this.#deps.markReport(record)
    return outcome.result(this.#deps.context.world.clock.now())
  }

  /** They start whatever the others do, once. Source: kuberuntime_manager.go SyncPod, step 6 */
  #startEphemeral(record: PodRecord, outcome: Outcome): void {
    for (const slot of record.slots) {
      if (slot.kind !== 'ephemeral' || slot.current !== undefined) continue
      const own = new Outcome()
      this.#keepRunning(record, slot, own)
      outcome.failed ||= own.failed
      outcome.waitingChanged ||= own.waitingChanged
    }
  }

  /** @returns whether the main containers may run. Source: kuberuntime_container.go computeInitContainerActions */
  #initialize(record: PodRecord, outcome: Outcome): boolean {
    const hasInitialized = record.slots.some((slot) => slot.kind === 'main' && this.#isOfThisSandbox(record, slot))
    for (const slot of record.slots) {
      if (slot.kind === 'main' || slot.kind === 'ephemeral' || outcome.blocked) continue
      const current = this.#isOfThisSandbox(record, slot) ? slot.current : undefined
      if (slot.kind === 'sidecar') {
        this.#keepRunning(record, slot, outcome)
        if (!hasInitialized && !(slot.current?.state === 'running' && slot.started)) return false
        continue
      }
      if (hasInitialized || (current?.state === 'exited' && current.exitCode === 0)) continue
      if (current?.state !== 'running') this.#keepRunning(record, slot, outcome)
      return false
    }
    return !outcome.blocked
  }

  #isOfThisSandbox(record: PodRecord, { current }: ContainerSlot): boolean {
    return current !== undefined && current.sandboxId === record.sandbox?.id
  }

  /** Starts it if it should run and does not, kills it if it must not go on. */
  #keepRunning(record: PodRecord, slot: ContainerSlot, outcome: Outcome): void {
    const { charts, context, killContainer } = this.#deps
    const { current } = slot
    if (current?.state === 'running') {
      if (slot.killBecause !== undefined) killContainer(record, slot, slot.killBecause)
      return
    }
    const isOld = current !== undefined && !this.#isOfThisSandbox(record, slot)
    const mayRun = current === undefined || isOld || shouldRestart(record.pod, slot, current.exitCode ?? 0)
    if (!mayRun || (isOld && slot.kind === 'main' && !mayRestartAfterReboot(record, slot))) return
    const before = slot.waiting?.reason
    charts.send(slot.key, { type: 'start', now: context.world.clock.now() })
    const state = charts.state(slot.key)
    if (state?.value === 'starting') outcome.blocked = true
    else if (state?.value === 'crashLoopBackOff') {
      const { finishedAt, backOffMs } = state.context
      outcome.backOffUntil(finishedAt + backOffMs)
    } else if (state?.value !== 'running') outcome.failed = true
    if (slot.waiting?.reason !== before) outcome.waitingChanged = true
  }
}

/** A container that could not even start: its chart has seen the end already. */
function isFailedStart({ waiting }: ContainerSlot, state: unknown): boolean {
  return state === 'waiting' && waiting !== undefined
}

/** What ended for good stays ended in a new sandbox. Source: computePodActions, containersToStart */
function mayRestartAfterReboot({ pod }: PodRecord, slot: ContainerSlot): boolean {
  return shouldRestart(pod, slot, slot.current?.exitCode ?? 0)
}

/** What one pass over the containers came to. */
class Outcome {
  /** An image is being pulled; later containers wait. */
  blocked = false
  failed = false
  /** What `state.waiting` says has changed: shown with the next relist. */
  waitingChanged = false
  #until: number | undefined

  backOffUntil(at: number): void {
    this.#until = Math.min(this.#until ?? at, at)
  }

  /** Source: pkg/kubelet/pod_workers.go completeWork: the back-off's end when there is one, at most the sync frequency */
  result(now: number): SyncResult {
    if (this.#until !== undefined) return { retryMs: Math.min(Math.max(0, this.#until - now), SYNC_FREQUENCY) }
    return this.failed ? { retryMs: BACK_OFF_PERIOD } : 'done'
  }
}
