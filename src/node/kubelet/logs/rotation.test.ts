import { describe, expect, test } from 'vitest'
import { aPod, TestNode } from '../node.test-kit.ts'

const MI = 1024 ** 2

/** Writes a line of 64 KiB every 100 ms: 10 MiB in 16 s. */
function aChatterer(): TestNode {
  const node = new TestNode().image('chatter', (process) => {
    let n = 0
    const write = () => {
      process.log(`${n++} ${'x'.repeat(65_536)}`)
      process.world.clock.setTimeout(write, 100)
    }
    write()
  })
  return node.start().create(aPod('web', 'chatter'))
}

function read(node: TestNode, follow = false) {
  const lines: string[] = []
  const sink = { write: (text: string) => lines.push(...text.trimEnd().split('\n')), end: () => undefined }
  node.kubelet!.logs('default', 'web', 'web', { follow }, sink)
  return lines
}

describe('rotation of container logs', () => {
  test('a new file after 10 MiB: logs shows that one, following goes on, five files are kept', () => {
    const node = aChatterer()
    node.clock.advance(15_000)
    const [container] = node.runtime.containers()
    const followed = read(node, true)
    expect(read(node)[0]).toMatch(/^0 /)
    node.clock.advance(10_000)
    expect(Number(read(node)[0]!.split(' ')[0])).toBeGreaterThan(100)
    const numbers = followed.map((line) => Number(line.split(' ')[0]))
    expect(numbers).toEqual(numbers.map((_, i) => i))
    node.clock.advance(300_000)
    const log = node.runtime.log(container!.id)!
    expect(log.fileBytes).toBeLessThan(17 * MI)
    expect(log.bytes).toBeLessThan(2 * 17 * MI + 3 * 2 * MI)
    expect(node.runtime.resources.disk.bytes.taken(node.clock.now())).toBeGreaterThan(log.bytes)
  })

  test('without a kubelet nobody rotates', () => {
    const node = aChatterer()
    node.clock.advance(5_000)
    node.stop()
    node.clock.advance(30_000)
    const [container] = node.runtime.containers()
    expect(node.runtime.log(container!.id)!.fileBytes).toBeGreaterThan(17 * MI)
  })
})
