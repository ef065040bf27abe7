import { quantityValue } from '../../../api/quantity.ts'
import type { RuntimeContainer } from '../../container-runtime/contract.ts'

/** What a container takes at this moment. */
export interface Usage {
  /** Cores. */
  readonly cpu: number
  /** Bytes of the working set. */
  readonly memory: number
  /** Core-seconds since its start. */
  readonly cpuSeconds: number
}

const MI = 1024 ** 2

/** What known programs take when nothing much happens: millicores and MiB. What an image declares comes first. */
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
]

/** @param now virtual ms */
export function usageOf({ config, startedAt = 0 }: RuntimeContainer, now: number): Usage {
  const { image, container } = config
  const [, millicores, mebibytes] = IDLE.find(([name]) => name.test(image.name)) ?? ['', 2, 12]
  const asked = stressOf([...(config.command ?? image.entrypoint ?? []), ...(config.args ?? [])])
  const cpu = asked?.cpu ?? image.usage?.cpu ?? millicores / 1000
  const memory = asked?.memory ?? image.usage?.memory ?? mebibytes * MI
  const { limits } = container.resources ?? {}
  const limited = {
    cpu: limits?.cpu === undefined ? cpu : Math.min(cpu, quantityValue(limits.cpu)),
    memory: limits?.memory === undefined ? memory : Math.min(memory, quantityValue(limits.memory)),
  }
  return { ...limited, cpuSeconds: (limited.cpu * Math.max(0, now - startedAt)) / 1000 }
}

/** `stress --cpu 2 --vm 1 --vm-bytes 100M` does what it says. */
function stressOf(argv: readonly string[]): { readonly cpu: number; readonly memory: number } | undefined {
  if (!/(^|\/)stress(-ng)?$/.test(argv[0] ?? '')) return undefined
  const option = (...names: readonly string[]) => argv[argv.findIndex((word) => names.includes(word)) + 1]
  const has = (...names: readonly string[]) => argv.some((word) => names.includes(word))
  const workers = has('--cpu', '-c') ? Number(option('--cpu', '-c')) : 0
  const size = has('--vm-bytes') ? /^(\d+)([BKMG]?)$/i.exec(option('--vm-bytes') ?? '') : null
  const bytes = size === null ? 0 : Number(size[1]) * 1024 ** 'BKMG'.indexOf((size[2] || 'B').toUpperCase())
  const hogs = has('--vm', '-m') ? Number(option('--vm', '-m')) : 0
  return { cpu: workers + hogs, memory: Math.max(hogs, 1) * bytes + MI }
}

/** What runs on a machine besides containers: the kubelet, containerd, the system. */
export const SYSTEM_USAGE = { cpu: 0.065, memory: 420 * MI }
