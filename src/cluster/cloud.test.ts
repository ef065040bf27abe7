import { describe, expect, test } from 'vitest'
import type { KubernetesObject } from '../api/types.ts'
import { goTo, type Place } from '../sim/journal.ts'
import type { RecordedTrace } from '../sim/trace.ts'
import type { Cluster, Topology } from './contract.ts'
import { createCluster, type Input } from './index.ts'
import { topologyOf } from './topology.ts'

const topology: Topology = { ...topologyOf(1, 2), cloud: {} }

const service = (name: string, spec: object = {}) =>
  ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: 'default' },
    spec: { type: 'LoadBalancer', selector: { app: 'web' }, ports: [{ port: 80 }], ...spec },
  }) as unknown as KubernetesObject

const deployment = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace: 'default' },
  spec: {
    replicas: 2,
    selector: { matchLabels: { app: 'web' } },
    template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'web', image: 'nginx:1.27' }] } },
  },
} as unknown as KubernetesObject

const traceOf = ({ trace, clock }: Cluster) => {
  const { hash, count } = trace as RecordedTrace
  return { hash, count, at: clock.now(), fired: clock.fired }
}

test('a life in a cloud is lived again from its journal', async () => {
  const journal: (Place & { readonly input: Input })[] = []
  const cluster: Cluster = createCluster({
    topology,
    onInput: (input) => journal.push({ at: cluster.clock.now(), fired: cluster.clock.fired, input }),
  })
  const { clock, faults } = cluster
  const client = cluster.client()
  client.create(deployment)
  client.create(service('web'))
  client.create(service('local', { externalTrafficPolicy: 'Local' }))
  clock.advance(70_000)
  expect(cluster.request({ outside: '8.8.8.8' }, 'http://203.0.113.1/')).toMatchObject({ status: 200 })
  faults.cloud({ what: 'instance', node: 'worker-1', action: 'stops' })
  faults.cloud({ what: 'quota', name: 'loadBalancers', limit: 2 })
  faults.cloud({ what: 'calls fail', fault: { operation: 'DeleteLoadBalancer', times: 2 } })
  client.create(service('third'))
  client.delete('Service', 'local', 'default')
  clock.advance(100_000)
  faults.cloud({ what: 'calls work' })
  faults.node('worker-1', 'recovers')
  faults.component('cloud-controller-manager', 'crashes')
  faults.cloud({ what: 'instance', node: 'worker-2', action: 'terminates' })
  clock.advance(400_000)

  const again = createCluster({ topology })
  for (const { input, ...place } of JSON.parse(JSON.stringify(journal)) as typeof journal) {
    goTo(again.clock, place)
    await again.apply(input)
  }
  goTo(again.clock, { at: clock.now(), fired: clock.fired })
  expect(traceOf(again)).toEqual(traceOf(cluster))
  expect(again.cloud?.loadBalancers.list()).toEqual(cluster.cloud?.loadBalancers.list())
  expect(again.client().list('Event')).toEqual(client.list('Event'))
  expect(client.list('Node').map(({ metadata }) => metadata.name)).toEqual(['cp-1', 'worker-1'])
})

describe('what cannot be done is said', () => {
  test.each([
    [topologyOf(1, 1), { what: 'calls work' } as const, 'the machines of this cluster are in no cloud'],
    [topology, { what: 'instance', node: 'worker-9', action: 'stops' } as const, 'the cloud has no machine "worker-9"'],
    [topology, { what: 'instance', node: 'worker-1', action: 'starts' } as const, undefined],
  ])('%#', (where, action, says) => {
    const { faults } = createCluster({ topology: where })
    const perform = () => faults.cloud(action)
    if (says === undefined) expect(perform).not.toThrow()
    else expect(perform).toThrow(says)
  })

  test('a machine that is gone does not come back', () => {
    const { faults, clock } = createCluster({ topology })
    faults.cloud({ what: 'instance', node: 'worker-1', action: 'terminates' })
    clock.advance(60_000)
    expect(() => faults.node('worker-1', 'recovers')).toThrow('the cloud has no machine "worker-1" any more')
  })
})
