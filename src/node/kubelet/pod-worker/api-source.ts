import { isStatus, type Pod, type WatchEvent } from '../../../api/types.ts'
import type { Timer } from '../../../sim/clock.ts'
import type { KubeletContext } from '../kubelet-context.ts'
import { isMirrorPod } from '../static-pods/mirror.ts'
import type { StaticPods } from '../static-pods/static-pods.ts'
import type { PodAdmission } from './pod-admission.ts'
import { PodRecord } from './pod-record.ts'
import type { PodWorkers } from './pod-workers.ts'

const NODES = { group: '', version: 'v1', resource: 'nodes' }
/** Source: pkg/kubelet/kubelet.go housekeepingPeriod */
const HOUSEKEEPING_PERIOD = 2000

/** The pods the API has bound to this node. Source: pkg/kubelet/config/apiserver.go, kubelet.go HandlePod* */
export class ApiSource {
  readonly #context: KubeletContext
  readonly #workers: PodWorkers
  readonly #statics: StaticPods
  readonly #admission: PodAdmission
  #stop: (() => void) | undefined
  #retry: Timer | undefined

  constructor(context: KubeletContext, workers: PodWorkers, statics: StaticPods, admission: PodAdmission) {
    this.#admission = admission
    this.#context = context
    this.#workers = workers
    this.#statics = statics
  }

  start(): void {
    const fieldSelector = `spec.nodeName=${this.#context.nodeName}`
    this.#stop = this.#context.client.watch('Pod', { fieldSelector }, (event) => this.#heard(event))
  }

  stop(): void {
    this.#context.world.clock.clearTimeout(this.#retry)
    this.#stop?.()
  }

  /**
   * The API answers: pods that are running here though nobody wants them any more are ended.
   * Source: kubelet_pods.go HandlePodCleanups (only when all sources are ready)
   */
  catchUp(): void {
    const { client, nodeName, runtime, world } = this.#context
    world.clock.clearTimeout(this.#retry)
    const pods = client.list('Pod', { fieldSelector: `spec.nodeName=${nodeName}` })
    for (const pod of pods) this.#upsert(pod)
    const wanted = new Set(pods.map(({ metadata }) => metadata.uid))
    const unwanted = [...this.#workers.records()].filter((record) => !record.isStatic && !wanted.has(record.uid))
    const orphans = [...runtime.sandboxes()]
      .map(({ config }) => config.pod)
      .filter(({ metadata: { uid = '' } }) => this.#workers.get(uid) === undefined && !wanted.has(uid))
    if (unwanted.length + orphans.length === 0) return
    if (!this.#isAnswered()) {
      // An API server that starts lists nothing yet: after a reboot all would be ended that ran before.
      this.#retry = world.clock.setTimeout(() => client.reachable() && this.catchUp(), HOUSEKEEPING_PERIOD)
      return
    }
    for (const record of unwanted) this.#gone(record, record.pod)
    for (const pod of orphans) this.#endOrphan(pod)
  }

  /** Whether the API server says what there is: it knows this node, or that there is none. */
  #isAnswered(): boolean {
    const { client, nodeName } = this.#context
    const answer = client.read?.({ verb: 'get', resource: NODES, name: nodeName })
    return answer === undefined || !isStatus(answer) || answer.code === 404
  }

  #heard({ type, object }: WatchEvent<Pod>): void {
    if (isMirrorPod(object)) {
      if (type === 'DELETED') this.#statics.mirrorGone(object)
      else this.#statics.mirrorSeen(object)
    } else if (type !== 'DELETED') this.#upsert(object)
    else {
      const record = this.#workers.get(object.metadata.uid ?? '')
      if (record !== undefined) this.#gone(record, object)
    }
  }

  #upsert(pod: Pod): void {
    if (isMirrorPod(pod)) return
    const record = this.#workers.get(pod.metadata.uid ?? '')
    if (record === undefined) this.#add(pod)
    else this.#update(record, pod)
  }

  #add(pod: Pod): void {
    const { clock } = this.#context.world
    const record = new PodRecord(pod, false, clock.now())
    const hasEnded = pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed'
    if (
      !hasEnded &&
      pod.metadata.deletionTimestamp === undefined &&
      this.#context.runtime.sandboxesOf(record.uid).length === 0
    )
      this.#admission.decide(record)
    this.#workers.add(record)
    if (pod.metadata.deletionTimestamp !== undefined) this.#workers.terminate(record, graceOf(pod))
  }

  #update(record: PodRecord, pod: Pod): void {
    const before = record.pod
    if (before === pod || versionOf(pod) < versionOf(before)) return
    this.#workers.update(record, pod)
    if (before.status !== pod.status) this.#workers.reconcile(record, pod.status)
    if (pod.metadata.deletionTimestamp !== undefined) {
      if (record.terminated) this.#workers.report(record)
      this.#workers.terminate(record, graceOf(pod))
      this.#workers.touch(record)
    } else if (before.spec !== pod.spec || isRelabelled(before, pod) || (pod.spec.readinessGates?.length ?? 0) > 0)
      this.#workers.changed(record.uid)
  }

  /** The object has vanished. */
  #gone(record: PodRecord, pod: Pod): void {
    record.removed = true
    if (record.terminated) this.#workers.forget(record)
    else this.#workers.terminate(record, graceOf(pod))
  }

  #endOrphan(pod: Pod): void {
    const record = new PodRecord(pod, false, this.#context.world.clock.now())
    record.removed = true
    this.#workers.add(record)
    this.#workers.terminate(record, graceOf(pod))
  }
}

/** Source: pkg/kubelet/config/config.go podsDifferSemantically */
function isRelabelled({ metadata: before }: Pod, { metadata }: Pod): boolean {
  return before.labels !== metadata.labels || before.annotations !== metadata.annotations
}

/** A list may be ahead of the events that are on their way. */
function versionOf({ metadata }: Pod): number {
  return Number(metadata.resourceVersion ?? 0)
}

/** Source: pkg/kubelet/pod_workers.go calculateEffectiveGracePeriod */
function graceOf({ metadata, spec }: Pod): number {
  const asked = metadata.deletionTimestamp === undefined ? undefined : metadata.deletionGracePeriodSeconds
  if (asked !== undefined && asked > 0) return asked
  return spec.terminationGracePeriodSeconds ?? 30
}
