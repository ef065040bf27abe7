import { beforeEach, expect, test } from 'vitest'
import { createClient } from '../../client/client.ts'
import { MemoryApiServer } from '../../client/testing/api-server.ts'
import { VirtualClock } from '../../sim/clock.ts'
import { Random } from '../../sim/random.ts'
import { completeOptions, parseFlags, startScheduler } from './index.ts'
import { node, pod } from './testing/builders.ts'

let clock: VirtualClock
let server: MemoryApiServer | undefined
let said: string[]
let listeners: (() => void)[]

beforeEach(() => {
  clock = new VirtualClock(Date.UTC(2026, 0))
  server = new MemoryApiServer(clock)
  said = []
  listeners = []
})

function start(host: string) {
  const flags = parseFlags([])
  if ('error' in flags) throw new Error(flags.error)
  const options = completeOptions(flags, () => undefined)
  if ('error' in options) throw new Error(options.error)
  const world = { clock, trace: { add: () => undefined } }
  const connection = {
    server: () => server,
    onChange: (listener: () => void) => {
      listeners.push(listener)
      return () => undefined
    },
  }
  const random = new Random(1, host)
  const client = createClient({ user: { name: 'system:kube-scheduler', groups: [] }, connection, world, random })
  const recorder = {
    event: (about: { metadata: { name: string } }, _type: string, reason: string) =>
      void said.push(`${host}: ${about.metadata.name} ${reason}`),
  }
  const eventsRecorder = () => ({
    eventf: (about: { metadata: { name: string } }, _related: unknown, _type: string, reason: string) =>
      void said.push(`${host}: ${about.metadata.name} ${reason}`),
  })
  const onLost = () => void said.push(`${host}: lost`)
  const running = startScheduler({
    ...{ client, eventsRecorder, recorder, world, random, options, identity: host, onLost },
  })
  return { client, running }
}

test('one schedules, the other stands by until the first is silent for the length of the Lease', () => {
  const first = start('cp-1')
  start('cp-2')
  first.client.create(node('worker-1'))
  first.client.create(pod('web'))
  clock.advance(1000)
  expect(said).toEqual(['cp-1: kube-scheduler LeaderElection', 'cp-1: web Scheduled'])
  first.running.stop()
  first.client.create(pod('later'))
  clock.advance(10_000)
  expect(said.some((line) => line.startsWith('cp-2'))).toBe(false)
  clock.advance(15_000)
  expect(said).toContain('cp-2: later Scheduled')
})

test('the leader gives up when it cannot renew for ten seconds', () => {
  const { client } = start('cp-1')
  clock.advance(5000)
  const held = server
  server = undefined
  for (const listener of listeners) listener()
  clock.advance(20_000)
  expect(said).toContain('cp-1: lost')
  server = held
  for (const listener of listeners) listener()
  client.create(node('worker-1'))
  client.create(pod('web'))
  clock.advance(60_000)
  expect(said.some((line) => line.includes('web'))).toBe(false)
})
