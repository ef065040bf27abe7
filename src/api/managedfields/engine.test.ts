import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Json, JsonMap } from '../patch/patch-error.ts'
import { builtInAtom, emptyObject } from './built-in-types.ts'
import { compare } from './compare.ts'
import { decodeEntries, encodeEntries, type Managed, NOBODY } from './entries.ts'
import { applyManaged, updateManaged } from './field-manager.ts'
import { equalSets, fromFieldsV1, paths, toFieldsV1 } from './field-set.ts'
import type { ManagedType } from './managed-type.ts'
import { pathText } from './path-element.ts'
import { atomOf } from './structural-schema.ts'
import { toFieldSet } from './to-field-set.ts'
import { ConflictError } from './updater.ts'
import { validate } from './validate.ts'

const pod = builtInAtom('io.k8s.api.core.v1.Pod')
const service = builtInAtom('io.k8s.api.core.v1.Service')

const custom = atomOf({
  type: 'object',
  properties: {
    apiVersion: { type: 'string' },
    kind: { type: 'string' },
    metadata: { type: 'object', properties: { name: { type: 'string' } } },
    spec: {
      type: 'object',
      properties: {
        size: { type: 'integer' },
        tags: { type: 'array', 'x-kubernetes-list-type': 'set', items: { type: 'string' } },
        parts: {
          type: 'array',
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['name', 'kind'],
          items: {
            type: 'object',
            properties: {
              name: { type: 'string' },
              kind: { type: 'string', default: 'plain' },
              value: { type: 'string' },
            },
          },
        },
        whole: { type: 'object', 'x-kubernetes-map-type': 'atomic', additionalProperties: { type: 'string' } },
        list: { type: 'array', items: { type: 'string' } },
        free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
      },
    },
  },
})

const widget: ManagedType = { apiVersion: 'x.io/v1', kind: 'Widget', type: custom, empty: {} }

const texts = (value: Json, type = custom) => [...paths(toFieldSet(value, type))].map(pathText)

describe('the fields of an object', () => {
  it.each<[string, Json, typeof custom, readonly string[]]>([
    ['scalars', { spec: { size: 1 } }, custom, ['.spec.size']],
    ['a set', { spec: { tags: ['b', 'a'] } }, custom, ['.spec.tags[="a"]', '.spec.tags[="b"]']],
    [
      'elements by their keys, with defaults',
      { spec: { parts: [{ name: 'a', value: 'x' }] } },
      custom,
      [
        '.spec.parts[kind="plain",name="a"]',
        '.spec.parts[kind="plain",name="a"].name',
        '.spec.parts[kind="plain",name="a"].value',
      ],
    ],
    ['an atomic map and list', { spec: { whole: { a: 'b' }, list: ['a'] } }, custom, ['.spec.list', '.spec.whole']],
    ['what has no schema', { spec: { free: { a: { b: [1] } } } }, custom, ['.spec.free.a', '.spec.free.a.b']],
    ['an empty map', { spec: {} }, custom, ['.spec']],
    [
      'an element without the key it has to have',
      { spec: { containers: [{ image: 'x' }] } },
      pod,
      ['.spec.containers[name=""]', '.spec.containers[name=""].image'],
    ],
    [
      'ports of a Service',
      { spec: { ports: [{ port: 80 }], selector: { a: 'b' } } },
      service,
      ['.spec.selector', '.spec.ports[port=80,protocol="TCP"]', '.spec.ports[port=80,protocol="TCP"].port'],
    ],
  ])('%s', (_, value, type, expected) => {
    expect(texts(value, type)).toEqual(expected)
  })
})

describe('what does not fit the schema', () => {
  it.each<[Json, typeof custom, string]>([
    [{ foo: 1 }, custom, '.foo: field not declared in schema'],
    [{ spec: { size: 'x' } }, custom, '.spec.size: expected numeric (int or float), got string'],
    [{ spec: { tags: ['a', 'a'] } }, custom, '.spec.tags: duplicate entries for key [="a"]'],
    [{ spec: { list: 'x' } }, custom, '.spec.list: expected list, got &{x}'],
    [
      { spec: { parts: [{ name: 'a' }, { name: 'a', kind: 'plain' }] } },
      custom,
      '.spec.parts: duplicate entries for key [kind="plain",name="a"]',
    ],
    [
      { spec: { containers: [{ name: 'a', image: 1 }] } },
      pod,
      '.spec.containers[name="a"].image: expected string, got &value.valueUnstructured{Value:1}',
    ],
    [
      { spec: { parts: [{ value: 'x' }, { value: 'y' }] } },
      custom,
      '.spec.parts: duplicate entries for key [kind="plain"]',
    ],
  ])('%j', (value, type, message) => {
    expect(() => validate(value, type)).toThrow(message)
  })
})

const on = (manager: string, now = 0) => ({ type: widget, manager, now })
const specOf = (spec: JsonMap): JsonMap => ({ apiVersion: 'x.io/v1', kind: 'Widget', spec })

class Tale {
  object: JsonMap = {}
  managed: Managed = NOBODY

  apply(manager: string, spec: JsonMap, force = false): this {
    const { object, managed } = applyManaged(on(manager), this.object, specOf(spec), this.managed, force)
    this.object = (object ?? this.object) as JsonMap
    this.managed = managed
    return this
  }

  update(manager: string, spec: JsonMap): this {
    const live = this.object.spec === undefined ? undefined : this.object
    const next = specOf(spec)
    this.managed = updateManaged(on(manager), live, next, this.managed)
    this.object = next
    return this
  }

  owners(): Record<string, readonly string[]> {
    const owned = [...this.managed.managers].map(([id, { set }]) => {
      const { manager } = JSON.parse(id) as { manager: string }
      return [manager, [...paths(set)].map(pathText)] as const
    })
    return Object.fromEntries(owned)
  }
}

describe('apply', () => {
  it('removes what it does not say any more', () => {
    const tale = new Tale().apply('a', { size: 1, tags: ['x', 'y'] }).apply('a', { tags: ['y'] })
    expect(tale.object.spec).toEqual({ tags: ['y'] })
  })

  it('leaves what somebody else owns', () => {
    const tale = new Tale()
      .apply('a', { size: 1, tags: ['x'] })
      .apply('b', { size: 1, tags: ['y'] })
      .apply('a', {})
    expect(tale.object.spec).toEqual({ size: 1, tags: ['y'] })
    expect(tale.owners()).toEqual({ a: ['.spec'], b: ['.spec.size', '.spec.tags[="y"]'] })
  })

  it('leaves what nobody ever applied', () => {
    const tale = new Tale()
      .update('u', { size: 1, list: ['a'] })
      .apply('a', { tags: ['x'] })
      .apply('a', {})
    expect(tale.object.spec).toEqual({ size: 1, list: ['a'] })
  })

  it('keeps the order of the one and adds in the order of the other', () => {
    const tale = new Tale().apply('a', { tags: ['1', '2', '3'] }).apply('b', { tags: ['4', '3', '1'] })
    expect((tale.object.spec as JsonMap).tags).toEqual(['2', '4', '3', '1'])
  })

  it('conflicts with another value only, and takes over by force', () => {
    const tale = new Tale().apply('a', { size: 1 }).apply('b', { size: 1 })
    expect(() => tale.apply('b', { size: 2 })).toThrow(ConflictError)
    tale.apply('b', { size: 2 }, true)
    expect(tale.owners()).toEqual({ b: ['.spec.size'] })
  })

  it('counts what was there before the first apply to that', () => {
    const tale = new Tale()
    tale.object = specOf({ size: 1 })
    tale.apply('a', { tags: ['x'] })
    expect(Object.keys(tale.owners())).toEqual(['before-first-apply', 'a'])
  })
})

describe('updates', () => {
  it('own what they change, and take it from others', () => {
    const tale = new Tale().apply('a', { size: 1, list: ['x'] }).update('u', { size: 2, list: ['x'] })
    expect(tale.owners()).toEqual({ a: ['.spec.list'], u: ['.spec.size'] })
  })

  it('are kept apart for ten managers, and together beyond', () => {
    const tale = new Tale().update('u0', { whole: {}, free: { f0: 0 } })
    let free: JsonMap = { f0: 0 }
    for (let i = 1; i <= 12; i++) {
      free = { ...free, [`f${i}`]: i }
      tale.update(`u${i}`, { whole: {}, free })
    }
    expect(tale.managed.managers.size).toBe(10)
    expect(Object.keys(tale.owners())).toContain('ancient-changes')
  })
})

/** Nobody owns an empty list with identities, upstream neither: those say nothing. */
const spec = fc.record(
  {
    size: fc.integer({ min: 0, max: 2 }),
    tags: fc.uniqueArray(fc.constantFrom('a', 'b', 'c'), { minLength: 1 }),
    parts: fc.uniqueArray(
      fc.record({ name: fc.constantFrom('p', 'q'), value: fc.constantFrom('1', '2') }, { requiredKeys: ['name'] }),
      { selector: ({ name }) => name, minLength: 1 },
    ),
    whole: fc.dictionary(fc.constantFrom('a', 'b'), fc.constantFrom('1', '2')),
    list: fc.array(fc.constantFrom('a', 'b'), { maxLength: 2 }),
  },
  { requiredKeys: [] },
) as fc.Arbitrary<JsonMap>

const managers = fc.constantFrom('a', 'b', 'c')
const steps = fc.array(fc.tuple(managers, spec, fc.boolean()), { minLength: 1, maxLength: 6 })

function told(script: readonly (readonly [string, JsonMap, boolean])[]): Tale {
  const tale = new Tale()
  for (const [manager, config, isUpdate] of script)
    if (isUpdate) tale.update(manager, config)
    else tale.apply(manager, config, true)
  return tale
}

describe('always', () => {
  it('applying the same again changes nothing', () => {
    fc.assert(
      fc.property(steps, managers, spec, (script, manager, config) => {
        const once = told([...script, [manager, config, false]])
        const { object } = once
        const known = encodeEntries(once.managed)
        once.apply(manager, config)
        expect(once.object).toEqual(object)
        expect(encodeEntries(once.managed)).toEqual(known)
      }),
    )
  })

  it('an applied configuration is in the object', () => {
    fc.assert(
      fc.property(steps, managers, spec, (script, manager, config) => {
        const { object } = told([...script, [manager, config, false]])
        const { modified, added } = compare(object, applyOver(object, config), custom)
        expect([...paths(modified), ...paths(added)]).toEqual([])
      }),
    )
  })

  it('what only one manager applied goes when it applies nothing', () => {
    fc.assert(
      fc.property(spec, (config) => {
        const tale = new Tale().apply('a', config).apply('a', {})
        const left = texts(tale.object).filter((path) => path !== '.spec' && !/^\.(apiVersion|kind)$/.test(path))
        expect(left.filter((path) => !/^\.spec\.(tags|parts|whole)$/.test(path))).toEqual([])
      }),
    )
  })

  it('FieldsV1 says all of a set', () => {
    fc.assert(
      fc.property(spec, (config) => {
        const set = toFieldSet(specOf(config), custom)
        expect(equalSets(fromFieldsV1(JSON.parse(JSON.stringify(toFieldsV1(set)))), set)).toBe(true)
      }),
    )
  })

  it('entries read back as they were', () => {
    fc.assert(
      fc.property(steps, (script) => {
        const entries = encodeEntries(told(script).managed)
        expect(encodeEntries(decodeEntries(entries))).toEqual(entries)
      }),
    )
  })
})

function applyOver(object: JsonMap, config: JsonMap): Json {
  return (applyManaged(on('other'), object, specOf(config), NOBODY, true).object ?? object) as Json
}

describe('built-in types', () => {
  it('know the structs that are always there', () => {
    expect(emptyObject('v1/Pod')).toEqual({ metadata: {}, spec: { containers: null }, status: {} })
    expect(emptyObject('x.io/v1/Widget')).toEqual({ metadata: {} })
  })
})
