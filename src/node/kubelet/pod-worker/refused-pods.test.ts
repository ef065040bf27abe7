import { expect, test } from 'vitest'
import { createCluster } from '../../../cluster/index.ts'

test('a Deployment pinned to a full node makes Pods as fast as its controller may write, and time goes on', () => {
  const cluster = createCluster()
  const client = cluster.client()
  const labels = { app: 'pinned' }
  client.create({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'pinned', namespace: 'default' },
    spec: {
      replicas: 1,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          nodeName: 'worker-1',
          containers: [{ name: 'big', image: 'nginx:1.27', resources: { requests: { cpu: '1000' } } }],
        },
      },
    },
  } as never)
  cluster.clock.advance(2000)
  const pods = client.list('Pod', { namespace: 'default' })
  expect(pods.filter(({ status }) => status?.reason === 'OutOfcpu').length).toBeGreaterThanOrEqual(20)
  expect(pods.length).toBeLessThanOrEqual(45)
})
