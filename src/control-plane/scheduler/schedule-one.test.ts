import { describe, expect, test } from 'vitest'
import { everything } from '../../api/labels.ts'
import type { Pod } from '../../api/types.ts'
import { Random } from '../../sim/random.ts'
import { Cache } from './cache.ts'
import { fitErrorMessage } from './fit-error.ts'
import { Nominator } from './nominator.ts'
import { podInfoOf } from './pod-info.ts'
import { Algorithm, numFeasibleNodesToFind } from './schedule-one.ts'
import { node, pod } from './testing/builders.ts'
import { testFramework } from './testing/plugins.ts'

function world() {
  const cache = new Cache({ namespaceLabels: () => ({}), namespaces: () => [], defaultSelector: () => everything })
  const algorithm = new Algorithm(new Random(1))
  const framework = testFramework()
  const schedule = (which: Pod) => algorithm.schedule(framework, podInfoOf(which), cache, () => [])
  const nodeFor = (which: Pod) => schedule(which).node?.name
  const whyNot = (which: Pod) => {
    const result = schedule(which)
    if (result.node !== undefined || result.diagnosis === undefined) throw new Error('it fits')
    return fitErrorMessage(cache.nodes.length, result.diagnosis)
  }
  const place = (which: Pod, on: string) => cache.setPod({ ...which, spec: { ...which.spec, nodeName: on } })
  return { cache, nodeFor, whyNot, place }
}

describe('numFeasibleNodesToFind', () => {
  test.each([
    [3, 3],
    [99, 99],
    [100, 100],
    [250, 120],
    [1000, 420],
    [5000, 500],
    [6000, 300],
    [15_000, 750],
  ])('of %i nodes, %i are enough', (all, enough) => {
    expect(numFeasibleNodesToFind(all)).toBe(enough)
  })
})

test('pods of one template get the same answer for a node until it changes, and their own for the room that is theirs', () => {
  const { cache } = world()
  const algorithm = new Algorithm(new Random(1))
  const framework = testFramework()
  const nominator = new Nominator()
  const template = pod('first', { cpu: '2', memory: '1Gi' })
  const second = { ...template, metadata: { ...template.metadata, name: 'second', uid: 'second' } }
  const goesTo = (which: Pod) =>
    algorithm.schedule(framework, podInfoOf(which), cache, (on) => nominator.of(on)).node?.name
  cache.setNode(node('a', { cpu: '3' }))
  expect([goesTo(template), goesTo(second)]).toEqual(['a', 'a'])
  nominator.set(template, 'a')
  expect([goesTo(second), goesTo(template), goesTo(second)]).toEqual([undefined, 'a', undefined])
  nominator.set(template, undefined)
  expect(goesTo(second)).toBe('a')
  cache.setPod({ ...template, spec: { ...template.spec, nodeName: 'a' } })
  expect(goesTo(second)).toBeUndefined()
})

describe('where a pod goes', () => {
  test('to the emptiest node', () => {
    const { cache, nodeFor, place } = world()
    for (const name of ['a', 'b', 'c']) cache.setNode(node(name))
    place(pod('one', { cpu: '2', memory: '1Gi' }), 'a')
    place(pod('two', { cpu: '1', memory: '1Gi' }), 'b')
    expect(nodeFor(pod('web', { cpu: '500m', memory: '1Gi' }))).toBe('c')
  })

  test('to the node with the label it prefers, and nowhere without the one it requires', () => {
    const { cache, nodeFor, whyNot } = world()
    cache.setNode(node('a'))
    cache.setNode(node('b', { labels: { disk: 'ssd' } }))
    const preference = { matchExpressions: [{ key: 'disk', operator: 'In', values: ['ssd'] }] }
    const preferred = { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 100, preference }] }
    expect(nodeFor(pod('web', { spec: { affinity: { nodeAffinity: preferred } } }))).toBe('b')
    expect(nodeFor(pod('web', { spec: { nodeSelector: { disk: 'ssd' } } }))).toBe('b')
    expect(whyNot(pod('web', { spec: { nodeSelector: { disk: 'tape' } } }))).toBe(
      "0/2 nodes are available: 2 node(s) didn't match Pod's node affinity/selector.",
    )
  })

  test('to where its image is', () => {
    const { cache, nodeFor } = world()
    const big = { names: ['docker.io/library/big:1'], sizeBytes: 900 * 1024 * 1024 }
    for (const name of ['a', 'b', 'c']) cache.setNode(node(name))
    const b = node('b')
    cache.setNode({ ...b, status: { ...b.status, images: [big] } })
    const container = { name: 'main', image: 'docker.io/library/big:1' }
    expect(nodeFor(pod('web', { spec: { containers: [container] } }))).toBe('b')
  })

  test('away from pods it does not want, next to those it wants', () => {
    const { cache, nodeFor, whyNot, place } = world()
    cache.setNode(node('a'))
    cache.setNode(node('b'))
    const near = { labelSelector: { matchLabels: { app: 'db' } }, topologyKey: 'kubernetes.io/hostname' }
    const required = { requiredDuringSchedulingIgnoredDuringExecution: [near] }
    const wants = pod('web', { spec: { affinity: { podAffinity: required } } })
    const shuns = pod('web', { spec: { affinity: { podAntiAffinity: required } } })
    expect(whyNot(wants)).toBe("0/2 nodes are available: 2 node(s) didn't match pod affinity rules.")
    place(pod('db', { labels: { app: 'db' } }), 'b')
    expect(nodeFor(wants)).toBe('b')
    expect(nodeFor(shuns)).toBe('a')
    place(pod('db-2', { labels: { app: 'db' } }), 'a')
    expect(whyNot(shuns)).toBe("0/2 nodes are available: 2 node(s) didn't match pod anti-affinity rules.")
  })

  test('only where the host port is free', () => {
    const { cache, nodeFor, whyNot, place } = world()
    cache.setNode(node('a'))
    cache.setNode(node('b'))
    const containers = [{ name: 'main', ports: [{ containerPort: 80, hostPort: 80 }] }]
    place(pod('one', { spec: { containers } }), 'a')
    expect(nodeFor(pod('two', { spec: { containers } }))).toBe('b')
    place(pod('two', { spec: { containers } }), 'b')
    expect(whyNot(pod('three', { spec: { containers } }))).toBe(
      "0/2 nodes are available: 2 node(s) didn't have free ports for the requested pod ports.",
    )
  })

  test('within the skew of its spread constraints', () => {
    const { cache, nodeFor, whyNot, place } = world()
    cache.setNode(node('a', { labels: { zone: 'x' } }))
    cache.setNode(node('b', { labels: { zone: 'y' }, cpu: '1' }))
    const labelSelector = { matchLabels: { app: 'web' } }
    const constraint = { topologyKey: 'zone', maxSkew: 1, whenUnsatisfiable: 'DoNotSchedule', labelSelector }
    const web = (name: string, cpu = '500m') =>
      pod(name, { cpu, labels: { app: 'web' }, spec: { topologySpreadConstraints: [constraint] } })
    place(web('one'), 'a')
    expect(nodeFor(web('two'))).toBe('b')
    expect(whyNot(web('two', '3'))).toBe(
      "0/2 nodes are available: 1 Insufficient cpu, 1 node(s) didn't match pod topology spread constraints.",
    )
  })

  test('never onto more pods than the node takes', () => {
    const { cache, whyNot, place } = world()
    cache.setNode(node('a', { pods: '1' }))
    place(pod('one'), 'a')
    expect(whyNot(pod('two'))).toBe('0/1 nodes are available: 1 Too many pods.')
  })
})

test('the search goes on where the last one stopped', () => {
  const { cache, nodeFor } = world()
  for (let i = 0; i < 300; i++) cache.setNode(node(`n-${i}`))
  const chosen = new Set<number>()
  for (let i = 0; i < 50; i++) chosen.add(Number(nodeFor(pod('web'))!.slice(2)))
  expect(Math.max(...chosen)).toBeGreaterThan(200)
})
