import type { Network } from '../../network/contract.ts'
import type { Barrier } from '../../sim/barrier.ts'
import type { ChartWorld } from '../../sim/chart.ts'
import type { Random } from '../../sim/random.ts'
import type { ContainerRuntime } from '../container-runtime/contract.ts'
import type { Program } from '../contract.ts'
import type { NodeFilesInput } from './default-files.ts'
import type { Files } from './file-tree.ts'
import type { Journal } from './journal.ts'
import type { LoginShell } from './shell/contract.ts'
import type { Systemd, UnitStatus } from './systemd/index.ts'

export interface HostOptions extends Partial<Omit<NodeFilesInput, 'name' | 'ip'>> {
  readonly name: string
  readonly ip: string
  readonly world: ChartWorld
  readonly network: Network
  /** Boot ids; a stream of this host's own. */
  readonly random: Random
  /** Holds the clock while a login shell runs. */
  readonly barrier: Barrier
  /** Further files, or others in place of the usual ones: path -> content. */
  readonly files?: Readonly<Record<string, string>>
  /** From power-on until units start, after the first time. Default 20 s. */
  readonly bootDurationMs?: number
  readonly cpus?: number
  readonly memoryBytes?: number
}

/** A machine: files, services, power. Made powered off. */
export interface Host {
  readonly name: string
  readonly ip: string
  readonly cpus: number
  readonly memoryBytes: number
  readonly world: ChartWorld
  readonly network: Network
  readonly barrier: Barrier
  readonly random: Random
  readonly files: Files
  readonly systemd: Systemd
  readonly journal: Journal
  /** Power is on and systemd runs. */
  readonly up: boolean
  /** A new one each boot. */
  readonly bootId: string
  /** Virtual ms of the last boot. */
  readonly bootedAt: number
  /** The container runtime of this machine; `attachRuntime` puts it under the containerd unit. */
  readonly runtime: ContainerRuntime | undefined
  attachRuntime(runtime: ContainerRuntime): void
  /** Puts a program where a binary lies: `/usr/bin/kubelet`. */
  install(path: string, program: Program): void
  program(path: string): Program | undefined
  /** @param immediately without the time a boot takes: for a cluster that is there from the beginning */
  powerOn(immediately?: boolean): void
  /** As when the plug is pulled: nothing gets a signal. */
  powerOff(): void
  /** In order, as `reboot` and `poweroff` do it: who inhibits shutdowns is told and waited for. */
  reboot(): void
  shutDown(): void
  /** Holds up shutdowns in order. Source: systemd-logind inhibitor locks of type delay. @returns how to let go */
  inhibitShutdown(maxMs: number, onShutdown: (release: () => void) => void): () => void
  /** Called after the machine went on (before its units start) or off. */
  onPower(listener: (up: boolean) => void): () => void
  /** A unit as `systemctl` shows it, as HostView wants it. */
  unit(name: string): { readonly active: UnitStatus['active']; readonly enabled: boolean } | undefined
  shell(): LoginShell
}
