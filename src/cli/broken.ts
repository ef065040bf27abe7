import { tell } from './terminal.ts'

/** The simulation itself has failed: there is nothing to go on with. */
export function broken(error: unknown): never {
  tell(
    `kubedrill: the simulation failed, please report this: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
  )
  process.exit(70)
}
