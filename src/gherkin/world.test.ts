import { describe, expect, test } from 'vitest'
import type { KubernetesObject } from '../api/types.ts'
import { topologyOf } from '../cluster/index.ts'
import { SpecError } from './step.ts'
import { DEFAULT_WAIT_MS, World } from './world.ts'

function world(): World {
  const one = new World()
  one.build(topologyOf(1, 1))
  return one
}

/** Something that holds from an instant on (ms from now), and when it was looked at. */
function from(one: World, ms: number, until = Number.POSITIVE_INFINITY) {
  const start = one.now()
  const looks: number[] = []
  const problem = () => {
    const now = one.now() - start
    looks.push(now)
    return now >= ms && now < until ? undefined : 'not yet'
  }
  // The clock stands at instants where something is due.
  for (const at of [ms, until]) if (Number.isFinite(at)) one.cluster.clock.setTimeout(() => {}, at)
  return { problem, looks }
}

async function refusal(running: Promise<unknown>): Promise<string> {
  return running.then(
    () => 'passed',
    (error: Error) => error.message,
  )
}

describe('eventually', () => {
  test('what holds already takes no time', async () => {
    const one = world()
    const start = one.now()
    await one.eventually(() => undefined, 5000)
    expect(one.now()).toBe(start)
  })

  test.each([
    [5000, 'passed'],
    [4999, 'passed'],
    [5001, 'not yet (waited 5s)'],
  ])('`within 5 seconds` includes its end: %i ms', async (ms, outcome) => {
    const one = world()
    const start = one.now()
    expect((await refusal(one.eventually(from(one, ms).problem, 5000))).split('\n')[0]).toBe(outcome)
    expect(one.now() - start).toBe(Math.min(ms, 5000))
  })

  test('without `within` it waits for the default', async () => {
    const one = world()
    expect((await refusal(one.eventually(from(one, DEFAULT_WAIT_MS).problem, undefined))).split('\n')[0]).toBe('passed')
    expect((await refusal(one.eventually(() => 'never', undefined))).split('\n')[0]).toBe('never (waited 1m)')
  })

  test('sees what holds for an instant only', async () => {
    const one = world()
    await one.eventually(from(one, 3210, 3211).problem, 5000)
  })
})

describe('always', () => {
  test('looks at every instant, from now to the end, both included', async () => {
    const one = world()
    const { problem, looks } = from(one, 0)
    one.cluster.clock.setTimeout(() => {}, 1234)
    await one.always(problem, 5000)
    expect(looks).toEqual(expect.arrayContaining([0, 1234, 5000]))
  })

  test.each([
    ['at once', 1, Number.POSITIVE_INFINITY, /^not yet \(after 0s\)/],
    ['in the middle', 0, 1234, /^not yet \(after 1\.2s\)/],
    ['at the end', 0, 5000, /^not yet \(after 5s\)/],
    ['right after the end', 0, 5001, /^passed/],
  ])('fails %s', async (_, ms, until, says) => {
    const one = world()
    expect(await refusal(one.always(from(one, ms, until).problem, 5000))).toMatch(says)
  })
})

test("a second cluster, and a moment nobody remembers, are the feature's fault", () => {
  const one = world()
  expect(() => one.build()).toThrow(SpecError)
  expect(() => one.moment('lunch')).toThrow(/"lunch"/)
})

describe('the words of a failure', () => {
  test('nearest object, its state, the last events, how it came, and when', async () => {
    const one = world()
    const deployment = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web', namespace: 'default' },
      spec: {
        replicas: 1,
        selector: { matchLabels: { app: 'web' } },
        template: {
          metadata: { labels: { app: 'web' } },
          spec: { containers: [{ name: 'web', image: 'nginx:no-such-tag' }] },
        },
      },
    } as unknown as KubernetesObject
    one.cluster.client().create(deployment)
    await one.advance(90_000)
    const [pod] = one.client.list('Pod', { namespace: 'default' })
    const words = await refusal(one.eventually(() => 'the Pod does not run', 1000, pod))
    expect(words).toMatch(/^the Pod does not run \(waited 1s\)\n\n/)
    expect(words).toMatch(`Pod "${pod!.metadata.name}" is `)
    expect(words).toMatch(/container web \(nginx:no-such-tag\): waiting, (ErrImagePull|ImagePullBackOff): /)
    expect(words).toMatch(/last events:\n(.+\n)*.*Warning Failed .*Pod web-/)
    expect(words).toMatch(
      /timeline:\n(.+\n)* {2}\+\S+ {2}Pod web-\S+ {2}created, 0\/1 Pending\n(.+\n)*.*-> 0\/1 ErrImagePull/,
    )
    expect(words).toMatch(/virtual time: \+1m31s$/)
    expect(words).not.toMatch(/kube-system/)
  })

  test('without an object: how every Pod and Node came to be', async () => {
    const one = world()
    one.cluster.faults.node('worker-1', 'fails')
    await one.advance(120_000)
    const words = await refusal(one.eventually(() => 'no', 0))
    expect(words).toMatch(/timeline:\n(.+\n)* {2}\+\S+ {2}Node worker-1 {2}Ready -> NotReady/)
  })
})
