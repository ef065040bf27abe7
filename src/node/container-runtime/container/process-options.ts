import type { Network } from '../../../network/contract.ts'
import type { ChartWorld } from '../../../sim/chart.ts'
import { Random } from '../../../sim/random.ts'
import type { ProcessOptions } from '../../process.ts'
import { type ContainerRecord, hostnameOf } from './record.ts'

/** Source: containerd internal/cri/opts; every container has it. */
const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

interface Surroundings {
  readonly world: ChartWorld
  readonly network: Network
  readonly random: Random
  readonly host: string
}

/** A process inside a container: the container's own, or one more that is run in it. */
export function processOptions(
  { world, network, random, host }: Surroundings,
  { config, sandbox }: ContainerRecord,
  argv: readonly string[],
  own: Pick<ProcessOptions, 'files' | 'log' | 'onExit'> & { readonly onPort: () => void },
): ProcessOptions {
  const { onPort, ...rest } = own
  return {
    world,
    network: {
      listen: (ip, port, protocol, serve) => {
        const close = network.listen(ip, port, protocol, serve)
        onPort()
        return close
      },
    },
    random: new Random(random.next32()),
    argv,
    env: { PATH, HOSTNAME: hostnameOf(sandbox, host), ...config.image.env, ...config.env },
    host,
    ip: sandbox.ip,
    pod: sandbox.config.pod,
    container: config.container,
    ...rest,
  }
}
