import type { Network } from '../../../network/contract.ts'
import type { ChartWorld } from '../../../sim/chart.ts'
import { Random } from '../../../sim/random.ts'
import type { Serve } from '../../contract.ts'
import type { ProcessOptions } from '../../process.ts'
import { identityOf } from './identity.ts'
import { type ContainerRecord, hostnameOf } from './record.ts'

/** Source: containerd internal/cri/opts; every container has it. */
const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

interface Surroundings {
  readonly world: ChartWorld
  readonly network: Network
  readonly random: Random
  readonly host: string
  /** The machine's address. */
  readonly ip: string
}

/** A process inside a container: the container's own, or one more that is run in it. */
export function processOptions(
  { world, network, random, host, ip: hostIP }: Surroundings,
  container: ContainerRecord,
  argv: readonly string[],
  own: Pick<
    ProcessOptions,
    'files' | 'use' | 'log' | 'onExit' | 'write' | 'onWrite' | 'stdin' | 'terminal' | 'processes'
  > & {
    readonly onPort: () => void
    readonly served: () => void
  },
): ProcessOptions {
  const { config, sandbox } = container
  const { onPort, served, ...rest } = own
  return {
    world,
    network: {
      listen: (ip, port, protocol, answer) => {
        const serve = counted(container, answer, served)
        const closes = [network.listen(ip, port, protocol, serve)]
        // The portmap plugin of CNI forwards a port of the machine.
        for (const { containerPort, hostPort, protocol: kind = 'TCP' } of config.container.ports ?? [])
          if (containerPort === port && kind === protocol && hostPort !== undefined && ip !== hostIP)
            closes.push(network.listen(hostIP, hostPort, protocol, serve))
        onPort()
        return () => {
          for (const close of closes) close()
        }
      },
    },
    random: new Random(random.next32()),
    argv,
    // Made when a program asks: most never do.
    env: () => ({ PATH, HOSTNAME: hostnameOf(sandbox, host), ...config.image.env, ...config.env }),
    host,
    ip: sandbox.ip,
    pod: sandbox.config.pod,
    container: config.container,
    identity: identityOf(sandbox.config.pod, config),
    ...(sandbox.config.runtimeHandler !== undefined && { runtimeHandler: sandbox.config.runtimeHandler }),
    ...rest,
  }
}

/** Requests that cost something are counted. */
function counted<S>({ meter }: ContainerRecord, serve: S, served: () => void): S {
  if (meter?.perRequest === undefined || typeof serve !== 'function') return serve
  const answer = serve as unknown as Serve
  return ((request) => {
    served()
    // Asking again is not the same as not asking: what a probe would skip is asked each time.
    const { onStale: _, ...fresh } = answer(request)
    return fresh
  }) as Serve as S
}
