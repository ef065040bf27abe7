import type { ProcessHandle, ProcessOptions } from '../../process.ts'
import type { ExecResult } from '../contract.ts'
import type { ContainerRecord } from './record.ts'

/** One more process in a running container; it ends with the container. @returns how to kill it */
export function runInside(
  container: ContainerRecord,
  make: (on: Pick<ProcessOptions, 'log' | 'onExit'>) => ProcessHandle,
  onDone: (result: ExecResult) => void,
): () => void {
  const output: string[] = []
  const handle = make({
    log: (line) => output.push(`${line}\n`),
    onExit: (exitCode) => {
      container.execs?.delete(handle)
      onDone({ exitCode, output: output.join('') })
    },
  })
  container.execs ??= new Set()
  container.execs.add(handle)
  container.config.image.program.start(handle.process)
  return () => handle.kill()
}

/** Source: containerd internal/cri/server/container_start.go, opencontainers/runc libcontainer */
export function startErrorMessage(why: string): string {
  return `failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init: ${why}: unknown`
}

/** Source: containerd internal/cri/server/container_execsync.go */
export function execErrorMessage(execId: string, why: string): string {
  return `failed to exec in container: failed to start exec "${execId}": OCI runtime exec failed: exec failed: unable to start container process: ${why}: unknown`
}
