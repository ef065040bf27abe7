import type { Image } from '../../contract.ts'
import type { ImageManager } from '../images/image-manager.ts'
import type { ContainerSlot, PodRecord, WaitingReason } from '../pod-worker/pod-record.ts'

/** Volume -> the image whose files it shows. */
export type VolumeImages = ReadonlyMap<string, Image>

const NONE: VolumeImages = new Map()

/**
 * Images that are volumes: all of a pod are pulled before its containers, and those containers fail that mount one that
 * could not be had. Source: pkg/kubelet/kuberuntime/kuberuntime_manager.go getImageVolumes, toKubeContainerImageVolumes
 */
export class ImageVolumes {
  readonly #images: Pick<ImageManager, 'ensureVolume'>
  /** Pod -> what is there already: looked for once. */
  readonly #ready = new Map<string, Map<string, Image>>()

  constructor(images: Pick<ImageManager, 'ensureVolume'>) {
    this.#images = images
  }

  forget(podUid: string): void {
    this.#ready.delete(podUid)
  }

  /** @returns the images, that they are on their way, or why this container cannot have its own */
  prepare(
    { pod, uid }: PodRecord,
    { spec }: ContainerSlot,
    onDone: () => void,
  ): VolumeImages | 'pulling' | WaitingReason {
    if (!(pod.spec.volumes ?? []).some(({ image }) => image !== undefined)) return NONE
    const ready = this.#ready.get(uid) ?? new Map<string, Image>()
    this.#ready.set(uid, ready)
    let problem: WaitingReason | undefined
    for (const { name, image } of pod.spec.volumes ?? []) {
      if (image === undefined || ready.has(name)) continue
      const outcome = this.#images.ensureVolume(pod, image, onDone)
      if (outcome === 'pulling') return 'pulling'
      if ('image' in outcome) ready.set(name, outcome.image)
      else if (spec.volumeMounts?.some((mount) => mount.name === name)) problem = outcome
    }
    return problem ?? ready
  }
}
