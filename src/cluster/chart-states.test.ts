import { expect, test } from 'vitest'
import { chartStates } from './chart-states.ts'
import { createCluster } from './index.ts'

test('a booted cluster says where its charts stand, Pods and containers by their names', () => {
  const cluster = createCluster()
  const states = () => chartStates(cluster.charts, cluster.client())
  const of = (component: string, object = '') =>
    states().find((chart) => chart.component === component && chart.object === object)?.state
  expect(of('etcd/cp-1')).toBe('running.leader.obeyed')
  expect(of('kubelet/cp-1/pod', 'kube-system/kube-apiserver-cp-1')).toBe('running')
  expect(of('containerd/cp-1', 'kube-system/etcd-cp-1/etcd')).toBe('running.serving')
  expect(of('controller-manager/node-lifecycle-controller', 'worker-1')).toBe('reporting')
  cluster.faults.component('kubelet', 'stops', 'worker-1')
  cluster.clock.advance(60_000)
  expect(of('kubelet/worker-1')).toBeUndefined()
  expect(of('systemd/worker-1/kubelet.service')).toBe('inactive')
  expect(of('controller-manager/node-lifecycle-controller', 'worker-1')).not.toBe('reporting')
})

test('without an API server Pods keep their uids', () => {
  const cluster = createCluster()
  cluster.faults.component('kube-apiserver', 'stops')
  cluster.clock.advance(60_000)
  const pods = chartStates(cluster.charts, cluster.client()).filter(({ machine }) => machine === 'pod-worker')
  expect(pods.length).toBeGreaterThan(4)
  expect(pods.every(({ object }) => !object.includes('kube-'))).toBe(true)
})
