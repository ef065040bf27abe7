import { describe, expect, it } from 'vitest'
import { Pipe } from './pipe.ts'
import { Terminal } from './terminal.ts'

function terminal() {
  const stdin = new Pipe()
  const read: (string | undefined)[] = []
  let shown = ''
  let interrupts = 0
  stdin.onData((bytes) => read.push(bytes))
  const made = new Terminal({
    stdin,
    write: (text) => {
      shown += text
    },
    interrupt: () => {
      interrupts++
    },
  })
  return { type: (keys: string) => made.type(keys), read, shown: () => shown, interrupts: () => interrupts }
}

describe('a terminal', () => {
  it.each([
    ['a line, with the carriage return of the Enter key', 'ls\r', ['ls\n']],
    ['a correction', 'lz\x7fs\r', ['ls\n']],
    ['a line taken back with ^U', 'rm -rf /\x15ls\r', ['ls\n']],
    ['a word taken back with ^W', 'ls /tmp\x17/etc\r', ['ls /etc\n']],
    ['the line before, with the up arrow', 'ls\r\x1b[A\r', ['ls\n', 'ls\n']],
    ['an insertion after the left arrow', 'eho\x1b[D\x1b[Dc\r', ['echo\n']],
    ['letters beyond ASCII that come in two pieces', 'gr\xc3\xbcn\r', ['gr\xc3\xbcn\n']],
    ['the end of the input with ^D', 'ls\r\x04', ['ls\n', undefined]],
    ['half a line handed over with ^D', 'ls\x04', ['ls']],
  ])('hands over %s', (_what, keys, expected) => {
    const { type, read } = terminal()
    for (const key of keys) type(key)
    expect(read).toEqual(expected)
  })

  it('shows what is typed', () => {
    const { type, shown } = terminal()
    type('lz\x7fs\r')
    expect(shown()).toBe('lz\b \bs\n')
  })

  it('tells of ^C and forgets the line', () => {
    const { type, read, interrupts } = terminal()
    type('sleep 5\x03ls\r')
    expect(interrupts()).toBe(1)
    expect(read).toEqual(['ls\n'])
  })
})
