import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Actor, type AnyStateMachine, assign, cancel, createActor, emit, fromCallback, raise, setup } from 'xstate'
import { type ChartWorld, createCharts, startChart } from './chart.ts'
import { VirtualClock } from './clock.ts'
import { inspectorOf, listen, TransitionTracer } from './live.ts'
import { stateText } from './state-memo.ts'
import { RecordedTrace } from './trace.ts'
import { TransitionCounts } from './transitions.ts'

type Event = { type: 'A' } | { type: 'B' } | { type: 'C' } | { type: 'D' }
type Emitted = { type: 'said'; text: string } | { type: 'echo' } | { type: 'ping' }

const vocabulary = setup({
  types: {
    context: {} as { count: number; last: string },
    events: {} as Event,
    emitted: {} as Emitted,
    input: {} as { count: number },
  },
  guards: {
    odd: ({ context }) => context.count % 2 === 1,
    many: ({ context }) => context.count > 4,
  },
  delays: {
    backOff: ({ context }) => 100 * (context.count + 1),
    grace: 250,
    instantly: 0,
  },
  actions: {
    increment: assign({ count: ({ context }) => context.count + 1 }),
    reset: assign({ count: 0 }),
    note: assign({ last: ({ event }) => event.type }),
    say: emit(({ context, event }) => ({
      type: 'said' as const,
      text: `${event.type} ${context.count} ${context.last}`,
    })),
    echo: emit({ type: 'echo' as const }),
    ping: emit({ type: 'ping' as const }),
  },
})

const life = vocabulary.createMachine({
  id: 'life',
  context: ({ input }) => ({ count: input.count, last: '' }),
  initial: 'waiting',
  entry: 'say',
  on: { D: { actions: ['note', 'say'] } },
  states: {
    waiting: {
      entry: 'say',
      exit: ['say', 'increment'],
      after: { backOff: { target: 'running', guard: 'odd' }, 700: 'running' },
      on: { A: { target: 'waiting', reenter: true }, B: { actions: 'increment' } },
    },
    running: {
      entry: ['increment', 'echo', raise({ type: 'C' })],
      always: { guard: 'many', target: 'settling' },
      after: { grace: { actions: ['ping', 'say'] } },
      on: { A: 'waiting', C: { actions: 'say' }, B: 'gone' },
    },
    settling: {
      entry: 'reset',
      after: { instantly: 'running' },
      on: { B: 'gone' },
    },
    gone: { type: 'final', entry: 'say' },
  },
})

const regions = vocabulary.createMachine({
  id: 'regions',
  context: ({ input }) => ({ count: input.count, last: '' }),
  type: 'parallel',
  states: {
    health: {
      initial: 'unknown',
      states: {
        unknown: { after: { grace: 'good' }, on: { A: 'bad' } },
        good: {
          entry: 'ping',
          after: { backOff: { target: 'bad', actions: 'increment' } },
          on: { B: { guard: 'odd', target: 'unknown' } },
        },
        bad: { entry: ['say', 'echo'], on: { A: 'over', B: 'good' } },
        over: { type: 'final' },
      },
      onDone: { actions: 'say' },
    },
    work: {
      initial: 'idle',
      states: {
        idle: { on: { A: { target: 'busy', actions: 'increment' }, C: 'ended' } },
        busy: {
          initial: 'first',
          states: {
            first: { after: { 100: 'second' } },
            second: { after: { 100: 'first' }, on: { D: { target: 'first', actions: 'note' } } },
            recent: { type: 'history', target: 'first' },
          },
          on: { C: 'idle' },
        },
        paused: { on: { B: 'busy.recent', C: 'ended' } },
        ended: { type: 'final', entry: 'say' },
      },
      on: { D: '.paused' },
    },
  },
})

const reminders = vocabulary.createMachine({
  id: 'reminders',
  context: ({ input }) => ({ count: input.count, last: '' }),
  initial: 'on',
  states: {
    on: {
      entry: raise({ type: 'D' }, { delay: 120, id: 'reminder' }),
      on: {
        A: { actions: [cancel('reminder'), raise({ type: 'D' }, { delay: 'backOff', id: 'reminder' })] },
        B: { actions: raise({ type: 'C' }, { delay: 50 }) },
        C: { actions: ['increment', 'ping'] },
        D: [{ guard: 'many', target: 'off' }, { actions: ['increment', 'say'] }],
      },
    },
    off: { always: [{ guard: 'odd', target: 'on', actions: 'reset' }, { target: 'done' }] },
    done: { type: 'final' },
  },
})

const nested = vocabulary.createMachine({
  id: 'nested',
  context: ({ input }) => ({ count: input.count, last: '' }),
  initial: 'closed',
  exit: 'say',
  on: { D: '.open.wide', C: { actions: 'note' } },
  states: {
    closed: { on: { A: 'open', B: { target: 'open.wide', actions: 'increment' } } },
    open: {
      initial: 'narrow',
      entry: 'increment',
      exit: 'say',
      after: { backOff: { target: 'closed', guard: 'odd' } },
      on: { A: { target: 'open', guard: 'many', reenter: true }, B: 'over' },
      onDone: { target: 'closed', actions: 'ping' },
      states: {
        narrow: { entry: 'echo', exit: 'note', on: { A: 'wide' } },
        wide: {
          initial: 'left',
          after: { grace: 'shut' },
          on: { A: {}, D: { target: 'wide' } },
          states: {
            left: { always: { guard: 'many', target: 'right', actions: 'say' }, on: { C: 'right' } },
            right: { entry: 'reset', on: { C: { target: 'right', reenter: true, actions: 'say' }, D: 'left' } },
          },
        },
        shut: { type: 'final', entry: 'say' },
      },
    },
    over: { type: 'final', entry: ['say', raise({ type: 'A' })] },
  },
})

interface World extends ChartWorld {
  readonly clock: VirtualClock
  readonly trace: RecordedTrace & { readonly transitions: TransitionCounts }
}

function newWorld(): World {
  const clock = new VirtualClock()
  return {
    clock,
    trace: new RecordedTrace(clock, { keep: 'all', transitions: new TransitionCounts() }) as World['trace'],
  }
}

interface Subject {
  start(key: string, count: number): void
  send(key: string, event: Event): void
  stop(key: string): void
  state(key: string): unknown
  live?(key: string): void
}

type Subjects = (machine: AnyStateMachine, world: World, onEmit: (key: string, event: Emitted) => void) => Subject

const flyweights: Subjects = (machine, world, onEmit) => {
  const charts = createCharts(machine, world, 'test', onEmit as never)
  return {
    start: (key, count) => charts.start(key, { count } as never),
    send: (key, event) => charts.send(key, event as never),
    stop: (key) => charts.stop(key),
    state: (key) => charts.state(key),
    live: (key) => void charts.live(key),
  }
}

/** XState's own interpreter: what the flyweights are held to. */
const actors: Subjects = (machine, world, onEmit) => {
  const running = new Map<string, Actor<AnyStateMachine>>()
  const stop = (key: string) => {
    running.get(key)?.stop()
    running.delete(key)
  }
  return {
    start(key, count) {
      stop(key)
      const tracer = new TransitionTracer(machine, world.trace, 'test')
      const inspect = inspectorOf(tracer, key)
      const actor = createActor(machine, { clock: world.clock, input: { count }, inspect } as never)
      tracer.begun(key, stateText(actor.getSnapshot().value))
      listen(actor, world.clock, (event) => onEmit(key, event as Emitted))
      running.set(key, actor)
      actor.start()
    },
    send(key, event) {
      const actor = running.get(key)
      if (actor?.getSnapshot().status === 'active') actor.send(event)
    },
    stop,
    state(key) {
      const snapshot = running.get(key)?.getSnapshot()
      return snapshot && { value: snapshot.value, context: snapshot.context, status: snapshot.status }
    },
  }
}

const key = fc.constantFrom('a', 'b')
const operation = fc.oneof(
  { weight: 5, arbitrary: fc.tuple(fc.constant('send'), key, fc.constantFrom('A', 'B', 'C', 'D')) },
  { weight: 4, arbitrary: fc.tuple(fc.constant('advance'), fc.constantFrom(0, 1, 50, 100, 250, 600, 2000)) },
  { weight: 1, arbitrary: fc.tuple(fc.constantFrom('start', 'stop', 'live'), key, fc.nat(6)) },
)

/** Everything one can see of a run. `looking`: objects are looked at as live actors now and then. */
function run(
  subjects: Subjects,
  machine: AnyStateMachine,
  operations: readonly (readonly unknown[])[],
  looking: boolean,
) {
  const world = newWorld()
  const seen: unknown[] = []
  const subject = subjects(machine, world, (key, event) => {
    seen.push([world.clock.now(), key, event, 'emitted'])
    // What is emitted comes back as events, to itself and to another, in the middle of the step.
    if (event.type === 'echo') subject.send(key, { type: 'C' })
    if (event.type === 'ping') subject.send(key === 'a' ? 'b' : 'a', { type: 'D' })
  })
  for (const [op, key, argument] of [['start', 'a', 0], ['start', 'b', 1], ...operations]) {
    if (op === 'advance') world.clock.advance(key as number)
    else if (op === 'start') subject.start(key as string, argument as number)
    else if (op === 'stop') subject.stop(key as string)
    else if (op === 'live') looking && subject.live?.(key as string)
    else subject.send(key as string, { type: argument } as Event)
    seen.push([world.clock.now(), world.clock.fired, subject.state('a'), subject.state('b')])
  }
  const counts = world.trace.transitions!.of(machine).map(({ times }) => times)
  return { seen, trace: world.trace.text(), counts }
}

describe.each([life, nested, regions, reminders])('$id', (machine) => {
  test('lives the same on a flyweight as on an actor of its own', () => {
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 40 }), (operations) => {
        expect(run(flyweights, machine, operations, false)).toEqual(run(actors, machine, operations, false))
      }),
      { numRuns: 300 },
    )
  })

  test('lives the same while somebody looks', () => {
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 40 }), (operations) => {
        expect(run(flyweights, machine, operations, true)).toEqual(run(flyweights, machine, operations, false))
      }),
      { numRuns: 300 },
    )
  })
})

describe('a chart that breaks', () => {
  const broken = setup({
    types: { events: {} as { type: 'GO' }, emitted: {} as { type: 'out' } },
    actions: {
      breakDown: () => {
        throw new Error('no image')
      },
      out: emit({ type: 'out' }),
    },
  }).createMachine({
    initial: 'fine',
    states: { fine: { after: { 1000: 'bad' }, on: { GO: { actions: 'out' } } }, bad: { entry: 'breakDown' } },
  })
  const listenerBreaks = () => {
    throw new Error('nobody home')
  }

  test.each(['flyweight', 'actor'])('fails the clock where it happens: %s', (kind) => {
    const world = newWorld()
    if (kind === 'actor') startChart(broken, world, 'test', undefined, () => {})
    else createCharts(broken, world, 'test', () => {}).start('a', undefined)
    expect(() => world.clock.advance(5000)).toThrow('no image')
    expect(world.clock.now()).toBe(1000)
  })

  test.each(['flyweight', 'actor'])('and so does one whose listener breaks: %s', (kind) => {
    const world = newWorld()
    if (kind === 'actor') startChart(broken, world, 'test', undefined, listenerBreaks).send({ type: 'GO' })
    else {
      const charts = createCharts(broken, world, 'test', listenerBreaks)
      charts.start('a', undefined)
      charts.send('a', { type: 'GO' })
    }
    world.clock.defer(() => {})
    expect(() => world.clock.settle()).toThrow('nobody home')
  })
})

test('children are refused: many objects share one scope', () => {
  const parent = setup({ actors: { child: fromCallback(() => {}) } }).createMachine({
    id: 'p',
    invoke: { src: 'child' },
  })
  expect(() => createCharts(parent, newWorld(), 'test', () => {})).toThrow('machine p invokes actors')
})

test('the trace says who took what, and the counts how often', () => {
  const world = newWorld()
  const charts = createCharts(life, world, 'test', () => {})
  charts.start('a', { count: 1 })
  world.clock.advance(200)
  charts.send('a', { type: 'B' })
  expect(world.trace.text()).toBe(
    [
      '0 test/a init:  -> waiting',
      '200 test/a after backOff: waiting -> running',
      '200 test/a C: running -> running',
      '200 test/a B: running -> gone',
      '',
    ].join('\n'),
  )
  const taken = world.trace.transitions.of(life).filter(({ times }) => times > 0)
  expect(taken.map(({ arrow, times }) => [arrow.from, arrow.on, arrow.guard, arrow.to, times])).toEqual([
    ['waiting', 'after backOff', 'odd', ['running'], 1],
    ['running', 'C', undefined, [], 1],
    ['running', 'B', undefined, ['gone'], 1],
  ])
})
