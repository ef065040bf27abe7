import type { Pod } from '../../../api/types.ts'
import type { KubeletContext } from '../kubelet-context.ts'
import type { PodAdmission } from '../pod-worker/pod-admission.ts'
import { PodRecord } from '../pod-worker/pod-record.ts'
import type { PodWorkers } from '../pod-worker/pod-workers.ts'
import { createMirrorPod, deleteMirrorPod, isMirrorOf } from './mirror.ts'

/** Pods from manifests, and the mirror pods that show them in the API. Source: pkg/kubelet/pod/pod_manager.go, kubelet.go tryReconcileMirrorPods */
export class StaticPods {
  readonly #context: KubeletContext
  readonly #workers: () => PodWorkers
  readonly #admission: PodAdmission
  readonly #mirrors = new Map<string, Pod>()
  /** Waits until the pod of the same name that it replaces has ended. */
  readonly #waiting = new Map<string, Pod>()
  readonly #onMirror: (record: PodRecord) => void
  #nodeKnown = false

  constructor(
    context: KubeletContext,
    workers: () => PodWorkers,
    admission: PodAdmission,
    onMirror: (record: PodRecord) => void,
  ) {
    this.#context = context
    this.#admission = admission
    this.#workers = workers
    this.#onMirror = onMirror
  }

  /** The Node exists in the API: it can own mirrors now. */
  nodeKnown(): void {
    this.#nodeKnown = true
    for (const record of this.#records()) this.ensureMirror(record)
  }

  mirrorOf(record: PodRecord): Pod | undefined {
    const mirror = this.#mirrors.get(fullName(record.pod))
    return mirror !== undefined && isMirrorOf(mirror, record.pod) ? mirror : undefined
  }

  /** The manifests as they stand now. */
  set(pods: readonly Pod[]): void {
    const wanted = new Map(pods.map((pod) => [pod.metadata.uid ?? '', pod]))
    this.#waiting.clear()
    for (const record of this.#records())
      if (!wanted.has(record.uid)) this.#workers().terminate(record, graceOf(record.pod))
    for (const [uid, pod] of wanted) {
      const record = this.#workers().get(uid)
      // The same manifest is back while its pod is still ending: it starts anew. Source: pod_workers.go restartRequested
      if (record === undefined || record.terminating !== undefined) this.#start(pod)
    }
    for (const mirror of this.#mirrors.values()) this.#dropOrphan(mirror)
  }

  /** A static pod has ended: its file is gone or changed. */
  ended(record: PodRecord): void {
    const name = fullName(record.pod)
    this.#workers().forget(record)
    const next = this.#waiting.get(name)
    const mirror = this.#mirrors.get(name)
    if (mirror !== undefined && isMirrorOf(mirror, record.pod)) this.#deleteMirror(mirror)
    if (next === undefined) return
    this.#waiting.delete(name)
    this.#start(next)
  }

  mirrorSeen(mirror: Pod): void {
    const isNew = this.#mirrors.get(fullName(mirror))?.metadata.uid !== mirror.metadata.uid
    this.#mirrors.set(fullName(mirror), mirror)
    const record = this.#recordOf(fullName(mirror))
    if (record === undefined) this.#dropOrphan(mirror)
    else if (mirror.metadata.deletionTimestamp !== undefined || !isMirrorOf(mirror, record.pod))
      this.ensureMirror(record)
    else if (isNew) this.#onMirror(record)
    else this.#workers().reconcile(record, mirror.status)
  }

  mirrorGone(mirror: Pod): void {
    const name = fullName(mirror)
    if (this.#mirrors.get(name)?.metadata.uid === mirror.metadata.uid) this.#mirrors.delete(name)
    const record = this.#recordOf(name)
    if (record !== undefined) this.ensureMirror(record)
  }

  ensureMirror(record: PodRecord): void {
    const { client, nodeName } = this.#context
    if (!this.#nodeKnown || record.terminating !== undefined || !client.reachable()) return
    const name = fullName(record.pod)
    const known = this.#mirrors.get(name)
    const mirror = known ?? this.#existing(record.pod)
    if (mirror !== undefined) {
      if (mirror.metadata.deletionTimestamp === undefined && isMirrorOf(mirror, record.pod)) {
        if (known === undefined) this.#show(record, mirror)
        return
      }
      this.#deleteMirror(mirror)
    }
    // A mirror of a Node that is gone would be collected at once.
    const nodeUid = client.get('Node', nodeName)?.metadata.uid
    if (nodeUid === undefined) return
    const error = createMirrorPod(client, record.pod, nodeName, nodeUid)
    if (error !== undefined) {
      const { name: pod, namespace } = record.pod.metadata
      this.#context.log(`E kubelet.go:3366] "Failed creating a mirror pod" err="${error}" pod="${namespace}/${pod}"`)
      return
    }
    const made = this.#existing(record.pod)
    if (made !== undefined) this.#show(record, made)
  }

  #show(record: PodRecord, mirror: Pod): void {
    this.#mirrors.set(fullName(mirror), mirror)
    this.#onMirror(record)
  }

  #existing({ metadata }: Pod): Pod | undefined {
    return this.#context.client.get('Pod', metadata.name, metadata.namespace)
  }

  #deleteMirror(mirror: Pod): void {
    this.#mirrors.delete(fullName(mirror))
    deleteMirrorPod(this.#context.client, mirror)
  }

  /** A mirror nobody stands behind. Source: kubelet_pods.go HandlePodCleanups, deleteOrphanedMirrorPods */
  #dropOrphan(mirror: Pod): void {
    const name = fullName(mirror)
    if (this.#recordOf(name) === undefined && !this.#waiting.has(name)) this.#deleteMirror(mirror)
  }

  #start(pod: Pod): void {
    const name = fullName(pod)
    if (this.#recordOf(name, true) !== undefined) {
      this.#waiting.set(name, pod)
      return
    }
    const record = new PodRecord(pod, true, this.#context.world.clock.now())
    if (this.#context.runtime.sandboxesOf(record.uid).length === 0) this.#admission.decide(record)
    this.#workers().add(record)
  }

  #recordOf(name: string, evenEnding = false): PodRecord | undefined {
    for (const record of this.#records())
      if (fullName(record.pod) === name && (evenEnding || record.terminating === undefined)) return record
    return undefined
  }

  #records(): readonly PodRecord[] {
    return [...this.#workers().records()].filter(({ isStatic }) => isStatic)
  }
}

function fullName({ metadata }: Pod): string {
  return `${metadata.namespace}/${metadata.name}`
}

function graceOf({ spec }: Pod): number {
  return spec.terminationGracePeriodSeconds ?? 30
}
