import type { Network } from '../../network/contract.ts'
import { GATEWAY } from '../../network/index.ts'
import { NO_RULES } from '../../network/service-rules.ts'
import type { Barrier } from '../../sim/barrier.ts'
import { type Chart, type ChartWorld, startChart } from '../../sim/chart.ts'
import type { Random } from '../../sim/random.ts'
import type { ContainerRuntime } from '../container-runtime/contract.ts'
import { containerdProgram } from '../container-runtime/index.ts'
import type { Program } from '../contract.ts'
import type { Host, HostOptions } from './contract.ts'
import { type NodeFilesInput, nodeFiles } from './default-files.ts'
import { createFileTree, type Files } from './file-tree.ts'
import { Journal } from './journal.ts'
import { powerMachine } from './machine.ts'
import type { LoginShell } from './shell/contract.ts'
import { createLoginShell } from './shell/login-shell.ts'
import { Systemd, type UnitStatus } from './systemd/index.ts'

export type { Host, HostOptions } from './contract.ts'

export function createHost(options: HostOptions): Host {
  return new Machine(options)
}

class Machine implements Host {
  readonly name: string
  readonly ip: string
  readonly cpus: number
  readonly memoryBytes: number
  readonly world: ChartWorld
  readonly network: Network
  readonly barrier: Barrier
  readonly random: Random
  readonly files: Files
  readonly journal = new Journal()
  readonly systemd: Systemd
  readonly #power: Chart<typeof powerMachine>
  readonly #programs = new Map<string, Program>()
  readonly #listeners = new Set<(up: boolean) => void>()
  #runtime: ContainerRuntime | undefined
  readonly #inhibitors = new Set<{
    readonly maxMs: number
    readonly onShutdown: (release: () => void) => void
  }>()
  #boots = 0
  #bootId = ''
  #bootedAt = 0
  #pid = 500

  constructor(options: HostOptions) {
    const { name, ip, world, network, barrier } = options
    this.name = name
    this.ip = ip
    this.world = world
    this.network = network
    this.barrier = barrier
    this.cpus = options.cpus ?? 2
    this.memoryBytes = options.memoryBytes ?? 4 * 1024 ** 3
    this.random = options.random
    this.files = createFileTree(
      world.clock,
      { ...nodeFiles(withDefaults(options)), ...options.files },
      (bytes, files) => this.#runtime?.resources.disk.grew(bytes, files),
    )
    this.systemd = new Systemd({
      host: name,
      ip,
      world,
      network,
      random: options.random,
      files: this.files,
      journal: this.journal,
      program: (path) => this.#programs.get(path),
      nextPid: () => this.#pid++,
      boot: () => this.#boots,
    })
    network.addHost(name, ip)
    network.setHostUp(name, false)
    const input = { bootDurationMs: options.bootDurationMs ?? BOOT_DURATION_MS }
    this.#power = startChart(powerMachine, world, `host/${name}`, input, ({ type }) =>
      type === 'boot' ? this.#boot() : type === 'halt' ? this.#halt() : this.#announce(),
    )
  }

  get up(): boolean {
    return this.#power.matches('on')
  }
  get bootId(): string {
    return this.#bootId
  }
  get bootedAt(): number {
    return this.#bootedAt
  }
  get runtime(): ContainerRuntime | undefined {
    return this.#runtime
  }

  attachRuntime(runtime: ContainerRuntime): void {
    this.#runtime = runtime
    this.install('/usr/bin/containerd', containerdProgram(runtime))
  }

  install(path: string, program: Program): void {
    this.#programs.set(path, program)
    if (this.files.read(path) === undefined) this.files.write(path, '', 0o755)
  }

  program(path: string): Program | undefined {
    return this.#programs.get(path)
  }

  powerOn(immediately = false): void {
    this.#power.send({ type: 'power.on', immediately })
  }

  powerOff(): void {
    this.#power.send({ type: 'power.off' })
  }

  reboot(): void {
    this.#shutDown('booting')
  }

  shutDown(): void {
    this.#shutDown('off')
  }

  inhibitShutdown(maxMs: number, onShutdown: (release: () => void) => void): () => void {
    const inhibitor = { maxMs, onShutdown }
    this.#inhibitors.add(inhibitor)
    return () => this.#inhibitors.delete(inhibitor)
  }

  #shutDown(next: 'off' | 'booting'): void {
    const inhibitedMs = Math.max(0, ...[...this.#inhibitors].map(({ maxMs }) => maxMs))
    this.#power.send({ type: 'shutdown', next, inhibitedMs })
  }

  #announce(): void {
    const waiting = new Set(this.#inhibitors)
    if (waiting.size === 0) this.#power.send({ type: 'released' })
    for (const inhibitor of [...waiting])
      inhibitor.onShutdown(() => {
        if (waiting.delete(inhibitor) && waiting.size === 0) this.#power.send({ type: 'released' })
      })
  }

  onPower(listener: (up: boolean) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  unit(name: string): { readonly active: UnitStatus['active']; readonly enabled: boolean } | undefined {
    const status = this.systemd.status(name)
    return status && { active: status.active, enabled: status.enabled }
  }

  shell(): LoginShell {
    return createLoginShell(this)
  }

  #boot(): void {
    this.#boots++
    this.#bootId = this.random.uuid()
    this.#bootedAt = this.world.clock.now()
    this.#pid = 500
    this.network.setHostUp(this.name, true)
    this.world.trace.add(`host/${this.name}`, 'boots')
    for (const listener of [...this.#listeners]) listener(true)
    this.systemd.boot()
  }

  #halt(): void {
    this.world.trace.add(`host/${this.name}`, 'powers off')
    this.network.setHostUp(this.name, false)
    this.systemd.powerOff()
    this.#runtime?.powerOff()
    const { disk = 0 } = this.#runtime?.resources.outside ?? {}
    this.#runtime?.resources.setOutside({ disk })
    this.network.setRules(this.name, NO_RULES)
    for (const directory of ['/run', '/tmp'])
      for (const name of this.files.list(directory)) this.files.remove(`${directory}/${name}`)
    for (const listener of [...this.#listeners]) listener(false)
  }
}

/** Firmware, kernel and systemd of a small virtual machine. */
const BOOT_DURATION_MS = 20_000

function withDefaults(options: HostOptions): NodeFilesInput {
  return {
    name: options.name,
    ip: options.ip,
    controlPlaneEndpoint: options.controlPlaneEndpoint ?? 'cp-1:6443',
    clusterDNS: options.clusterDNS ?? '10.96.0.10',
    clusterDomain: options.clusterDomain ?? 'cluster.local',
    nameservers: options.nameservers ?? [GATEWAY],
  }
}
