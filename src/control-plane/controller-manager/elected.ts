import type { Client, EventRecorder } from '../../client/contract.ts'
import { startLeaderElection } from '../../client/leader-election.ts'
import type { ChartWorld } from '../../sim/chart.ts'
import type { Random } from '../../sim/random.ts'
import type { Controller } from './controller.ts'
import type { leaderElectionFlags } from './flags.ts'

export interface Candidacy {
  /** What the process is called in the trace and in Events: `controller-manager`, `kube-controller-manager`. */
  readonly names: { readonly trace: string; readonly events: string }
  /** The host's name: what the Lease names as its holder begins with it. */
  readonly identity: string
  readonly client: Client
  readonly recorder: (client: Client, component: string, world: ChartWorld, random: Random) => EventRecorder
  readonly world: ChartWorld
  readonly random: Random
  readonly flags: ReturnType<typeof leaderElectionFlags>
  /** Starts what runs while the Lease is ours. */
  readonly start: () => Controller
  /** The Lease is lost: the process says so and ends. */
  readonly onLost?: (() => void) | undefined
}

/**
 * With --leader-elect the controllers of a process start once the Lease is ours, and end with it; without, they start at once.
 * Source: cmd/kube-controller-manager/app/controllermanager.go Run, k8s.io/cloud-provider/app/controllermanager.go Run
 */
export function startElected(candidacy: Candidacy): Controller {
  const { names, identity, client, recorder, world, random, flags, start, onLost } = candidacy
  if (!flags.leaderElect) return start()
  let running: Controller | undefined
  const election = startLeaderElection({
    client,
    world,
    random,
    component: `${names.trace}/${identity}`,
    lease: { name: flags.leaderElectResourceName, namespace: flags.leaderElectResourceNamespace },
    identity: `${identity}_${random.uuid()}`,
    recorder: recorder(client, names.events, world, random),
    leaseDuration: flags.leaderElectLeaseDuration,
    renewDeadline: flags.leaderElectRenewDeadline,
    retryPeriod: flags.leaderElectRetryPeriod,
    onStartedLeading() {
      running = start()
    },
    onStoppedLeading() {
      running?.stop()
      onLost?.()
    },
  })
  return {
    stop() {
      running?.stop()
      election.stop()
    },
  }
}
