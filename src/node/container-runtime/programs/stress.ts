import { parseGoDuration } from '../../../api/duration.ts'
import { quantityMilliValue, quantityValue } from '../../../api/quantity.ts'
import type { Program } from '../../contract.ts'
import { type Curve, level, ramp } from '../usage/curve.ts'
import { after } from './declared.ts'

/** How fast a worker that does nothing else fills memory. No upstream number: a usual machine. */
const BYTES_PER_MS = 1024 ** 2
const OWN_MEMORY = 1024 ** 2
/** A worker that holds its memory and sleeps (`--vm-hang`) hardly computes. */
const HANGING = 0.05

/** docker.io/polinux/stress and its like: workers that take CPU and memory. Source: people.seas.harvard.edu/~apw/stress */
export const stress: Program = {
  start(process) {
    const { argv } = process
    const number = (...names: readonly string[]) => Number(optionOf(argv, ...names) ?? 0)
    const [cpu, io, vm, hdd] = [
      number('--cpu', '-c'),
      number('--io', '-i'),
      number('--vm', '-m'),
      number('--hdd', '-d'),
    ]
    const words = `${cpu} cpu, ${io} io, ${vm} vm, ${hdd} hdd`
    process.log(`stress: info: [1] dispatching hogs: ${words}`)
    const each = bytes(optionOf(argv, '--vm-bytes') ?? '256M')
    const hangs = optionOf(argv, '--vm-hang') !== undefined || argv.includes('--vm-keep')
    process.use?.({
      cpu: level(cpu + io * 0.2 + vm * (hangs ? HANGING : 1)),
      memory: filling(vm * each, (vm * each) / BYTES_PER_MS),
      pids: level(1 + cpu + io + vm + hdd),
      ...(hdd > 0 && { disk: filling(hdd * bytes(optionOf(argv, '--hdd-bytes') ?? '1G'), 10_000) }),
    })
    const timeout = seconds(optionOf(argv, '--timeout', '-t'))
    if (timeout !== undefined)
      after(process, timeout * 1000, () => {
        process.log(`stress: info: [1] successful run completed in ${timeout}s`)
        process.exit(0)
      })
  },
}

/** docker.io/vish/stress: `-cpus 2 -mem-total 250Mi -mem-alloc-size 10Mi -mem-alloc-sleep 1s`. Source: github.com/vishh/stress */
export const vishStress: Program = {
  start(process) {
    const { argv } = process
    const flag = (name: string) => {
      const found = argv.find((word) => new RegExp(`^--?${name}=`).test(word))
      return found?.slice(found.indexOf('=') + 1) ?? optionOf(argv, `-${name}`, `--${name}`)
    }
    const total = flag('mem-total') ?? '0'
    const chunk = flag('mem-alloc-size') ?? '4Ki'
    const sleep = flag('mem-alloc-sleep') ?? '1ms'
    const cpus = Number(flag('cpus') ?? 0)
    process.log(
      `I main.go:26] Allocating "${total}" memory, in "${chunk}" chunks, with a ${sleep} sleep between allocations`,
      'stderr',
    )
    for (let i = 0; i < cpus; i++) process.log('I main.go:39] Spawning a thread to consume CPU', 'stderr')
    const size = quantityValue(total)
    const takes = Math.ceil(size / Math.max(1, quantityValue(chunk))) * (parseGoDuration(sleep) ?? 0)
    process.use?.({ cpu: level(cpus), memory: filling(size, takes) })
    after(process, takes, () => process.log(`I main.go:29] Allocated "${total}" memory`, 'stderr'))
  },
}

/** registry.k8s.io/hpa-example: each request computes for a while. Source: kubernetes/website examples/application/php-apache.yaml */
export const hpaExample: Program = {
  start(process) {
    process.onSignal((signal) => {
      if (signal !== 'SIGHUP') process.exit(0)
    })
    const limit = process.container?.resources?.limits?.cpu
    const cores = Math.min(1, limit === undefined ? 1 : quantityMilliValue(limit) / 1000)
    process.use?.({ perRequest: { cpu: HPA_REQUEST } })
    process.listen(80, 'TCP', () => ({ status: 200, body: 'OK!', afterMs: Math.round((1000 * HPA_REQUEST) / cores) }))
  },
}

/** Core-seconds that a million square roots of PHP take. */
const HPA_REQUEST = 0.02

function filling(bytesAtLast: number, takesMs: number): Curve {
  return takesMs < 1 ? level(OWN_MEMORY + bytesAtLast) : ramp(OWN_MEMORY, OWN_MEMORY + bytesAtLast, takesMs)
}

function optionOf(argv: readonly string[], ...names: readonly string[]): string | undefined {
  const at = argv.findIndex((word) => names.includes(word))
  if (at >= 0) return argv[at + 1]
  const joined = argv.find((word) => names.some((name) => word.startsWith(`${name}=`)))
  return joined?.slice(joined.indexOf('=') + 1)
}

function bytes(text: string): number {
  const match = /^(\d+)([BKMG]?)$/i.exec(text)
  return match === null ? 0 : Number(match[1]) * 1024 ** 'BKMG'.indexOf((match[2] || 'B').toUpperCase())
}

/** `60`, `60s`, `10m`. */
function seconds(text: string | undefined): number | undefined {
  const match = /^(\d+)([smhd]?)$/.exec(text ?? '')
  return match === null ? undefined : Number(match[1]) * { s: 1, m: 60, h: 3600, d: 86_400 }[match[2] || 's']!
}
