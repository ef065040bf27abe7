import { quantityMilliValue, quantityValue } from '../../../api/quantity.ts'
import type { Container } from '../../../api/types.ts'
import type { RuntimeContainer } from '../contract.ts'
import type { Usage } from './amounts.ts'
import type { Idle } from './meter.ts'

const MI = 1024 ** 2

/** What known programs take when nothing much happens: millicores and MiB. What is declared comes first. */
const IDLE: readonly (readonly [image: RegExp, millicores: number, mebibytes: number])[] = [
  [/\/kube-apiserver:/, 52, 290],
  [/\/etcd:/, 24, 58],
  [/\/kube-controller-manager:/, 18, 64],
  [/\/kube-scheduler:/, 6, 31],
  [/\/coredns/, 3, 22],
  [/\/kube-proxy:/, 1, 29],
  [/\/metrics-server\//, 4, 24],
  [/\/(mysql|mariadb):/, 9, 380],
  [/\/postgres:/, 4, 42],
  [/\/redis:/, 3, 9],
  [/\/(nginx|nginx-unprivileged):/, 1, 7],
  [/\/httpd:/, 1, 14],
  [/\/(busybox|alpine|curl):/, 0, 1],
  [/\/pause:/, 0, 0.5],
]

const OTHER: Idle = { cpu: 0.002, memory: 12 * MI }
const byImage = new Map<string, Idle>()

/** What an image's program takes where nothing else is said. */
export function idleOf(image: string): Idle {
  let known = byImage.get(image)
  if (known === undefined) {
    const found = IDLE.find(([name]) => name.test(image))
    known = found === undefined ? OTHER : { cpu: found[1] / 1000, memory: found[2] * MI }
    byImage.set(image, known)
  }
  return known
}

/** Cores a container may take. */
export function cpuLimit({ resources }: Container, ofMachine: number): number {
  const limit = resources?.limits?.cpu
  return limit === undefined ? ofMachine : Math.min(quantityMilliValue(limit) / 1000, ofMachine)
}

export function memoryLimit({ resources }: Container): number {
  const limit = resources?.limits?.memory
  return limit === undefined ? Number.POSITIVE_INFINITY : quantityValue(limit)
}

/** The memory of a container that declares nothing: it stays within its limit. */
export function idleMemory({ config }: RuntimeContainer): number {
  return Math.min(idleOf(config.image.name).memory, memoryLimit(config.container))
}

/** What a running container takes. @param now virtual ms */
export function usageOf(container: RuntimeContainer, now: number): Usage {
  const { config, startedAt = 0, memoryFiles = 0 } = container
  if (container.meter !== undefined) {
    const usage = container.meter.usage(now)
    return memoryFiles === 0 ? usage : { ...usage, memory: usage.memory + memoryFiles }
  }
  const cpu = cpuLimit(config.container, idleOf(config.image.name).cpu)
  const cpuSeconds = (cpu * Math.max(0, now - startedAt)) / 1000
  return { cpu, memory: idleMemory(container) + memoryFiles, cpuSeconds, disk: 0, inodes: 0, pids: 1 }
}

/** What runs on a machine besides containers: the kubelet, containerd, the system. */
export const SYSTEM_USAGE = { cpu: 0.065, memory: 420 * MI, disk: 3 * 1024 * MI, inodes: 90_000, pids: 160 }
