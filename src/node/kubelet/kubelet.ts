import { failure, notFound } from '../../api/status.ts'
import { type Answer, isStatus, type Node, type PersistentVolumeClaim, type Pod } from '../../api/types.ts'
import type { Client, EventRecorder } from '../../client/contract.ts'
import type { Chart } from '../../sim/chart.ts'
import type { StreamListener, StreamOptions } from '../container-runtime/contract.ts'
import type { SystemOom } from '../container-runtime/usage/node-resources.ts'
import type { Process } from '../contract.ts'
import type { KubeletConfiguration } from './configuration.ts'
import type { KubeletDeps, KubeletHandle, LogOptions, LogSink, ProbeKind, StreamTarget } from './contract.ts'
import { DeviceManager } from './devices/manager.ts'
import { EvictionManager } from './eviction/manager.ts'
import { amountOf } from './eviction/thresholds.ts'
import { ImageGarbageCollector } from './images/image-gc.ts'
import type { KubeletContext } from './kubelet-context.ts'
import { findLogContainer, streamLog } from './logs/read.ts'
import { ContainerLogRotation } from './logs/rotation.ts'
import type { kubeletMachine } from './machine.ts'
import { Heartbeat } from './node-status/heartbeat.ts'
import { nodeFacts, podMemoryLimit } from './node-status/node.ts'
import { ApiSource } from './pod-worker/api-source.ts'
import { PodAdmission } from './pod-worker/pod-admission.ts'
import { PodEvents } from './pod-worker/pod-events.ts'
import type { PodRecord } from './pod-worker/pod-record.ts'
import { PodWorkers } from './pod-worker/pod-workers.ts'
import { Prober } from './probe/prober.ts'
import { answerHealthPort, answerKubeletPort } from './server/index.ts'
import { NodeShutdownManager } from './shutdown/manager.ts'
import { FileSource } from './static-pods/file-source.ts'
import { StaticPods } from './static-pods/static-pods.ts'
import { StatusManager } from './status/status-manager.ts'
import { Streaming } from './streaming.ts'
import type { PluginRegistry } from './volumes/plugin-registry.ts'
import type { PodVolumes } from './volumes/pod-volumes.ts'
import { volumePlugins } from './volumes/volume-plugins.ts'

export interface KubeletParts {
  readonly process: Process
  readonly deps: KubeletDeps
  readonly configuration: KubeletConfiguration
  readonly flags: ReadonlyMap<string, string>
  readonly client: Client
  readonly recorder: EventRecorder
  readonly actor: Chart<typeof kubeletMachine>
  readonly podVolumes: Map<string, PodVolumes>
}

/** Source: pkg/kubelet/nodeshutdown/nodeshutdown_manager.go */
const NODE_SHUTDOWN = { reason: 'NodeShutdown', message: 'Pod was rejected as the node is shutting down.' }

const KUBELET_PORT = 10_250
const HEALTH_PORT = 10_248

/** A kubelet whose files are in order: its parts, put together. Source: pkg/kubelet/kubelet.go NewMainKubelet */
export class Kubelet implements KubeletHandle {
  readonly nodeName: string
  readonly #context: KubeletContext
  readonly #heartbeat: Heartbeat
  readonly #statusManager: StatusManager
  readonly #workers: PodWorkers
  readonly #statics: StaticPods
  readonly #prober: Prober
  readonly #eviction: EvictionManager
  readonly #shutdown: NodeShutdownManager
  readonly #imageGC: ImageGarbageCollector
  readonly #logRotation: ContainerLogRotation
  readonly #fileSource: FileSource
  readonly #apiSource: ApiSource
  readonly #actor: Chart<typeof kubeletMachine>
  readonly #recorder: EventRecorder
  readonly #streaming: Streaming
  readonly #plugins: PluginRegistry
  #stops: readonly (() => void)[] = []

  constructor(parts: KubeletParts) {
    const { deps, client, actor } = parts
    this.nodeName = deps.nodeName
    this.#actor = actor
    this.#recorder = parts.recorder
    const events = new PodEvents(parts.recorder, (pod) => this.#inApi(pod))
    const { plugins, csi } = volumePlugins(parts, {
      onRegistered: () => this.#retryVolumes(),
      onInUse: () => this.#heartbeat.touch(),
      onResized: (podUid, claim, message) => this.#resized(podUid, claim, message),
    })
    this.#plugins = plugins
    const context: KubeletContext = {
      ...contextOf(parts, events),
      csi,
      get devices() {
        return devices
      },
    }
    const devices = new DeviceManager(context, () => this.#devicesChanged())
    this.#context = context
    this.#streaming = new Streaming(context.runtime, (namespace, pod) => this.#find(namespace, pod))
    const [workers, eviction] = [() => this.#workers, () => this.#eviction]
    const admission = new PodAdmission(context, workers, eviction)
    this.#statics = new StaticPods(context, workers, admission, (record) => this.#statusManager.touch(record))
    this.#statusManager = new StatusManager(context, (record) => this.#statics.mirrorOf(record))
    this.#prober = new Prober(context, (record) => this.#workers.changed(record.uid))
    this.#workers = new PodWorkers({
      context,
      statusManager: this.#statusManager,
      ensureMirror: (record) => this.#statics.ensureMirror(record),
      onObserved: (record) => this.#prober.observe(record),
      admitUnderPressure: (pod, isStatic) => this.#eviction.admit(pod, isStatic),
      onImages: () => this.#heartbeat.touch(),
      onTerminating: (record) => this.#prober.terminating(record),
      onTerminated: (record) => this.#terminated(record),
    })
    this.#logRotation = new ContainerLogRotation(context)
    this.#imageGC = new ImageGarbageCollector(context, () => this.#heartbeat.touch())
    this.#eviction = this.#evictionManager(context)
    this.#shutdown = this.#shutdownManager(context, admission)
    this.#fileSource = new FileSource(context, (pods) => this.#statics.set(pods))
    this.#apiSource = new ApiSource(context, this.#workers, this.#statics, admission)
    const { configuration, flags, recorder } = parts
    this.#heartbeat = new Heartbeat({
      deps,
      configuration,
      flags,
      client,
      recorder,
      clock: context.world.clock,
      log: context.log,
      pressures: () => this.#eviction.pressures(),
      volumesInUse: () => csi.inUse(),
      devices: context.devices,
      onRegistered: (node) => this.#registered(node),
    })
    this.#serve(parts)
  }

  #evictionManager(context: KubeletContext): EvictionManager {
    return new EvictionManager({
      context,
      active: () => this.#workers.active(),
      evict: (record, grace, ending) => this.#workers.terminate(record, grace, ending),
      reclaimDisk: () => {
        this.#workers.deleteUnusedContainers()
        this.#imageGC.deleteUnused()
      },
      onPressure: () => this.#heartbeat.touch(),
    })
  }

  #shutdownManager(context: KubeletContext, admission: PodAdmission): NodeShutdownManager {
    return new NodeShutdownManager({
      context,
      active: () => this.#workers.active(),
      terminate: (record, grace, ending) => this.#workers.terminate(record, grace, ending),
      onShutdown: () => {
        admission.close(NODE_SHUTDOWN)
        this.#heartbeat.shuttingDown()
      },
    })
  }

  /** Serves ports of the machine: they close with the process. Source: cmd/kubelet/app/server.go startKubelet */
  #serve({ process, deps, configuration }: KubeletParts): void {
    const server = {
      nodeName: deps.nodeName,
      runtime: deps.runtime,
      files: process.files,
      configuration,
      bootedAt: this.#context.startedAt,
      now: () => process.world.clock.now(),
      pods: () => this.pods(),
    }
    process.listen(KUBELET_PORT, 'TCP', (request) => answerKubeletPort(server, request))
    process.listen(HEALTH_PORT, 'TCP', answerHealthPort)
  }

  run(): void {
    const { client, runtime, deps, configuration } = this.#context
    runtime.resources.limitPods(podMemoryLimit(deps, configuration))
    this.#context.log('I kubelet.go:2451] "Starting kubelet main sync loop"')
    this.#context.devices.start()
    this.#fileSource.start()
    this.#plugins.start()
    this.#heartbeat.start()
    this.#apiSource.start()
    this.#eviction.start()
    this.#shutdown.start()
    this.#imageGC.start()
    this.#logRotation.start()
    this.#stops = [
      client.onReachable((reachable) => this.#actor.send({ type: reachable ? 'apiReachable' : 'apiUnreachable' })),
      this.#context.runtime.resources.onSystemOom((oom) => this.#systemOom(oom)),
    ]
    if (client.reachable()) this.#actor.send({ type: 'apiReachable' })
  }

  /** The API answers (again). */
  catchUp(): void {
    this.#heartbeat.touch()
    this.#apiSource.catchUp()
    for (const record of this.#workers.records()) if (record.isStatic) this.#statics.ensureMirror(record)
    this.#statusManager.flush()
  }

  showStaticPods(): void {
    this.#statics.nodeKnown()
  }

  stop(): void {
    for (const stop of this.#stops) stop()
    this.#fileSource.stop()
    this.#plugins.stop()
    this.#apiSource.stop()
    this.#eviction.stop()
    this.#shutdown.stop()
    this.#context.devices.stop()
    this.#imageGC.stop()
    this.#logRotation.stop()
    this.#heartbeat.stop()
    this.#prober.stop()
    this.#workers.stop()
    this.#statusManager.stop()
  }

  pods(): readonly Pod[] {
    return [...this.#workers.records()].map(({ pod, status }) => (status === undefined ? pod : { ...pod, status }))
  }

  logs(namespace: string, pod: string, container: string, options: LogOptions, sink: LogSink): Answer<() => void> {
    const found = findLogContainer(this.#find(namespace, pod), pod, container, options.previous === true)
    if (isStatus(found)) return found
    return streamLog(this.#context.runtime, found, options, sink, this.#context.world.clock)
  }

  streamable(target: StreamTarget, what: 'exec' | 'attach') {
    return this.#streaming.streamable(target, what)
  }

  exec(target: StreamTarget, command: readonly string[], options: StreamOptions, listener: StreamListener) {
    return this.#streaming.exec(target, command, options, listener)
  }

  attach(target: StreamTarget, listener: StreamListener) {
    return this.#streaming.attach(target, listener)
  }

  podAddress(namespace: string, pod: string) {
    return this.#streaming.podAddress(namespace, pod)
  }

  get memoryThreshold(): number | undefined {
    const { configuration, runtime } = this.#context
    const hard = configuration.evictionThresholds.find(
      (each) => each.signal === 'memory.available' && each.gracePeriod === 0,
    )
    return hard === undefined ? undefined : amountOf(hard.value, runtime.resources.size.memory)
  }

  crash(namespace: string, pod: string, container: string, exitCode: number): Answer<undefined> {
    const record = this.#find(namespace, pod)
    if (record === undefined) return notFound({ group: '', resource: 'pods' }, pod)
    const current = record.slot(container)?.current
    if (current?.state !== 'running')
      return failure(400, 'BadRequest', `container "${container}" in pod "${pod}" is not running`)
    this.#context.runtime.crash(current.id, exitCode)
    return undefined
  }

  forceProbe(namespace: string, pod: string, probe: ProbeKind, outcome: 'fails' | 'succeeds' | 'as declared'): void {
    const record = this.#find(namespace, pod)
    if (record !== undefined) this.#prober.force(record, probe, outcome === 'as declared' ? undefined : outcome)
  }

  #find(namespace: string, name: string): PodRecord | undefined {
    let found: PodRecord | undefined
    for (const record of this.#workers.records()) {
      const { metadata } = record.pod
      if (metadata.name !== name || metadata.namespace !== namespace) continue
      if (found === undefined || found.terminating !== undefined) found = record
    }
    return found
  }

  /** Events about a static pod are about its mirror. */
  #inApi(pod: Pod): Pod {
    const record = this.#workers.get(pod.metadata.uid ?? '')
    return record?.isStatic === true ? (this.#statics.mirrorOf(record) ?? pod) : pod
  }

  #resized(podUid: string, claim: PersistentVolumeClaim, message: string): void {
    const pod = this.#workers.get(podUid)?.pod
    if (pod !== undefined) this.#context.events.pod(pod, 'Normal', 'FileSystemResizeSuccessful', message)
    this.#recorder.event(claim, 'Normal', 'FileSystemResizeSuccessful', message)
  }

  /** A driver has come that pods may have waited for. */
  #retryVolumes(): void {
    for (const record of this.#workers.records()) if (!record.mounted) this.#workers.changed(record.uid)
  }

  #registered(node: Node): void {
    this.#plugins.nodeRegistered(node)
    const tell = (reason: string, message: string) => this.#recorder.event(node, 'Normal', reason, message)
    tell('Starting', 'Starting kubelet.')
    for (const reason of ['NodeHasSufficientMemory', 'NodeHasNoDiskPressure', 'NodeHasSufficientPID'])
      tell(reason, `Node ${this.nodeName} status is now: ${reason}`)
    tell('NodeAllocatableEnforced', 'Updated Node Allocatable limit across pods')
    this.#actor.send({ type: 'registered' })
  }

  #devicesChanged(): void {
    this.#heartbeat.touch()
    for (const record of this.#workers.records()) if (!record.terminated) this.#workers.reportAgain(record.uid)
  }

  /** Source: pkg/kubelet/oom/oom_watcher_linux.go */
  #systemOom({ process, pid }: SystemOom): void {
    const message = `System OOM encountered, victim process: ${process}, pid: ${pid}`
    const node = this.#context.client.get('Node', this.nodeName)
    if (node !== undefined) this.#recorder.event(node, 'Warning', 'SystemOOM', message)
  }

  #terminated(record: PodRecord): void {
    this.#context.devices.release(record.uid)
    this.#shutdown.ended()
    if (record.isStatic) this.#statics.ended(record)
    else if (record.removed) this.#workers.forget(record)
  }
}

function contextOf(
  { process, deps, configuration, client, podVolumes }: KubeletParts,
  events: PodEvents,
): Omit<KubeletContext, 'devices' | 'csi'> {
  return {
    nodeName: deps.nodeName,
    ip: deps.ip,
    component: `kubelet/${deps.nodeName}`,
    world: process.world,
    random: process.random,
    files: process.files,
    deps,
    runtime: deps.runtime,
    podVolumes,
    client,
    configuration,
    events,
    startedAt: process.world.clock.now(),
    allocatable: nodeFacts(deps, configuration).allocatable ?? {},
    log: (line) => process.log(line),
  }
}
