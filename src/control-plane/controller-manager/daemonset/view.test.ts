import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { DaemonSet, Node, Pod } from '../../../api/types.ts'
import { node as readyNode } from '../testing/harness.ts'
import { DaemonPods } from './daemon-pods.ts'
import { rollingStep } from './rolling-update.ts'
import { DaemonSetView } from './view.ts'

const UID = 'ds'
const HASH = 'new'

function daemonSet(rollingUpdate: object, minReadySeconds = 0): DaemonSet {
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name: 'ds', namespace: 'default', uid: UID },
    spec: {
      selector: { matchLabels: { app: 'ds' } },
      template: { metadata: { labels: { app: 'ds' } } as never, spec: { containers: [] } },
      minReadySeconds,
      updateStrategy: { type: 'RollingUpdate', rollingUpdate },
    },
  } as unknown as DaemonSet
}

type PodState = 'ready' | 'unready' | 'deleting' | 'failed' | 'pending'

let made = 0
function pod(nodeName: string, hash: string, state: PodState, name = `p${made++}`): Pod {
  const ready = {
    type: 'Ready',
    status: state === 'ready' ? 'True' : 'False',
    lastTransitionTime: '1970-01-01T00:00:00Z',
  }
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: 'default',
      labels: { app: 'ds', 'controller-revision-hash': hash },
      creationTimestamp: '1970-01-01T00:00:00Z',
      ownerReferences: [{ apiVersion: 'apps/v1', kind: 'DaemonSet', name: 'ds', uid: UID, controller: true }],
      ...(state === 'deleting' && { deletionTimestamp: '1970-01-01T00:00:01Z' }),
    },
    spec: {
      containers: [],
      ...(state !== 'pending' && { nodeName }),
      ...(state === 'pending' && { affinity: to(nodeName) }),
    },
    status: { phase: state === 'failed' ? 'Failed' : 'Running', conditions: [ready] },
  } as unknown as Pod
}

function to(name: string) {
  const matchFields = [{ key: 'metadata.name', operator: 'In', values: [name] }]
  return { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchFields }] } } }
}

function tainted(name: string): Node {
  return { ...readyNode(name), spec: { taints: [{ key: 'k', effect: 'NoSchedule' }] } }
}

/** Source: pkg/controller/daemon/update_test.go */
describe('what a rolling update does next', () => {
  const cases: [string, object, Record<string, [string, PodState][]>, string[], string[]][] = [
    ['nothing where all is new', { maxUnavailable: 1 }, { a: [['new', 'ready']], b: [['new', 'ready']] }, [], []],
    ['one of the old', { maxUnavailable: 1 }, { a: [['old', 'ready']], b: [['old', 'ready']] }, ['a'], []],
    ['two of the old', { maxUnavailable: 2 }, { a: [['old', 'ready']], b: [['old', 'ready']] }, ['a', 'b'], []],
    ['half of them', { maxUnavailable: '50%' }, { a: [['old', 'ready']], b: [['old', 'ready']] }, ['a'], []],
    ['percents round up', { maxUnavailable: '10%' }, { a: [['old', 'ready']], b: [['old', 'ready']] }, ['a'], []],
    ['nothing yet where one lacks', { maxUnavailable: 1 }, { a: [['old', 'ready']], b: [] }, [], []],
    [
      'nothing while a new one is not ready',
      { maxUnavailable: 1 },
      { a: [['new', 'unready']], b: [['old', 'ready']] },
      [],
      [],
    ],
    [
      'the old that serve nobody at once',
      { maxUnavailable: 1 },
      { a: [['old', 'unready']], b: [['old', 'unready']] },
      ['a', 'b'],
      [],
    ],
    [
      'nothing while one is being deleted',
      { maxUnavailable: 1 },
      { a: [['old', 'deleting']], b: [['old', 'ready']] },
      [],
      [],
    ],
    [
      'too many on a node count as unavailable',
      { maxUnavailable: 1 },
      {
        a: [
          ['old', 'ready'],
          ['old', 'ready'],
        ],
        b: [['old', 'ready']],
      },
      [],
      [],
    ],
    [
      'neither surge nor unavailable: one unavailable',
      { maxUnavailable: 0, maxSurge: 0 },
      { a: [['old', 'ready']] },
      ['a'],
      [],
    ],
    ['surge: a new one beside the old', { maxSurge: 1 }, { a: [['old', 'ready']], b: [['old', 'ready']] }, [], ['a']],
    [
      'surge: where the old serves nobody at once',
      { maxSurge: 1 },
      { a: [['old', 'unready']], b: [['old', 'unready']] },
      [],
      ['a', 'b'],
    ],
    [
      'surge: waits for the new',
      { maxSurge: 1 },
      {
        a: [
          ['old', 'ready'],
          ['new', 'unready'],
        ],
        b: [['old', 'ready']],
      },
      [],
      [],
    ],
    [
      'surge: the old goes once the new is available',
      { maxSurge: 1 },
      {
        a: [
          ['old', 'ready'],
          ['new', 'ready'],
        ],
        b: [['old', 'ready']],
      },
      ['a'],
      ['b'],
    ],
    [
      'surge: an unserving pod where none should be goes',
      { maxSurge: 1 },
      { x: [['old', 'unready']], b: [['new', 'ready']] },
      ['x'],
      [],
    ],
    [
      'surge: a serving pod where none should be goes when enough serve',
      { maxSurge: 1 },
      { x: [['old', 'ready']], b: [['new', 'ready']] },
      ['x'],
      [],
    ],
    ['surge: and stays while others lack', { maxSurge: 1 }, { x: [['old', 'ready']], b: [['new', 'unready']] }, [], []],
  ]
  test.each(cases)('%s', (_, strategy, byNode, remove, createOn) => {
    const nodes = new Map(Object.keys(byNode).map((name) => [name, name === 'x' ? tainted(name) : readyNode(name)]))
    const pods = new DaemonPods()
    for (const [name, states] of Object.entries(byNode))
      for (const [hash, state] of states) pods.put(pod(name, hash, state), undefined)
    const set = daemonSet(strategy)
    const step = rollingStep(set, new DaemonSetView(UID, nodes, pods).tally(set, HASH, 10_000))
    expect(step.remove.map(({ spec }) => spec.nodeName)).toEqual(remove)
    expect(step.createOn).toEqual(createOn)
  })
})

const change = fc.record({
  node: fc.constantFrom('a', 'b', 'c', 'd'),
  what: fc.constantFrom('node', 'taint', 'noNode', 'pod', 'noPod') as fc.Arbitrary<string>,
  hash: fc.constantFrom('old', 'new'),
  state: fc.constantFrom<PodState>('ready', 'unready', 'deleting', 'failed', 'pending'),
  slot: fc.integer({ min: 0, max: 2 }),
})

test('judging only what has changed comes to the same as judging all', () => {
  fc.assert(
    fc.property(fc.array(change, { maxLength: 40 }), fc.boolean(), (changes, surge) => {
      const set = daemonSet(surge ? { maxSurge: 1 } : { maxUnavailable: 1 }, 5)
      const nodes = new Map<string, Node>()
      const pods = new DaemonPods()
      const there = new Map<string, Pod>()
      const view = new DaemonSetView(UID, nodes, pods)
      let now = 0
      for (const { node, what, hash, state, slot } of changes) {
        const name = `${node}${slot}`
        if (what === 'node') nodes.set(node, readyNode(node))
        else if (what === 'taint') nodes.set(node, tainted(node))
        else if (what === 'noNode') nodes.delete(node)
        if (what === 'pod') {
          const next = pod(node, hash, state, name)
          pods.put(next, there.get(name))
          there.set(name, next)
        } else if (what === 'noPod') {
          const old = there.get(name)
          if (old !== undefined) pods.delete(old)
          there.delete(name)
        } else view.changedNodes.add(node)
        now += 700
        const tally = view.tally(set, HASH, now)
        const all = new DaemonSetView(UID, nodes, pods).tally(set, HASH, now)
        expect(tally.counts).toEqual(all.counts)
        expect(new Map([...tally.needs].sort())).toEqual(new Map([...all.needs].sort()))
        expect(tally.size('candidate')).toBe(all.size('candidate'))
        expect(tally.size('missing')).toBe(all.size('missing'))
      }
    }),
  )
})
