import type { Network } from '../../../network/contract.ts'
import type { Barrier } from '../../../sim/barrier.ts'
import type { Process, Program } from '../../contract.ts'

/** A container's process that is, or needs, a shell. */
export interface ContainerShellOptions {
  readonly process: Process
  readonly network: Network
  readonly barrier: Barrier
  /** Commands its userland has. */
  readonly known: ReadonlySet<string>
  /** Binaries of the image besides, by name. */
  readonly extra: Readonly<Record<string, Program>>
}

/** Runs the process's command line in a shell. The clock is held from now until the shell waits for virtual time. */
export function startShell(options: ContainerShellOptions): void {
  const leave = options.barrier.enter()
  void import('./container-shell.ts').then(
    ({ runContainerShell }) => {
      void runContainerShell(options)
      leave()
    },
    (error: unknown) => {
      options.process.world.clock.fail(error)
      leave()
    },
  )
}
