import type { Pod, Volume } from '../../../api/types.ts'
import type { Client } from '../../../client/contract.ts'
import { ROOT_CA, sourcesOf } from './projection.ts'

interface Watched {
  readonly pods: Set<string>
  readonly stop: () => void
}

/**
 * Hears of changes of the ConfigMaps and Secrets that pods of the node have as volumes: one watch an object, whatever
 * number of pods has it. Source: pkg/kubelet/util/manager/watch_based_manager.go
 */
export class ObjectWatches {
  readonly #client: Pick<Client, 'watch'>
  readonly #onChange: (podUid: string) => void
  readonly #watched = new Map<string, Watched>()
  readonly #ofPod = new Map<string, readonly string[]>()

  /** @param onChange something a pod shows has changed, or may have */
  constructor(client: Pick<Client, 'watch'>, onChange: (podUid: string) => void) {
    this.#client = client
    this.#onChange = onChange
  }

  /** Source: RegisterPod */
  follow(uid: string, { metadata, spec }: Pod): void {
    if (this.#ofPod.has(uid)) return
    const keys = objectsOf(spec.volumes, metadata.namespace ?? '')
    if (keys.length === 0) return
    this.#ofPod.set(uid, keys)
    for (const key of keys) {
      const watched = this.#watched.get(key) ?? this.#watch(key)
      watched.pods.add(uid)
    }
  }

  /** Source: UnregisterPod */
  forget(uid: string): void {
    for (const key of this.#ofPod.get(uid) ?? []) {
      const watched = this.#watched.get(key)
      watched?.pods.delete(uid)
      if (watched?.pods.size !== 0) continue
      watched.stop()
      this.#watched.delete(key)
    }
    this.#ofPod.delete(uid)
  }

  stop(): void {
    for (const { stop } of this.#watched.values()) stop()
    this.#watched.clear()
    this.#ofPod.clear()
  }

  #watch(key: string): Watched {
    const [kind, namespace, name] = key.split('/') as ['ConfigMap' | 'Secret', string, string]
    const pods = new Set<string>()
    const stop = this.#client.watch(kind, { namespace, fieldSelector: `metadata.name=${name}` }, () => {
      for (const pod of [...pods]) this.#onChange(pod)
    })
    const watched = { pods, stop }
    this.#watched.set(key, watched)
    return watched
  }
}

function objectsOf(volumes: readonly Volume[] | undefined, namespace: string): readonly string[] {
  const keys = new Set<string>()
  for (const volume of volumes ?? [])
    for (const { kind, name } of sourcesOf(volume)) if (name !== ROOT_CA) keys.add(`${kind}/${namespace}/${name}`)
  return [...keys]
}
