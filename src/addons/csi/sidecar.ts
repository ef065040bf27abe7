import type { Client, EventRecorder } from '../../client/contract.ts'
import { startLeaderElection } from '../../client/leader-election.ts'
import { createRecorder } from '../../client/recorder.ts'
import type { Process, Program } from '../../node/contract.ts'
import type { CsiController, CsiDriver } from '../../node/csi/contract.ts'
import type { CsiSockets } from '../../node/csi/sockets.ts'

export interface SidecarDeps {
  readonly sockets: CsiSockets
  /** The client a pod has through its service account. @returns a text says why there is none */
  connect(process: Process): Client | string
}

/** A sidecar that leads, with its driver at the other end of the socket. */
export interface RunningSidecar {
  readonly process: Process
  readonly client: Client
  readonly driver: CsiDriver
  readonly controller: CsiController
  readonly flag: (name: string) => string | undefined
  /** Records Events in the name of a component. */
  readonly recorder: (component: string) => EventRecorder
}

/** Value of `--name=value`; `true` for a bare `--name`. */
export function flagOf({ argv }: Process, name: string): string | undefined {
  const found = argv.find((word) => word === `--${name}` || word.startsWith(`--${name}=`))
  return found === undefined ? undefined : found.slice(name.length + 3) || 'true'
}

/** Path in `--csi-address=unix:///csi/csi.sock`. */
export function csiAddress(process: Process): string {
  return (flagOf(process, 'csi-address') ?? '/run/csi/socket').replace(/^unix:\/*/, '/')
}

/** Waits for the driver's socket. Source: kubernetes-csi/csi-lib-utils/connection/connection.go Connect */
export function whenConnected(process: Process, sockets: CsiSockets, connected: (driver: CsiDriver) => void): void {
  const path = csiAddress(process)
  let done = false
  const look = () => {
    const driver = done ? undefined : sockets.dial(process.files, path)
    if (driver === undefined) return
    done = true
    stop()
    connected(driver)
  }
  const stop = process.files.onChange(path, look)
  process.onEnd(stop)
  process.world.clock.defer(look)
}

/**
 * A sidecar of a driver's controller: connects, runs for its Lease with --leader-election, and starts.
 *
 * @param lease what its Lease is called, by the driver's name
 * @param begin starts it; answers how to stop it
 */
export function sidecarProgram(
  deps: SidecarDeps,
  lease: (driver: string) => string,
  begin: (sidecar: RunningSidecar) => () => void,
): Program {
  return {
    start(process) {
      process.onSignal(() => process.exit(0))
      const client = deps.connect(process)
      if (typeof client === 'string') {
        process.log(`F main.go] "Failed to create config" err="${client}"`, 'stderr')
        process.exit(1)
        return
      }
      whenConnected(process, deps.sockets, (driver) => {
        const { controller } = driver
        if (controller === undefined) {
          process.log(`F main.go] "CSI driver has no controller service" driver="${driver.name}"`, 'stderr')
          process.exit(1)
          return
        }
        process.log(`I main.go] "CSI driver name" driver="${driver.name}"`, 'stderr')
        const flag = (name: string) => flagOf(process, name)
        const recorder = (component: string) => createRecorder(client, component, process.world, process.random)
        const run = () => process.onEnd(begin({ process, client, driver, controller, flag, recorder }))
        if (flag('leader-election') !== 'true') run()
        else elect(process, client, lease(driver.name), run)
      })
    },
  }
}

/** Source: kubernetes-csi/csi-lib-utils/leaderelection/leader_election.go */
function elect(process: Process, client: Client, name: string, onStartedLeading: () => void): void {
  const { world, random, pod } = process
  const host = pod?.metadata.name ?? process.host
  const election = startLeaderElection({
    client,
    world,
    random,
    component: `${name}/${host}`,
    lease: { name, namespace: pod?.metadata.namespace ?? 'default' },
    identity: `${host}`,
    leaseDuration: 15_000,
    renewDeadline: 10_000,
    retryPeriod: 5000,
    onStartedLeading,
    onStoppedLeading: () => process.exit(1),
  })
  process.onEnd(() => election.stop())
}
