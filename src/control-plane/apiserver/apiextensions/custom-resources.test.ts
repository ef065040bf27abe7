import { beforeEach, describe, expect, test } from 'vitest'
import type { CustomResourceDefinition, KubernetesObject, Status } from '../../../api/types.ts'
import { World } from '../testing/world.ts'

const GROUP = 'stable.example.com'

const crd: CustomResourceDefinition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `crontabs.${GROUP}` },
  spec: {
    group: GROUP,
    scope: 'Namespaced',
    names: { plural: 'crontabs', kind: 'CronTab' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        subresources: { status: {} },
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: {
              spec: {
                type: 'object',
                required: ['schedule'],
                'x-kubernetes-validations': [
                  { rule: 'self.replicas <= self.max', message: 'too many', fieldPath: '.replicas' },
                  { rule: '!has(oldSelf.image) || self.image == oldSelf.image', message: 'image is fixed' },
                ],
                properties: {
                  schedule: { type: 'string', pattern: '^\\S+$' },
                  image: { type: 'string' },
                  replicas: { type: 'integer', minimum: 1, default: 2 },
                  max: { type: 'integer', default: 5 },
                  mode: { type: 'string', enum: ['a', 'b'] },
                  tags: { type: 'array', items: { type: 'string' }, 'x-kubernetes-list-type': 'set' },
                },
              },
              status: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
            },
          },
        },
      },
    ],
  },
}

let world: World

const definitions = { group: 'apiextensions.k8s.io', version: 'v1', resource: 'customresourcedefinitions' }

function define(body: object): void {
  const answer = world.send({ verb: 'create', resource: definitions, body, wire: { duplicateFields: [] } })
    .body as Status
  if (answer.kind === 'Status') throw new Error(answer.message)
}

const send = (verb: 'create' | 'update', body: object) =>
  world.send({
    verb,
    resource: { group: GROUP, version: 'v1', resource: 'crontabs' },
    namespace: 'default',
    name: 'a',
    body,
    wire: { duplicateFields: [] },
  })
const cronTab = (spec: object) => ({ apiVersion: `${GROUP}/v1`, kind: 'CronTab', metadata: { name: 'a' }, spec })

beforeEach(() => {
  world = new World()
  define(crd)
  world.clock.settle()
})

describe('a definition', () => {
  test('is established and served at once', () => {
    const { endpoints } = world.server
    expect(endpoints.some(({ definition }) => definition.kind === 'CronTab')).toBe(true)
    expect(world.server.served?.()).toBe(world.server.served?.())
  })

  test('that goes takes its objects along', () => {
    send('create', cronTab({ schedule: 'x' }))
    world.send({ verb: 'delete', resource: definitions, name: crd.metadata.name })
    world.clock.settle()
    expect(world.server.find(GROUP, 'v1', 'crontabs')).toBeUndefined()
    expect(world.etcd.get(`/registry/${GROUP}/crontabs/default/a`)).toBeUndefined()
  })
})

describe('a custom resource', () => {
  test('gets its defaults, loses what its schema does not know, and counts generations', () => {
    const created = send('create', { ...cronTab({ schedule: 'x', foo: 1 }), status: { done: true } })
    expect(created.warnings).toEqual(['unknown field "spec.foo"'])
    expect(created.body).toMatchObject({ metadata: { generation: 1 }, spec: { schedule: 'x', replicas: 2, max: 5 } })
    expect(created.body).not.toHaveProperty('status')
    const { resourceVersion } = (created.body as KubernetesObject).metadata
    const changed = { ...cronTab({ schedule: 'y' }), metadata: { name: 'a', resourceVersion } }
    expect((send('update', changed).body as KubernetesObject).metadata.generation).toBe(2)
  })

  const unchecked =
    '<nil>: Invalid value: null: some validation rules were not checked because the object was invalid; correct the existing errors to complete validation'

  test.each([
    [
      { schedule: 5 },
      `[spec.schedule: Invalid value: "integer": spec.schedule in body must be of type string: "integer", ${unchecked}]`,
    ],
    [{ schedule: 'a b' }, 'spec.schedule: Invalid value: "a b": spec.schedule in body should match \'^\\S+$\''],
    [
      { schedule: 'x', replicas: 0 },
      'spec.replicas: Invalid value: 0: spec.replicas in body should be greater than or equal to 1',
    ],
    [{ schedule: 'x', mode: 'c' }, `[spec.mode: Unsupported value: "c": supported values: "a", "b", ${unchecked}]`],
    [{ schedule: 'x', tags: ['a', 'a'] }, 'spec.tags[1]: Duplicate value: "a"'],
    [{}, `[spec.schedule: Required value, ${unchecked}]`],
    [{ schedule: 'x', replicas: 9 }, 'spec.replicas: Invalid value: too many'],
  ])('%j is refused', (spec, why) => {
    const { message } = send('create', cronTab(spec)).body as Status
    expect(message).toBe(`CronTab.${GROUP} "a" is invalid: ${why}`)
  })

  test('is held to what it was by transition rules', () => {
    const created = send('create', cronTab({ schedule: 'x', image: 'one' })).body as KubernetesObject
    const { resourceVersion } = created.metadata
    const changed = { ...cronTab({ schedule: 'x', image: 'two' }), metadata: { name: 'a', resourceVersion } }
    expect((send('update', changed).body as Status).message).toBe(
      `CronTab.${GROUP} "a" is invalid: spec: Invalid value: image is fixed`,
    )
  })
})

test('a definition with a rule that does not compile is not accepted', () => {
  const properties = { size: { type: 'integer' } }
  const root = { type: 'object', properties, 'x-kubernetes-validations': [{ rule: 'self.size == "a"' }] }
  const [version] = crd.spec.versions
  const versions = [{ ...version!, subresources: {}, schema: { openAPIV3Schema: root } }]
  const names = { plural: 'others', kind: 'Other' }
  const body = { ...crd, metadata: { name: `others.${GROUP}` }, spec: { ...crd.spec, names, versions } }
  expect(() => define(body)).toThrow(
    "compilation failed: ERROR: <input>:1:11: found no matching overload for '_==_' applied to '(int, string)'",
  )
})
