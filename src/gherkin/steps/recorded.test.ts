import { beforeAll, expect, test } from 'vitest'
import { topologyOf } from '../../cluster/index.ts'
import { run } from '../testing/steps.ts'
import { World } from '../world.ts'

let world: World

beforeAll(async () => {
  world = new World()
  world.build(topologyOf(1, 1))
  const outcome = await run(
    world,
    `Given a Pod "web" of image "nginx:1.27"
     And this moment is remembered as "before"
     When 5 seconds pass
     And container "web" of Pod "web" exits with code 1
     And 5 seconds pass
     And this moment is remembered as "after"
     And field "metadata.labels.app" of Pod "web" is set to "other"`,
  )
  expect(outcome).toBe('passed')
})

test.each([
  ['Pod "web" was never Ready since "before"', /^0s after "before" Pod "web" was Ready/],
  [
    'field "metadata.labels.app" of Pod "web" was "web" at all times since "after"',
    /^\S+ after "after" field .* was "other"/,
  ],
  ['field "kind" of Pod "other" was "Pod" at all times since "before"', /^Pod "other" never existed/],
  ['Node "worker-1" was Ready at all times between "after" and "before"', /"before" was before "after"/],
  ['these happened in this order since "before":\n| object |', /no column "what"/],
  ['these happened in this order since "before":\n| object | what |\n| web | Ready |', /column "object": "web"/],
  [
    'these happened in this order since "before":\n| object | what |\n| Pod "web" | event Started |\n| Pod "web" | event Scheduled |',
    /^Pod "web": event Scheduled did not happen after Pod "web": event Started/,
  ],
  ['Pod "web" satisfies "object.spec."', /^compilation failed: ERROR: <input>:1:\d+/],
  ['Pod "web" satisfies "object.kind + 1"', /dyn|no such overload|must be true or false/],
  ['Pod "web" satisfies "1 + 1"', /"1 \+ 1" is int: it must be true or false/],
  ['Pod "web" satisfies "object.spec.nothing == 1" within 1 second', /no such key: nothing/],
  [
    'these objects satisfy:\n| object | expression |\n| Pod "web" | nobody == 1 |',
    /^column "expression": compilation failed/,
  ],
  ['no Pods in namespace "default" satisfy "object.kind == \'Pod\'" within 1 second', /1 of 1 satisfy/],
  ['Pod "web" has a Normal event Started saying "nonsense" within 1 second', /that says "nonsense", but:\n {2}/],
  ['Pod "web" has no more than this', /is 0 steps/],
  ['Pod "web" has exactly 9 Normal events Started within 1 second', /has \d+ Normal events Started, not exactly 9/],
  ['the statechart of "kubelet" is in state "up"', /several statecharts have "kubelet"/],
  ['the statechart of "kubelet/worker-1 kubelet" is in state "stopped" within 1 second', /is in state running/],
  [
    'user "jane" cannot list "pods" in namespace "default" because "RoleBinding"',
    /cannot list pods in namespace "default" because: /,
  ],
])('%s', async (step, says) => {
  expect(await run(world, `Then ${step}`)).toMatch(says)
})
