import fc from 'fast-check'
import { expect, test } from 'vitest'
import { everything, parseSelector } from '../../api/labels.ts'
import type { PodAffinityTerm } from '../../api/types.ts'
import { Cache } from './cache.ts'
import type { Snapshot } from './framework.ts'
import { NodeInfo } from './node-info.ts'
import { podInfoOf } from './pod-info.ts'
import { type DomainCounts, spreadQuery, TERM_KINDS } from './pod-query.ts'
import { SnapshotWithNode } from './snapshot-with-node.ts'
import { node, pod } from './testing/builders.ts'
import { countPods, TopologyIndex } from './topology-index.ts'

const ZONE = 'topology.kubernetes.io/zone'

const term = (app: string): PodAffinityTerm => ({ topologyKey: ZONE, labelSelector: { matchLabels: { app } } })

const AFFINITIES = [
  undefined,
  { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term('web')] } },
  { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term('db')] } },
  { podAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 3, podAffinityTerm: term('web') }] } },
]

const change = fc.record({
  action: fc.constantFrom('add', 'remove', 'terminate', 'label', 'unlabel', 'drop'),
  name: fc.constantFrom('p1', 'p2', 'p3', 'p4'),
  node: fc.constantFrom('a', 'b', 'c'),
  zone: fc.constantFrom('z1', 'z2'),
  app: fc.constantFrom('web', 'db'),
  affinity: fc.constantFrom(...AFFINITIES),
})

const query = spreadQuery(parseSelector('app=web'), 'default')

const entries = (counts: DomainCounts) => ['z1', 'z2'].map((domain) => counts.get(domain) ?? 0)

/** What a snapshot says of its nodes, to compare. */
function summary(snapshot: Pick<Snapshot, 'podsByDomain' | 'podTerms' | 'domains'>) {
  const counts = snapshot.podsByDomain(query, ZONE)
  return {
    counts: entries(counts),
    size: counts.size,
    values: [...counts.values()].sort(),
    terms: TERM_KINDS.map((kind) =>
      [...snapshot.podTerms(kind)].map((placed) => [placed.key, ...entries(placed.counts)].join()).sort(),
    ),
    domains: snapshot.domains(ZONE),
  }
}

/** The same from scratch. */
function recounted(nodes: readonly NodeInfo[]) {
  const index = new TopologyIndex()
  for (const each of nodes) index.countNode(each, 1)
  return summary({
    podsByDomain: () => countPods(query, ZONE, nodes),
    podTerms: (kind) => index.podTerms(kind),
    domains: (key) => index.domains(key, nodes),
  })
}

test('counts by domain follow every change of pods and nodes, also with one node in the place of another', () => {
  fc.assert(
    fc.property(fc.array(change, { maxLength: 40 }), (changes) => {
      const cache = new Cache({ namespaceLabels: () => ({}), namespaces: () => [], defaultSelector: () => everything })
      for (const name of ['a', 'b']) cache.setNode(node(name, { labels: { [ZONE]: 'z1' } }))
      summary(cache)
      for (const { action, name, node: on, zone, app, affinity } of changes) {
        const plain = pod(name, { labels: { app }, spec: { nodeName: on, ...(affinity && { affinity }) } })
        const metadata = { ...plain.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' }
        if (action === 'add') cache.setPod(plain)
        if (action === 'terminate') cache.setPod({ ...plain, metadata })
        if (action === 'remove') cache.removePod(plain)
        if (action === 'label') cache.setNode(node(on, { labels: { [ZONE]: zone } }))
        if (action === 'unlabel') cache.setNode(node(on))
        if (action === 'drop') cache.removeNode(on)
        expect(summary(cache)).toEqual(recounted(cache.nodes))
        const [first, ...rest] = cache.nodes
        if (first === undefined) continue
        const crowded = new NodeInfo(first.name, first.node)
        crowded.addPod(podInfoOf(pod('new', { labels: { app }, spec: { ...(affinity && { affinity }) } })))
        expect(summary(new SnapshotWithNode(cache, crowded))).toEqual(recounted([crowded, ...rest]))
      }
    }),
  )
})
