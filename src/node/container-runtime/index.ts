import type { Program } from '../contract.ts'
import type { ContainerRuntime } from './contract.ts'

export { createContainerRuntime } from './runtime.ts'

/** What systemd starts as containerd.service: while it runs the CRI answers. Containers outlive it, their shims hold them. */
export function containerdProgram(runtime: ContainerRuntime): Program {
  return {
    start(process) {
      process.log(`containerd successfully booted in 0.${String(process.random.int(90) + 10)}s`)
      runtime.setUp(true)
      process.onEnd(() => runtime.setUp(false))
    },
  }
}
