import { expect, test } from 'vitest'
import type { KubernetesObject } from '../../api/types.ts'
import { withoutForeign } from './foreign.ts'

const object = (kind: string, name: string, namespace?: string, more: object = {}) =>
  ({ apiVersion: 'v1', kind, metadata: { name, namespace }, ...more }) as KubernetesObject
const binding = (name: string, role: string, ...subjects: object[]) =>
  object('ClusterRoleBinding', name, undefined, { roleRef: { kind: 'ClusterRole', name: role }, subjects })
const account = (namespace: string) => ({ kind: 'ServiceAccount', name: 'x', namespace })

test('what only brings software along is not the task’s', () => {
  const own = [
    object('Namespace', 'shop'),
    object('Role', 'reader', 'shop'),
    object('ConfigMap', 'settings', 'default'),
    object('StorageClass', 'fast'),
    object('Deployment', 'provisioner', 'storage'),
    object('ClusterRole', 'viewer'),
    binding('viewers', 'viewer', account('shop'), account('storage')),
    binding('people', 'viewer', { kind: 'User', name: 'jane' }),
  ]
  const foreign = [
    object('ClusterRole', 'unbound'),
    object('Namespace', 'storage'),
    object('Role', 'provisioner-role', 'storage'),
    object('ClusterRole', 'provisioner-role'),
    binding('provisioner-bind', 'provisioner-role', account('storage')),
  ]
  const task = 'In namespace `shop` nothing works; the Deployment `provisioner` does.'
  expect(withoutForeign([...own, ...foreign], task)).toEqual(own)
  const [, ...named] = foreign
  expect(withoutForeign(foreign, `${task} It runs in \`storage\`.`)).toEqual(named)
})
