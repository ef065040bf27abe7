import { isStatus } from '../../src/api/types.ts'
import { createCluster } from '../../src/cluster/index.ts'
import { type Measurement, timed } from '../measurement.ts'
import { admin } from './lists.ts'

export const watchersMeasurement: Measurement = {
  name: 'watchers',
  title: '100 watchers over 10,000 changes',
  run({ scale }) {
    const cluster = createCluster()
    const client = cluster.client()
    const changes = 10_000 * scale
    const watchers = 100
    let delivered = 0
    const configMap = {
      apiVersion: 'v1' as const,
      kind: 'ConfigMap' as const,
      metadata: { name: 'busy', namespace: 'default' },
    }
    client.create({ ...configMap, data: { turn: '0' } })
    cluster.clock.settle()
    for (let i = 0; i < watchers; i++) {
      const watch = cluster.apiServer()!.watch(
        {
          verb: 'watch',
          credentials: admin,
          resource: { group: '', version: 'v1', resource: 'configmaps' },
          namespace: 'default',
        },
        ({ type }) => {
          if (type === 'MODIFIED') delivered++
        },
      )
      if (isStatus(watch)) throw new Error(watch.message)
    }
    cluster.clock.settle()
    const wall = timed(() => {
      for (let i = 1; i <= changes; i++) {
        client.update('ConfigMap', 'busy', 'default', (object) => ({ ...object, data: { turn: String(i) } }))
        if (i % 100 === 0) cluster.clock.settle()
      }
      cluster.clock.settle()
    })
    if (delivered !== changes * watchers) throw new Error(`${delivered} events of ${changes * watchers} arrived`)
    return {
      wall: { value: wall, unit: 'ms' },
      'per change': { value: (wall * 1000) / changes, unit: 'µs' },
      'events per second': { value: (delivered * 1000) / wall, unit: 'per s' },
    }
  },
}
