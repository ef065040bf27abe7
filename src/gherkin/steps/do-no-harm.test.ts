import { beforeAll, describe, expect, test } from 'vitest'
import { topologyOf } from '../../cluster/index.ts'
import { run } from '../testing/steps.ts'
import { World } from '../world.ts'

/** A Deployment, a ConfigMap and a Pod that was put on its node by hand, remembered as "before". */
async function begun(): Promise<World> {
  const world = new World()
  world.build(topologyOf(1, 1))
  const outcome = await run(
    world,
    `Given a Deployment "web" of image "nginx:1.27" with 1 replica
     And these manifests are applied:
       """
       {apiVersion: v1, kind: ConfigMap, metadata: {name: settings}, data: {mode: fast}}
       ---
       {apiVersion: v1, kind: Pod, metadata: {name: pinned}, spec: {nodeName: worker-1, containers: [{name: c, image: nginx}]}}
       """
     And Pod "pinned" is Running
     And this moment is remembered as "before"`,
  )
  expect(outcome).toBe('passed')
  return world
}

describe('what was done to it is told', () => {
  let world: World
  beforeAll(async () => {
    world = await begun()
    const outcome = await run(
      world,
      `When field "data.mode" of ConfigMap "settings" is set to "slow"
       And Deployment "web" is deleted
       And a Deployment "web" of image "nginx:1.27" with 1 replica
       And container "c" of Pod "pinned" exits with code 1
       And 1 minute passes
       And these manifests are applied:
         """
         {apiVersion: v1, kind: ConfigMap, metadata: {name: more}}
         """`,
    )
    expect(outcome).toBe('passed')
  })

  test.each([
    [
      'Then ConfigMap "settings" is unchanged since "before"',
      'ConfigMap "settings" was changed:\n  data.mode\n    - "fast"\n    + "slow"',
    ],
    ['Then ConfigMap "settings" is unchanged since "before" except:\n| data.mode |', 'passed'],
    ['Then field "data.mode" of ConfigMap "settings" did not change since "before"', /was "fast" and is "slow"/],
    ['Then Deployment "web" is unchanged since "before"', 'Deployment "web" was recreated'],
    ['Then Deployment "web" was not recreated since "before"', /is not the object it was/],
    ['Then Deployment "other" is unchanged since "before"', 'Deployment "other" did not exist at "before"'],
    [
      'Then every ConfigMap in namespace "default" is unchanged since "before"',
      /ConfigMap "more" is new\nConfigMap "settings" was changed/,
    ],
    ['Then every Node in namespace "default" is unchanged since "before"', /in no namespace/],
    ['Then no container of every Pod restarted since "before"', /container "c" of Pod "pinned" was restarted/],
    ['Then no Pod of Pod "pinned" is pinned to a node', /is pinned to a node by nodeName: worker-1/],
    ['Then no Pod of ConfigMap "more" is pinned to a node', /a ConfigMap makes no Pods/],
    ['Then Deployment "web" has no Normal event Scheduled since "before"', /has the event Scheduled since "before"/],
    ['Then Lease "a" is unchanged since "before"', /Leases is not recorded/],
    ['Then Pod "pinned" is unchanged since "never"', /no moment is remembered as "never"/],
    [
      'Then Pod "pinned" is still Running after its Pods are rescheduled',
      /after its Pods are rescheduled: Pod "pinned" does not/,
    ],
  ])('%s', async (step, outcome) => {
    if (typeof outcome === 'string') expect(await run(world, step)).toBe(outcome)
    else expect(await run(world, step)).toMatch(outcome)
  })
})

test('matrices say every row that is not so, and which column cannot be read', async () => {
  const world = await begun()
  const rows = (...lines: string[]) => lines.map((line) => `  ${line}`).join('\n')
  const permissions = (...lines: string[]) =>
    run(world, `Then these permissions hold:\n${rows('| who | verb | resource | namespace | allowed |', ...lines)}`)
  expect(
    await permissions(
      '| user "jane" | list | pods | default | yes |',
      '| user "jane" | list | pods | default | no |',
      '| user "joe" | get | secrets | | yes |',
      '| user "joe" of groups "a, b" | get | secrets | | no |',
    ),
  ).toBe(
    '2 of 4 are not so:\n  user "jane" cannot list pods in namespace "default"\n  user "joe" cannot get secrets in the whole cluster',
  )
  expect(await permissions('| jane | list | pods | default | yes |')).toMatch(/column "who": "jane" is nobody/)
  expect(await permissions('| user "jane" | list | pods | default | maybe |')).toMatch(/column "allowed": "maybe"/)
  const outcomes = (header: string, ...lines: string[]) =>
    run(world, `Then these connections have these outcomes:\n${rows(header, ...lines)}`)
  expect(await outcomes('| from | to |')).toMatch(/no column "outcome"/)
  expect(await outcomes('| from | to | outcome | why |')).toMatch(/a column "why"/)
  expect(await outcomes('| from | to | outcome |', '| pinned | x:80 | fails |')).toMatch(/column "from": "pinned"/)
  expect(await outcomes('| from | to | outcome |', '| Pod "pinned" | x:80 | 20 |')).toMatch(/column "outcome": "20"/)
  expect(
    await outcomes(
      '| from | to | outcome |',
      '| Pod "pinned" | nobody:80 | succeeds |',
      '| Pod "pinned" | nobody:80 | fails |',
    ),
  ).toMatch(/^1 of 2 are not so:\n {2}from Pod "pinned": the connection to nobody:80 ends with/)
})
