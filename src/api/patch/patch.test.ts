import { describe, expect, it } from 'vitest'
import { applyJsonPatch } from './json-patch.ts'
import { mergePatch } from './merge-patch.ts'
import { strategicMergePatch } from './strategic-merge-patch.ts'

const deployment = {
  metadata: { name: 'web', finalizers: ['a', 'b'], labels: { app: 'web' } },
  spec: {
    replicas: 1,
    strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1 } },
    template: {
      spec: {
        containers: [
          { name: 'a', image: 'a:1', ports: [{ containerPort: 80 }] },
          { name: 'b', image: 'b:1' },
        ],
        tolerations: [{ key: 'x' }],
      },
    },
  },
}
const strategic = (patch: unknown) =>
  strategicMergePatch(deployment, patch, 'io.k8s.api.apps.v1.Deployment') as typeof deployment
const containers = (patch: unknown) => strategic({ spec: { template: { spec: patch } } }).spec.template.spec.containers

describe('strategic merge', () => {
  it('merges lists by their key and shares the rest', () => {
    const patched = strategic({ spec: { template: { spec: { containers: [{ name: 'b', image: 'b:2' }] } } } })
    expect(patched.spec.template.spec.containers).toEqual([
      deployment.spec.template.spec.containers[0],
      { name: 'b', image: 'b:2' },
    ])
    expect(patched.spec.template.spec.containers[0]).toBe(deployment.spec.template.spec.containers[0])
    expect(patched.metadata).toBe(deployment.metadata)
  })
  it.each([
    [{ containers: [{ name: 'a', $patch: 'delete' }] }, ['b:1']],
    [{ containers: [{ $patch: 'replace' }, { name: 'c', image: 'c:1' }] }, ['c:1']],
    [{ containers: [{ name: 'c', image: 'c:1' }] }, ['c:1', 'a:1', 'b:1']],
    [{ '$setElementOrder/containers': [{ name: 'b' }, { name: 'a' }] }, ['b:1', 'a:1']],
    [
      {
        '$setElementOrder/containers': [{ name: 'a' }, { name: 'c' }, { name: 'b' }],
        containers: [{ name: 'c', image: 'c:1' }],
      },
      ['a:1', 'c:1', 'b:1'],
    ],
    [{ containers: null }, undefined],
  ])('%j', (patch, images) => {
    expect((containers(patch) as { image: string }[] | undefined)?.map(({ image }) => image)).toEqual(images)
  })
  it('replaces lists without a key, merges primitives, keeps only the retained keys', () => {
    expect(
      strategic({ spec: { template: { spec: { tolerations: [{ key: 'y' }] } } } }).spec.template.spec.tolerations,
    ).toEqual([{ key: 'y' }])
    expect(strategic({ metadata: { finalizers: ['c'] } }).metadata.finalizers).toContain('a')
    expect(strategic({ metadata: { '$deleteFromPrimitiveList/finalizers': ['a'] } }).metadata.finalizers).toEqual(['b'])
    expect(strategic({ spec: { strategy: { $retainKeys: ['type'], type: 'Recreate' } } }).spec.strategy).toEqual({
      type: 'Recreate',
    })
    expect(strategic({ metadata: { labels: { app: null } } }).metadata.labels).toEqual({})
  })
  it('says which merge key is missing', () => {
    expect(() => containers({ containers: [{ image: 'x' }] })).toThrow(
      'map: map[image:x] does not contain declared merge key: name',
    )
  })
})

describe('JSON patch', () => {
  it.each([
    [[{ op: 'replace', path: '/spec/replicas', value: 3 }], { replicas: 3 }],
    [
      [
        { op: 'add', path: '/spec/x', value: [1] },
        { op: 'add', path: '/spec/x/-', value: 2 },
        { op: 'add', path: '/spec/x/0', value: 0 },
      ],
      { x: [0, 1, 2] },
    ],
    [
      [
        { op: 'add', path: '/spec/a~1b', value: 1 },
        { op: 'move', from: '/spec/a~1b', path: '/spec/y' },
      ],
      { y: 1 },
    ],
    [
      [
        { op: 'test', path: '/spec/replicas', value: 1 },
        { op: 'copy', from: '/spec/replicas', path: '/spec/z' },
      ],
      { z: 1 },
    ],
  ])('%j', (patch, expected) => {
    expect((applyJsonPatch(deployment, patch) as typeof deployment).spec).toMatchObject(expected)
  })
  it.each([
    [[{ op: 'test', path: '/spec/replicas', value: 2 }]],
    [[{ op: 'remove', path: '/nope' }]],
    [[{ op: 'replace', path: '/nope/x', value: 1 }]],
    [[{ op: 'add', path: '/spec/template/spec/containers/7', value: 1 }]],
  ])('%j does not apply', (patch) => {
    expect(() => applyJsonPatch(deployment, patch)).toThrow('the server rejected our request')
  })
})

it('merge patch removes nulls and replaces lists', () => {
  expect(mergePatch({ a: 1, b: { c: 1, d: 2 }, e: [1] }, { a: null, b: { c: null }, e: [2], f: { g: null } })).toEqual({
    b: { d: 2 },
    e: [2],
    f: {},
  })
})
