import { describe, expect, test } from 'vitest'
import { createNetwork } from '../network/index.ts'
import { VirtualClock } from '../sim/clock.ts'
import { Random } from '../sim/random.ts'
import { createFileTree } from './host/file-tree.ts'
import { createProcess } from './process.ts'

function start() {
  const clock = new VirtualClock()
  const network = createNetwork()
  network.addHost('worker-1', '192.168.0.1')
  const lines: string[] = []
  const exits: number[] = []
  const make = () =>
    createProcess({
      world: { clock, trace: { add() {} } },
      network,
      random: new Random(1),
      argv: ['x'],
      files: createFileTree(clock),
      host: 'worker-1',
      ip: '192.168.0.1',
      log: (line) => lines.push(line),
      onExit: (code) => exits.push(code),
    })
  const outcome = () =>
    network.connect({ host: 'worker-1', ip: '192.168.0.1' }, { ip: '127.0.0.1', port: 80 }, () => 0).outcome
  return { clock, make, lines, exits, outcome }
}

describe('a process', () => {
  test('ends once, gives back what it holds, and its supervisor hears it on the clock', () => {
    const { clock, make, exits, lines, outcome } = start()
    const handle = make()
    const ended: string[] = []
    handle.process.onEnd(() => ended.push('a'))
    handle.process.listen(80, 'TCP', () => ({}))
    expect(outcome()).toBe('connected')
    handle.process.exit(3)
    handle.process.exit(4)
    handle.kill()
    handle.process.log('too late')
    expect([handle.running, handle.exitCode, outcome()]).toEqual([false, 3, 'refused'])
    expect([ended, exits, lines]).toEqual([['a'], [], []])
    clock.settle()
    expect(exits).toEqual([3])
  })

  test.each([
    ['SIGTERM', 143],
    ['SIGINT', 130],
    ['SIGHUP', 129],
  ] as const)('%s without a handler ends it with %i', (signal, code) => {
    const { make } = start()
    const handle = make()
    handle.signal(signal)
    expect(handle.exitCode).toBe(code)
  })

  test('a handler decides about signals, but not about SIGKILL', () => {
    const { make } = start()
    const handle = make()
    const heard: string[] = []
    handle.process.onSignal((signal) => heard.push(signal))
    handle.signal('SIGTERM')
    expect([heard, handle.running]).toEqual([['SIGTERM'], true])
    handle.kill()
    expect(handle.exitCode).toBe(137)
  })

  test('a port that is taken ends it with the error a program prints', () => {
    const { make, lines } = start()
    make().process.listen(80, 'TCP', () => ({}))
    const second = make()
    second.process.listen(80, 'TCP', () => ({}))
    expect(second.exitCode).toBe(1)
    expect(lines).toEqual(['listen tcp 192.168.0.1:80: bind: address already in use'])
  })
})
