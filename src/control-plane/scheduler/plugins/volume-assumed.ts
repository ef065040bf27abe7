import { keyOf } from '../../../api/meta.ts'
import type { KubernetesObject } from '../../../api/types.ts'

/**
 * Changes that were decided but are not seen in the API yet. Each holds until the API shows something newer.
 * Source: plugins/volumebinding/passive_assume_cache.go
 */
export class Assumed<T extends KubernetesObject> {
  readonly #assumed = new Map<string, T>()

  assume(object: T): void {
    this.#assumed.set(keyOf(object), object)
  }

  /** Source: Restore */
  forget(object: T): void {
    this.#assumed.delete(keyOf(object))
  }

  /** @param seen as the API shows it */
  newest(seen: T | undefined): T | undefined {
    if (seen === undefined || this.#assumed.size === 0) return seen
    const key = keyOf(seen)
    const assumed = this.#assumed.get(key)
    if (assumed === undefined) return seen
    if (assumed.metadata.resourceVersion === seen.metadata.resourceVersion) return assumed
    this.#assumed.delete(key)
    return seen
  }
}

export const version = ({ metadata }: KubernetesObject): number => Number(metadata.resourceVersion ?? 0)
