import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { VirtualClock } from './clock.ts'
import { goTo, Journal, type JournalEntry, JournalError, readJournal, replay } from './journal.ts'
import { Random } from './random.ts'
import { RecordedTrace } from './trace.ts'

/** A little world with timers that beget timers, by chance. */
function newWorld() {
  const clock = new VirtualClock(1000)
  const trace = new RecordedTrace(clock, { keep: 'all' })
  const random = new Random(7)
  const poke = (name: string, depth = 0): void => {
    trace.add(name, `at depth ${depth}`)
    if (depth > 3) return
    for (let i = random.int(3); i >= 0; i--) {
      if (random.int(2) === 0) clock.defer(() => poke(`${name}.${i}`, depth + 1))
      else clock.setTimeout(() => poke(`${name}.${i}`, depth + 1), random.int(200))
    }
  }
  return { clock, trace, poke }
}

type Poke = JournalEntry & { readonly poke?: string }

const action = fc.oneof(
  fc.record({ poke: fc.constantFrom('a', 'b', 'c') }),
  fc.record({ run: fc.nat(300), atMost: fc.constantFrom(1, 2, 5, 1000) }),
)

test('a replay is the same run, byte for byte, wherever the process died', () => {
  fc.assert(
    fc.property(fc.array(action, { maxLength: 30 }), fc.nat(), (actions, cut) => {
      const first = newWorld()
      let text = ''
      const journal = new Journal<Poke>(first.clock, (line) => {
        text += line
      })
      for (const act of actions) {
        if ('run' in act) first.clock.run(first.clock.now() + act.run, act.atMost)
        else {
          journal.record({ poke: act.poke })
          first.poke(act.poke)
        }
      }
      journal.record()

      const second = newWorld()
      const apply = ({ poke }: Poke) => poke !== undefined && second.poke(poke)
      replay(readJournal<Poke>(text), second.clock, apply)
      expect(second.trace.text()).toBe(first.trace.text())
      expect(second.trace.hash).toBe(first.trace.hash)
      expect([second.clock.now(), second.clock.fired]).toEqual([first.clock.now(), first.clock.fired])

      const third = newWorld()
      replay(readJournal<Poke>(text.slice(0, cut % (text.length + 1))), third.clock, ({ poke }) => {
        if (poke !== undefined) third.poke(poke)
      })
      expect(first.trace.text().startsWith(third.trace.text())).toBe(true)
    }),
  )
})

describe('reading', () => {
  const line = (at: number, fired: number) => `{"at":${at},"fired":${fired}}\n`

  test('drops a last line that is cut off', () => {
    expect(readJournal(`${line(1, 0)}{"at":2,"fi`)).toEqual([{ at: 1, fired: 0 }])
    expect(readJournal('')).toEqual([])
  })

  test.each([
    ['{"at":2,"fi\n', 'journal line 2: not JSON'],
    ['\n', 'journal line 2: not JSON'],
    ['[]\n', 'journal line 2: not an object'],
    ['{"fired":1}\n', 'journal line 2: `at` is not a time in ms'],
    ['{"at":2,"fired":-1}\n', 'journal line 2: `fired` is not a count of timers'],
    ['{"at":0,"fired":0}\n', 'journal line 2: lies before the line above it'],
  ])('refuses %j', (damaged, message) => {
    expect(() => readJournal(line(1, 0) + damaged + line(3, 0))).toThrow(new JournalError(message))
  })
})

test('a journal of another run is noticed', () => {
  const { clock } = newWorld()
  expect(() => goTo(clock, { at: 2000, fired: 3 })).toThrow('does not fit this run')
  clock.setTimeout(() => {}, 10)
  expect(() => goTo(clock, { at: 2000, fired: 0 })).toThrow('does not fit this run')
  clock.advance(500)
  expect(() => goTo(clock, { at: 1200, fired: 1 })).toThrow('does not fit this run')
})

test('a shell holds a replay', () => {
  const { clock } = newWorld()
  let release = () => {}
  clock.setTimeout(() => {
    release = clock.hold()
  }, 10)
  expect(goTo(clock, { at: 1500, fired: 1 })).toBe('held')
  release()
  expect(goTo(clock, { at: 1500, fired: 1 })).toBe('there')
  expect(clock.now()).toBe(1500)
})

test('no time passes while a shell runs: what it sets then is due when it was', () => {
  const { clock } = newWorld()
  const release = clock.hold()
  const from = clock.now()
  expect(goTo(clock, { at: from + 700, fired: 0 })).toBe('held')
  expect(clock.now()).toBe(from)
  clock.setTimeout(() => {}, 5000)
  release()
  expect(goTo(clock, { at: from + 700, fired: 0 })).toBe('there')
  expect(goTo(clock, { at: from + 5000, fired: 1 })).toBe('there')
})
