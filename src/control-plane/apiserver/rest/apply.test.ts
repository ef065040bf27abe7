import { beforeEach, describe, expect, it } from 'vitest'
import type { ManagedFieldsEntry } from '../../../api/managedfields/entries.ts'
import { historyOf, shownObject } from '../../../api/managedfields/history.ts'
import type { ApiResponse, PatchType, RequestOptions } from '../../../api/request.ts'
import type { ConfigMap, KubernetesObject, Status } from '../../../api/types.ts'
import { configMap, pod, World } from '../testing/world.ts'

let world: World
beforeEach(() => {
  world = new World()
})

const wire = {}
const message = ({ code, body }: ApiResponse) => `${code} ${(body as Status).message}`

function patch(name: string, patchType: PatchType, body: unknown, options: RequestOptions, resource = 'configmaps') {
  return world.ask('patch', resource, 'default', name, { patchType, body, options, wire })
}

const apply = (name: string, body: object, options: RequestOptions, resource?: string) =>
  patch(name, 'application/apply-patch+yaml', body, options, resource)

const map = (data: Record<string, string>, more: object = {}) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'a', ...more },
  data,
})

function entries(object: unknown): readonly ManagedFieldsEntry[] {
  return (historyOf(object as KubernetesObject)?.entries ?? []) as readonly ManagedFieldsEntry[]
}

const owners = (response: ApiResponse) =>
  Object.fromEntries(entries(response.body).map(({ manager, fieldsV1 }) => [manager, fieldsV1?.['f:data']]))

describe('apply', () => {
  it('creates, changes, conflicts and takes over', () => {
    expect(apply('a', map({ x: '1' }), { fieldManager: 'one' }).code).toBe(201)
    expect(apply('a', map({ x: '1', y: '2' }), { fieldManager: 'one' }).code).toBe(200)
    const refused = apply('a', map({ x: '3' }), { fieldManager: 'two' })
    expect(message(refused)).toBe('409 Apply failed with 1 conflict: conflict with "one": .data.x')
    expect((refused.body as Status).details?.causes).toEqual([
      { reason: 'FieldManagerConflict', message: 'conflict with "one"', field: '.data.x' },
    ])
    const taken = apply('a', map({ x: '3' }), { fieldManager: 'two', force: true })
    expect(owners(taken)).toEqual({ one: { 'f:y': {} }, two: { 'f:x': {} } })
    expect((apply('a', map({}), { fieldManager: 'one' }).body as ConfigMap).data).toEqual({ x: '3' })
  })

  it('is refused in the real words', () => {
    const one = { fieldManager: 'one' }
    expect(message(apply('a', map({}), {}))).toContain('fieldManager: Required value: is required for apply patch')
    expect(message(apply('a', { kind: 'Secret', apiVersion: 'v1' }, one))).toBe(
      '400 invalid object type: /v1, Kind=Secret',
    )
    expect(message(apply('a', map({}, { managedFields: [] }), one))).toBe('400 metadata.managedFields must be nil')
    expect(message(apply('a', { ...map({}), foo: 1 }, one))).toBe(
      '500 failed to create typed patch object (/a; /v1, Kind=ConfigMap): .foo: field not declared in schema',
    )
    expect(message(apply('b', map({}), one))).toBe(
      '400 the name of the object (a) does not match the name on the URL (b)',
    )
    expect(message(patch('a', 'application/merge-patch+json', {}, { force: true }))).toContain(
      'force: Forbidden: may not be specified for non-apply patch',
    )
  })

  it('leaves the version alone when nothing changes', () => {
    const first = apply('a', map({ x: '1' }), { fieldManager: 'one' }).body as KubernetesObject
    world.clock.advance(5000)
    const second = apply('a', map({ x: '1' }), { fieldManager: 'one' }).body as KubernetesObject
    expect(second.metadata.resourceVersion).toBe(first.metadata.resourceVersion)
  })

  it('takes over what kubectl had applied on its side', () => {
    const applied = JSON.stringify(map({ x: '1' }))
    const annotations = { 'kubectl.kubernetes.io/last-applied-configuration': applied }
    world.ask('create', 'configmaps', 'default', undefined, {
      body: map({ x: '1' }, { namespace: 'default', annotations }),
      options: { fieldManager: 'kubectl-client-side-apply' },
      wire,
    })
    const answer = apply('a', map({ x: '2' }), { fieldManager: 'kubectl' })
    expect(answer.code).toBe(200)
    const { metadata } = answer.body as KubernetesObject
    expect(metadata.annotations?.['kubectl.kubernetes.io/last-applied-configuration']).toBe(
      '{"apiVersion":"v1","data":{"x":"2"},"kind":"ConfigMap","metadata":{"name":"a"}}\n',
    )
  })

  it('forgets all managers when asked', () => {
    apply('a', map({ x: '1' }), { fieldManager: 'one' })
    const reset = patch('a', 'application/merge-patch+json', { metadata: { managedFields: [] } }, {})
    expect(entries(reset.body)).toEqual([])
  })
})

describe('managers of components', () => {
  it('are known without anybody having looked', () => {
    world.create('serviceaccounts', {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: 'default', namespace: 'default' },
    })
    world.create('pods', { ...pod('web'), metadata: { name: 'web', namespace: 'default' } })
    world.clock.advance(1000)
    const user = { name: 'system:kube-scheduler', groups: ['system:masters'] }
    const change = (object: KubernetesObject) => ({ ...object, status: { phase: 'Running' } }) as KubernetesObject
    const answer = world.ask('update', 'pods/status', 'default', 'web', { change }, user)
    expect(entries(answer.body).map(({ manager, subresource }) => [manager, subresource])).toEqual([
      ['kubectl', undefined],
      ['kube-scheduler', 'status'],
    ])
    expect(shownObject(answer.body as KubernetesObject).metadata.managedFields).toHaveLength(2)
  })

  it('are the same whether they are made up at once or in the end', () => {
    const tell = (look: boolean) => {
      const told = new World()
      told.create('configmaps', configMap('a'))
      for (let i = 0; i < 40; i++) {
        const change = (object: KubernetesObject) =>
          ({ ...object, data: { [`k${i % 7}`]: `${i}` } }) as KubernetesObject
        const user = { name: `system:u${i % 13}`, groups: ['system:masters'] }
        const answer = told.ask('update', 'configmaps', 'default', 'a', { change }, user)
        if (look) entries(answer.body)
      }
      return entries(told.ask('get', 'configmaps', 'default', 'a').body)
    }
    expect(tell(true)).toEqual(tell(false))
  })
})
