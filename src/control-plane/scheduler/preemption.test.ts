import { describe, expect, test } from 'vitest'
import { everything } from '../../api/labels.ts'
import type { Pod, PodDisruptionBudget } from '../../api/types.ts'
import { Random } from '../../sim/random.ts'
import { Cache } from './cache.ts'
import type { NodeInfo } from './node-info.ts'
import { type PodInfo, podInfoOf } from './pod-info.ts'
import { type Candidate, preempt } from './preemption.ts'
import { filterChanged, preFilter } from './run-plugins.ts'
import { Algorithm } from './schedule-one.ts'
import { node, pod } from './testing/builders.ts'
import { testFramework } from './testing/plugins.ts'
import { VictimMemo } from './victim-memo.ts'

function world(budgets: readonly PodDisruptionBudget[] = []) {
  const cache = new Cache({ namespaceLabels: () => ({}), namespaces: () => [], defaultSelector: () => everything })
  const algorithm = new Algorithm(new Random(1))
  const framework = testFramework()
  const memo = new VictimMemo<Candidate>()
  const nobody: readonly PodInfo[] = []
  const place = (which: Pod, on: string) => cache.setPod({ ...which, spec: { ...which.spec, nodeName: on } })
  const tryFor = (which: Pod) => {
    const info = podInfoOf(which)
    const result = algorithm.schedule(framework, info, cache, () => [])
    if (result.node !== undefined || result.diagnosis === undefined) throw new Error('it fits')
    return preempt(info, result.diagnosis, {
      args: { minCandidateNodesPercentage: 10, minCandidateNodesAbsolute: 100 },
      snapshot: cache,
      budgets: () => budgets,
      random: new Random(1),
      trial: () => {
        const passed = preFilter(framework, info, cache)
        const fits = (on: NodeInfo) =>
          'status' in passed ? passed.status : filterChanged(info, on, passed.filters, cache)
        return { fits, local: true }
      },
      nominatedTo: () => nobody,
      memo,
    })
  }
  const victimsFor = (which: Pod) => {
    const { candidate } = tryFor(which)
    return candidate && { node: candidate.node, victims: candidate.victims.map(({ metadata }) => metadata.name) }
  }
  return { cache, place, tryFor, victimsFor }
}

const urgent = pod('urgent', { cpu: '3', priority: 1000 })

describe('a pod that fits nowhere', () => {
  test('of pods that have not started spares the last', () => {
    const { cache, place, victimsFor } = world()
    cache.setNode(node('a'))
    place(pod('one', { cpu: '2' }), 'a')
    place(pod('two', { cpu: '2' }), 'a')
    expect(victimsFor(pod('urgent', { cpu: '2', priority: 1000 }))).toEqual({ node: 'a', victims: ['one'] })
  })

  test('drives out no more pods than it must, the least important ones', () => {
    const { cache, place, victimsFor } = world()
    cache.setNode(node('a'))
    place(pod('low', { cpu: '2', priority: 1 }), 'a')
    place(pod('lower', { cpu: '1', priority: 0 }), 'a')
    place(pod('middle', { cpu: '1', priority: 5 }), 'a')
    expect(victimsFor(pod('urgent', { cpu: '2', priority: 1000 }))).toEqual({ node: 'a', victims: ['low'] })
    expect(victimsFor(pod('urgent', { cpu: '1', priority: 1000 }))).toEqual({ node: 'a', victims: ['lower'] })
  })

  test('chooses the node whose pods matter least', () => {
    const { cache, place, victimsFor } = world()
    for (const name of ['a', 'b', 'c']) cache.setNode(node(name))
    place(pod('five', { cpu: '3', priority: 5 }), 'a')
    place(pod('one', { cpu: '3', priority: 1 }), 'b')
    place(pod('nine', { cpu: '3', priority: 9 }), 'c')
    expect(victimsFor(urgent)).toEqual({ node: 'b', victims: ['one'] })
  })

  test('spares pods that a PodDisruptionBudget protects where it can', () => {
    const budget: PodDisruptionBudget = {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: { name: 'web', namespace: 'default' },
      spec: { selector: { matchLabels: { app: 'web' } } },
      status: { currentHealthy: 1, desiredHealthy: 1, disruptionsAllowed: 0, expectedPods: 1 },
    }
    const { cache, place, victimsFor } = world([budget])
    cache.setNode(node('a'))
    cache.setNode(node('b'))
    place(pod('web', { cpu: '3', labels: { app: 'web' } }), 'a')
    place(pod('other', { cpu: '3', priority: 5 }), 'b')
    expect(victimsFor(urgent)).toEqual({ node: 'b', victims: ['other'] })
  })

  test.each([
    ['its equals', pod('peer', { cpu: '3', priority: 1000 }), urgent, '1 No preemption victims found for incoming pod'],
    [
      'anybody where the node is too small',
      pod('low'),
      pod('huge', { cpu: '64', priority: 9 }),
      '1 Preemption is not helpful for scheduling',
    ],
  ])('does not drive out %s', (_whom, there, wants, because) => {
    const { cache, place, tryFor } = world()
    cache.setNode(node('a'))
    place(there, 'a')
    expect(tryFor(wants)).toMatchObject({ candidate: undefined, message: `0/1 nodes are available: ${because}.` })
  })

  test('drives out nobody when its policy says so', () => {
    const { cache, place, tryFor } = world()
    cache.setNode(node('a'))
    place(pod('low', { cpu: '3' }), 'a')
    const polite = pod('polite', { cpu: '3', priority: 9, spec: { preemptionPolicy: 'Never' } })
    expect(tryFor(polite)).toMatchObject({ message: 'not eligible due to preemptionPolicy=Never.' })
  })
})
