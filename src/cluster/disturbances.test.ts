import { expect, test } from 'vitest'
import type { KubernetesObject } from '../api/types.ts'
import { inWords, type ScheduleOptions } from '../sim/schedule.ts'
import type { RecordedTrace } from '../sim/trace.ts'
import { createCluster, type Topology } from './index.ts'

const topology: Topology = {
  nodes: [
    { name: 'cp-1', role: 'control-plane' },
    { name: 'worker-1', role: 'worker' },
  ],
}
const labels = { app: 'web' }
const web = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace: 'default' },
  spec: {
    replicas: 3,
    selector: { matchLabels: labels },
    template: { metadata: { labels }, spec: { containers: [{ name: 'main', image: 'nginx:1.27' }] } },
  },
} as unknown as KubernetesObject

function live(schedule?: ScheduleOptions) {
  const cluster = createCluster({ topology, schedule })
  const client = cluster.client()
  client.create(web)
  cluster.clock.advance(60_000)
  const ready = client
    .list('Pod', { namespace: 'default' })
    .filter(({ status }) => status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True'))
  return { cluster, ready: ready.length, hash: (cluster.trace as RecordedTrace).hash }
}

test('the same schedule is the same life, another one is another, and all of them end well', () => {
  const [first, again, plain] = [live({ seed: 0 }), live({ seed: 0 }), live()]
  expect(again.hash).toBe(first.hash)
  expect(plain.hash).not.toBe(first.hash)
  expect(plain.cluster.disturbances).toEqual([])
  const { disturbances } = first.cluster
  expect(disturbances.length).toBeGreaterThan(5)
  expect(disturbances.map(({ number }) => number)).toEqual(disturbances.map((_, index) => index + 1))
  expect(disturbances.map(inWords).join('\n')).toMatch(/^kubelet\/worker-1 heard of .* at the same instant, but later/m)
  expect(first.ready).toBe(3)
})

test('a schedule can be cut down to some of its disturbances', () => {
  const none = live({ seed: 0, only: [] })
  expect(none.cluster.disturbances).toEqual([])
  expect(live({ seed: 0, only: [2] }).cluster.disturbances).toMatchObject([{ number: 2 }])
})
