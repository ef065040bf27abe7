import type { ApiRequest, Credentials } from '../../src/api/request.ts'
import { isStatus, type Pod } from '../../src/api/types.ts'
import { createCluster } from '../../src/cluster/index.ts'
import { type Measurement, timed } from '../measurement.ts'

const PODS = 500

export const admin: Credentials = {
  type: 'user',
  user: { name: 'kubernetes-admin', groups: ['system:masters', 'system:authenticated'] },
}

export const listsMeasurement: Measurement = {
  name: 'lists',
  title: '10,000 lists of 500 pods',
  run({ scale }) {
    const cluster = createCluster()
    const client = cluster.client()
    for (let i = 0; i < PODS; i++) {
      const answer = client.create(pod(`web-${i}`))
      if (isStatus(answer)) throw new Error(answer.message)
    }
    const request: ApiRequest = {
      verb: 'list',
      credentials: admin,
      resource: { group: '', version: 'v1', resource: 'pods' },
      namespace: 'default',
      options: { limit: PODS },
    }
    const server = cluster.apiServer()!
    const lists = 10_000 * scale
    const wall = timed(() => {
      for (let i = 0; i < lists; i++) {
        const { body } = server.handle(request)
        if (!('items' in body) || body.items.length !== PODS) throw new Error('the list is not what it should be')
      }
    })
    return { wall: { value: wall, unit: 'ms' }, 'per list': { value: (wall * 1000) / lists, unit: 'µs' } }
  },
}

/** A pod of a scheduler that does not exist: nothing happens to it. */
function pod(name: string): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default', labels: { app: 'web' } },
    spec: { schedulerName: 'nobody', containers: [{ name: 'web', image: 'nginx' }] },
  }
}
