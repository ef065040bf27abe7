import { equal } from '../../../api/equal.ts'
import { hasReason } from '../../../api/status.ts'
import { isStatus, type Lease, type Node, type NodeStatus } from '../../../api/types.ts'
import type { Client, EventRecorder } from '../../../client/contract.ts'
import { LeaseController } from '../../../client/lease-controller.ts'
import type { Clock, Timer } from '../../../sim/clock.ts'
import type { KubeletConfiguration } from '../configuration.ts'
import type { KubeletDeps } from '../contract.ts'
import type { DeviceManager } from '../devices/manager.ts'
import type { Pressure } from '../eviction/thresholds.ts'
import { nodeConditions, pressureEvents, sameConditions } from './conditions.ts'
import { initialNode, isExternalCloud, nodeFacts, nodeImages, withExtendedResources } from './node.ts'
import { RuntimeState } from './runtime-state.ts'

/** Source: pkg/kubelet/kubelet_node_status.go registerWithAPIServer: 100 ms, doubling up to 7 s */
const REGISTER_RETRY_MAX = 7000
const FAST_STATUS_UPDATE = 100
/** Source: pkg/kubelet/kubelet.go nodeLeaseRenewIntervalFraction */
const RENEW_FRACTION = 0.25
/** What a node says before its runtime was looked at. Source: pkg/kubelet/runtime.go runtimeErrors, storageErrors */
const NOT_YET =
  '[container runtime status check may not have completed yet, PLEG is not healthy: pleg has yet to be successful]'

export interface HeartbeatDeps {
  readonly deps: KubeletDeps
  readonly configuration: KubeletConfiguration
  readonly flags: ReadonlyMap<string, string>
  readonly client: Client
  readonly recorder: EventRecorder
  readonly clock: Clock
  log(line: string): void
  readonly devices: Pick<DeviceManager, 'capacity' | 'allocatable'>
  /** What the node is short of. */
  pressures(): readonly Pressure[]
  /** Unique names of the volumes that pods here need. */
  volumesInUse(): readonly string[]
  /** The node is known to the API server. */
  onRegistered(node: Node): void
}

/**
 * Everything periodic a node says of itself, in one place: its registration, its status, its Lease.
 *
 * The status is looked at every 10 s upstream and written when it changed or five minutes have passed; here the clock
 * only ticks when there may be something to write.
 * Source: pkg/kubelet/kubelet_node_status.go syncNodeStatus, component-helpers/apimachinery/lease/controller.go
 */
export class Heartbeat {
  readonly #h: HeartbeatDeps
  readonly #runtime: RuntimeState
  readonly #startedAt: number
  readonly #stops: (() => void)[]
  #registered = false
  #stopped = false
  #ready = false
  #isShuttingDown = false
  #lastReport = 0
  #retryMs = 100
  #statusTimer: Timer | undefined
  /** While there is nothing to say but that the node is alive. */
  #stopReporting: (() => number) | undefined
  #lease: LeaseController | undefined
  #registerTimer: Timer | undefined

  constructor(h: HeartbeatDeps) {
    this.#h = h
    this.#startedAt = h.clock.now()
    this.#runtime = new RuntimeState(h.deps.runtime, h.clock)
    this.#stops = [h.deps.runtime.onStatus(() => this.#runtimeChanged())]
  }

  start(): void {
    if (this.#h.configuration.registerNode) this.#register()
  }

  stop(): void {
    this.#stopped = true
    for (const stop of this.#stops) stop()
    this.#lease?.stop()
    this.#stopReporting?.()
    for (const timer of [this.#statusTimer, this.#registerTimer]) this.#h.clock.clearTimeout(timer)
  }

  get registered(): boolean {
    return this.#registered
  }

  networkError(): string | undefined {
    const error = this.#h.deps.runtime.networkError()
    return error === undefined ? undefined : `container runtime network not ready: ${error}`
  }

  /** Images or something else the status lists has changed: seen at the next look, every 10 s. */
  touch(): void {
    if (this.#registered && !this.#stopped) this.#lookAt(this.#nextTick())
  }

  /** The machine goes down: the node is not ready, and says so at once. */
  shuttingDown(): void {
    this.#isShuttingDown = true
    if (this.#registered && !this.#stopped) this.#sync()
  }

  #errors(): readonly string[] {
    const errors = this.#runtime.errors()
    return this.#isShuttingDown ? [...errors, 'node is shutting down'] : errors
  }

  #register(): void {
    if (this.#stopped || this.#registered) return
    const { client, deps, flags, clock, log } = this.#h
    const node = initialNode(deps, flags, this.#status(undefined, [NOT_YET]))
    const answer = client.create(node)
    if (isStatus(answer) && !hasReason(answer, 'AlreadyExists')) {
      log(
        `E kubelet_node_status.go:116] "Unable to register node with API server" err="${answer.message}" node="${deps.nodeName}"`,
      )
      this.#registerTimer = clock.setTimeout(() => this.#register(), this.#retryMs)
      this.#retryMs = Math.min(this.#retryMs * 2, REGISTER_RETRY_MAX)
      return
    }
    this.#registered = true
    if (isStatus(answer)) this.#reconcileExisting(node)
    log(`I kubelet_node_status.go:81] "Successfully registered node" node="${deps.nodeName}"`)
    this.#lastReport = clock.now()
    this.#ready = isStatus(answer) && this.#runtime.errors().length === 0
    const stored = isStatus(answer) ? (client.get('Node', deps.nodeName) ?? node) : answer
    this.#h.onRegistered(stored)
    // A new Node says first that nobody has looked yet, and is looked at every 100 ms. Source: fastStatusUpdateOnce
    if (isStatus(answer)) this.#sync()
    else this.#lookAt(clock.now() + FAST_STATUS_UPDATE)
    const { nodeLeaseDurationSeconds: leaseDurationSeconds } = this.#h.configuration
    this.#lease = new LeaseController({
      client,
      clock,
      log,
      name: deps.nodeName,
      namespace: 'kube-node-lease',
      holderIdentity: deps.nodeName,
      leaseDurationSeconds,
      everyMs: leaseDurationSeconds * 1000 * RENEW_FRACTION,
      complete: (lease) => ownedBy(lease, () => client.get('Node', deps.nodeName) ?? stored),
    })
    this.#lease.start()
  }

  /** The node is there already: default labels are put right. Source: tryRegisterWithAPIServer, updateDefaultLabels */
  #reconcileExisting(initial: Node): void {
    this.#h.client.update('Node', initial.metadata.name, undefined, (node) => {
      const labels = { ...node.metadata.labels, ...initial.metadata.labels }
      const same = Object.entries(labels).every(([key, value]) => node.metadata.labels?.[key] === value)
      return same ? undefined : { ...node, metadata: { ...node.metadata, labels } }
    })
  }

  #status(old: NodeStatus | undefined, errors: readonly string[], now = this.#h.clock.now()): NodeStatus {
    const { deps, configuration, flags } = this.#h
    const conditions = nodeConditions(old?.conditions, errors, this.#h.pressures(), now)
    const images = nodeImages(deps)
    const facts = withExtendedResources(nodeFacts(deps, configuration), old, this.#h.devices)
    // What the cloud said of addresses counts more. Source: pkg/kubelet/nodestatus/setters.go NodeAddress
    const addresses = isExternalCloud(flags) && old?.addresses?.length ? old.addresses : facts.addresses
    const volumesInUse = this.#h.volumesInUse()
    const { volumesInUse: _, ...before } = old ?? {}
    return {
      ...before,
      ...facts,
      addresses,
      ...(images.length === 0 ? {} : { images }),
      ...(volumesInUse.length > 0 && { volumesInUse }),
      conditions,
    }
  }

  /** Looks, and writes when there is something to say. */
  #sync(): void {
    if (this.#stopped) return
    const { client, deps, clock, configuration, log } = this.#h
    this.#reported()
    const due = clock.now() - this.#lastReport >= configuration.nodeStatusReportFrequency
    let written = false
    const answer = client.updateStatus('Node', deps.nodeName, undefined, (node) => {
      const status = this.#status(node.status, this.#errors())
      written = due || !sameConditions(node.status?.conditions, status.conditions) || factsDiffer(node.status, status)
      if (written) this.#announce(node, status)
      return written ? { ...node, status } : undefined
    })
    if (isStatus(answer)) {
      log(
        `E kubelet_node_status.go:474] "Error updating node status, will retry" err="error getting node \\"${deps.nodeName}\\": ${answer.message}"`,
      )
    } else if (written) this.#lastReport = clock.now()
    if (isStatus(answer) || this.#runtime.unsettled) this.#lookAt(this.#nextTick())
    else if (client.keepReported === undefined || this.#runtime.errors().length > 0) this.#lookAt(this.#nextReport())
    else this.#keepReporting(client.keepReported.bind(client))
  }

  /** From here on the status only grows older: everything else it says is looked at when it changes. */
  #keepReporting(keepReported: NonNullable<Client['keepReported']>): void {
    const { deps, configuration } = this.#h
    const period = configuration.nodeStatusUpdateFrequency
    const everyMs = Math.ceil(configuration.nodeStatusReportFrequency / period) * period
    const change = (node: Node, at: number): Node => ({ ...node, status: this.#status(node.status, [], at) })
    this.#stopReporting = keepReported(deps.nodeName, { firstAt: this.#nextReport(), everyMs }, change, () => {
      this.#stopReporting = undefined
      this.#sync()
    })
  }

  #reported(): void {
    const { nodeStatusUpdateFrequency: period, nodeStatusReportFrequency } = this.#h.configuration
    const next = this.#stopReporting?.()
    this.#stopReporting = undefined
    if (next !== undefined)
      this.#lastReport = Math.max(this.#lastReport, next - Math.ceil(nodeStatusReportFrequency / period) * period)
  }

  #announce(node: Node, status: NodeStatus): void {
    const { recorder, deps, log } = this.#h
    const ready = status.conditions?.find(({ type }) => type === 'Ready')
    const before = node.status?.conditions?.find(({ type }) => type === 'Ready')
    this.#ready = ready?.status === 'True'
    const bootID = node.status?.nodeInfo?.bootID
    if (bootID !== undefined && bootID !== '' && bootID !== status.nodeInfo?.bootID)
      recorder.event(
        node,
        'Warning',
        'Rebooted',
        `Node ${deps.nodeName} has been rebooted, boot id: ${status.nodeInfo?.bootID}`,
      )
    for (const event of pressureEvents(node.status?.conditions, status.conditions))
      recorder.event(node, 'Normal', event, `Node ${deps.nodeName} status is now: ${event}`)
    if (before === undefined || before.status === ready?.status) return
    const event = this.#ready ? 'NodeReady' : 'NodeNotReady'
    recorder.event(node, 'Normal', event, `Node ${deps.nodeName} status is now: ${event}`)
    if (!this.#ready)
      log(`I setters.go:543] "Node became not ready" node="${deps.nodeName}" condition="${ready?.message}"`)
  }

  #runtimeChanged(): void {
    this.#runtime.check()
    if (!this.#registered || this.#stopped) return
    // Until the node has become ready the kubelet looks every 100 ms. Source: fastStatusUpdateOnce
    this.#lookAt(this.#ready ? this.#nextTick() : this.#h.clock.now() + FAST_STATUS_UPDATE)
  }

  #nextTick(): number {
    const { clock, configuration } = this.#h
    const period = configuration.nodeStatusUpdateFrequency
    return this.#startedAt + Math.ceil((clock.now() - this.#startedAt + 1) / period) * period
  }

  #nextReport(): number {
    const { configuration } = this.#h
    const period = configuration.nodeStatusUpdateFrequency
    const due = this.#lastReport + configuration.nodeStatusReportFrequency - this.#startedAt
    return this.#startedAt + Math.ceil(due / period) * period
  }

  #lookAt(at: number): void {
    const { clock } = this.#h
    if (this.#statusTimer?.callback !== undefined && this.#statusTimer.due <= at) return
    clock.clearTimeout(this.#statusTimer)
    this.#statusTimer = clock.setTimeout(() => this.#sync(), at - clock.now())
  }
}

/** Source: kubelet_node_status.go nodeStatusHasChanged, conditions aside */
function factsDiffer(a: NodeStatus | undefined, b: NodeStatus): boolean {
  const facts = ({ capacity, allocatable, addresses, images, nodeInfo, runtimeHandlers, volumesInUse }: NodeStatus) => [
    capacity,
    allocatable,
    addresses,
    images,
    nodeInfo,
    runtimeHandlers,
    volumesInUse,
  ]
  return a === undefined || !equal(facts(a), facts(b))
}

/** Source: pkg/kubelet/util/nodelease.go SetNodeOwnerFunc */
function ownedBy(lease: Lease, find: () => Node): Lease {
  if (lease.metadata.ownerReferences?.length) return lease
  const { name, uid = '' } = find().metadata
  return {
    ...lease,
    metadata: { ...lease.metadata, ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name, uid }] },
  }
}
