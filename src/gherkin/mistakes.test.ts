import { beforeAll, expect, test } from 'vitest'
import { topologyOf } from '../cluster/index.ts'
import { run } from './testing/steps.ts'
import { World } from './world.ts'

// Nothing is made in it: one cluster for all.
const world = new World({
  readFile: (path) => {
    throw Object.assign(new Error(`ENOENT: no such file or directory, open '${path}'`), { code: 'ENOENT' })
  },
})
beforeAll(() => void world.build(topologyOf(1, 1)))

test.each([
  ['When these manifests are applied:', /^a doc string \("""\) is missing below this step, as in:\n {2}Given these/],
  ['When Deployment "web" matches:', /^a doc string/],
  ['Then these objects satisfy:', /^a table is missing below this step/],
  ['Then Deploymnt "web" exists', 'no kind Deploymnt is served; did you mean Deployment?'],
  ['Then Wombat "web" exists', 'no kind Wombat is served'],
  ['When Pod "web" is scaled to 3 replicas', /^a Pod has no number of replicas: Deployment, StatefulSet/],
  ['Given the manifests in "web.yaml" are applied', /^web.yaml: there is no such file; paths are relative to/],
  ['Given a cluster with these nodes:\n  | name |\n  | w-1 |', /^a cluster needs a node with the role control-plane/],
  [
    'Given this moment is remembered as "b"\nThen Node "worker-1" was never Ready since "a"',
    'no moment is remembered as "a", only "b": a step before has to say `this moment is remembered as "a"`',
  ],
  [
    'Then Node "worker-2" has a Normal event Starting',
    'Node "worker-2" does not exist; did you mean "worker-1"? (waited 1m)',
  ],
  ['Then Node "worker-2" has no event Starting', 'Node "worker-2" does not exist; did you mean "worker-1"?'],
  ['Then Node "worker-1" does not exist within 1 second', 'Node "worker-1" exists (waited 1s)'],
  ['Then Node "worker-2" does not exist', 'passed'],
])('%s: %s', async (lines, says) => {
  const said = await run(world, lines)
  typeof says === 'string' ? expect(said).toBe(says) : expect(said).toMatch(says)
})
