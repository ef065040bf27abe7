import type { Client, EventRecorder } from '../../client/contract.ts'
import { createRecorder } from '../../client/recorder.ts'
import { writingAs } from '../../client/writing-as.ts'
import type { ChartWorld } from '../../sim/chart.ts'
import type { Random } from '../../sim/random.ts'
import { startElected } from '../controller-manager/elected.ts'
import { isControllerEnabled } from '../controller-manager/flags.ts'
import { Informers } from '../controller-manager/informers.ts'
import { cloudNodeController } from './cloud-node/index.ts'
import { cloudNodeLifecycleController } from './cloud-node-lifecycle/index.ts'
import type { CloudProvider } from './cloud-provider.ts'
import type { CloudController, CloudControllerDescriptor } from './controller.ts'
import type { CloudControllerManagerFlags } from './flags.ts'
import { nodeRouteController } from './node-route/index.ts'
import { serviceLBController } from './service-lb/index.ts'

export { type CloudControllerManagerFlags, parseFlags } from './flags.ts'
export { kubedrillProvider } from './provider/index.ts'

/** THE TABLE: every controller there is. Source: k8s.io/cloud-provider/app/controllermanager.go DefaultInitFuncConstructors */
export const cloudControllers: readonly CloudControllerDescriptor[] = [
  cloudNodeController,
  cloudNodeLifecycleController,
  serviceLBController,
  nodeRouteController,
]

export interface CloudControllerManagerOptions {
  /** A client as a service account of kube-system. */
  readonly client: (account: string) => Client
  readonly recorder?: (client: Client, component: string, world: ChartWorld, random: Random) => EventRecorder
  readonly world: ChartWorld
  readonly random: Random
  readonly flags: CloudControllerManagerFlags
  readonly provider: CloudProvider
  /** The host's name: what the Lease names as its holder begins with it. */
  readonly identity: string
  log(line: string): void
  /** The Lease is lost: the process says so and ends. */
  readonly onLost: () => void
}

export const ACCOUNT = 'cloud-controller-manager'

/** Controllers start once the Lease is ours, and end with it. Source: k8s.io/cloud-provider/app/controllermanager.go Run */
export function startCloudControllerManager(options: CloudControllerManagerOptions): CloudController {
  const { world, random, flags, identity, recorder = createRecorder, onLost } = options
  const client = options.client(ACCOUNT)
  const names = { trace: 'cloud-controller-manager', events: 'cloud-controller-manager' }
  const start = () => startControllers(options, client)
  return startElected({ names, identity, client, recorder, world, random, flags, start, onLost })
}

/** Starts what `--controllers` asks for, each as its own service account where --use-service-account-credentials says so. */
function startControllers(options: CloudControllerManagerOptions, own: Client): CloudController {
  const { world, random, flags, provider, log } = options
  const informers = new Informers(own, world.clock)
  const running = cloudControllers
    .filter(({ name }) => isControllerEnabled(name, flags.controllers))
    .map(({ account, component, start }) => {
      const client = flags.useServiceAccountCredentials ? writingAs(options.client(account), own) : own
      const recorder = (options.recorder ?? createRecorder)(client, component, world, random)
      return start({ client, informers, recorder, world, flags, provider, log })
    })
  return {
    stop() {
      for (const controller of running) controller?.stop()
      informers.stop()
    },
  }
}
