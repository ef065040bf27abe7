import { quantityValue } from '../../../api/quantity.ts'
import type { Program } from '../../contract.ts'

/** docker.io/polinux/stress: takes memory; more than the container's limit and the kernel kills it (137). */
export const stress: Program = {
  start(process) {
    const { argv, container } = process
    process.log(
      `stress: info: [1] dispatching hogs: ${optionOf(argv, '--cpu', '-c') ?? 0} cpu, 0 io, ${optionOf(argv, '--vm', '-m') ?? 0} vm, 0 hdd`,
    )
    const wanted = bytes(optionOf(argv, '--vm-bytes'))
    const limit = container?.resources?.limits?.memory
    if (limit === undefined || wanted <= quantityValue(limit)) return
    process.log('stress: FAIL: [1] (416) <-- worker 7 got signal 9', 'stderr')
    process.exit(137)
  },
}

function optionOf(argv: readonly string[], ...names: readonly string[]): string | undefined {
  const at = argv.findIndex((word) => names.includes(word))
  return at < 0 ? undefined : argv[at + 1]
}

function bytes(text: string | undefined): number {
  const match = /^(\d+)([BKMG]?)$/i.exec(text ?? '')
  if (!match) return 0
  return Number(match[1]) * 1024 ** 'BKMG'.indexOf((match[2] || 'B').toUpperCase())
}
