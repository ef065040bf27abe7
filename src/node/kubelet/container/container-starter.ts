import type { Charts } from '../../../sim/chart.ts'
import type { ContainerConfig, RuntimeContainer } from '../../container-runtime/contract.ts'
import type { Image } from '../../contract.ts'
import type { ImageManager } from '../images/image-manager.ts'
import type { KubeletContext } from '../kubelet-context.ts'
import type { ContainerSlot, PodRecord } from '../pod-worker/pod-record.ts'
import { oomScoreAdj } from '../status/qos.ts'
import { ImageVolumes, type VolumeImages } from '../volumes/image-volumes.ts'
import { environmentOf } from './environment.ts'
import { expand } from './expansion.ts'
import { LifecycleHooks } from './lifecycle-hooks.ts'
import type { containerMachine } from './machine.ts'
import type { PodSurroundings } from './surroundings.ts'

interface StarterListeners {
  /** The image is here, or it could not be had: sync the pod again. */
  image(record: PodRecord): void
  /** The container's postStart hook has failed: it must not go on. */
  hookFailed(record: PodRecord, slot: ContainerSlot): void
  /** No hook holds up the pod any more. */
  hookEnded(record: PodRecord): void
}

/**
 * Makes and starts one container of a pod whose sandbox stands.
 * Source: pkg/kubelet/kuberuntime/kuberuntime_container.go startContainer
 */
export class ContainerStarter {
  readonly #context: KubeletContext
  readonly #images: ImageManager
  readonly #volumes: ImageVolumes
  readonly #charts: Charts<typeof containerMachine>
  readonly #surroundings: PodSurroundings
  readonly #on: StarterListeners
  readonly #hooks: LifecycleHooks

  constructor(
    context: KubeletContext,
    images: ImageManager,
    charts: Charts<typeof containerMachine>,
    surroundings: PodSurroundings,
    on: StarterListeners,
  ) {
    this.#context = context
    this.#images = images
    this.#volumes = new ImageVolumes(images)
    this.#charts = charts
    this.#surroundings = surroundings
    this.#on = on
    this.#hooks = new LifecycleHooks(context)
  }

  forget(podUid: string): void {
    this.#volumes.forget(podUid)
  }

  start(record: PodRecord, slot: ContainerSlot): void {
    const onImage = () => this.#on.image(record)
    const volumes = this.#volumes.prepare(record, slot, onImage)
    if (volumes === 'pulling') return
    if ('reason' in volumes) {
      this.#context.events.container(record.pod, slot, 'Warning', 'Failed', `Error: ${volumes.reason}`)
      this.#fail(slot, volumes.reason, volumes.message)
      return
    }
    const outcome = this.#images.ensure(record.pod, slot, onImage)
    if (outcome === 'pulling') return
    if ('image' in outcome) this.#create(record, slot, outcome.image, volumes)
    else this.#fail(slot, outcome.reason, outcome.message)
  }

  #create(record: PodRecord, slot: ContainerSlot, image: Image, volumes: VolumeImages): void {
    const { runtime, events } = this.#context
    const config = this.#configOf(record, slot, image, volumes)
    const refused = (reason: string, message: string) => {
      events.container(record.pod, slot, 'Warning', 'Failed', `Error: ${message}`)
      this.#fail(slot, reason, message)
    }
    if (typeof config === 'string') {
      refused('CreateContainerConfigError', config)
      return
    }
    const container = runtime.createContainer(record.sandbox!.id, config)
    if ('error' in container) {
      refused('CreateContainerError', container.error)
      return
    }
    events.container(record.pod, slot, 'Normal', 'Created', 'Container created')
    // The garbage collector keeps one dead container of a name. Source: maximum-dead-containers-per-container
    if (slot.previous !== undefined) runtime.removeContainer(slot.previous.id)
    slot.previous = slot.current
    slot.current = container
    slot.killBecause = undefined
    slot.killGrace = undefined
    const error = runtime.startContainer(container.id)
    if (error !== undefined) {
      events.container(record.pod, slot, 'Warning', 'Failed', `Error: ${error}`)
      slot.waiting = { reason: 'RunContainerError', message: error }
      this.#charts.send(slot.key, { type: 'exited', at: container.finishedAt ?? 0 })
      return
    }
    events.container(record.pod, slot, 'Normal', 'Started', 'Container started')
    slot.waiting = undefined
    this.#charts.send(slot.key, { type: 'started' })
    this.#postStart(record, slot)
  }

  /** The pod's sync goes on when the hook has ended; with one that failed, when its container has. */
  #postStart(record: PodRecord, slot: ContainerSlot): void {
    const hook = slot.spec.lifecycle?.postStart
    if (hook === undefined) return
    const { current } = slot
    slot.postStart = this.#hooks.run(record, slot, hook, undefined, (error) => {
      if (error === undefined || current?.state !== 'running') {
        if (error !== undefined) this.#hookFailed(record, slot)
        this.#endHook(record, slot)
        return
      }
      slot.postStart = FAILED
      this.#hookFailed(record, slot)
      slot.waiting = { reason: 'PostStartHookError', message: error }
      this.#on.hookFailed(record, slot)
    })
  }

  #hookFailed({ pod }: PodRecord, slot: ContainerSlot): void {
    this.#context.events.container(pod, slot, 'Warning', 'FailedPostStartHook', 'PostStartHook failed')
  }

  exited(record: PodRecord, container: RuntimeContainer): void {
    const slot = record.slots.find(({ current }) => current === container)
    if (slot !== undefined) this.#endHook(record, slot)
  }

  #endHook(record: PodRecord, slot: ContainerSlot): void {
    if (slot.postStart === undefined) return
    slot.postStart = undefined
    this.#on.hookEnded(record)
  }

  /** The pod is to end: a hook that is running is given up. */
  abandonHooks(record: PodRecord): void {
    for (const slot of record.slots) {
      if (slot.postStart === undefined) continue
      if (slot.postStart !== FAILED) this.#hookFailed(record, slot)
      slot.postStart()
      slot.postStart = undefined
    }
  }

  #fail(slot: ContainerSlot, reason: string, message: string | undefined): void {
    slot.waiting = message === undefined ? { reason } : { reason, message }
    this.#charts.send(slot.key, { type: 'failed' })
  }

  /** A text is a CreateContainerConfigError. Source: kuberuntime_container.go generateContainerConfig */
  #configOf(record: PodRecord, slot: ContainerSlot, image: Image, volumes: VolumeImages): ContainerConfig | string {
    const { spec } = slot
    const { pod } = record
    const { runtime } = this.#context
    const wrongUser = verifyRunAsNonRoot(record, slot, image)
    if (wrongUser !== undefined) return wrongUser
    const environment = environmentOf({
      pod,
      container: spec,
      client: this.#context.client,
      podIP: record.sandbox?.ip ?? '',
      hostIP: this.#context.ip,
      services: this.#surroundings.serviceVariables(pod),
      allocatable: this.#context.allocatable,
      volumeFile: (volume, path) =>
        this.#context.files.read(
          `/var/lib/kubelet/pods/${record.uid}/volumes/kubernetes.io~empty-dir/${volume}/${path}`,
        ),
    })
    if ('error' in environment) return environment.error
    const { env } = environment
    const mounts = this.#surroundings.mounts(record, spec, env, volumes)
    if (typeof mounts === 'string') return mounts
    return {
      container: spec,
      attempt: nextAttempt(record, slot),
      image,
      ...(spec.command === undefined ? {} : { command: spec.command.map((word) => expand(word, env)) }),
      ...(spec.args === undefined ? {} : { args: spec.args.map((word) => expand(word, env)) }),
      env: withMore(env, {
        ...this.#context.devices.environment(record.uid, slot.name),
        ...this.#context.devices.claims.environment(pod, spec),
      }),
      mounts,
      ...(volumes.size > 0 && { volumeImages: [...volumes.values()] }),
      oomScoreAdj: oomScoreAdj(record.allocated, spec, runtime.resources.size.memory),
    }
  }
}

/** A hook that has failed: its container is being killed. */
const FAILED = () => undefined

/** Most containers have no devices: they share the variables of their Services. */
function withMore(
  env: Readonly<Record<string, string>>,
  more: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  return Object.keys(more).length === 0 ? env : { ...env, ...more }
}

/** Restarts are counted by the newest container, or by what the API remembers when the runtime has none left. */
function nextAttempt(record: PodRecord, { current, name, kind, nextAttempt: known }: ContainerSlot): number {
  if (current !== undefined) return current.config.attempt + 1
  if (known !== undefined) return known
  const status = record.status ?? record.pod.status
  const lists = {
    main: status?.containerStatuses,
    init: status?.initContainerStatuses,
    sidecar: status?.initContainerStatuses,
    ephemeral: status?.ephemeralContainerStatuses,
  }
  const old = lists[kind]?.find((each) => each.name === name)
  if (old === undefined || old.containerID === undefined) return 0
  return old.restartCount + 1
}

/** Source: pkg/kubelet/kuberuntime/security_context_others.go verifyRunAsNonRoot */
function verifyRunAsNonRoot({ pod }: PodRecord, { spec }: ContainerSlot, image: Image): string | undefined {
  const { securityContext: ofPod } = pod.spec
  const { securityContext: own } = spec
  if ((own?.runAsNonRoot ?? ofPod?.runAsNonRoot) !== true) return undefined
  const named = `(pod: "${pod.metadata.name}_${pod.metadata.namespace}(${pod.metadata.uid})", container: ${spec.name})`
  const runAsUser = own?.runAsUser ?? ofPod?.runAsUser
  if (runAsUser !== undefined)
    return runAsUser === 0 ? `container's runAsUser breaks non-root policy ${named}` : undefined
  return (image.user ?? 0) === 0 ? `container has runAsNonRoot and image will run as root ${named}` : undefined
}
