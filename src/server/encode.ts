import { shownMetadata } from '../api/managedfields/history.ts'
import type { KubernetesObject, Status } from '../api/types.ts'
import { shiftTimes } from './client-time.ts'
import type { World } from './contract.ts'

const COMMA = Buffer.from(',')

/**
 * Objects as JSON, made once per revision: stored objects are immutable, so the bytes of one are good as long as it is.
 * Within lists objects come without kind and apiVersion, as upstream's typed lists have them.
 */
export class Encoder {
  readonly #world: Pick<World, 'aheadMs'>
  #ahead = 0
  #bytes = new WeakMap<object, Buffer>()
  #frames = new WeakMap<object, { readonly type: string; readonly frame: Buffer }>()
  #metadata = new WeakMap<object, Buffer>()

  constructor(world: Pick<World, 'aheadMs'>) {
    this.#world = world
  }

  aheadMs(): number {
    return this.#world.aheadMs()
  }

  /** Any JSON value in client time, not kept. */
  text(value: unknown): string {
    return shiftTimes(JSON.stringify(value), -this.#world.aheadMs())
  }

  /** The object without its kind and apiVersion. */
  bare(object: KubernetesObject): Buffer {
    this.#forgetOnSkip()
    let bytes = this.#bytes.get(object)
    if (bytes === undefined) {
      const { kind: _, apiVersion: __, metadata, ...rest } = object
      bytes = Buffer.from(this.text({ metadata: shownMetadata(metadata), ...rest }))
      this.#bytes.set(object, bytes)
    }
    return bytes
  }

  /** The object as an answer of its own. */
  object(object: KubernetesObject): Buffer {
    const head = `{"kind":${JSON.stringify(object.kind)},"apiVersion":${JSON.stringify(object.apiVersion)},`
    return Buffer.concat([Buffer.from(head), this.bare(object).subarray(1)])
  }

  list(kind: string, apiVersion: string, metadata: unknown, items: readonly Buffer[]): Buffer {
    const head = `{"kind":${JSON.stringify(kind)},"apiVersion":${JSON.stringify(apiVersion)},"metadata":${JSON.stringify(metadata)},"items":[`
    return joined(head, items, ']}')
  }

  /** The object as PartialObjectMetadata, `version` of meta.k8s.io. */
  metadata(object: KubernetesObject, version: string): Buffer {
    this.#forgetOnSkip()
    let bytes = this.#metadata.get(object)
    if (bytes === undefined) {
      bytes = Buffer.from(`${this.text({ metadata: shownMetadata(object.metadata) }).slice(1)}`)
      this.#metadata.set(object, bytes)
    }
    return Buffer.concat([Buffer.from(`{"kind":"PartialObjectMetadata","apiVersion":"meta.k8s.io/${version}",`), bytes])
  }

  /** One line of a watch. */
  frame(type: string, object: KubernetesObject | Status): Buffer {
    this.#forgetOnSkip()
    const known = this.#frames.get(object)
    if (known?.type === type) return known.frame
    const bytes = object.kind === 'Status' ? Buffer.from(this.text(object)) : this.object(object as KubernetesObject)
    const frame = Buffer.concat([Buffer.from(`{"type":"${type}","object":`), bytes, Buffer.from('}\n')])
    this.#frames.set(object, { type, frame })
    return frame
  }

  #forgetOnSkip(): void {
    const ahead = this.#world.aheadMs()
    if (ahead === this.#ahead) return
    this.#ahead = ahead
    this.#bytes = new WeakMap()
    this.#frames = new WeakMap()
    this.#metadata = new WeakMap()
  }
}

export function joined(head: string, items: readonly Buffer[], tail: string): Buffer {
  const parts: Buffer[] = [Buffer.from(head)]
  items.forEach((item, index) => {
    if (index > 0) parts.push(COMMA)
    parts.push(item)
  })
  parts.push(Buffer.from(tail))
  return Buffer.concat(parts)
}
