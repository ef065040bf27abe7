import { formatGoDuration } from '../../../api/duration.ts'
import type { ImageVolumeSource, Pod } from '../../../api/types.ts'
import { type Charts, type ChartWorld, createCharts } from '../../../sim/chart.ts'
import type { ContainerRuntime } from '../../container-runtime/contract.ts'
import { invalidImageName, normalizeImageName } from '../../container-runtime/image-name.ts'
import type { Image } from '../../contract.ts'
import type { PodEvents } from '../pod-worker/pod-events.ts'
import type { ContainerSlot, WaitingReason } from '../pod-worker/pod-record.ts'
import { imagePullMachine } from './machine.ts'

/** What became of the wish for an image: it is here, it is coming, or why not. */
export type ImageOutcome = { readonly image: Image } | 'pulling' | WaitingReason

/** What an image is wanted for: a container of a pod, or a volume. */
interface Want {
  /** Tells pulls of one pod's images apart. */
  readonly key: string
  readonly image: string
  readonly policy: string
  /** An event of whom it is wanted for. */
  tell(type: 'Normal' | 'Warning', reason: string, message: string): void
  /** A container says once more that it cannot start; containers of a volume say so themselves. */
  readonly saysError: boolean
}

interface Wish extends Want {
  readonly askedAt: number
  error: string
  /** Called when the pull is over, well or not. */
  onDone: () => void
}

/**
 * Sees to it that images are on the node before containers are made of them; pulls one at a time unless told otherwise.
 * Source: pkg/kubelet/images/image_manager.go EnsureImageExists
 */
export class ImageManager {
  readonly #runtime: ContainerRuntime
  readonly #world: ChartWorld
  readonly #events: PodEvents
  readonly #serialize: boolean
  readonly #charts: Charts<typeof imagePullMachine>
  readonly #wishes = new Map<string, Wish>()
  readonly #queue: string[] = []
  #pulling = 0
  #stopped = false

  constructor(
    runtime: ContainerRuntime,
    world: ChartWorld,
    events: PodEvents,
    serializeImagePulls: boolean,
    component: string,
  ) {
    this.#runtime = runtime
    this.#world = world
    this.#events = events
    this.#serialize = serializeImagePulls
    this.#charts = createCharts(imagePullMachine, world, `${component}/image`, (key, { type }) =>
      type === 'pull' ? this.#pull(key) : this.#backOff(key),
    )
  }

  stop(): void {
    this.#stopped = true
    for (const key of [...this.#charts.keys()]) this.#charts.stop(key)
    this.#wishes.clear()
  }

  forget(podUid: string): void {
    for (const key of [...this.#wishes.keys()]) {
      if (!key.startsWith(`${podUid}_`)) continue
      this.#charts.stop(key)
      this.#wishes.delete(key)
    }
  }

  /** The image a container is made of. */
  ensure(pod: Pod, slot: ContainerSlot, onDone: () => void): ImageOutcome {
    const image = slot.spec.image ?? ''
    const tell: Want['tell'] = (type, reason, message) => this.#events.container(pod, slot, type, reason, message)
    const policy = slot.spec.imagePullPolicy ?? defaultPolicy(image)
    return this.#ensure({ key: `${pod.metadata.uid}_${image}`, image, policy, tell, saysError: true }, onDone)
  }

  /** The image that is a volume: events are about the pod. Source: kuberuntime_manager.go getImageVolumes */
  ensureVolume(pod: Pod, { reference = '', pullPolicy }: ImageVolumeSource, onDone: () => void): ImageOutcome {
    const tell: Want['tell'] = (type, reason, message) => this.#events.pod(pod, type, reason, message)
    const policy = pullPolicy ?? defaultPolicy(reference)
    const key = `${pod.metadata.uid}_volume_${reference}`
    return this.#ensure({ key, image: reference, policy, tell, saysError: false }, onDone)
  }

  #ensure(want: Want, onDone: () => void): ImageOutcome {
    const { key, image: name, policy, tell } = want
    const invalid = invalidImageName(name)
    if (invalid !== undefined) {
      const message = `Failed to apply default image tag "${name}": ${invalid}`
      tell('Warning', 'InspectFailed', message)
      return { reason: 'InvalidImageName', message }
    }
    const present = this.#runtime.presentImage(name)
    if (present !== undefined && (policy !== 'Always' || this.#isPulled(key))) {
      // The events tell of a pull or of an image that was there, never of both.
      if (!this.#isPulled(key)) tell('Normal', 'Pulled', alreadyPresent(name))
      this.#drop(key)
      return { image: present }
    }
    if (policy === 'Never') {
      const message = `Container image "${name}" is not present with pull policy of Never`
      tell('Warning', 'ErrImageNeverPull', message)
      return { reason: 'ErrImageNeverPull', message }
    }
    return this.#wish(want, onDone)
  }

  #wish(want: Want, onDone: () => void): ImageOutcome {
    const { clock } = this.#world
    const { key, image } = want
    const wish = this.#wishes.get(key)
    if (wish === undefined) {
      this.#wishes.set(key, { ...want, askedAt: clock.now(), error: '', onDone })
      this.#charts.start(key, undefined)
      return 'pulling'
    }
    wish.onDone = onDone
    this.#charts.send(key, { type: 'ensure', now: clock.now() })
    const state = this.#charts.state(key)?.value
    if (state === 'pulling') return 'pulling'
    if (state === 'errImagePull') return { reason: 'ErrImagePull', message: wish.error }
    const message = `Back-off pulling image "${image}": ErrImagePull: ${wish.error}`
    return { reason: 'ImagePullBackOff', message }
  }

  #isPulled(key: string): boolean {
    return this.#charts.state(key)?.value === 'pulled'
  }

  #drop(key: string): void {
    this.#charts.stop(key)
    this.#wishes.delete(key)
  }

  #pull(key: string): void {
    const wish = this.#wishes.get(key)
    if (wish === undefined) return
    wish.tell('Normal', 'Pulling', `Pulling image "${wish.image}"`)
    this.#queue.push(key)
    this.#next()
  }

  #next(): void {
    if (this.#serialize && this.#pulling > 0) return
    const key = this.#queue.shift()
    if (key === undefined) return
    const wish = this.#wishes.get(key)
    if (wish === undefined) {
      this.#next()
      return
    }
    this.#pulling++
    this.#runtime.pullImage(wish.image, (result) => {
      this.#pulling--
      if (this.#stopped) return
      if (this.#wishes.get(key) === wish) {
        if ('error' in result) this.#failed(key, wish, result.error)
        else this.#pulled(key, wish, result.image, result.pullMs)
      }
      this.#next()
    })
    if (!this.#serialize) this.#next()
  }

  #pulled(key: string, { tell, askedAt, onDone, image: name }: Wish, image: Image, pullMs: number): void {
    const waited = formatGoDuration(this.#world.clock.now() - askedAt)
    const message = `Successfully pulled image "${name}" in ${formatGoDuration(pullMs)} (${waited} including waiting). Image size: ${image.sizeBytes} bytes.`
    tell('Normal', 'Pulled', message)
    this.#charts.send(key, { type: 'pulled' })
    onDone()
  }

  #failed(key: string, wish: Wish, error: string): void {
    wish.error = error
    const { tell, image, saysError, onDone } = wish
    tell('Warning', 'Failed', `Failed to pull image "${image}": ${error}`)
    if (saysError) tell('Warning', 'Failed', 'Error: ErrImagePull')
    this.#charts.send(key, { type: 'failed', now: this.#world.clock.now() })
    onDone()
  }

  #backOff(key: string): void {
    const wish = this.#wishes.get(key)
    if (wish === undefined) return
    wish.tell('Normal', 'BackOff', `Back-off pulling image "${wish.image}"`)
    if (wish.saysError) wish.tell('Warning', 'Failed', 'Error: ImagePullBackOff')
  }
}

/** A manifest's containers come without defaults. Source: pkg/apis/core/v1/defaults.go SetDefaults_Container */
function defaultPolicy(name: string): string {
  return normalizeImageName(name).endsWith(':latest') ? 'Always' : 'IfNotPresent'
}

/** As v1.36 words it with KubeletEnsureSecretPulledImages on. */
function alreadyPresent(name: string): string {
  return `Container image "${name}" already present on machine and can be accessed by the pod`
}
