import { quantityValue } from '../../../api/quantity.ts'
import type { Clock } from '../../../sim/clock.ts'
import type { ContainerRecord } from '../container/record.ts'
import { argvOf } from '../container/record.ts'
import type { Amounts } from './amounts.ts'
import { level, peak, type Started } from './curve.ts'
import { cpuLimit, idleMemory, idleOf, memoryLimit, SYSTEM_USAGE, usageOf } from './idle.ts'
import { Meter } from './meter.ts'
import { NodeDisk } from './node-disk.ts'
import { SharedAmount } from './shared-amount.ts'
import { annotatedUsage } from './written.ts'

/** What a machine has: bytes, cores, files, processes. */
export interface MachineSize {
  readonly cpus: number
  readonly memory: number
  /** The one disk: the system, images, containers and volumes share it. */
  readonly disk: number
  readonly inodes: number
  readonly pids: number
}

export const BOUNDLESS: MachineSize = {
  cpus: Number.POSITIVE_INFINITY,
  memory: Number.POSITIVE_INFINITY,
  disk: Number.POSITIVE_INFINITY,
  inodes: Number.POSITIVE_INFINITY,
  pids: Number.POSITIVE_INFINITY,
}

/** What processes outside of containers take of a machine besides the usual. */
export interface OutsideLoad {
  readonly memory?: number
  readonly disk?: number
  readonly inodes?: number
  readonly pids?: number
}

/** How much is taken of something, and when it will be more. */
export type Amount = Pick<SharedAmount<never>, 'most' | 'taken' | 'firstAbove'>

/** The kernel has ended a process because the whole machine had no memory left. */
export interface SystemOom {
  readonly process: string
  readonly pid: number
}

export interface NodeResourcesDeps {
  readonly clock: Clock
  readonly size: MachineSize
  /** The kernel kills all of a container's processes. */
  kill(container: ContainerRecord): void
}

/** A running container as one that takes memory. */
class User {
  readonly container: ContainerRecord
  constructor(container: ContainerRecord) {
    this.container = container
  }
  get memory(): readonly Started[] {
    const { meter, startedAt = 0, memoryFiles } = this.container
    const own = meter?.memory ?? [{ curve: level(idleMemory(this.container)), startedAt }]
    return memoryFiles === 0 ? own : [...own, { curve: level(memoryFiles), startedAt }]
  }
}

const ONE_PROCESS: readonly Started[] = [{ curve: level(1), startedAt: 0 }]
const memoryOf = (user: User): readonly Started[] => user.memory

/**
 * What containers take of one machine, and what the kernel does when there is no more: control groups and the killer
 * of processes.
 * Source: Linux mm/oom_kill.c (oom_badness), Documentation/admin-guide/cgroup-v2.rst (memory.oom.group)
 */
export class NodeResources {
  readonly size: MachineSize
  readonly #deps: NodeResourcesDeps
  readonly #users = new Map<ContainerRecord, User>()
  readonly #machine: SharedAmount<User>
  /** Of containers whose own limit they can exceed, by container; of pods with a limit, by sandbox. */
  readonly #own = new Map<ContainerRecord, SharedAmount<User>>()
  readonly #pods = new Map<string, SharedAmount<User>>()
  readonly #listeners = new Set<() => void>()
  readonly #oomListeners = new Set<(oom: SystemOom) => void>()
  readonly #pids: SharedAmount<User>
  readonly disk: NodeDisk
  #allPods: SharedAmount<User> | undefined
  #outside: OutsideLoad = {}
  #pid = 2_000
  #podLimit: number

  constructor(deps: NodeResourcesDeps) {
    this.#deps = deps
    this.size = deps.size
    this.#podLimit = deps.size.memory
    this.#machine = new SharedAmount(deps.clock, deps.size.memory, memoryOf, (users) => this.#killWorst(users, true))
    this.#machine.limitTo(deps.size.memory, SYSTEM_USAGE.memory)
    this.#pids = new SharedAmount(deps.clock, deps.size.pids, ({ container }) =>
      container.meter === undefined ? ONE_PROCESS : [container.meter.started('pids')],
    )
    this.#pids.limitTo(Number.POSITIVE_INFINITY, SYSTEM_USAGE.pids)
    this.disk = new NodeDisk(deps.clock, deps.size, () => this.#changed())
  }

  get outside(): OutsideLoad {
    return this.#outside
  }

  /** What other processes take from now on. */
  setOutside(load: OutsideLoad): void {
    this.#outside = load
    this.#machine.limitTo(this.size.memory, this.systemMemory)
    this.#pids.limitTo(Number.POSITIVE_INFINITY, SYSTEM_USAGE.pids + (load.pids ?? 0))
    this.disk.setOutside(load)
    this.#changed()
  }

  /** Bytes that what is no container takes. */
  get systemMemory(): number {
    return SYSTEM_USAGE.memory + (this.#outside.memory ?? 0)
  }

  /** Bytes that all pods may take together. */
  get podLimit(): number {
    return this.#podLimit
  }

  /** All pods together get no more than this. Source: pkg/kubelet/cm/node_container_manager_linux.go */
  limitPods(bytes: number): void {
    this.#podLimit = bytes
    if (this.#allPods === undefined && bytes >= this.size.memory) return
    this.#allPods ??= new SharedAmount(this.#deps.clock, bytes, memoryOf, (users) => this.#killWorst(users, false))
    this.#allPods.limitTo(bytes)
    for (const user of this.#users.values()) this.#allPods.put(user)
  }

  /** Of everything that runs, the system included; pages are 4 KiB. */
  get memory(): Amount {
    return this.#machine
  }

  get pids(): Amount {
    return this.#pids
  }

  /** Told when somebody came, went, or takes other amounts than before: within the change. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  onSystemOom(listener: (oom: SystemOom) => void): () => void {
    this.#oomListeners.add(listener)
    return () => this.#oomListeners.delete(listener)
  }

  /** A container's process is about to start. */
  started(container: ContainerRecord): void {
    const { config, sandbox } = container
    const declared =
      annotatedUsage(sandbox.config.pod.metadata.annotations, config.container.name) ?? config.image.usage
    if (declared !== undefined) container.meter = this.#meter(container, declared)
    const user = new User(container)
    this.#users.set(container, user)
    this.#put(user)
  }

  /** What a program says it takes from now on, instead of what its image declares. */
  use(container: ContainerRecord, amounts: Amounts): void {
    const now = this.#deps.clock.now()
    if (container.meter === undefined) container.meter = this.#meter(container, amounts)
    else container.meter.use(amounts, now)
    this.again(container)
  }

  /** The pod's annotations have come to say something else. */
  annotated(container: ContainerRecord, annotations: Readonly<Record<string, string>> | undefined): void {
    const { image, container: spec } = container.config
    this.use(container, annotatedUsage(annotations, spec.name) ?? image.usage ?? {})
  }

  /** It has written to files in memory, or removed some. */
  memoryFilesGrew(container: ContainerRecord, bytes: number): void {
    container.memoryFiles += bytes
    this.again(container)
  }

  /** A request has come in over the network. */
  served(container: ContainerRecord): void {
    if (container.meter?.served(this.#deps.clock.now()) === true) this.again(container)
  }

  /** Its limits or what it takes have changed. */
  again(container: ContainerRecord): void {
    const user = this.#users.get(container)
    if (user === undefined) return
    const { clock, size } = this.#deps
    container.meter?.limitTo(cpuLimit(container.config.container, size.cpus), clock.now())
    this.#put(user)
  }

  ended(container: ContainerRecord): void {
    const user = this.#users.get(container)
    if (user === undefined) return
    this.#users.delete(container)
    this.#own.get(container)?.remove(user)
    this.#own.delete(container)
    const pod = this.#pods.get(container.sandboxId)
    pod?.remove(user)
    if (pod?.users.size === 0) this.#pods.delete(container.sandboxId)
    this.#allPods?.remove(user)
    this.#machine.remove(user)
    this.#pids.remove(user)
    this.disk.ended(container)
    this.#changed()
  }

  #meter({ config, startedAt = 0 }: ContainerRecord, amounts: Amounts): Meter {
    return new Meter(amounts, idleOf(config.image.name), cpuLimit(config.container, this.size.cpus), startedAt)
  }

  #put(user: User): void {
    const { container } = user
    this.#machine.put(user)
    this.#pids.put(user)
    this.disk.put(container)
    this.#allPods?.put(user)
    this.#putOwn(user, container)
    const ofPod = container.sandbox.config.pod.spec.resources?.limits?.memory
    if (ofPod !== undefined) this.#podGroup(container.sandboxId, quantityValue(ofPod)).put(user)
    this.#changed()
  }

  #putOwn(user: User, container: ContainerRecord): void {
    const limit = memoryLimit(container.config.container)
    let group = this.#own.get(container)
    if (group === undefined) {
      let most = 0
      for (const { curve } of user.memory) most += peak(curve)
      if (most <= limit) return
      group = new SharedAmount(this.#deps.clock, limit, memoryOf, () => this.#deps.kill(container))
      this.#own.set(container, group)
    }
    group.limitTo(limit)
    group.put(user)
  }

  #podGroup(sandboxId: string, limit: number): SharedAmount<User> {
    let group = this.#pods.get(sandboxId)
    if (group === undefined) {
      group = new SharedAmount(this.#deps.clock, limit, memoryOf, (users) => this.#killWorst(users, false))
      this.#pods.set(sandboxId, group)
    }
    return group
  }

  /** The one with the most memory for its worth goes. */
  #killWorst(users: ReadonlySet<User>, ofMachine: boolean): void {
    const now = this.#deps.clock.now()
    const badness = ({ container }: User) =>
      (1000 * usageOf(container, now).memory) / this.size.memory + (container.config.oomScoreAdj ?? 0)
    let victim: User | undefined
    for (const user of users) if (victim === undefined || badness(user) > badness(victim)) victim = user
    if (victim === undefined) return
    if (ofMachine) this.#tellOom(victim.container)
    this.#deps.kill(victim.container)
  }

  #tellOom({ config }: ContainerRecord): void {
    const path = argvOf(config)[0] ?? ''
    this.#pid += 37
    const oom = { process: path.slice(path.lastIndexOf('/') + 1).slice(0, 15), pid: this.#pid }
    for (const listener of this.#oomListeners) listener(oom)
  }

  #changed(): void {
    for (const listener of this.#listeners) listener()
  }
}
