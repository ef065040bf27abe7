import type { Deployment, ObjectMeta } from '../../src/api/types.ts'
import { isStatus } from '../../src/api/types.ts'
import type { Cluster } from '../../src/cluster/index.ts'
import { createCluster } from '../../src/cluster/index.ts'
import { type Figures, type Measurement, timed } from '../measurement.ts'

const LABEL = 'bench'

/** `100 nodes, 10 Deployments of 100`: to all Running. */
function rollOut(nodes: number, deployments: number, replicas: number): Figures {
  let cluster!: Cluster
  const bootMs = timed(() => {
    cluster = createCluster({ topology: topologyOf(nodes) })
  })
  const pods = deployments * replicas
  let virtualMs = 0
  const wall = timed(() => {
    virtualMs = untilRunning(cluster, deployments, replicas, pods)
  })
  return {
    boot: { value: bootMs, unit: 'ms' },
    wall: { value: wall, unit: 'ms' },
    'per pod': { value: (wall * 1000) / pods, unit: 'µs' },
    'pods per second': { value: (pods * 1000) / wall, unit: 'per s' },
    'virtual time': { value: virtualMs, unit: 'ms' },
  }
}

export function topologyOf(workers: number) {
  const controlPlane = { name: 'cp-1', role: 'control-plane' as const }
  const names = Array.from({ length: workers }, (_, i) => ({ name: `worker-${i + 1}`, role: 'worker' as const }))
  return { nodes: [controlPlane, ...names] }
}

/** Counts on watch events, so that waiting costs nothing by itself. @returns virtual ms it took */
export function untilRunning(cluster: Cluster, deployments: number, replicas: number, pods: number): number {
  const { clock } = cluster
  const client = cluster.client()
  const running = new Set<string>()
  client.watch('Pod', { namespace: 'default', labelSelector: LABEL }, ({ type, object }) => {
    if (type !== 'DELETED' && object.status?.phase === 'Running') running.add(object.metadata.name)
    else running.delete(object.metadata.name)
  })
  const start = clock.now()
  for (let i = 0; i < deployments; i++) {
    const answer = client.create(deployment(`web-${i + 1}`, replicas))
    if (isStatus(answer)) throw new Error(answer.message)
  }
  while (running.size < pods) {
    if (clock.now() - start > 3_600_000)
      throw new Error(`only ${running.size} of ${pods} pods run after a virtual hour`)
    clock.advance(500)
  }
  return clock.now() - start
}

function deployment(name: string, replicas: number): Deployment {
  const labels = { app: name, [LABEL]: 'yes' }
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: 'default' },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels } as unknown as ObjectMeta,
        spec: {
          containers: [{ name: 'web', image: 'nginx', resources: { requests: { cpu: '10m', memory: '16Mi' } } }],
        },
      },
    },
  }
}

export const rolloutMeasurement: Measurement = {
  name: 'rollout',
  title: '1,000 nodes, 100 Deployments of 100: to all Running',
  memoryLimit: 2048,
  run({ scale }) {
    const figures = rollOut(1000 * scale, 100 * scale, 100)
    return { ...figures, wall: { ...figures.wall!, limit: 30_000 } }
  },
}

export const smallRolloutMeasurement: Measurement = {
  name: 'rollout-small',
  title: '100 nodes, 10 Deployments of 100: to all Running',
  run: ({ scale }) => rollOut(100 * scale, 10 * scale, 100),
}
