import type { ContainerShellOptions } from './start.ts'

export async function runContainerShell({ process }: ContainerShellOptions): Promise<void> {
  process.exit(127)
}
