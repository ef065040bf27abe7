import { DEVICE_CLASS_PREFIX } from '../../../api/resource-claims.ts'
import { parseTime } from '../../../api/time.ts'
import type { DeviceClass } from '../../../api/types.ts'

/**
 * The class behind an extended resource. Of several that claim the same one the youngest has it.
 * Source: dynamic-resource-allocation/deviceclass/extendedresourcecache
 */
export class ClassesByResource {
  readonly #classes = new Map<string, DeviceClass>()

  get(resource: string): DeviceClass | undefined {
    return this.#classes.get(resource)
  }

  /** @param now undefined: it is gone */
  set(now: DeviceClass | undefined, old: DeviceClass | undefined): void {
    const rival = now?.spec.extendedResourceName && this.#classes.get(now.spec.extendedResourceName)
    if (now !== undefined && rival && !precedes(now, rival)) return
    if (old !== undefined) {
      this.#classes.delete(`${DEVICE_CLASS_PREFIX}${old.metadata.name}`)
      if (old.spec.extendedResourceName) this.#classes.delete(old.spec.extendedResourceName)
    }
    if (now === undefined) return
    if (now.spec.extendedResourceName) this.#classes.set(now.spec.extendedResourceName, now)
    this.#classes.set(`${DEVICE_CLASS_PREFIX}${now.metadata.name}`, now)
  }
}

/** Source: extendedresourcecache updateResourceName2class */
function precedes({ metadata: a }: DeviceClass, { metadata: b }: DeviceClass): boolean {
  const [first, second] = [a, b].map(({ creationTimestamp }) => creationTimestamp && parseTime(creationTimestamp))
  return first === second ? a.name < b.name : (first || 0) > (second || 0)
}
