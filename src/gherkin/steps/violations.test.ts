import { beforeAll, expect, test } from 'vitest'
import type { KubernetesObject } from '../../api/types.ts'
import { topologyOf } from '../../cluster/index.ts'
import { run } from '../testing/steps.ts'
import { World } from '../world.ts'

const world = new World()

const flag = (name: string, is: string) =>
  ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace: 'default' },
    data: { is },
  }) as unknown as KubernetesObject

/** What happens to ConfigMaps, ms after "since". */
const HAPPENS: readonly (readonly [ms: number, name: string, is: string | undefined])[] = [
  [-1, 'before', 'bad'],
  [0, 'before', 'good'],
  [100, 'for a millisecond', 'bad'],
  [101, 'for a millisecond', 'good'],
  [100, 'for no time', 'bad'],
  [100, 'for no time', 'good'],
  [100, 'made anew', undefined],
  [100, 'made anew', 'good'],
  [100, 'gone for a millisecond', undefined],
  [101, 'gone for a millisecond', 'good'],
  [900, 'after the end', 'bad'],
  [100, 'gone', undefined],
]
const spec = { containers: [{ name: 'c', image: 'nginx:1.27' }] }
const NAMES = ['steady', ...new Set(HAPPENS.map(([, name]) => name))]

beforeAll(async () => {
  const { clock } = world.build(topologyOf(1, 1))
  const client = world.cluster.client()
  for (const name of NAMES) client.create(flag(named(name), 'good'))
  const since = clock.now() + 5000
  for (const [ms, name, is] of HAPPENS)
    clock.setTimeout(
      () => {
        if (is === undefined) client.delete('ConfigMap', named(name), 'default')
        else if (client.get('ConfigMap', named(name), 'default') === undefined) client.create(flag(named(name), is))
        else client.update('ConfigMap', named(name), 'default', (now) => ({ ...now, data: { is } }))
      },
      since + ms - clock.now(),
    )
  await world.advance(5000)
  expect(await run(world, 'Given this moment is remembered as "since"')).toBe('passed')
  await world.advance(500)
  expect(await run(world, 'Given this moment is remembered as "end"')).toBe('passed')
  await world.advance(1000)
})

const named = (name: string) => name.replaceAll(' ', '-')

test.each([
  ['steady', 'passed'],
  ['before', 'passed'],
  ['for a millisecond', /^0\.1s after "since" field data\.is .* was "bad"/],
  ['for no time', /^0\.1s after "since" field data\.is .* was "bad"/],
  ['made anew', /^0\.1s after "since" ConfigMap "made-anew" did not exist/],
  ['gone for a millisecond', /^0\.1s after "since" .* did not exist/],
  ['gone', /^0\.1s after "since" .* did not exist/],
  ['after the end', /^0\.9s after "since" field data\.is .* was "bad"/],
  ['never there', /^ConfigMap "never-there" never existed/],
])('a field at all times since: %s', async (name, says) => {
  const outcome = await run(
    world,
    `Then field "data.is" of ConfigMap "${named(name)}" was "good" at all times since "since"`,
  )
  typeof says === 'string' ? expect(outcome).toBe(says) : expect(outcome).toMatch(says)
})

test.each([
  ['ConfigMap "after-the-end" was never Terminating between "since" and "end"', 'passed'],
  ['Node "worker-1" was Ready at all times between "since" and "end"', 'passed'],
  ['Node "worker-1" was never Ready between "since" and "end"', /^0s after "since" Node "worker-1" was Ready/],
  ['ConfigMap "made-anew" was not recreated since "since"', /not the object it was at "since"/],
])('%s', async (step, says) => {
  const outcome = await run(world, `Then ${step}`)
  typeof says === 'string' ? expect(outcome).toBe(says) : expect(outcome).toMatch(says)
})

/** Looks ahead: what happens at some instant from now on, ms. */
async function ahead(step: string, ...happens: readonly (readonly [number, string, string | undefined])[]) {
  const { clock } = world.cluster
  const client = world.cluster.client()
  for (const [ms, name, is] of happens)
    clock.setTimeout(() => {
      if (is === undefined) client.delete('ConfigMap', name, 'default')
      else if (client.get('ConfigMap', name, 'default') === undefined) client.create(flag(name, is))
      else client.update('ConfigMap', name, 'default', (now) => ({ ...now, data: { is } }))
    }, ms)
  return run(world, `Then ${step}`)
}
const matches = (is: string) => `\n  """yaml\n  data: {is: ${is}}\n  """`

test.each([
  ['at once', 1, 2, /^ConfigMap "steady" matches \(after 0s\)/],
  ['for a millisecond', 3000, 3001, /^ConfigMap "steady" matches \(after 3s\)/],
  ['at the last instant', 5000, 6000, /^ConfigMap "steady" matches \(after 5s\)/],
  ['right after the end', 5001, 5002, /^passed$/],
])('never matches for a time: %s', async (_, from, until, says) => {
  const step = `ConfigMap "steady" never matches for 5 seconds:${matches('bad')}`
  expect(await ahead(step, [from, 'steady', 'bad'], [until, 'steady', 'good'])).toMatch(says)
  await world.advance(2000)
})

test('stays: what is deleted and made again within a millisecond is not what it was', async () => {
  const step = 'Pod "ghost" stays Running for 5 seconds'
  expect(await run(world, `Then ${step}`)).toMatch(/^Pod "ghost" does not exist/)
  expect(
    await run(
      world,
      'Given a Pod "web" of image "nginx:1.27"\nAnd this moment is remembered as "up"\nAnd 1 second passes',
    ),
  ).toBe('passed')
  const { clock } = world.cluster
  clock.setTimeout(() => void world.cluster.client().delete('Pod', 'web', 'default', { gracePeriodSeconds: 0 }), 3000)
  expect(await run(world, 'Then Pod "web" stays Ready for 5 seconds')).toMatch(/\(after 3s\)/)
  expect(await run(world, 'Then Pod "web" was Ready at all times since "up"')).toMatch(/did not exist|was Terminating/)
  expect(await run(world, 'Then exactly 1 Pod in namespace "default" existed at all times since "up"')).toMatch(
    /0 Pods/,
  )
})

test('at all times: Pods that are fewer for no time at all, between two changes of one instant, were fewer', async () => {
  expect(
    await run(
      world,
      'Given a Pod "dip" of image "nginx:1.27"\nAnd this moment is remembered as "level"\nAnd 1 second passes',
    ),
  ).toBe('passed')
  const client = world.cluster.client()
  const { name, namespace, labels } = client.get('Pod', 'dip', 'default')!.metadata
  client.delete('Pod', 'dip', 'default', { gracePeriodSeconds: 0 })
  client.create({ apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: namespace!, labels: labels! }, spec })
  await world.advance(1000)
  const existed = 'Then exactly 1 Pod matching "app=dip" existed at all times since'
  expect(await run(world, `${existed} "level"`)).toMatch(/^1s after "level" 0 Pods were there/)
  expect(await run(world, `Given this moment is remembered as "later"\n${existed} "later"`)).toBe('passed')
})

test('in order: what happened before the moment, or the other way round, does not count', async () => {
  const order = (...rows: string[]) => `these happened in this order since "up":\n| object | what |\n${rows.join('\n')}`
  const [ready, gone] = ['| Pod "web" | Ready |', '| Pod "web" | event Killing |']
  expect(await run(world, `Then ${order(gone)}`)).toBe('passed')
  expect(await run(world, `Then ${order(ready)}`)).toMatch(/^Pod "web": Ready did not happen after "up"/)
  expect(await run(world, `Then ${order(gone, ready)}`)).toMatch(/Ready did not happen after/)
  expect(await run(world, `Then ${order(gone, gone)}`)).toBe('passed')
})
