import type { Container, Pod } from '../../../api/types.ts'
import type { Network } from '../../../network/contract.ts'
import type { ChartWorld } from '../../../sim/chart.ts'
import { Random } from '../../../sim/random.ts'
import type { FileTree, Identity, Serve } from '../../contract.ts'
import type { Stdin } from '../../pipe.ts'
import type { ProcessOptions } from '../../process.ts'
import type { Terminal } from '../../terminal.ts'
import type { ContainerConfig } from '../contract.ts'
import type { Amounts } from '../usage/amounts.ts'
import { effectiveSet, firstFreePort } from './capabilities.ts'
import type { ProcessEnds } from './exec.ts'
import { identityOf } from './identity.ts'
import { type ContainerRecord, hostnameOf } from './record.ts'

/** Source: containerd internal/cri/opts; every container has it. */
const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

/** What processes in containers have around them, the same for all of a node. */
export interface Surroundings {
  readonly world: ChartWorld
  readonly network: Network
  readonly random: Random
  readonly host: string
  /** The machine's address. */
  readonly ip: string
  /** The machine's. */
  readonly files: FileTree
  processesOf(container: ContainerRecord): readonly (readonly string[])[]
  filesOf(container: ContainerRecord): FileTree
  onPort(container: ContainerRecord): void
  use(container: ContainerRecord, amounts: Amounts): void
  served(container: ContainerRecord): void
}

/**
 * A process inside a container: the container's own, or one more that is run in it. There is one for every container of
 * a cluster: it holds where it is, and makes up the rest when a program asks, as most never do.
 */
export class ContainerProcess implements ProcessOptions {
  readonly #around: Surroundings
  readonly #in: ContainerRecord
  /** As it was when the process started. */
  readonly #config: ContainerConfig
  readonly #ends: ProcessEnds
  readonly random: Random
  readonly argv: readonly string[]

  constructor(around: Surroundings, container: ContainerRecord, argv: readonly string[], ends: ProcessEnds) {
    this.#around = around
    this.#in = container
    this.#config = container.config
    this.#ends = ends
    this.random = new Random(around.random.next32())
    this.argv = argv
  }

  get world(): ChartWorld {
    return this.#around.world
  }
  get network(): Pick<Network, 'listen'> {
    return this
  }
  get env(): Readonly<Record<string, string>> {
    const { image, env } = this.#config
    return { PATH, HOSTNAME: hostnameOf(this.#in.sandbox, this.#around.host), ...image.env, ...env }
  }
  get files(): FileTree {
    return this.#around.filesOf(this.#in)
  }
  get host(): string {
    return this.#around.host
  }
  get ip(): string {
    return this.#in.sandbox.ip
  }
  get pod(): Pod {
    return this.#in.sandbox.config.pod
  }
  get container(): Container {
    return this.#config.container
  }
  get identity(): Identity {
    return identityOf(this.pod, this.#config)
  }
  get capabilities(): ReadonlySet<string> {
    return effectiveSet(this.identity, this.#config)
  }
  get runtimeHandler(): string | undefined {
    return this.#in.sandbox.config.runtimeHandler
  }
  get stdin(): Stdin | undefined {
    return this.#ends.stdin
  }
  get terminal(): Terminal | undefined {
    return this.#ends.terminal
  }
  get write(): ProcessEnds['write'] {
    return this.#ends.write
  }

  log(line: string, stream: 'stdout' | 'stderr'): void {
    this.#ends.log(line, stream)
  }

  onWrite(text: string, stream: 'stdout' | 'stderr'): void {
    this.#ends.onWrite?.(text, stream)
  }

  onExit(code: number): void {
    this.#ends.onExit(code)
  }

  processes(): readonly (readonly string[])[] {
    return this.#around.processesOf(this.#in)
  }

  use(amounts: Amounts): void {
    this.#around.use(this.#in, amounts)
  }

  refusesPort(port: number): boolean {
    return !this.capabilities.has('NET_BIND_SERVICE') && port < firstFreePort(this.pod, this.#around.files)
  }

  listen<S>(ip: string, port: number, protocol: 'TCP' | 'UDP', answer: S, by?: string): () => void {
    const { network, ip: hostIP } = this.#around
    const serve = counted(this.#in, answer, this.#around)
    const close = network.listen(ip, port, protocol, serve, by)
    const forwarding: (() => void)[] = []
    // The portmap plugin of CNI forwards a port of the machine.
    for (const { containerPort, hostPort, protocol: kind = 'TCP' } of this.#config.container.ports ?? [])
      if (containerPort === port && kind === protocol && hostPort !== undefined && ip !== hostIP)
        forwarding.push(network.listen(hostIP, hostPort, protocol, serve))
    this.#around.onPort(this.#in)
    return forwarding.length === 0 ? close : both(close, forwarding)
  }
}

function both(close: () => void, others: readonly (() => void)[]): () => void {
  return () => {
    close()
    for (const other of others) other()
  }
}

/** Requests that cost something are counted. */
function counted<S>(container: ContainerRecord, serve: S, { served }: Surroundings): S {
  if (container.meter?.perRequest === undefined || typeof serve !== 'function') return serve
  const answer = serve as unknown as Serve
  return ((request) => {
    served(container)
    // Asking again is not the same as not asking: what a probe would skip is asked each time.
    const { onStale: _, ...fresh } = answer(request)
    return fresh
  }) as Serve as S
}
