import { expect, test } from 'vitest'
import type { Pod } from '../api/types.ts'
import { createCluster } from './index.ts'

/** The kubelet comes up before the API server lists anything, and ends nothing for that. */
test.each([
  ['the only machine', ['cp-1']],
  ['all machines', ['cp-1', 'w-1']],
])('what ran before %s rebooted starts anew, but for what never does', (_, names) => {
  const nodes = names.map((name, index) => ({ name, role: index === 0 ? 'control-plane' : 'worker' }) as const)
  const cluster = createCluster({ topology: { nodes } })
  const client = cluster.client()
  const nodeName = names.at(-1)!
  for (const restartPolicy of ['Always', 'OnFailure', 'Never'] as const)
    client.create({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: restartPolicy.toLowerCase(), namespace: 'default' },
      spec: { restartPolicy, nodeName, containers: [{ name: 'web', image: 'nginx:1.27' }] },
    } as unknown as Pod)
  cluster.clock.advance(60_000)
  for (const name of names) cluster.faults.node(name, 'reboots')
  cluster.clock.advance(300_000)
  const seen = client.list('Pod', { namespace: 'default' }).map(({ metadata, status }) => {
    const { restartCount, lastState, state } = status!.containerStatuses![0]!
    const ended = lastState?.terminated ?? state?.terminated
    return [metadata.name, status!.phase, restartCount, ended?.exitCode, ended?.reason]
  })
  expect(seen).toEqual([
    ['always', 'Running', 1, 255, 'Unknown'],
    ['never', 'Failed', 0, 255, 'Unknown'],
    ['onfailure', 'Running', 1, 255, 'Unknown'],
  ])
})
