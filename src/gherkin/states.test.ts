import { describe, expect, test } from 'vitest'
import type { KubernetesObject } from '../api/types.ts'
import { isIn, stateOf } from './states.ts'

type Part = Readonly<Record<string, unknown>>

const pod = (status: Part, more: { readonly metadata?: Part; readonly spec?: Part } = {}) =>
  ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p', namespace: 'default', ...more.metadata },
    spec: { containers: [{ name: 'a', image: 'x' }], ...more.spec },
    status,
  }) as unknown as KubernetesObject

const container = (state: Part, more: Part = {}) => ({
  name: 'a',
  ready: false,
  restartCount: 0,
  image: 'x',
  imageID: '',
  state,
  ...more,
})
const waiting = (reason: string) => pod({ phase: 'Pending', containerStatuses: [container({ waiting: { reason } })] })
const ready = [{ type: 'Ready', status: 'True' }]
const running = {
  phase: 'Running',
  conditions: ready,
  containerStatuses: [container({ running: {} }, { ready: true })],
}
const deleting = { deletionTimestamp: '2026-01-01T00:00:00Z' }

/** A Pod, the word kubectl shows, the words that are true of it too, and words that are not. */
describe('Pods', () => {
  test.each<[string, KubernetesObject, string, readonly string[], readonly string[]]>([
    ['new', pod({ phase: 'Pending' }), 'Pending', ['NotReady'], ['Running', 'Ready', 'Scheduled', 'Unschedulable']],
    [
      'unschedulable',
      pod({ phase: 'Pending', conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable' }] }),
      'Pending',
      ['Unschedulable', 'NotReady'],
      ['Scheduled'],
    ],
    ['bound', pod({ phase: 'Pending' }, { spec: { nodeName: 'n' } }), 'Pending', ['Scheduled'], ['Running']],
    ['creating', waiting('ContainerCreating'), 'ContainerCreating', ['Pending'], ['Running', 'Ready']],
    ['no image', waiting('ImagePullBackOff'), 'ImagePullBackOff', ['Pending'], ['ErrImagePull']],
    ['well', pod(running), 'Running', ['Ready'], ['NotReady', 'Pending', 'Terminating', 'Completed']],
    [
      'silent',
      pod({ ...running, conditions: [{ type: 'Ready', status: 'False' }] }),
      'Running',
      ['NotReady'],
      ['Ready'],
    ],
    [
      'crashing',
      pod({
        phase: 'Running',
        conditions: [{ type: 'Ready', status: 'False' }],
        containerStatuses: [
          container(
            { waiting: { reason: 'CrashLoopBackOff' } },
            { lastState: { terminated: { reason: 'OOMKilled', exitCode: 137 } } },
          ),
        ],
      }),
      'CrashLoopBackOff',
      ['OOMKilled', 'NotReady'],
      ['Running', 'Ready', 'Error'],
    ],
    [
      'done',
      pod({ phase: 'Succeeded', containerStatuses: [container({ terminated: { reason: 'Completed', exitCode: 0 } })] }),
      'Completed',
      ['Succeeded', 'NotReady'],
      ['Running', 'Failed'],
    ],
    [
      'failed',
      pod({ phase: 'Failed', containerStatuses: [container({ terminated: { reason: 'Error', exitCode: 1 } })] }),
      'Error',
      ['Failed'],
      ['Succeeded'],
    ],
    ['evicted', pod({ phase: 'Failed', reason: 'Evicted' }), 'Evicted', ['Failed'], ['Running']],
    ['going', pod(running, { metadata: deleting }), 'Terminating', ['Terminating'], ['Running', 'Ready', 'Pending']],
    [
      'initializing',
      pod(
        {
          phase: 'Pending',
          initContainerStatuses: [{ ...container({ running: {} }), name: 'i' }],
          containerStatuses: [container({ waiting: { reason: 'PodInitializing' } })],
        },
        { spec: { initContainers: [{ name: 'i', image: 'x' }] } },
      ),
      'Init:0/1',
      ['Pending'],
      ['Running'],
    ],
  ])('%s', (_, object, shown, also, not) => {
    expect(stateOf(object)).toBe(shown)
    for (const word of [shown, ...also]) expect([word, isIn(object, word)]).toEqual([word, true])
    for (const word of not) expect([word, isIn(object, word)]).toEqual([word, false])
  })
})

const node = (conditions: readonly Part[], spec: Part = {}) =>
  ({
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: 'n' },
    spec,
    status: { conditions },
  }) as unknown as KubernetesObject

test.each<[KubernetesObject, string, readonly string[], readonly string[]]>([
  [node(ready), 'Ready', [], ['NotReady', 'SchedulingDisabled']],
  [node(ready, { unschedulable: true }), 'Ready,SchedulingDisabled', ['Ready', 'SchedulingDisabled'], ['NotReady']],
  [node([{ type: 'Ready', status: 'Unknown' }]), 'NotReady', ['NotReady'], ['Ready']],
  [node([...ready, { type: 'DiskPressure', status: 'True' }]), 'Ready', ['DiskPressure'], ['MemoryPressure']],
])('Nodes: %#', (object, shown, words, not) => {
  expect(stateOf(object)).toBe(shown)
  for (const word of words) expect(isIn(object, word)).toBe(true)
  for (const word of not) expect(isIn(object, word)).toBe(false)
})

const deployment = (status: Part, metadata: Part = {}) =>
  ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'd', generation: 2, ...metadata },
    spec: { replicas: 2 },
    status,
  }) as unknown as KubernetesObject
const complete = { observedGeneration: 2, replicas: 2, updatedReplicas: 2, availableReplicas: 2 }
const available = { type: 'Available', status: 'True' }

const other = (kind: string, spec: Part, status?: Part) =>
  ({ apiVersion: 'v1', kind, metadata: { name: 'o' }, spec, status }) as unknown as KubernetesObject
const held = (...types: string[]) => ({ conditions: types.map((type) => ({ type, status: 'True' })) })

test.each<[KubernetesObject, string, readonly string[], readonly string[]]>([
  [other('StatefulSet', { replicas: 2 }, { readyReplicas: 1 }), 'Progressing', ['Progressing'], ['Complete']],
  [other('StatefulSet', { replicas: 2 }, { readyReplicas: 2 }), 'Complete', ['Complete'], ['Progressing']],
  [other('DaemonSet', {}, { desiredNumberScheduled: 2, numberAvailable: 1 }), 'Progressing', [], ['Complete']],
  [other('Job', {}), 'Running', ['Running'], ['Complete']],
  [other('Job', {}, held('SuccessCriteriaMet', 'Complete')), 'Complete', ['SuccessCriteriaMet'], ['Running', 'Failed']],
  [other('Job', { suspend: true }, held('Suspended')), 'Suspended', [], ['Running']],
  [other('APIService', {}, held('Available')), 'Available', ['Available'], ['present']],
  [other('ConfigMap', {}), 'present', [], ['Ready']],
])('others: %#', (object, shown, words, not) => {
  expect(stateOf(object)).toBe(shown)
  for (const word of words) expect(isIn(object, word)).toBe(true)
  for (const word of not) expect(isIn(object, word)).toBe(false)
})

test.each<[string, KubernetesObject, string, readonly string[], readonly string[]]>([
  ['rolled out', deployment({ ...complete, conditions: [available] }), 'Complete', ['Available'], ['Progressing']],
  ['not seen yet', deployment({ ...complete, observedGeneration: 1 }), 'Progressing', [], ['Complete', 'Available']],
  ['old ones are left', deployment({ ...complete, replicas: 3 }), 'Progressing', [], ['Complete']],
  [
    'still enough',
    deployment({ ...complete, updatedReplicas: 1, conditions: [available] }),
    'Available',
    ['Available'],
    ['Complete'],
  ],
  ['going', deployment(complete, deleting), 'Terminating', ['Terminating'], []],
])('Deployments: %s', (_, object, shown, words, not) => {
  expect(stateOf(object)).toBe(shown)
  for (const word of words) expect([word, isIn(object, word)]).toEqual([word, true])
  for (const word of not) expect([word, isIn(object, word)]).toEqual([word, false])
})

test.each([null, 5, undefined])('conditions that are none: %s', (conditions) => {
  const object = { apiVersion: 'example.com/v1', kind: 'Thing', metadata: { name: 't' }, status: { conditions } }
  expect(stateOf(object as unknown as KubernetesObject)).toBe('present')
  expect(isIn(object as unknown as KubernetesObject, 'Ready')).toBe(false)
})
