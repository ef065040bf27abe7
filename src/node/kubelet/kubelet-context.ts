import type { Client } from '../../client/contract.ts'
import type { ChartWorld } from '../../sim/chart.ts'
import type { Random } from '../../sim/random.ts'
import type { ContainerRuntime } from '../container-runtime/contract.ts'
import type { FileTree } from '../contract.ts'
import type { KubeletConfiguration } from './configuration.ts'
import type { KubeletDeps } from './contract.ts'
import type { DeviceManager } from './devices/manager.ts'
import type { PodEvents } from './pod-worker/pod-events.ts'
import type { CsiVolumes } from './volumes/csi-volumes.ts'
import type { PodVolumes } from './volumes/pod-volumes.ts'

/** What every part of one running kubelet shares. */
export interface KubeletContext {
  readonly nodeName: string
  /** The node's address. */
  readonly ip: string
  /** `kubelet/worker-1`, as charts and the trace name it. */
  readonly component: string
  readonly world: ChartWorld
  readonly random: Random
  /** The host's files. */
  readonly files: FileTree
  readonly deps: KubeletDeps
  readonly runtime: ContainerRuntime
  readonly client: Client
  readonly configuration: KubeletConfiguration
  readonly events: PodEvents
  /** Volumes that drivers bring. */
  readonly csi: CsiVolumes
  readonly devices: DeviceManager
  /** Volumes of the pods on this machine, by pod: a kubelet that starts finds those there are. */
  readonly podVolumes: Map<string, PodVolumes>
  /** Virtual ms. */
  readonly startedAt: number
  readonly allocatable: Readonly<Record<string, string>>
  /** One line into the journal. */
  log(line: string): void
}
