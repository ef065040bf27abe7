import type { Client, EventRecorder } from '../../client/contract.ts'
import type { ChartWorld } from '../../sim/chart.ts'
import type { Informers } from '../controller-manager/informers.ts'
import type { CloudProvider } from './cloud-provider.ts'
import type { CloudControllerManagerFlags } from './flags.ts'

/** What a controller of the cloud is given when it starts. */
export interface CloudControllerContext {
  readonly client: Client
  readonly informers: Informers
  /** Records Events in the name of the controller's component. */
  readonly recorder: EventRecorder
  readonly world: ChartWorld
  readonly flags: CloudControllerManagerFlags
  readonly provider: CloudProvider
  log(line: string): void
}

/** A controller that runs. */
export interface CloudController {
  stop(): void
}

/** One row of the table. Source: k8s.io/cloud-provider/app/controllermanager.go DefaultInitFuncConstructors, app/core.go */
export interface CloudControllerDescriptor {
  /** As `--controllers` knows it: `cloud-node-controller`. */
  readonly name: string
  /** Its service account in kube-system. */
  readonly account: string
  /** The component its Events come from. */
  readonly component: string
  /** Nothing where the flags say that it has nothing to do. */
  readonly start: (context: CloudControllerContext) => CloudController | undefined
}
