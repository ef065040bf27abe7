import { formatGoDuration } from '../../../api/duration.ts'
import type { Pod, PodStatus } from '../../../api/types.ts'
import { type Charts, createCharts } from '../../../sim/chart.ts'
import type { RuntimeEvent } from '../../container-runtime/contract.ts'
import { ContainerStarter } from '../container/container-starter.ts'
import { containerMachine } from '../container/machine.ts'
import { PodSurroundings } from '../container/surroundings.ts'
import { ImageManager } from '../images/image-manager.ts'
import type { KubeletContext } from '../kubelet-context.ts'
import { PodLifecycleEventGenerator } from '../pleg.ts'
import { generatePodStatus } from '../status/generate.ts'
import type { StatusManager } from '../status/status-manager.ts'
import { ActiveDeadline, DEADLINE_MESSAGE, DEADLINE_REASON } from './active-deadline.ts'
import { BACK_OFF_JITTER, podWorkerMachine } from './machine.ts'
import { PendingResizes } from './pending-resizes.ts'
import { REFUSAL_MS } from './pod-admission.ts'
import { deleteUnusedContainers, reviseUsage } from './pod-containers.ts'
import { PodKiller } from './pod-killer.ts'
import { type ContainerSlot, type Ending, formatPod, type PodRecord, type WaitingReason } from './pod-record.ts'
import { PodSyncer } from './sync-pod.ts'
import { VolumeWakes } from './volume-wakes.ts'

export interface PodWorkersDeps {
  readonly context: KubeletContext
  readonly statusManager: StatusManager
  ensureMirror(record: PodRecord): void
  /** The pod is over: nothing of it runs. */
  onTerminated(record: PodRecord): void
  /** Before a status is made: what runs is to be probed. */
  onObserved(record: PodRecord): void
  /** Why the node, under pressure, would take no such pod. */
  admitUnderPressure(pod: Pod, isStatic: boolean): WaitingReason | undefined
  /** Images of the node have changed. */
  onImages(): void
  /** No more restarts: liveness and startup probes end. */
  onTerminating(record: PodRecord): void
}

/** Drives every pod of the node through its life. Source: pkg/kubelet/pod_workers.go */
export class PodWorkers {
  readonly #deps: PodWorkersDeps
  readonly #context: KubeletContext
  readonly #records = new Map<string, PodRecord>()
  readonly #workers: Charts<typeof podWorkerMachine>
  readonly #containers: Charts<typeof containerMachine>
  readonly #images: ImageManager
  readonly #surroundings: PodSurroundings
  readonly #syncer: PodSyncer
  readonly #killer: PodKiller
  readonly #pleg: PodLifecycleEventGenerator
  readonly #volumeWakes: VolumeWakes
  readonly #deadline: ActiveDeadline
  readonly #queue = new Set<string>()
  readonly #resizes: PendingResizes
  readonly #stopListening: () => void
  #draining = false
  #stopped = false

  constructor(deps: PodWorkersDeps) {
    this.#deps = deps
    const { context } = deps
    const { world, runtime, events, configuration, component } = context
    this.#context = context
    this.#workers = createCharts(podWorkerMachine, world, `${component}/pod`, (uid, { type }) =>
      this.#perform(uid, type),
    )
    this.#containers = createCharts(containerMachine, world, `${component}/container`, (key, { type }) =>
      this.#performContainer(key, type),
    )
    this.#images = new ImageManager(runtime, world, events, configuration.serializeImagePulls, component)
    this.#surroundings = new PodSurroundings(context)
    this.#backOff = { maxBackOffMs: configuration.maxContainerRestartPeriod }
    this.#pleg = new PodLifecycleEventGenerator(
      context,
      (uid) => this.changed(uid),
      (uid) => this.reportAgain(uid),
    )
    const [find, wake] = [(uid: string) => this.#records.get(uid), (uid: string) => this.changed(uid)]
    this.#volumeWakes = new VolumeWakes(world.clock, context.client, find, wake)
    this.#resizes = new PendingResizes({
      context,
      records: this.#records,
      admit: deps.admitUnderPressure,
      onChanged: (record) => this.changed(record.uid),
    })
    this.#killer = new PodKiller(context, (record) => this.#workers.send(record.uid, { type: 'stopped' }))
    this.#deadline = new ActiveDeadline(world.clock, (record) => this.#deadlineExceeded(record))
    this.#starter = new ContainerStarter(context, this.#images, this.#containers, this.#surroundings, {
      image: (record) => {
        deps.onImages()
        this.changed(record.uid)
      },
      hookFailed: (record, slot) => this.#killContainer(record, slot, 'FailedPostStartHook'),
      hookEnded: (record) => this.#hookEnded(record),
    })
    this.#syncer = new PodSyncer({
      context,
      charts: this.#containers,
      surroundings: this.#surroundings,
      report: (record) => this.report(record),
      ensureMirror: deps.ensureMirror,
      killContainer: (...of) => this.#killContainer(...of),
      mark: (record) => this.#pleg.mark(record.uid),
      markReport: (record) => this.#pleg.markReport(record.uid),
      awaitVolumes: (record) => this.#volumeWakes.retry(record),
      followVolumes: (record) => this.#volumeWakes.follow(record),
      resized: () => this.#resizes.completed(),
    })
    const stops = [runtime.onEvent((event) => this.#heard(event)), runtime.onStatus(() => this.#runtimeChanged())]
    this.#stopListening = () => stops.forEach((stop) => void stop())
  }

  readonly #starter: ContainerStarter
  readonly #backOff: { readonly maxBackOffMs: number }

  get(uid: string): PodRecord | undefined {
    return this.#records.get(uid)
  }

  records(): IterableIterator<PodRecord> {
    return this.#records.values()
  }

  /** Pods that have, or will have, something running. Source: kubelet_pods.go GetActivePods */
  active(): readonly PodRecord[] {
    return [...this.#records.values()].filter(
      ({ terminated, rejected, terminating }) =>
        !terminated && rejected === undefined && terminating?.reason === undefined,
    )
  }

  /** Containers that have ended and will not be started again. Source: pkg/kubelet/container/container_gc.go DeleteAllUnusedContainers */
  deleteUnusedContainers(): void {
    deleteUnusedContainers(this.#records.values(), this.#context.runtime)
  }

  /** A pod this node is to run. */
  add(record: PodRecord): void {
    this.#records.set(record.uid, record)
    for (const { key } of record.slots) this.#containers.start(key, this.#backOff)
    record.adopted = this.#context.runtime.sandboxesOf(record.uid).length > 0
    // After the kubelet was restarted: the volumes of running containers are mounted already.
    const { podVolumes } = this.#context
    record.mounted = record.adopted && (record.pod.spec.volumes === undefined || podVolumes.has(record.uid))
    if (record.mounted) this.#volumeWakes.follow(record)
    if (this.#context.runtime.error() === undefined) this.#syncer.refresh(record)
    this.#resizes.added(record)
    this.#deadline.watch(record)
    this.#workers.start(record.uid, undefined)
  }

  changed(uid: string): void {
    const record = this.#records.get(uid)
    if (record?.inHook === true) record.missedChange = true
    this.#workers.send(uid, { type: 'changed' })
  }

  /** The object has a newer version. Source: kuberuntime_manager.go containerChanged: name and image are what counts */
  update(record: PodRecord, pod: Pod): void {
    const before = record.pod
    const images = new Map(record.slots.map(({ name, spec }) => [name, spec.image]))
    record.update(pod)
    for (const { key } of record.slots)
      if (this.#containers.state(key) === undefined) this.#containers.start(key, this.#backOff)
    for (const slot of record.slots)
      if (slot.spec.image !== images.get(slot.name) && slot.current?.state === 'running')
        slot.killBecause = `Container ${slot.name} definition changed, will be restarted`
    if (before.spec !== pod.spec) this.#resizes.consider(record)
    if (before.metadata.annotations !== pod.metadata.annotations) reviseUsage(record, before, this.#context.runtime)
    if (before.spec.activeDeadlineSeconds !== pod.spec.activeDeadlineSeconds) this.#deadline.watch(record)
  }

  /** @param ending why, when it is the kubelet's own decision */
  terminate(record: PodRecord, gracePeriodSeconds: number, ending: Ending = {}): void {
    const asked = record.terminating
    if (record.terminated || (asked !== undefined && asked.gracePeriodSeconds <= gracePeriodSeconds)) return
    record.terminating = { ...asked, ...ending, gracePeriodSeconds }
    this.#workers.send(record.uid, { type: 'terminate' })
  }

  /** Forgets a pod that has ended and what the runtime has of it. */
  forget(record: PodRecord): void {
    const { runtime } = this.#context
    for (const { id } of [...runtime.sandboxesOf(record.uid)]) runtime.removePodSandbox(id)
    this.#workers.stop(record.uid)
    for (const { key } of record.slots) this.#containers.stop(key)
    this.#images.forget(record.uid)
    this.#starter.forget(record.uid)
    this.#surroundings.forget(record.uid)
    this.#volumeWakes.forget(record.uid)
    this.#deadline.forget(record.uid)
    this.#records.delete(record.uid)
  }

  /** Writes the status of a pod as it is now. */
  report(record: PodRecord): void {
    if (record.inHook && record.terminating === undefined) return
    this.#deps.onObserved(record)
    this.#deps.statusManager.set(record, generatePodStatus(record, this.#context, this.#context.world.clock.now()))
  }

  /** The API may have to hear something though the status stands: that the object may go. */
  touch(record: PodRecord): void {
    this.#deps.statusManager.touch(record)
  }

  reconcile(record: PodRecord, shown: PodStatus | undefined): void {
    this.#deps.statusManager.reconcile(record, shown)
  }

  /** The kubelet ends; containers go on without it. */
  stop(): void {
    this.#stopped = true
    this.#stopListening()
    this.#pleg.stop()
    this.#images.stop()
    this.#volumeWakes.stop()
    this.#deadline.stop()
    this.#killer.stop()
    for (const uid of [...this.#workers.keys()]) this.#workers.stop(uid)
    for (const key of [...this.#containers.keys()]) this.#containers.stop(key)
    this.#records.clear()
  }

  /** Something its status tells has changed. */
  reportAgain(uid: string): void {
    const record = this.#records.get(uid)
    if (record !== undefined) this.report(record)
  }

  #perform(uid: string, effect: 'syncPod' | 'killPod' | 'finishPod'): void {
    const record = this.#records.get(uid)
    if (record === undefined) return
    if (effect === 'syncPod') this.#enqueue(uid)
    else if (effect === 'killPod') this.#kill(record)
    else this.#finish(record)
  }

  /** Syncs of one instant run together, after whatever caused them. */
  #enqueue(uid: string): void {
    this.#queue.add(uid)
    if (this.#draining) return
    this.#draining = true
    this.#context.world.clock.defer(() => {
      this.#draining = false
      const uids = [...this.#queue]
      this.#queue.clear()
      if (!this.#stopped) for (const each of uids) this.#sync(each)
    })
  }

  #sync(uid: string): void {
    const record = this.#records.get(uid)
    if (record === undefined || record.inHook || this.#workers.state(uid)?.value !== 'syncing') return
    const isFresh = this.#context.world.clock.now() - record.startTime < REFUSAL_MS
    if (record.rejected && isFresh) return void this.#workers.send(uid, { type: 'failed', retryMs: REFUSAL_MS })
    const result = this.#syncer.sync(record)
    this.#volumeWakes.synced(record)
    if (record.inHook) return // Of a container that was started just now: it holds up everything else.
    if (result === 'terminal') this.terminate(record, record.pod.spec.terminationGracePeriodSeconds ?? 30)
    else if (result === 'done') this.#workers.send(uid, { type: 'synced' })
    else {
      const jitter = 1 + BACK_OFF_JITTER * this.#context.random.next()
      this.#workers.send(uid, { type: 'failed', retryMs: Math.round(result.retryMs * jitter) })
    }
  }

  #performContainer(key: string, effect: 'startContainer' | 'backOff'): void {
    const record = this.#records.get(key.slice(0, key.indexOf('/')))
    const slot = record?.slot(key.slice(key.indexOf('/') + 1))
    if (record === undefined || slot === undefined) return
    if (effect === 'startContainer') {
      this.#starter.start(record, slot)
      return
    }
    const backOff = formatGoDuration(this.#containers.state(key)?.context.backOffMs ?? 0)
    const message = `back-off ${backOff} restarting failed container=${slot.name} pod=${formatPod(record.pod)}`
    slot.waiting = { reason: 'CrashLoopBackOff', message }
    const text = `Back-off restarting failed container ${slot.name} in pod ${formatPod(record.pod)}`
    this.#context.events.container(record.pod, slot, 'Warning', 'BackOff', text)
  }

  #killContainer(record: PodRecord, slot: ContainerSlot, message: string, inOrder = false): void {
    if (this.#containers.state(slot.key)?.value !== 'running') return
    this.#containers.send(slot.key, { type: 'kill' })
    const grace = slot.killGrace ?? record.pod.spec.terminationGracePeriodSeconds ?? 30
    this.#killer.killContainer(record, slot, message, grace, inOrder)
  }

  #hookEnded(record: PodRecord): void {
    if (record.inHook || this.#stopped) return
    this.#workers.send(record.uid, { type: 'synced' })
    if (record.takeMissedChange()) this.changed(record.uid)
  }

  #deadlineExceeded(record: PodRecord): void {
    this.#context.events.pod(record.pod, 'Normal', DEADLINE_REASON, DEADLINE_MESSAGE)
    this.terminate(record, record.pod.spec.terminationGracePeriodSeconds ?? 30, {
      reason: DEADLINE_REASON,
      message: DEADLINE_MESSAGE,
    })
  }

  #kill(record: PodRecord): void {
    this.#deadline.forget(record.uid)
    this.#starter.abandonHooks(record)
    this.#deps.onTerminating(record)
    const error = this.#context.runtime.error()
    if (error !== undefined) {
      this.#context.events.pod(record.pod, 'Warning', 'FailedKillPod', `error killing pod: ${error}`)
      return
    }
    this.#syncer.refresh(record)
    this.report(record)
    this.#killer.killPod(record)
  }

  /** containerd answers again: what could not be killed is killed now. */
  #runtimeChanged(): void {
    if (this.#context.runtime.error() !== undefined) return
    for (const record of [...this.#records.values()])
      if (record.terminating !== undefined && !record.terminated) this.#kill(record)
  }

  #finish(record: PodRecord): void {
    this.#syncer.refresh(record)
    record.terminated = true
    this.#surroundings.release(record.uid)
    const { runtime } = this.#context
    for (const { id } of runtime.sandboxesOf(record.uid)) runtime.stopPodSandbox(id)
    this.report(record)
    this.#deps.statusManager.touch(record)
    this.#deps.onTerminated(record)
    this.#resizes.retry()
  }

  /** Containers of a pod that is ending are watched at once, not by relisting. */
  #heard({ type, container }: RuntimeEvent): void {
    if (type !== 'exited') return
    const uid = this.#context.runtime.sandbox(container.sandboxId)?.config.pod.metadata.uid ?? ''
    const record = this.#records.get(uid)
    this.#killer.exited(container.id)
    if (record === undefined) return
    const chart = this.#containers.state(`${uid}/${container.config.container.name}`)
    if (record.inHook) this.#starter.exited(record, container)
    else if (chart?.value === 'stopping' && !record.restartingAll) this.changed(uid)
    if (!record.terminated) this.#killer.check(record)
  }
}
