import { rfc3339Micro } from '../../../api/time.ts'
import type { Pod } from '../../../api/types.ts'
import type { KubeletContext } from '../kubelet-context.ts'
import { readManifests } from './manifests.ts'

/** The manifest directory: heard at once when it changes. Source: pkg/kubelet/config/file.go, file_linux.go */
export class FileSource {
  readonly #context: KubeletContext
  readonly #onPods: (pods: readonly Pod[]) => void
  readonly #seen = new Map<string, Pod>()
  #stop: (() => void) | undefined
  #errors: readonly string[] = []

  constructor(context: KubeletContext, onPods: (pods: readonly Pod[]) => void) {
    this.#context = context
    this.#onPods = onPods
  }

  start(): void {
    const { staticPodPath } = this.#context.configuration
    if (staticPodPath === undefined || staticPodPath === '') return
    this.#context.log(`I kubelet.go:386] "Adding static pod path" path="${staticPodPath}"`)
    const directory = staticPodPath.replace(/\/+$/, '')
    this.#stop = this.#context.files.onChange(directory, () => this.#read(directory))
    this.#read(directory)
  }

  stop(): void {
    this.#stop?.()
  }

  #read(directory: string): void {
    const { files, nodeName, world, log } = this.#context
    const { pods, errors } = readManifests(files, directory, nodeName, rfc3339Micro(world.clock.now()))
    for (const error of errors) if (!this.#errors.includes(error)) log(error)
    this.#errors = errors
    // An unchanged manifest stays the pod it was, config.seen included.
    const known = pods.map((pod) => this.#seen.get(pod.metadata.uid ?? '') ?? pod)
    this.#seen.clear()
    for (const pod of known) this.#seen.set(pod.metadata.uid ?? '', pod)
    this.#onPods(known)
  }
}
