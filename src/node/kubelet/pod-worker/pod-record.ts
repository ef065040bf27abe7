import type { Container, ContainerRestartRule, Pod, PodSpec, PodStatus } from '../../../api/types.ts'
import type { RuntimeContainer, Sandbox } from '../../container-runtime/contract.ts'
import { sameJson } from '../status/same.ts'

/** Why a container is not there yet or not there any more, as `state.waiting` says it. Source: pkg/kubelet/reason_cache.go */
export interface WaitingReason {
  readonly reason: string
  readonly message?: string
}

/** Why the kubelet ends a pod by itself: it will have failed. */
export interface Ending {
  readonly reason?: string
  readonly message?: string
  /** What the condition DisruptionTarget says; without it there is none. */
  readonly disruption?: string
}

/** What the kubelet knows of one container of a pod. */
export interface ContainerSlot {
  readonly name: string
  /** Key of its chart: `<pod uid>/<name>`. */
  readonly key: string
  spec: Container
  readonly kind: 'init' | 'sidecar' | 'main' | 'ephemeral'
  /** The newest container of this name in the runtime, and the one before. */
  current: RuntimeContainer | undefined
  previous: RuntimeContainer | undefined
  waiting: WaitingReason | undefined
  /** Outcome of the startup probe (true without one) and of the readiness probe. */
  started: boolean
  ready: boolean
  /** A liveness or startup probe has failed, or the image changed: why it is to be killed. */
  killBecause: string | undefined
  /** Seconds it gets then, when the probe has its own. */
  killGrace: number | undefined
  /** Its postStart hook is running; how to give that up. */
  postStart: (() => void) | undefined
  /** Which container of this name the next one is, when the runtime has forgotten those before. */
  nextAttempt: number | undefined
}

/** Where the resize of a pod stands, as its conditions say it. Times in virtual ms. */
export interface ResizeState {
  readonly reason?: 'Deferred' | 'Infeasible' | 'Error'
  readonly message?: string
  readonly generation: number
  readonly since: number
  readonly probedAt: number
}

/** As the kubelet's checkpoint has it. Source: pkg/kubelet/allocation/state/state.go PodResourceInfo */
export interface PodAllocation {
  readonly ContainerResources: Readonly<Record<string, Container['resources']>>
  readonly PodLevelResources?: PodSpec['resources'] | null
}

/** One pod on this node, from the API or from a manifest. */
export class PodRecord {
  readonly uid: string
  /** What to run. For a static pod: as read from its file. */
  pod: Pod
  readonly isStatic: boolean
  /** In the order of their starting; ephemeral containers, which come later, last. */
  slots: readonly ContainerSlot[]
  sandbox: Sandbox | undefined
  /** As last generated; what `kubectl get` shows once it is written. */
  status: PodStatus | undefined
  /** When the kubelet has first seen the pod: `status.startTime`. Virtual ms. */
  readonly startTime: number
  /** The pod is to end, with this grace. */
  terminating: (Ending & { readonly gracePeriodSeconds: number }) | undefined
  /** All containers have ended and nothing will be started again. */
  terminated = false
  /** Its object is gone from the API (or its file): nothing is reported any more. */
  removed = false
  /** Refused by the kubelet: it never starts. */
  rejected: WaitingReason | undefined
  /** One of its containers has ended in a way that means all are to start anew. */
  restartingAll = false
  /** Volumes are there. */
  mounted = false
  /** When it was synced last, virtual ms. */
  syncedAt = 0
  /** The resources that its spec asks for cannot be had: it keeps those it has. */
  resizePending: ResizeState | undefined
  /** It has been given other resources, which not all of its containers have yet. */
  resizeInProgress: ResizeState | undefined
  /** Resources of the pod as a whole: what it has been given, and what holds. */
  podResources: PodSpec['resources']
  actuatedResources: PodSpec['resources']
  /** Its spec asks for other resources than it has been given. */
  wantsResize = false
  /** Something has happened while a postStart hook held up its sync. */
  missedChange = false
  /** The pod's containers had run before this kubelet started. */
  adopted = false

  constructor(pod: Pod, isStatic: boolean, now: number) {
    this.uid = pod.metadata.uid ?? ''
    this.pod = pod
    this.isStatic = isStatic
    this.startTime = now
    this.slots = slotsOf(pod, this.uid)
    this.podResources = pod.spec.resources
    this.actuatedResources = pod.spec.resources
  }

  /** The object has a newer version. */
  update(pod: Pod): void {
    this.pod = pod
    const { initContainers = [], containers, ephemeralContainers = [] } = pod.spec
    for (const spec of [...initContainers, ...containers, ...ephemeralContainers]) {
      const slot = this.slot(spec.name)
      if (slot !== undefined) slot.spec = keepingResources(spec, slot.spec)
    }
    const added = ephemeralContainers.filter(({ name }) => this.slot(name) === undefined)
    if (added.length > 0) this.slots = [...this.slots, ...added.map((spec) => slotOf(this.uid, spec, 'ephemeral'))]
    this.#compare()
  }

  /** What it was given is known from before the kubelet was restarted, by container; without that: what runs has. */
  adoptResources(checkpoint: PodAllocation | undefined): void {
    for (const slot of this.slots) {
      if (slot.kind === 'ephemeral') continue
      const running = slot.current?.state === 'running' ? slot.current.config.container.resources : undefined
      const given = checkpoint === undefined ? running : checkpoint.ContainerResources[slot.name]
      if (checkpoint !== undefined || running !== undefined) slot.spec = withResources(slot.spec, given)
    }
    if (checkpoint !== undefined) this.podResources = checkpoint.PodLevelResources ?? undefined
    this.#compare()
  }

  /** Its containers are given the resources that the spec asks for. */
  allocate(): void {
    const { initContainers = [], containers, resources } = this.pod.spec
    for (const spec of [...initContainers, ...containers]) this.slot(spec.name)!.spec = spec
    this.podResources = resources
    this.#compare()
  }

  #compare(): void {
    const { initContainers = [], containers, resources } = this.pod.spec
    this.wantsResize =
      [...initContainers, ...containers].some((spec) => this.slot(spec.name)?.spec !== spec) ||
      !sameJson(resources ?? {}, this.podResources ?? {})
  }

  /** The pod with the resources that it has been given. Source: allocation_manager.go UpdatePodFromAllocation */
  get allocated(): Pod {
    if (!this.wantsResize) return this.pod
    const given = (spec: Container) => this.slot(spec.name)?.spec ?? spec
    const { initContainers, containers, resources: _, ...rest } = this.pod.spec
    const spec = {
      ...rest,
      ...(initContainers && { initContainers: initContainers.map(given) }),
      containers: containers.map(given),
      ...(this.podResources && { resources: this.podResources }),
    }
    return { ...this.pod, spec }
  }

  /** A postStart hook is running: the sync of the pod waits for it. */
  get inHook(): boolean {
    return this.slots.some(({ postStart }) => postStart !== undefined)
  }

  /** Whether its sync has something to do now that no hook holds it up. */
  takeMissedChange(): boolean {
    const missed = this.missedChange || this.containers.some(({ current }) => current === undefined)
    this.missedChange = false
    return missed
  }

  slot(name: string): ContainerSlot | undefined {
    return this.slots.find((slot) => slot.name === name)
  }

  get containers(): readonly ContainerSlot[] {
    return this.slots.filter(({ kind }) => kind === 'main')
  }
}

function keepingResources(spec: Container, before: Container): Container {
  return spec === before ? spec : withResources(spec, before.resources)
}

function withResources(spec: Container, given: Container['resources']): Container {
  if (sameJson(spec.resources ?? {}, given ?? {})) return spec
  const { resources: _, ...rest } = spec
  return given === undefined ? rest : { ...rest, resources: given }
}

function slotsOf(pod: Pod, uid: string): readonly ContainerSlot[] {
  const slot = (spec: Container, kind: ContainerSlot['kind']) => slotOf(uid, spec, kind)
  const { initContainers = [], containers, ephemeralContainers = [] } = pod.spec
  const init = initContainers.map((spec) => slot(spec, isSidecar(spec) ? 'sidecar' : 'init'))
  const main = containers.map((spec) => slot(spec, 'main'))
  return [...init, ...main, ...ephemeralContainers.map((spec) => slot(spec, 'ephemeral'))]
}

function slotOf(uid: string, spec: Container, kind: ContainerSlot['kind']): ContainerSlot {
  return {
    name: spec.name,
    key: `${uid}/${spec.name}`,
    spec,
    kind,
    current: undefined,
    previous: undefined,
    waiting: undefined,
    started: false,
    ready: false,
    killBecause: undefined,
    killGrace: undefined,
    postStart: undefined,
    nextAttempt: undefined,
  }
}

/** An init container that keeps running. Source: pkg/api/v1/pod/util.go IsRestartableInitContainer */
export function isSidecar(container: Container): boolean {
  return container.restartPolicy === 'Always'
}

/** `web_default(6f1…)`, as upstream's messages name a pod. Source: pkg/kubelet/util/format/pod.go */
export function formatPod({ metadata }: Pod): string {
  return `${metadata.name}_${metadata.namespace}(${metadata.uid})`
}

/** The first rule of a container that is about this exit code. Source: pkg/api/v1/pod/util.go FindMatchingContainerRestartRule */
export function ruleFor({ restartPolicyRules = [] }: Container, exitCode: number): ContainerRestartRule | undefined {
  return restartPolicyRules.find(({ exitCodes }) => {
    const { operator, values = [] } = exitCodes ?? {}
    if (operator === 'In') return values.includes(exitCode)
    return operator === 'NotIn' && !values.includes(exitCode)
  })
}

/** Whether a container that ended with this code is to run again. Source: pkg/api/v1/pod/util.go ContainerShouldRestart */
export function shouldRestart(pod: Pod, { kind, spec }: ContainerSlot, exitCode: number): boolean {
  if (kind === 'sidecar') return true
  if (kind === 'ephemeral') return false
  if (spec.restartPolicy !== undefined && ruleFor(spec, exitCode) !== undefined) return true
  const policy = spec.restartPolicy ?? pod.spec.restartPolicy ?? 'Always'
  if (kind === 'init') return exitCode !== 0 && policy !== 'Never'
  return policy === 'Always' || (policy === 'OnFailure' && exitCode !== 0)
}

/** Nothing of the main containers runs, and nothing will. Source: kuberuntime_manager.go computePodActions, keepCount */
export function haveEndedForGood({ pod, slots, sandbox }: PodRecord): boolean {
  const mains = slots.filter(({ kind }) => kind === 'main')
  return mains.every((slot) => {
    const { current } = slot
    if (current?.state !== 'exited' || current.sandboxId !== sandbox?.id) return false
    return !shouldRestart(pod, slot, current.exitCode ?? 0)
  })
}
