import type { Clock } from '../../../sim/clock.ts'
import type { ContainerRecord } from '../container/record.ts'
import { valueAt } from './curve.ts'
import { SYSTEM_USAGE } from './idle.ts'
import { SharedAmount } from './shared-amount.ts'

/** Bytes and files. */
export interface DiskUse {
  readonly bytes: number
  readonly files: number
}

/**
 * The one disk of a machine: its system, images, writable layers, logs and volumes. What is written is counted as it is
 * written; what containers declare is a function of time.
 */
export class NodeDisk {
  readonly #clock: Clock
  readonly #size: { readonly disk: number; readonly inodes: number }
  readonly #bytes: SharedAmount<ContainerRecord>
  readonly #files: SharedAmount<ContainerRecord>
  readonly #onChange: () => void
  #written: DiskUse = { bytes: SYSTEM_USAGE.disk, files: SYSTEM_USAGE.inodes }
  #outside: DiskUse = { bytes: 0, files: 0 }

  constructor(clock: Clock, size: { readonly disk: number; readonly inodes: number }, onChange: () => void) {
    this.#clock = clock
    this.#size = size
    this.#onChange = onChange
    this.#bytes = new SharedAmount(clock, Number.POSITIVE_INFINITY, ({ meter }) =>
      meter ? [meter.started('disk')] : [],
    )
    this.#files = new SharedAmount(clock, Number.POSITIVE_INFINITY, ({ meter }) =>
      meter ? [meter.started('inodes')] : [],
    )
    this.#rebase()
  }

  get capacity(): DiskUse {
    return { bytes: this.#size.disk, files: this.#size.inodes }
  }

  get bytes(): Pick<SharedAmount<never>, 'most' | 'taken' | 'firstAbove'> {
    return this.#bytes
  }

  get files(): Pick<SharedAmount<never>, 'most' | 'taken' | 'firstAbove'> {
    return this.#files
  }

  /** Somebody has written that much, or removed it. */
  grew(bytes: number, files: number): void {
    this.#written = { bytes: this.#written.bytes + bytes, files: this.#written.files + files }
    this.#rebase()
    this.#onChange()
  }

  /** Something was written into a container's own layer. */
  layerGrew(container: ContainerRecord, bytes: number, files: number): void {
    container.layer = { bytes: container.layer.bytes + bytes, files: container.layer.files + files }
    this.grew(bytes, files)
  }

  setOutside({ disk = 0, inodes = 0 }: { readonly disk?: number; readonly inodes?: number }): void {
    this.#outside = { bytes: disk, files: inodes }
    this.#rebase()
  }

  put(container: ContainerRecord): void {
    if (container.meter === undefined) return
    this.#bytes.put(container)
    this.#files.put(container)
  }

  /** Its files stay until it is removed. */
  ended(container: ContainerRecord): void {
    const { meter } = container
    if (meter === undefined) return
    this.#bytes.remove(container)
    this.#files.remove(container)
    const of = (what: 'disk' | 'inodes') => {
      const { curve, startedAt } = meter.started(what)
      return Math.round(valueAt(curve, this.#clock.now() - startedAt))
    }
    this.layerGrew(container, of('disk'), of('inodes'))
  }

  removed({ layer }: ContainerRecord): void {
    if (layer.bytes !== 0 || layer.files !== 0) this.grew(-layer.bytes, -layer.files)
  }

  #rebase(): void {
    this.#bytes.limitTo(Number.POSITIVE_INFINITY, this.#written.bytes + this.#outside.bytes)
    this.#files.limitTo(Number.POSITIVE_INFINITY, this.#written.files + this.#outside.files)
  }
}
