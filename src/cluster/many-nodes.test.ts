import { expect, test } from 'vitest'
import { findCondition } from '../api/conditions.ts'
import { groupOf, versionOf } from '../api/meta.ts'
import { parseTime } from '../api/time.ts'
import { type Deployment, isStatus, type ObjectMeta } from '../api/types.ts'
import type { RecordedTrace } from '../sim/trace.ts'
import { type Cluster, createCluster } from './index.ts'
import { storedKinds } from './stored-kinds.ts'
import { topologyOf } from './topology.ts'

const MINUTE = 60_000
const admin = { type: 'user', user: { name: 'kubernetes-admin', groups: ['system:masters'] } } as const

function deployment(name: string, replicas: number): Deployment {
  const labels = { app: name }
  const template = {
    metadata: { labels } as unknown as ObjectMeta,
    spec: { containers: [{ name: 'web', image: 'nginx' }] },
  }
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: 'default' },
    spec: { replicas, selector: { matchLabels: labels }, template },
  }
}

/** Every revision of every kind, as an outside watcher is told of it. */
function revisionLog(cluster: Cluster): readonly string[] {
  const log: string[] = []
  for (const { apiVersion, resource } of storedKinds) {
    const address = { group: groupOf(apiVersion), version: versionOf(apiVersion), resource }
    const watch = cluster.apiServer()!.watch({ verb: 'watch', credentials: admin, resource: address }, (event) => {
      if ('object' in event) log.push(`${event.type} ${JSON.stringify(event.object)}`)
    })
    if (isStatus(watch)) throw new Error(watch.message)
  }
  return log
}

test('two lives of 200 nodes with one seed have the same revisions', () => {
  const live = () => {
    const cluster = createCluster({ topology: topologyOf(1, 200), seed: 7 })
    const log = revisionLog(cluster)
    const client = cluster.client()
    for (const name of ['web', 'db']) client.create(deployment(name, 100))
    cluster.clock.advance(30_000)
    expect(client.list('Pod', { namespace: 'default' }).every(({ status }) => status?.phase === 'Running')).toBe(true)
    cluster.faults.node('worker-1', 'fails')
    client.delete('Deployment', 'db', 'default')
    cluster.clock.advance(7 * MINUTE)
    return { log, trace: (cluster.trace as RecordedTrace).hash, fired: cluster.clock.fired }
  }
  const [first, second] = [live(), live()]
  expect(second.trace).toBe(first.trace)
  expect(second.fired).toBe(first.fired)
  expect(second.log.length).toBe(first.log.length)
  expect(second.log.findIndex((line, i) => line !== first.log[i])).toBe(-1)
}, 600_000)

test('idle nodes cost nothing, and are seen to be alive', () => {
  const cluster = createCluster()
  cluster.clock.advance(10 * MINUTE)
  const before = cluster.clock.fired
  cluster.clock.advance(60 * MINUTE)
  expect(cluster.clock.fired - before).toBeLessThan(60)
  for (const { status } of cluster.client().list('Node')) {
    const heartbeat = parseTime(findCondition(status?.conditions, 'Ready')!.lastHeartbeatTime!)
    expect(cluster.clock.now() - heartbeat).toBeLessThanOrEqual(5 * MINUTE)
  }
})
