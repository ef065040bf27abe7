import { type Charts, type ChartWorld, createCharts } from '../sim/chart.ts'
import type { Random } from '../sim/random.ts'
import { type Calls, refuse } from './calls.ts'
import type { CloudAnswer, Disk, Latencies, Snapshot } from './contract.ts'
import { newId } from './instances.ts'
import { snapshotMachine } from './snapshot-machine.ts'

/** What disks held at some moment. They belong to the region: disks of any zone are made of them. */
export class Snapshots {
  readonly #calls: Calls
  readonly #world: ChartWorld
  readonly #random: Random
  readonly #latencies: Latencies
  readonly #charts: Charts<typeof snapshotMachine>
  readonly #byId = new Map<string, Snapshot>()
  readonly #contents = new Map<string, unknown>()

  constructor(calls: Calls, world: ChartWorld, random: Random, latencies: Latencies) {
    this.#calls = calls
    this.#world = world
    this.#random = random
    this.#latencies = latencies
    this.#charts = createCharts(snapshotMachine, world, 'cloud/snapshot', (id) => this.#set(id, { state: 'completed' }))
  }

  list(): readonly Snapshot[] {
    return [...this.#byId.values()]
  }

  find(idOrName: string): Snapshot | undefined {
    return this.#byId.get(idOrName) ?? this.list().find(({ name }) => name === idOrName)
  }

  content(id: string): unknown {
    return this.#contents.get(id)
  }

  create(name: string, disk: Disk, content: unknown): CloudAnswer<Snapshot> {
    const refused =
      this.#calls.fault('CreateSnapshot', name, disk.id, disk.name) ??
      this.#calls.exceeds('snapshots', this.#byId.size + 1)
    if (refused) return refused
    const known = this.find(name)
    if (known !== undefined)
      return known.disk === disk.id ? known : refuse('AlreadyExists', `snapshot ${name} is of another disk`)
    const id = newId('snap', this.#random)
    const createdAt = this.#world.clock.now()
    this.#byId.set(id, { id, name, disk: disk.id, sizeGiB: disk.sizeGiB, state: 'pending', createdAt })
    this.#contents.set(id, content)
    this.#charts.start(id, this.#latencies)
    this.#calls.changed('snapshot', id)
    return this.#byId.get(id)!
  }

  delete(id: string): CloudAnswer<undefined> {
    const refused = this.#calls.fault('DeleteSnapshot', id, this.#byId.get(id)?.name ?? '')
    if (refused) return refused
    if (!this.#byId.delete(id)) return refuse('NotFound', `there is no snapshot ${id}`)
    this.#contents.delete(id)
    this.#charts.stop(id)
    this.#calls.changed('snapshot', id)
    return undefined
  }

  #set(id: string, change: Partial<Snapshot>): void {
    const snapshot = this.#byId.get(id)
    if (snapshot === undefined) return
    this.#byId.set(id, { ...snapshot, ...change })
    this.#calls.changed('snapshot', id)
  }
}
