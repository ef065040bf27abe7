import fc from 'fast-check'
import { expect, test } from 'vitest'
import { everything, parseSelector } from '../../api/labels.ts'
import { Cache } from './cache.ts'
import { countMatching, NodeInfo } from './node-info.ts'
import { podInfoOf } from './pod-info.ts'
import { node, pod } from './testing/builders.ts'

const newCache = () =>
  new Cache({ namespaceLabels: () => ({}), namespaces: () => [], defaultSelector: () => everything })

const change = fc.record({
  name: fc.constantFrom('p1', 'p2', 'p3', 'p4'),
  action: fc.constantFrom('add', 'assume', 'forget', 'remove', 'terminate'),
  node: fc.constantFrom('a', 'b', 'unknown'),
  cpu: fc.constantFrom('100m', '1', undefined),
  app: fc.constantFrom('web', 'db'),
})

test('what is kept up to date pod by pod is what counting from scratch gives', () => {
  fc.assert(
    fc.property(fc.array(change, { maxLength: 40 }), (changes) => {
      const cache = newCache()
      cache.setNode(node('a'))
      cache.setNode(node('b'))
      const selector = parseSelector('app=web')
      const count = cache.podCount(selector, 'default')
      for (const { name, action, node: on, cpu, app } of changes) {
        const plain = pod(name, { ...(cpu && { cpu }), labels: { app } })
        const placed = { ...plain, spec: { ...plain.spec, nodeName: on } }
        const metadata = { ...placed.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' }
        if (action === 'add') cache.setPod(placed)
        if (action === 'terminate') cache.setPod({ ...placed, metadata })
        if (action === 'assume' && on !== 'unknown') cache.assume(podInfoOf(placed), cache.get(on)!)
        if (action === 'forget') cache.forget(plain)
        if (action === 'remove') cache.removePod(plain)
        for (const info of cache.nodes) {
          const fresh = new NodeInfo(info.name, info.node)
          for (const each of info.pods.values()) fresh.addPod(each)
          expect(info.requested).toEqual(fresh.requested)
          expect(info.nonZeroMemory).toBe(fresh.nonZeroMemory)
          expect(count(info)).toBe(countMatching(info, selector, 'default'))
        }
      }
    }),
  )
})

test('a pod may be known before its node is', () => {
  const cache = newCache()
  const early = pod('early', { cpu: '1' })
  cache.setPod({ ...early, spec: { ...early.spec, nodeName: 'late' } })
  expect(cache.nodes).toEqual([])
  expect(cache.get('late')).toBeUndefined()
  cache.setNode(node('late'))
  expect(cache.nodes[0]!.requested.milliCPU).toBe(1000)
})

test('nodes are tried zone by zone in turn', () => {
  const cache = newCache()
  const zone = (name: string) => ({ labels: { 'topology.kubernetes.io/zone': name } })
  for (const name of ['a1', 'a2', 'a3']) cache.setNode(node(name, zone('a')))
  for (const name of ['b1', 'b2']) cache.setNode(node(name, zone('b')))
  expect(cache.nodes.map(({ name }) => name)).toEqual(['a1', 'b1', 'a2', 'b2', 'a3'])
  cache.removeNode('a1')
  cache.setNode(node('b2', zone('a')))
  expect(cache.nodes.map(({ name }) => name)).toEqual(['a2', 'b1', 'a3', 'b2'])
})
