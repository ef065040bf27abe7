import { CONTAINERD_CONFIG } from '../node/host/default-files.ts'
import type { TopologyNode } from './contract.ts'

const RUNTIME_TYPES = { runsc: 'io.containerd.runsc.v1', kata: 'io.containerd.kata.v2' } as const

/** OCI runtimes besides runc that can be installed on a machine: gVisor and Kata Containers. */
export type ExtraRuntime = keyof typeof RUNTIME_TYPES

/** What is on a machine beyond the ordinary: GPUs as device files, further OCI runtimes with their configuration. */
export function hardwareFiles({ gpus = 0, runtimes = [] }: TopologyNode): Readonly<Record<string, string>> {
  const devices = Array.from({ length: gpus }, (_, i) => [`/dev/nvidia${i}`, ''] as const)
  const sections = runtimes.map(
    (name) =>
      `\n[plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.${name}]\n  runtime_type = '${RUNTIME_TYPES[name]}'\n`,
  )
  const shims = runtimes.map((name) => {
    const version = RUNTIME_TYPES[name].split('.').at(-1)
    return [`/usr/local/bin/containerd-shim-${name}-${version}`, ''] as const
  })
  return {
    ...Object.fromEntries(devices),
    ...Object.fromEntries(shims),
    ...(sections.length > 0 && { '/etc/containerd/config.toml': CONTAINERD_CONFIG + sections.join('') }),
  }
}
