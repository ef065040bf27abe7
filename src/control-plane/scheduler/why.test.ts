import { expect, test } from 'vitest'
import { everything } from '../../api/labels.ts'
import { Cache } from './cache.ts'
import { podInfoOf } from './pod-info.ts'
import { node, pod } from './testing/builders.ts'
import { testFramework } from './testing/plugins.ts'
import { explainPod } from './why.ts'

function world() {
  const cache = new Cache({ namespaceLabels: () => ({}), namespaces: () => [], defaultSelector: () => everything })
  cache.setNode(node('big', { cpu: '8' }))
  cache.setNode(node('small', { cpu: '2' }))
  cache.setNode(node('tainted', { taints: [{ key: 'gpu', effect: 'NoSchedule' }] }))
  const framework = testFramework()
  return { cache, explain: (which: ReturnType<typeof pod>) => explainPod(framework, podInfoOf(which), cache, () => []) }
}

test('a pod without a node: who refuses which node, what the others score', () => {
  const { explain } = world()
  const { nodes } = explain(pod('web', { cpu: '3' }))
  expect(nodes.map(({ node: name, refusedBy }) => [name, refusedBy])).toEqual([
    ['big', undefined],
    ['small', 'NodeResourcesFit'],
    ['tainted', 'TaintToleration'],
  ])
  const [best] = nodes
  expect(best!.total).toBe(best!.scores!.reduce((sum, { weighted }) => sum + weighted, 0))
  expect(best!.scores!.find(({ plugin }) => plugin === 'TaintToleration')).toMatchObject({ weight: 3, weighted: 300 })
})

test('a pod that has a node is judged as if it had none, and the cluster stays as it is', () => {
  const { cache, explain } = world()
  const placed = pod('web', { cpu: '2', spec: { nodeName: 'small' } })
  cache.setPod(placed)
  expect(explain(placed).nodes.map(({ node: name, refusedBy }) => [name, refusedBy])).toEqual([
    ['big', undefined],
    ['small', undefined],
    ['tainted', 'TaintToleration'],
  ])
  expect(cache.get('small')!.requested.milliCPU).toBe(2000)
})

test('a pod behind a gate is not looked at', () => {
  const { explain } = world()
  expect(explain(pod('web', { spec: { schedulingGates: [{ name: 'a/b' }] } }))).toEqual({
    refusedBefore: { plugin: 'SchedulingGates', reasons: ['waiting for scheduling gates: [a/b]'] },
    nodes: [],
  })
})
