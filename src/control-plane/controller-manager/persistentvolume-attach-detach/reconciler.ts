import { isNodeReady } from '../../../api/conditions.ts'
import { mayAttachToMany } from '../../../api/storage.ts'
import { isStatus, type Node, type Pod } from '../../../api/types.ts'
import type { Client, EventRecorder } from '../../../client/contract.ts'
import type { Clock } from '../../../sim/clock.ts'
import type { CsiAttacher } from './attacher.ts'
import { PendingOperations } from './pending.ts'
import type { ActualAttachment, ActualState, DesiredAttachment, DesiredState } from './world.ts'

/** Source: attach_detach_controller.go DefaultTimerConfig: reconcilerLoopPeriod, reconcilerMaxWaitForUnmountDuration */
const LOOP_PERIOD_MS = 100
const MAX_WAIT_FOR_UNMOUNT_MS = 360_000
const OUT_OF_SERVICE = 'node.kubernetes.io/out-of-service'

export interface ReconcilerParts {
  readonly client: Client
  readonly recorder: EventRecorder
  readonly clock: Clock
  readonly desired: DesiredState
  readonly actual: ActualState
  readonly attacher: CsiAttacher
}

/**
 * Brings what is attached closer to what should be, detaching first. Upstream looks every 100 ms; here it looks within
 * 100 ms after something has changed, and when a back-off or a wait for an unmount ends.
 * Source: pkg/controller/volume/attachdetach/reconciler/reconciler.go
 */
export class Reconciler {
  readonly #parts: ReconcilerParts
  readonly #pending = new PendingOperations()
  #due = Number.POSITIVE_INFINITY
  #timer: ReturnType<Clock['setTimeout']> | undefined

  constructor(parts: ReconcilerParts) {
    this.#parts = parts
  }

  soon(): void {
    this.#at(this.#parts.clock.now() + LOOP_PERIOD_MS)
  }

  stop(): void {
    this.#parts.clock.clearTimeout(this.#timer)
  }

  #at(time: number): void {
    const { clock } = this.#parts
    if (time >= this.#due) return
    clock.clearTimeout(this.#timer)
    this.#due = time
    this.#timer = clock.setTimeout(() => {
      this.#due = Number.POSITIVE_INFINITY
      this.#reconcile()
    }, time - clock.now())
  }

  #reconcile(): void {
    const { actual, desired } = this.#parts
    for (const attachment of actual.all())
      if (!desired.has(attachment.name, attachment.node)) this.#detachWhenSafe(attachment)
    for (const wanted of desired.all()) this.#attachWhenFree(wanted)
    for (const node of actual.takeUnreported()) if (!this.#report(node)) actual.touch(node)
  }

  /** Source: reconcile */
  #detachWhenSafe(attachment: ActualAttachment): void {
    const { clock, client, actual } = this.#parts
    const { name, node } = attachment
    const now = clock.now()
    const from = this.#pending.allowedFrom(this.#key(attachment))
    if (from === undefined || from > now) {
      if (from !== undefined) this.#at(from)
      return
    }
    attachment.detachRequestedAt ??= now
    const isLate = now - attachment.detachRequestedAt > MAX_WAIT_FOR_UNMOUNT_MS
    const object = client.get('Node', node)
    const isHealthy = object !== undefined && isNodeReady(object)
    const isOut = object?.spec?.taints?.some(({ key }) => key === OUT_OF_SERVICE) ?? false
    if (actual.isInUse(name, node) && !(isLate && !isHealthy) && !isOut) {
      if (!isLate) this.#at(attachment.detachRequestedAt + MAX_WAIT_FOR_UNMOUNT_MS + 1)
      return
    }
    actual.setReported(attachment, false)
    for (const unreported of actual.takeUnreported(node))
      if (!this.#report(unreported)) {
        actual.setReported(attachment, true)
        this.soon()
        return
      }
    this.#detach(attachment, !isLate && !isOut)
  }

  /** Source: operation_generator.go GenerateDetachVolumeFunc */
  #detach(attachment: ActualAttachment, verifySafe: boolean): void {
    const { client, actual, attacher } = this.#parts
    const { name, node, volume } = attachment
    const key = this.#key(attachment)
    this.#pending.start(key, 'volume_detach')
    const over = (error?: string) => {
      if (error === undefined) actual.remove(name, node)
      else actual.mark(name, node, volume, 'uncertain')
      this.#ended(key, error !== undefined)
    }
    const inUse = verifySafe && (client.get('Node', node)?.status?.volumesInUse?.includes(name) ?? false)
    if (inUse) over('volume is still in use by node, according to Node status')
    else attacher.detach(name, node, over)
  }

  /** Source: attachDesiredVolumes */
  #attachWhenFree(wanted: DesiredAttachment): void {
    const { clock, actual } = this.#parts
    const { name, node, volume } = wanted
    const key = this.#key(wanted)
    if (this.#pending.isRunning(key)) return
    const known = actual.get(name, node)
    if (known?.state === 'attached') {
      known.detachRequestedAt = undefined
      return
    }
    if (!mayAttachToMany(volume)) {
      const nodes = actual.nodesOf(name)
      if (nodes.length > 0) {
        if (!wanted.multiAttachReported) this.#reportMultiAttach(wanted, nodes)
        wanted.multiAttachReported = true
        return
      }
    }
    const from = this.#pending.allowedFrom(key) ?? 0
    if (from > clock.now()) this.#at(from)
    else this.#attach(wanted, key)
  }

  /** Source: operation_generator.go GenerateAttachVolumeFunc */
  #attach({ name, node, volume, pods }: DesiredAttachment, key: string): void {
    const { actual, attacher, recorder } = this.#parts
    this.#pending.start(key, 'volume_attach')
    const scheduled = [...pods.values()]
    const about = `for volume "${volume.metadata.name}"`
    attacher.attach(volume, node, (error) => {
      if (error === undefined) {
        actual.mark(name, node, volume, 'attached')
        for (const pod of scheduled)
          recorder.event(pod, 'Normal', 'SuccessfulAttachVolume', `AttachVolume.Attach succeeded ${about} `)
      } else {
        actual.mark(name, node, volume, 'uncertain')
        for (const pod of scheduled)
          recorder.event(pod, 'Warning', 'FailedAttachVolume', `AttachVolume.Attach failed ${about} : ${error}`)
      }
      this.#ended(key, error !== undefined)
    })
  }

  #ended(key: string, failed: boolean): void {
    this.#pending.end(key, failed, this.#parts.clock.now())
    this.soon()
  }

  #reportMultiAttach({ name, node, volume, pods }: DesiredAttachment, nodes: readonly string[]): void {
    const others = this.#parts.desired.podsOn(
      nodes.filter((other) => other !== node),
      name,
    )
    for (const pod of pods.values()) {
      const message = `Multi-Attach error for volume "${volume.metadata.name}" ${usedBy(pod, others)}`
      this.#parts.recorder.event(pod, 'Warning', 'FailedAttachVolume', message)
    }
  }

  /** What is attached, in the node's status. Source: statusupdater/node_status_updater.go */
  #report(node: string): boolean {
    const { client, actual } = this.#parts
    if (client.get('Node', node) === undefined) return true
    const names = actual.reportedOn(node)
    const answer = client.updateStatus('Node', node, undefined, (now) => withAttached(now, names))
    return !isStatus(answer) || answer.reason === 'NotFound'
  }

  /** A volume that only one node may have has one operation at once, whichever node it is about. */
  #key({ name, node, volume }: Pick<ActualAttachment, 'name' | 'node' | 'volume'>): string {
    return volume === undefined || mayAttachToMany(volume) ? `${name}@${node}` : name
  }
}

function withAttached(node: Node, names: readonly string[]): Node | undefined {
  const { volumesAttached, ...status } = node.status ?? {}
  const before = volumesAttached?.map(({ name }) => name) ?? []
  if (before.length === names.length && names.every((name) => before.includes(name))) return undefined
  if (names.length === 0) return { ...node, status }
  return { ...node, status: { ...status, volumesAttached: names.map((name) => ({ name, devicePath: '' })) } }
}

/** Names of pods are told only within their namespace. Source: reportMultiAttachError */
function usedBy(pod: Pod, others: readonly Pod[]): string {
  if (others.length === 0) return "Volume is already exclusively attached to one node and can't be attached to another"
  const near = others.filter(({ metadata }) => metadata.namespace === pod.metadata.namespace)
  const far = others.length - near.length
  if (near.length === 0) return `Volume is already used by ${far} pod(s) in different namespaces`
  const names = `Volume is already used by pod(s) ${near.map(({ metadata }) => metadata.name).join(', ')}`
  return far === 0 ? names : `${names} and ${far} pod(s) in different namespaces`
}
