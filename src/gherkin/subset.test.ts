import { describe, expect, test } from 'vitest'
import { differences, fieldAt } from './subset.ts'

const pod = {
  metadata: { name: 'web', annotations: { 'a/b': 'x' } },
  spec: {
    replicas: 3,
    containers: [
      { name: 'web', image: 'nginx:1.27', ports: [{ containerPort: 80 }, { containerPort: 443 }], args: ['a', 'b'] },
      { name: 'log', image: 'busybox' },
    ],
  },
  status: { conditions: [{ type: 'Ready', status: 'True' }], empty: '' },
}

describe('what of the expected is not there', () => {
  test.each([
    [{}, []],
    [{ spec: { replicas: 3 } }, []],
    [{ spec: { replicas: '3' } }, []],
    [{ spec: { replicas: 4 } }, ['spec.replicas']],
    [{ spec: { containers: [{ name: 'log' }] } }, []],
    [{ spec: { containers: [{ name: 'log', image: 'busybox' }, { name: 'web' }] } }, []],
    [{ spec: { containers: [{ name: 'web', image: 'nginx:2' }] } }, ['spec.containers[web].image']],
    [{ spec: { containers: [{ name: 'nope' }] } }, ['spec.containers[nope]']],
    [{ spec: { containers: [{ name: 'web', args: ['a', 'b'] }] } }, []],
    [
      { spec: { containers: [{ name: 'web', args: ['b', 'a'] }] } },
      ['spec.containers[web].args[0]', 'spec.containers[web].args[1]'],
    ],
    [{ spec: { containers: [{ name: 'web', args: ['a'] }] } }, ['spec.containers[web].args']],
    [{ spec: { containers: [{ name: 'web', ports: [{ containerPort: 443 }] }] } }, []],
    [{ status: { conditions: [{ type: 'Ready', status: 'False' }] } }, ['status.conditions[Ready].status']],
    [{ spec: { nodeName: null } }, []],
    [{ spec: { replicas: null } }, ['spec.replicas']],
    [{ spec: { nodeName: 'x' } }, ['spec.nodeName']],
    [{ metadata: { annotations: { 'a/b': 'x' } } }, []],
    [{ spec: { containers: [] } }, ['spec.containers']],
    [{ spec: { initContainers: [] } }, ['spec.initContainers']],
    [{ status: { empty: '' } }, []],
  ])('%j', (expected, paths) => {
    expect(differences(expected, pod).map(({ path }) => path)).toEqual(paths)
  })

  test('both sides are told', () => {
    expect(differences({ spec: { replicas: 4 } }, pod)).toEqual([{ path: 'spec.replicas', expected: 4, actual: 3 }])
  })
})

test.each([
  ['spec.replicas', 3],
  ['spec.containers[web].image', 'nginx:1.27'],
  ['spec.containers[1].image', 'busybox'],
  ['spec.containers[0].ports[1].containerPort', 443],
  ['status.conditions[Ready].status', 'True'],
  ['metadata.annotations["a/b"]', 'x'],
  ['spec.nope', undefined],
  ['spec.containers[nope].image', undefined],
  ['nope.nope', undefined],
])('field %s', (path, value) => {
  expect(fieldAt(pod, path)).toBe(value)
})
