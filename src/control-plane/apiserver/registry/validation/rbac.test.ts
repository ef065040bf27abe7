import { expect, test } from 'vitest'
import type { FieldError } from '../contract.ts'
import { validateBinding, validateBindingUpdate, validateClusterRole, validateRole } from './rbac.ts'

const texts = (errors: readonly FieldError[]): string[] => errors.map(({ field, message }) => `${field}: ${message}`)

test('rules', () => {
  const rules = [
    { verbs: [], apiGroups: [''], resources: ['pods'] },
    { verbs: ['get'], nonResourceURLs: ['/x'] },
  ]
  expect(texts(validateRole({ rules } as never))).toEqual([
    'rules[0].verbs: Required value: verbs must contain at least one value',
    'rules[1].nonResourceURLs: Invalid value: ["/x"]: namespaced rules cannot apply to non-resource URLs',
  ])
  expect(validateClusterRole({ rules: rules.slice(1) } as never)).toEqual([])
})

const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' }
const KINDS = ['Role', 'ClusterRole']

test('bindings name a role and say whom they mean', () => {
  expect(texts(validateBinding({ roleRef: { ...roleRef, kind: 'Rule', name: '' } } as never, KINDS))).toEqual([
    'roleRef.kind: Unsupported value: "Rule": supported values: "Role", "ClusterRole"',
    'roleRef.name: Required value',
  ])
  const subjects = [{ kind: 'ServiceAccount', name: 'default' }]
  expect(texts(validateBinding({ roleRef, subjects } as never, ['ClusterRole']))).toEqual([
    'subjects[0].namespace: Required value',
  ])
})

test('the role of a binding stays', () => {
  const old = { roleRef } as never
  expect(texts(validateBindingUpdate({ roleRef: { ...roleRef, name: 'edit' } } as never, old, KINDS))).toEqual([
    'roleRef: Invalid value: {"APIGroup":"rbac.authorization.k8s.io","Kind":"ClusterRole","Name":"edit"}: cannot change roleRef',
  ])
})
