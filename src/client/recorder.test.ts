import { beforeEach, expect, test } from 'vitest'
import type { Event, Pod } from '../api/types.ts'
import { VirtualClock } from '../sim/clock.ts'
import { Random } from '../sim/random.ts'
import { createClient } from './client.ts'
import type { Client, EventRecorder } from './contract.ts'
import { createRecorder } from './recorder.ts'
import { MemoryApiServer, Wire } from './testing/api-server.ts'

const pod: Pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web', namespace: 'shop', uid: 'u1', resourceVersion: '7' },
  spec: { containers: [] },
}

let clock: VirtualClock
let server: MemoryApiServer
let wire: Wire
let client: Client
let recorder: EventRecorder

beforeEach(() => {
  clock = new VirtualClock(1_767_225_600_000)
  server = new MemoryApiServer(clock)
  wire = new Wire(server)
  const world = { clock, trace: { add: () => {} } }
  client = createClient({ user: { name: 'tester', groups: [] }, connection: wire, world, random: new Random(1) })
  recorder = createRecorder(client, 'kubelet', world, new Random(1), 'n1')
})

const warn = (message: string, reason = 'BackOff') => recorder.event(pod, 'Warning', reason, message)
const events = () => {
  clock.settle()
  return client.list('Event') as readonly Event[]
}

test('an event says who saw what, when, on which object', () => {
  recorder.event(pod, 'Normal', 'Pulled', 'Container image "nginx" already present on machine', 'spec.containers{web}')
  expect(client.list('Event')).toEqual([])
  expect(events()).toMatchObject([
    {
      metadata: { name: expect.stringMatching(/^web\.18[0-9a-f]{14}$/), namespace: 'shop' },
      involvedObject: {
        apiVersion: 'v1',
        kind: 'Pod',
        name: 'web',
        namespace: 'shop',
        uid: 'u1',
        resourceVersion: '7',
        fieldPath: 'spec.containers{web}',
      },
      type: 'Normal',
      reason: 'Pulled',
      source: { component: 'kubelet', host: 'n1' },
      reportingComponent: 'kubelet',
      reportingInstance: 'n1',
      firstTimestamp: '2026-01-01T00:00:00Z',
      lastTimestamp: '2026-01-01T00:00:00Z',
      count: 1,
    },
  ])
})

test('the same again is counted', () => {
  warn('Back-off restarting')
  clock.advance(5000)
  warn('Back-off restarting')
  warn('Back-off restarting')
  expect(events()).toMatchObject([
    { count: 3, firstTimestamp: '2026-01-01T00:00:00Z', lastTimestamp: '2026-01-01T00:00:05Z' },
  ])
})

test('the same again begins anew when the event has gone', () => {
  warn('Back-off restarting')
  const [first] = events()
  client.delete('Event', first!.metadata.name, 'shop')
  warn('Back-off restarting')
  expect(events()).toMatchObject([{ count: 2, metadata: { name: first!.metadata.name } }])
})

test('from the tenth similar one in ten minutes on, one event speaks for them', () => {
  for (let i = 1; i <= 12; i++) warn(`port ${i} is busy`)
  const messages = events().map(({ message, count }) => `${message} x${count}`)
  expect(messages).toHaveLength(10)
  expect(messages.slice(8)).toEqual(['port 9 is busy x1', '(combined from similar events): port 12 is busy x3'])
})

test('similar events that come rarely stay as they are', () => {
  for (let i = 1; i <= 12; i++) {
    warn(`port ${i} is busy`)
    clock.advance(601_000)
  }
  expect(events()).toHaveLength(12)
})

test('a source may say 25 things about an object, then one every five minutes', () => {
  const reasons = Array.from({ length: 40 }, (_, i) => `Reason${i}`)
  for (const reason of reasons) warn('x', reason)
  expect(events()).toHaveLength(25)
  clock.advance(300_000)
  for (const reason of reasons) warn('y', reason)
  expect(events()).toHaveLength(26)
})

test('events wait for a server that is away, and are given up after twelve tries', () => {
  wire.connect(undefined)
  warn('first')
  clock.advance(30_000)
  wire.connect(server)
  expect(events()).toEqual([])
  clock.advance(10_000)
  expect(events()).toMatchObject([{ message: 'first', count: 1, firstTimestamp: '2026-01-01T00:00:00Z' }])

  wire.connect(undefined)
  warn('second')
  clock.advance(15 * 10_000)
  wire.connect(server)
  clock.advance(15 * 10_000)
  expect(events().map(({ message }) => message)).toEqual(['first'])
})
