import { test } from 'vitest'
import { topologyOf } from '../cluster/index.ts'
import { bindStep } from './bind.ts'
import { World } from './world.ts'

test('Pods that are gone belong to the owner in their own namespace, not to others of its name', async () => {
  const world = new World()
  world.build(topologyOf(1, 1))
  for (const text of [
    'namespace "other"',
    'a Deployment "web" of image "nginx:1.27" with 2 replicas',
    'Deployment "web" is scaled to 1 replica',
    '1 minute passes',
    'namespace "dev"',
    'a Deployment "web" of image "nginx:1.27" with 2 replicas',
    'Deployment "web" has exactly 2 Normal events Scheduled',
    'Deployment "web" has no event Killing',
  ])
    await bindStep(text)[0]!.run(world)
})
