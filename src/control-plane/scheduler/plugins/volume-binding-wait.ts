import { isFullyBound, nodeAffinityError } from '../../../api/claims.ts'
import { SELECTED_NODE } from '../../../api/storage.ts'
import type { Node, PersistentVolume, Pod } from '../../../api/types.ts'
import type { Client } from '../../../client/contract.ts'
import type { Clock, Timer } from '../../../sim/clock.ts'
import type { Status } from '../framework.ts'
import type { StorageSource } from '../storage.ts'
import { version } from './volume-assumed.ts'
import type { PodVolumes } from './volume-binder.ts'
import { asDriverSees } from './volume-translation.ts'

interface BindingWaitOptions {
  readonly storage: StorageSource
  readonly client: Client
  readonly clock: Clock
  readonly timeoutMs: number
}

/** Source: plugins/volumebinding/binder.go BindPodVolumes */
const POLL_MS = 1000

/** Thrown when binding cannot succeed any more. */
class BindingFailed extends Error {}

/**
 * Waits until all of a pod's claims are bound. Looks at whole seconds since the start, as upstream's poll does, but only
 * at those before which something has changed. Source: binder.go BindPodVolumes, checkBindings
 */
export class BindingWait {
  readonly #options: BindingWaitOptions
  readonly #pod: Pod
  readonly #node: string
  readonly #volumes: PodVolumes
  readonly #done: (refused: Status | undefined) => void
  readonly #startedAt: number
  readonly #stopListening: () => void
  readonly #timeout: Timer
  #look: Timer | undefined

  constructor(
    options: BindingWaitOptions,
    pod: Pod,
    node: string,
    volumes: PodVolumes,
    done: (refused: Status | undefined) => void,
  ) {
    this.#options = options
    this.#pod = pod
    this.#node = node
    this.#volumes = volumes
    this.#done = done
    this.#startedAt = options.clock.now()
    this.#stopListening = options.storage.onChange(() => this.#lookSoon())
    this.#timeout = options.clock.setTimeout(() => this.#end('context deadline exceeded'), options.timeoutMs)
    this.#lookSoon()
  }

  stop(): void {
    const { clock } = this.#options
    this.#stopListening()
    clock.clearTimeout(this.#timeout)
    clock.clearTimeout(this.#look)
  }

  #lookSoon(): void {
    if (this.#look !== undefined) return
    const { clock } = this.#options
    const since = clock.now() - this.#startedAt
    const delay = (Math.floor(since / POLL_MS) + 1) * POLL_MS - since
    this.#look = clock.setTimeout(() => {
      this.#look = undefined
      try {
        if (this.#isBound()) this.#end(undefined)
      } catch (error) {
        if (!(error instanceof BindingFailed)) throw error
        this.#end(error.message)
      }
    }, delay)
  }

  #end(error: string | undefined): void {
    this.stop()
    this.#done(error === undefined ? undefined : { code: 'Error', reasons: [`binding volumes: ${error}`] })
  }

  /** @throws BindingFailed. Source: checkBindings */
  #isBound(): boolean {
    const { client, storage } = this.#options
    const node = client.get('Node', this.#node)
    if (node === undefined)
      throw new BindingFailed(`failed to get node "${this.#node}": node "${this.#node}" not found`)
    const { name, namespace } = this.#pod.metadata
    if (client.get('Pod', name, namespace) === undefined)
      throw new BindingFailed(`pod does not exist any more: pod "${name}" not found`)
    for (const { claim, volume: written } of this.#volumes.bindings) {
      const volume = storage.volume(written.metadata.name)
      if (volume === undefined)
        throw new BindingFailed(`failed to check binding: persistentvolumes "${written.metadata.name}" not found`)
      const seen = this.#claimNow('failed to check binding', claim.metadata.namespace ?? '', claim.metadata.name)
      if (version(written) > version(volume)) return false
      this.#checkReach(volume, node, 'failed to translate pv to csi: ')
      if (!volume.spec.claimRef?.uid) throw new BindingFailed(`ClaimRef got reset for pv "${volume.metadata.name}"`)
      if (!isFullyBound(seen)) return false
    }
    return this.#volumes.provisions.every(({ claim }) => this.#isProvisioned(claim, node))
  }

  #isProvisioned({ metadata }: PodVolumes['provisions'][number]['claim'], node: Node): boolean {
    const claim = this.#claimNow('failed to check provisioning pvc', metadata.namespace ?? '', metadata.name)
    if (Number(metadata.resourceVersion ?? 0) > version(claim)) return false
    const { annotations } = claim.metadata
    if (annotations === undefined)
      throw new BindingFailed(`selectedNode annotation reset for PVC "${claim.metadata.name}"`)
    if (annotations[SELECTED_NODE] !== this.#node)
      throw new BindingFailed(`provisioning failed for PVC "${claim.metadata.name}"`)
    const { volumeName } = claim.spec
    if (volumeName) {
      const volume = this.#options.storage.volume(volumeName)
      // It may be on its way still.
      if (volume === undefined) return false
      this.#checkReach(volume, node, '')
    }
    return isFullyBound(claim)
  }

  #claimNow(what: string, namespace: string, name: string) {
    const claim = this.#options.storage.claim(namespace, name)
    if (claim !== undefined) return claim
    throw new BindingFailed(`${what}: persistentvolumeclaims "${namespace}/${name}" not found`)
  }

  #checkReach(volume: PersistentVolume, node: Node, prefix: string): void {
    const { name } = node.metadata
    const seen = asDriverSees(volume, this.#options.storage.csiNode(name))
    if (typeof seen === 'string') throw new BindingFailed(`${prefix}${seen}`)
    const error = nodeAffinityError(seen, node.metadata.labels ?? {})
    if (error === undefined) return
    throw new BindingFailed(`pv "${volume.metadata.name}" node affinity doesn't match node "${name}": ${error}`)
  }
}
