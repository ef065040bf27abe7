import { beforeEach, describe, expect, test } from 'vitest'
import { hasReason } from '../api/status.ts'
import type { ConfigMap, WatchEvent } from '../api/types.ts'
import { VirtualClock } from '../sim/clock.ts'
import { Random } from '../sim/random.ts'
import { createClient } from './client.ts'
import type { Client, ListOptions } from './contract.ts'
import { MemoryApiServer, Wire } from './testing/api-server.ts'

const configMap = (name: string, value = '1', labels: Record<string, string> = {}): ConfigMap => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'default', labels },
  data: { value },
})
const setTo = (value: string) => (object: ConfigMap) => ({ ...object, data: { value } })

let clock: VirtualClock
let server: MemoryApiServer
let wire: Wire
let client: Client
let seen: string[]

beforeEach(() => {
  clock = new VirtualClock()
  server = new MemoryApiServer(clock)
  wire = new Wire(server)
  client = newClient(wire)
  seen = []
})

const newClient = (connection: Wire) =>
  createClient({
    user: { name: 'tester', groups: [] },
    connection,
    world: { clock, trace: { add: () => {} } },
    random: new Random(1),
  })
const see = ({ type, object }: WatchEvent<ConfigMap>) =>
  seen.push(`${type} ${object.metadata.name}=${object.data?.value}`)
const watch = (options: ListOptions = {}) => client.watch('ConfigMap', options, see)

describe('requests', () => {
  test('name the user, the resource and the object', () => {
    client.create(configMap('a'))
    client.updateStatus('Node', 'n', undefined, () => undefined)
    client.createSubresource('Pod', 'p', 'default', 'binding', configMap('x'))
    expect(
      server.requests.map(({ verb, resource, namespace, name }) => ({ verb, ...resource, namespace, name })),
    ).toEqual([
      { verb: 'create', group: '', version: 'v1', resource: 'configmaps', namespace: 'default', name: 'a' },
      { verb: 'update', group: '', version: 'v1', resource: 'nodes', subresource: 'status', name: 'n' },
      {
        verb: 'create',
        group: '',
        version: 'v1',
        resource: 'pods',
        subresource: 'binding',
        namespace: 'default',
        name: 'p',
      },
    ])
    expect(server.requests[0]?.credentials).toEqual({ type: 'user', user: { name: 'tester', groups: [] } })
  })

  test('answer the object, or the Status that refused', () => {
    client.create(configMap('a'))
    expect(client.update('ConfigMap', 'a', 'default', setTo('2'))).toMatchObject({ data: { value: '2' } })
    expect(client.get('ConfigMap', 'a', 'default')?.data).toEqual({ value: '2' })
    expect(hasReason(client.update('ConfigMap', 'b', 'default', setTo('2')), 'NotFound')).toBe(true)
    expect(client.get('ConfigMap', 'b', 'default')).toBeUndefined()
  })
})

describe('watch', () => {
  test('tells what is there, then every change, on the clock', () => {
    client.create(configMap('a'))
    watch()
    client.create(configMap('b'))
    expect(seen).toEqual([])
    clock.settle()
    client.update('ConfigMap', 'a', 'default', setTo('2'))
    client.delete('ConfigMap', 'b', 'default')
    clock.settle()
    expect(seen).toEqual(['ADDED a=1', 'ADDED b=1', 'MODIFIED a=2', 'DELETED b=1'])
  })

  test('listeners of one selection share an informer; a late one hears what is there', () => {
    watch()
    client.create(configMap('a'))
    clock.settle()
    const before = server.requests.length
    const late: string[] = []
    const stop = client.watch('ConfigMap', {}, ({ type, object }) => late.push(`${type} ${object.metadata.name}`))
    client.create(configMap('b'))
    clock.settle()
    stop()
    client.delete('ConfigMap', 'a', 'default')
    clock.settle()
    expect(late).toEqual(['ADDED a', 'ADDED b'])
    expect(server.requests.slice(before).map(({ verb }) => verb)).not.toContain('list')
  })

  test('follows a selection', () => {
    watch({ labelSelector: 'app=web' })
    client.create(configMap('a', '1', { app: 'web' }))
    client.create(configMap('b', '1', { app: 'db' }))
    clock.settle()
    expect(seen).toEqual(['ADDED a=1'])
  })

  test('stops when asked, even before the first word', () => {
    client.create(configMap('a'))
    watch()()
    clock.settle()
    expect(seen).toEqual([])
  })
})

describe('an outage', () => {
  beforeEach(() => {
    for (const name of ['kept', 'changed', 'deleted', 'replaced']) client.create(configMap(name))
    watch()
    clock.settle()
    seen = []
    wire.connect(undefined)
  })

  test('refuses writes and answers reads with what was held', () => {
    const other = newClient(new Wire(server))
    other.delete('ConfigMap', 'deleted', 'default')
    expect(client.reachable()).toBe(false)
    expect(client.update('ConfigMap', 'kept', 'default', setTo('2'))).toMatchObject({
      reason: 'ServiceUnavailable',
      message: expect.stringContaining('connect: connection refused'),
    })
    expect(client.get('ConfigMap', 'deleted', 'default')?.data).toEqual({ value: '1' })
    expect(client.list('ConfigMap', { fieldSelector: 'metadata.name=kept' })).toHaveLength(1)
    expect(client.list('ConfigMap')).toHaveLength(4)
  })

  test('ends with the difference, after the back-off of the reflector', () => {
    const other = newClient(new Wire(server))
    other.update('ConfigMap', 'changed', 'default', setTo('2'))
    other.delete('ConfigMap', 'deleted', 'default')
    other.delete('ConfigMap', 'replaced', 'default')
    other.create(configMap('replaced', '2'))
    other.create(configMap('new'))
    clock.advance(799)
    wire.connect(server)
    clock.settle()
    expect(seen).toEqual([])
    clock.advance(1600)
    expect(seen.sort()).toEqual([
      'ADDED new=1',
      'ADDED replaced=2',
      'DELETED deleted=1',
      'DELETED replaced=1',
      'MODIFIED changed=2',
    ])
  })

  test('however long, is waited out without timers, and noticed within a minute', () => {
    const before = clock.fired
    clock.advance(24 * 3_600_000)
    expect(clock.fired).toBe(before)
    client.onReachable((reachable) => seen.push(`reachable ${reachable}`))
    newClient(new Wire(server)).create(configMap('new'))
    wire.connect(server)
    clock.settle()
    expect(seen).toEqual(['reachable true'])
    clock.advance(60_000)
    expect(seen).toEqual(['reachable true', 'ADDED new=1'])
  })
})

test('a watch that the server closes is taken up again', () => {
  watch()
  clock.settle()
  server.endWatches()
  client.create(configMap('a'))
  clock.advance(1600)
  client.create(configMap('b'))
  clock.settle()
  expect(seen).toEqual(['ADDED a=1', 'ADDED b=1'])
})

test('what is not watched is remembered as it was last read', () => {
  client.create(configMap('a'))
  client.get('ConfigMap', 'a', 'default')
  client.list('ConfigMap', { namespace: 'default' })
  wire.connect(undefined)
  expect(client.get('ConfigMap', 'a', 'default')?.data).toEqual({ value: '1' })
  expect(client.list('ConfigMap', { namespace: 'default' })).toHaveLength(1)
  expect(client.list('ConfigMap')).toEqual([])
})
