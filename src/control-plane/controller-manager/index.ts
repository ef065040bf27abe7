import type { Client, EventRecorder } from '../../client/contract.ts'
import type { ChartWorld } from '../../sim/chart.ts'
import type { Random } from '../../sim/random.ts'
import type { ClusterAuthority, Controller, ControllerDescriptor, KindInfo } from './controller.ts'
import { deploymentController } from './deployment/index.ts'
import { type ControllerManagerFlags, isControllerEnabled } from './flags.ts'
import { Informers } from './informers.ts'
import { storedKinds } from './kinds.ts'
import { nodeLifecycleController } from './node-lifecycle/index.ts'
import { replicaSetController } from './replicaset/index.ts'
import { serviceAccountController } from './serviceaccount/index.ts'

export type { ClusterAuthority, KindInfo } from './controller.ts'
export { type ControllerManagerFlags, parseFlags } from './flags.ts'

/** THE TABLE: every controller there is. Source: cmd/kube-controller-manager/app/controller_descriptor.go */
export const controllers: readonly ControllerDescriptor[] = [
  serviceAccountController,
  replicaSetController,
  deploymentController,
  nodeLifecycleController,
]

export interface ControllerManagerOptions {
  /** A client as a user of these groups. */
  readonly client: (user: string, groups: readonly string[]) => Client
  /** Records Events through a client, in the name of a component. */
  readonly recorder: (client: Client, component: string) => EventRecorder
  readonly world: ChartWorld
  readonly random: Random
  readonly flags: ControllerManagerFlags
  /** What the files of the flags hold; without it no CA is published. */
  readonly authority?: ClusterAuthority
  /** The kinds that the API server stores; default: those of the walking skeleton. */
  readonly kinds?: readonly KindInfo[]
}

/** The user that kube-controller-manager's own kubeconfig names. */
export const USER = 'system:kube-controller-manager'

const SERVICE_ACCOUNT_GROUPS = [
  'system:serviceaccounts',
  'system:serviceaccounts:kube-system',
  'system:authenticated',
] as const

/**
 * Runs the controllers that `--controllers` asks for, each as its own service account where
 * --use-service-account-credentials says so. Who leads is decided before (see leader.ts).
 * Source: cmd/kube-controller-manager/app/controllermanager.go Run
 */
export function startControllerManager(options: ControllerManagerOptions): Controller {
  const { world, random, flags, authority = { rootCA: '' }, kinds = storedKinds } = options
  const own = options.client(USER, ['system:authenticated'])
  const informers = new Informers(own, world.clock)
  const running = controllers
    .filter(({ name }) => isControllerEnabled(name, flags.controllers))
    .map(({ account, component, start }) => {
      const client = flags.useServiceAccountCredentials
        ? options.client(`system:serviceaccount:kube-system:${account}`, SERVICE_ACCOUNT_GROUPS)
        : own
      const recorder = options.recorder(client, component)
      return start({ client, informers, recorder, world, random, flags, authority, kinds })
    })
  return {
    stop() {
      for (const controller of running) controller.stop()
      informers.stop()
    },
  }
}
