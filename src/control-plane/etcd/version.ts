import type { KubernetesObject } from '../../api/types.ts'
import type { EtcdEvent, KeyValue } from './contract.ts'

/**
 * One version of a key, and what was there before it as long as that has not been compacted: the history of a bucket is
 * its versions in order. There are a dozen for every Pod: one object each, and one key for all versions of an object.
 */
export class Version implements KeyValue {
  readonly key: string
  readonly value: KubernetesObject
  readonly createRevision: number
  readonly modRevision: number
  /** 0: the key was deleted. */
  readonly version: number
  readonly lease: number | undefined
  #previous: Version | undefined

  /** @param key of a put; without one the key is deleted */
  constructor(
    value: KubernetesObject,
    revision: number,
    lease: number | undefined,
    previous: Version | undefined,
    key?: string,
  ) {
    this.key = previous?.key ?? key ?? ''
    this.value = value
    this.createRevision = previous?.createRevision ?? revision
    this.modRevision = revision
    this.version = key === undefined ? 0 : (previous?.version ?? 0) + 1
    this.lease = lease
    this.#previous = previous
  }

  get isDeletion(): boolean {
    return this.version === 0
  }

  get previous(): Version | undefined {
    return this.#previous
  }

  /** It has been compacted: what was before it is gone. */
  forgetPrevious(): void {
    this.#previous = undefined
  }

  event(): EtcdEvent {
    const previous = this.#previous
    const type = this.isDeletion ? 'DELETE' : 'PUT'
    return previous === undefined ? { type, kv: this } : { type, kv: this, previous }
  }
}
