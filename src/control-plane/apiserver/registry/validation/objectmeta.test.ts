import { expect, test } from 'vitest'
import { isDNS1123Subdomain } from '../../../../api/names.ts'
import type { ObjectMeta } from '../../../../api/types.ts'
import { validateObjectMeta, validateObjectMetaUpdate } from './objectmeta.ts'

const rules = { namespaced: true, validateName: isDNS1123Subdomain }
const errorsOf = (meta: Partial<ObjectMeta>): string[] =>
  validateObjectMeta({ name: 'web', namespace: 'default', ...meta } as ObjectMeta, rules).map(
    ({ field, message }) => `${field}: ${message}`,
  )

test('names', () => {
  expect(errorsOf({})).toEqual([])
  expect(errorsOf({ name: '' })).toEqual(['metadata.name: Required value: name or generateName is required'])
  expect(errorsOf({ name: 'Web' })[0]).toMatch(/^metadata\.name: Invalid value: "Web": a lowercase RFC 1123 subdomain/)
  expect(errorsOf({ namespace: '' })).toEqual(['metadata.namespace: Required value'])
})

test('labels and annotations', () => {
  expect(errorsOf({ labels: { 'a b': 'c' } })[0]).toMatch(
    /^metadata\.labels: Invalid value: "a b": name part must consist/,
  )
  expect(errorsOf({ labels: { a: '-' } })[0]).toMatch(/^metadata\.labels: Invalid value: "-": a valid label must be/)
  expect(errorsOf({ annotations: { a: 'x'.repeat(256 * 1024) } })).toEqual([
    'metadata.annotations: Too long: may not be more than 262144 bytes',
  ])
})

test('what an update may not change', () => {
  const old = { name: 'web', namespace: 'default', uid: '1', resourceVersion: '5' } as ObjectMeta
  const errors = validateObjectMetaUpdate({ ...old, name: 'api', uid: '2' } as ObjectMeta, old)
  expect(errors.map(({ field, message }) => `${field}: ${message}`)).toEqual([
    'metadata.name: Invalid value: "api": field is immutable',
    'metadata.uid: Invalid value: "2": field is immutable',
  ])
})
