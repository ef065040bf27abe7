import { type Charts, type ChartWorld, createCharts } from '../sim/chart.ts'
import type { Random } from '../sim/random.ts'
import { attachmentMachine } from './attachment-machine.ts'
import { type Calls, refuse } from './calls.ts'
import {
  type Attachment,
  type AttachmentState,
  type CloudAnswer,
  type CloudError,
  type Disk,
  type Disks,
  type Instances,
  isCloudError,
  type Latencies,
  type NewDisk,
  type Operation,
  type Snapshot,
} from './contract.ts'
import { diskMachine } from './disk-machine.ts'
import { newId } from './instances.ts'
import { Snapshots } from './snapshots.ts'

/** Disks of the account. Each belongs to a zone, and is attached only to machines of that zone. */
export class BlockStorage implements Disks {
  readonly #calls: Calls
  readonly #instances: Instances
  readonly #zones: readonly string[]
  readonly #random: Random
  readonly #latencies: Latencies
  readonly #snapshots: Snapshots
  readonly #charts: Charts<typeof diskMachine>
  readonly #attachments: Charts<typeof attachmentMachine>
  readonly #byId = new Map<string, Disk>()
  readonly #idByName = new Map<string, string>()
  readonly #contents = new Map<string, unknown>()

  constructor(
    calls: Calls,
    instances: Instances,
    world: ChartWorld,
    random: Random,
    latencies: Latencies,
    zones: readonly string[],
  ) {
    this.#calls = calls
    this.#instances = instances
    this.#zones = zones
    this.#random = random
    this.#latencies = latencies
    this.#snapshots = new Snapshots(calls, world, random, latencies)
    this.#charts = createCharts(diskMachine, world, 'cloud/disk', (id, { state }) => this.#diskTold(id, state))
    this.#attachments = createCharts(attachmentMachine, world, 'cloud/attachment', (key, { state }) => {
      const [id, instance] = key.split('@') as [string, string]
      this.#setAttachment(id, instance, state === 'detached' ? undefined : state)
    })
    calls.onChange(({ resource, id }) => {
      if (resource === 'instance' && instances.get(id)?.state === 'terminated') this.#letGoOf(id)
    })
  }

  get limitPerInstance(): number {
    return this.#calls.quotas.disksPerInstance
  }

  list(): readonly Disk[] {
    return [...this.#byId.values()]
  }

  get(id: string): Disk | undefined {
    return this.#byId.get(id)
  }

  byName(name: string): Disk | undefined {
    return this.#byId.get(this.#idByName.get(name) ?? '')
  }

  describe(idOrName: string): CloudAnswer<Disk | undefined> {
    const disk = this.get(idOrName) ?? this.byName(idOrName)
    return this.#calls.fault('DescribeDisk', idOrName, disk?.id ?? '', disk?.name ?? '') ?? disk
  }

  create(asked: NewDisk): CloudAnswer<Disk> {
    const { name, zone, sizeGiB, type = 'standard', shareable = false, tags = {} } = asked
    const fault = this.#calls.fault('CreateDisk', name)
    if (fault) return fault
    const known = this.byName(name)
    if (known !== undefined) {
      const same = known.zone === zone && known.sizeGiB === sizeGiB && known.snapshot === asked.snapshot
      return same ? known : refuse('AlreadyExists', `disk ${name} is there, of another zone, size or origin`)
    }
    const refused = this.#refuseNew(asked)
    if (refused) return refused
    const id = newId('vol', this.#random)
    const { snapshot } = asked
    const disk = { id, name, zone, type, sizeGiB, state: 'creating', attachments: [], shareable, tags } as const
    this.#byId.set(id, snapshot === undefined ? disk : { ...disk, snapshot })
    this.#idByName.set(name, id)
    if (snapshot !== undefined) this.#contents.set(id, this.#snapshots.content(snapshot))
    this.#charts.start(id, this.#latencies)
    this.#calls.changed('disk', id)
    return this.get(id)!
  }

  #refuseNew({ zone, sizeGiB, snapshot }: NewDisk): CloudError | undefined {
    if (!this.#zones.includes(zone))
      return refuse('InvalidParameter', `there is no zone ${zone}, only ${this.#zones.join(', ')}`)
    if (!(sizeGiB >= 1)) return refuse('InvalidParameter', `a disk has at least 1 GiB, not ${sizeGiB}`)
    if (snapshot !== undefined) {
      const origin = this.#snapshots.find(snapshot)
      if (origin === undefined) return refuse('NotFound', `there is no snapshot ${snapshot}`)
      if (origin.state !== 'completed') return refuse('IncorrectState', `snapshot ${snapshot} is not completed yet`)
      if (sizeGiB < origin.sizeGiB)
        return refuse('InvalidParameter', `snapshot ${snapshot} has ${origin.sizeGiB} GiB, more than ${sizeGiB}`)
    }
    const total = this.list().reduce((sum, disk) => sum + disk.sizeGiB, 0)
    return this.#calls.exceeds('disks', this.#byId.size + 1) ?? this.#calls.exceeds('diskGiB', total + sizeGiB)
  }

  delete(id: string): CloudAnswer<undefined> {
    const disk = this.#for('DeleteDisk', id)
    if (isCloudError(disk)) return disk
    if (disk.attachments.length > 0)
      return refuse('InUse', `disk ${id} is attached to ${disk.attachments.map(({ instance }) => instance).join(', ')}`)
    if (disk.state === 'creating') return refuse('IncorrectState', `disk ${id} is being created`)
    this.#charts.send(id, { type: 'delete' })
    return undefined
  }

  attach(id: string, instance: string): CloudAnswer<Attachment> {
    const disk = this.#for('AttachDisk', id, instance)
    if (isCloudError(disk)) return disk
    const known = disk.attachments.find((attachment) => attachment.instance === instance)
    if (known !== undefined)
      return known.state === 'detaching' ? refuse('IncorrectState', `disk ${id} is being detached`) : known
    const refused = this.#refuseAttach(disk, instance)
    if (refused) return refused
    const attachment: Attachment = { instance, device: this.#freeDevice(instance), state: 'attaching' }
    this.#set(id, { state: 'in-use', attachments: [...disk.attachments, attachment] })
    this.#attachments.start(`${id}@${instance}`, this.#latencies)
    return attachment
  }

  #refuseAttach(disk: Disk, instance: string): CloudError | undefined {
    const { id, zone, state, attachments } = disk
    const machine = this.#instances.get(instance)
    if (machine === undefined || machine.state === 'terminated')
      return refuse('NotFound', `there is no instance ${instance}`)
    if (machine.state !== 'running' && machine.state !== 'stopped')
      return refuse('IncorrectState', `instance ${instance} is ${machine.state}`)
    if (machine.zone !== zone)
      return refuse('ZoneMismatch', `disk ${id} is in ${zone}, instance ${instance} in ${machine.zone}`)
    if (state !== 'available' && state !== 'in-use') return refuse('IncorrectState', `disk ${id} is ${state}`)
    if (attachments.length > 0 && !disk.shareable)
      return refuse('InUse', `disk ${id} is attached to instance ${attachments[0]!.instance}`)
    const limit = this.limitPerInstance
    if (this.#attachedTo(instance).length < limit) return undefined
    return refuse('LimitExceeded', `instance ${instance} has ${limit} disks attached, as many as it may have`)
  }

  detach(id: string, instance: string): CloudAnswer<undefined> {
    const disk = this.#for('DetachDisk', id, instance)
    if (isCloudError(disk)) return disk
    this.#attachments.send(`${id}@${instance}`, { type: 'detach' })
    return undefined
  }

  resize(id: string, sizeGiB: number): CloudAnswer<Disk> {
    const disk = this.#for('ResizeDisk', id)
    if (isCloudError(disk)) return disk
    const { sizeGiB: now, growingToGiB } = disk
    if (sizeGiB === now || sizeGiB === growingToGiB) return disk
    if (sizeGiB < now) return refuse('InvalidParameter', `disk ${id} has ${now} GiB and cannot shrink to ${sizeGiB}`)
    if (disk.state === 'creating' || growingToGiB !== undefined)
      return refuse('IncorrectState', `disk ${id} is being ${growingToGiB === undefined ? 'created' : 'resized'}`)
    const total = this.list().reduce((sum, each) => sum + each.sizeGiB, 0)
    const refused = this.#calls.exceeds('diskGiB', total - now + sizeGiB)
    if (refused) return refused
    this.#set(id, { growingToGiB: sizeGiB })
    this.#charts.send(id, { type: 'resize' })
    return this.get(id)!
  }

  createSnapshot({ name, disk: id }: { readonly name: string; readonly disk: string }): CloudAnswer<Snapshot> {
    const disk = this.get(id)
    if (disk === undefined) return refuse('NotFound', `there is no disk ${id}`)
    return this.#snapshots.create(name, disk, this.#contents.get(id))
  }

  deleteSnapshot(id: string): CloudAnswer<undefined> {
    return this.#snapshots.delete(id)
  }

  snapshots(): readonly Snapshot[] {
    return this.#snapshots.list()
  }

  snapshot(idOrName: string): Snapshot | undefined {
    return this.#snapshots.find(idOrName)
  }

  content(id: string): unknown {
    return this.#contents.get(id)
  }

  setContent(id: string, content: unknown): void {
    this.#contents.set(id, content)
  }

  #for(operation: Operation, id: string, ...about: readonly string[]): CloudAnswer<Disk> {
    const disk = this.get(id)
    const fault = this.#calls.fault(operation, id, disk?.name ?? '', ...about)
    if (fault) return fault
    return disk === undefined || disk.state === 'deleting' ? refuse('NotFound', `there is no disk ${id}`) : disk
  }

  #attachedTo(instance: string): readonly Attachment[] {
    return this.list().flatMap(({ attachments }) => attachments.filter((each) => each.instance === instance))
  }

  #freeDevice(instance: string): string {
    const taken = new Set(this.#attachedTo(instance).map(({ device }) => device))
    for (let n = 0; ; n++) {
      const device = `/dev/xvd${String.fromCharCode(98 + Math.floor(n / 26))}${String.fromCharCode(97 + (n % 26))}`
      if (!taken.has(device)) return device
    }
  }

  #letGoOf(instance: string): void {
    for (const { id } of this.list()) this.#attachments.send(`${id}@${instance}`, { type: 'instanceGone' })
  }

  #diskTold(id: string, fact: string): void {
    const disk = this.get(id)
    if (disk === undefined) return
    if (fact === 'created') this.#set(id, { state: 'available' })
    else if (fact === 'deleting') this.#set(id, { state: 'deleting' })
    else if (fact === 'grown') {
      const { growingToGiB, ...rest } = disk
      this.#byId.set(id, { ...rest, sizeGiB: growingToGiB ?? rest.sizeGiB })
      this.#calls.changed('disk', id)
    } else {
      this.#byId.delete(id)
      this.#idByName.delete(disk.name)
      this.#contents.delete(id)
      this.#calls.changed('disk', id)
    }
  }

  #setAttachment(id: string, instance: string, state: AttachmentState | undefined): void {
    const { attachments } = this.get(id)!
    const others = attachments.filter((each) => each.instance !== instance)
    const known = attachments.find((each) => each.instance === instance)!
    const next = state === undefined ? others : attachments.map((each) => (each === known ? { ...each, state } : each))
    this.#set(id, { attachments: next, state: next.length === 0 ? 'available' : 'in-use' })
  }

  #set(id: string, change: Partial<Disk>): void {
    this.#byId.set(id, { ...this.get(id)!, ...change })
    this.#calls.changed('disk', id)
  }
}
