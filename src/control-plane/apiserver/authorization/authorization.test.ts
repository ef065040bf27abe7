import { beforeEach, describe, expect, it } from 'vitest'
import type { ApiRequest, ApiResponse, UserInfo } from '../../../api/request.ts'
import type { KubernetesObject, Status } from '../../../api/types.ts'
import { configMap, pod, World } from '../testing/world.ts'

let world: World
beforeEach(() => {
  world = new World()
  world.create('serviceaccounts', {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: 'default', namespace: 'default' },
  })
})

const ann: UserInfo = { name: 'ann', groups: ['devs'] }
const message = (response: ApiResponse) => `${response.code} ${(response.body as Status).message}`
const rule = (verbs: string[], resources: string[], more: object = {}) => ({
  apiGroups: [''],
  resources,
  verbs,
  ...more,
})

function role(name: string, ...rules: object[]): KubernetesObject {
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'Role',
    metadata: { name, namespace: 'default' },
    rules,
  } as KubernetesObject
}

function clusterRole(name: string, ...rules: object[]): KubernetesObject {
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name },
    rules,
  } as KubernetesObject
}

function binding(
  name: string,
  kind: 'Role' | 'ClusterRole',
  of: string,
  subject: object,
  cluster = false,
): KubernetesObject {
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: cluster ? 'ClusterRoleBinding' : 'RoleBinding',
    metadata: { name, ...(!cluster && { namespace: 'default' }) },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind, name: of },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', ...subject }],
  } as KubernetesObject
}

const as = (user: UserInfo, verb: ApiRequest['verb'], resource: string, namespace?: string, name?: string, more = {}) =>
  world.ask(verb, resource, namespace, name, more, user)

describe('RBAC', () => {
  it('says no in upstream’s words', () => {
    expect(message(as(ann, 'list', 'pods', 'default'))).toBe(
      '403 pods is forbidden: User "ann" cannot list resource "pods" in API group "" in the namespace "default"',
    )
    expect(message(as(ann, 'get', 'pods/status', 'default', 'x'))).toBe(
      '403 pods "x" is forbidden: User "ann" cannot get resource "pods/status" in API group "" in the namespace "default"',
    )
    expect(message(as(ann, 'list', 'apps/deployments'))).toBe(
      '403 deployments.apps is forbidden: User "ann" cannot list resource "deployments" in API group "apps" at the cluster scope',
    )
    expect(message(as(ann, 'get', 'namespaces', undefined, 'default'))).toBe(
      '403 namespaces "default" is forbidden: User "ann" cannot get resource "namespaces" in API group "" in the namespace "default"',
    )
  })

  it('follows roles and bindings as they come and go', () => {
    world.create('rbac/roles', role('reader', rule(['get', 'list'], ['pods'])))
    world.create('rbac/rolebindings', binding('b', 'Role', 'reader', { kind: 'Group', name: 'devs' }))
    expect(as(ann, 'list', 'pods', 'default').code).toBe(200)
    expect(as(ann, 'list', 'pods').code).toBe(403)
    expect(as(ann, 'delete', 'pods', 'default', 'x').code).toBe(403)
    world.ask('delete', 'rbac/rolebindings', 'default', 'b')
    expect(as(ann, 'list', 'pods', 'default').code).toBe(403)
  })

  it('grants by name', () => {
    world.create('rbac/clusterroles', clusterRole('one', rule(['get'], ['configmaps'], { resourceNames: ['a'] })))
    world.create('rbac/clusterrolebindings', binding('b', 'ClusterRole', 'one', { kind: 'User', name: 'ann' }, true))
    world.create('configmaps', configMap('a'))
    expect(as(ann, 'get', 'configmaps', 'default', 'a').code).toBe(200)
    expect(as(ann, 'get', 'configmaps', 'default', 'b').code).toBe(403)
  })

  it('tells of a role that is missing', () => {
    world.create('rbac/clusterrolebindings', binding('b', 'ClusterRole', 'gone', { kind: 'User', name: 'ann' }, true))
    expect(message(as(ann, 'list', 'pods'))).toBe(
      '403 pods is forbidden: User "ann" cannot list resource "pods" in API group "" at the cluster scope: RBAC: clusterrole.rbac.authorization.k8s.io "gone" not found',
    )
  })

  it('lets nobody grant what he does not have', () => {
    world.create(
      'rbac/clusterroles',
      clusterRole('editor', rule(['*'], ['pods']), {
        apiGroups: ['rbac.authorization.k8s.io'],
        resources: ['roles', 'rolebindings'],
        verbs: ['create'],
      }),
    )
    world.create('rbac/rolebindings', binding('b', 'ClusterRole', 'editor', { kind: 'User', name: 'ann' }))
    expect(
      as(ann, 'create', 'rbac/roles', 'default', undefined, { body: role('ok', rule(['get'], ['pods'])) }).code,
    ).toBe(201)
    const refused = as(ann, 'create', 'rbac/roles', 'default', undefined, {
      body: role('more', rule(['get', 'list'], ['secrets'])),
    })
    expect(message(refused)).toBe(
      '403 roles.rbac.authorization.k8s.io "more" is forbidden: user "ann" (groups=["devs" "system:authenticated"]) is attempting to grant RBAC permissions not currently held:\n{APIGroups:[""], Resources:["secrets"], Verbs:["get" "list"]}',
    )
    world.create('rbac/clusterroles', clusterRole('big', rule(['*'], ['*'])))
    const bound = as(ann, 'create', 'rbac/rolebindings', 'default', undefined, {
      body: binding('mine', 'ClusterRole', 'big', { kind: 'User', name: 'ann' }),
    })
    expect(message(bound)).toContain(
      'is attempting to grant RBAC permissions not currently held:\n{APIGroups:[""], Resources:["*"], Verbs:["*"]}',
    )
  })

  it('lets impersonate only who may', () => {
    const root: UserInfo = { name: 'root', groups: ['system:masters'] }
    expect(message(as(ann, 'list', 'pods', 'default', undefined, { impersonate: root }))).toBe(
      '403 pods is forbidden: User "ann" cannot impersonate-on:user-info:list resource "pods" in API group "" in the namespace "default"',
    )
    expect(message(as(root, 'list', 'pods', 'default', undefined, { impersonate: ann }))).toContain(
      'User "ann" cannot list resource "pods"',
    )
  })
})

describe('nodes', () => {
  const node: UserInfo = { name: 'system:node:n1', groups: ['system:nodes'] }
  it('see their own pods and what these refer to', () => {
    const spec = {
      containers: [
        { name: 'c', image: 'i', env: [{ name: 'E', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } }] },
      ],
      nodeName: 'n1',
    }
    world.create('pods', { ...pod('a'), spec } as KubernetesObject)
    world.create('pods', pod('b', { nodeName: 'n2' }))
    world.create('secrets', { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's', namespace: 'default' } })
    expect(as(node, 'get', 'secrets', 'default', 's').code).toBe(200)
    expect(message(as(node, 'get', 'secrets', 'default', 't'))).toBe(
      '403 secrets "t" is forbidden: User "system:node:n1" cannot get resource "secrets" in API group "" in the namespace "default": no relationship found between node \'n1\' and this object',
    )
    expect(as(node, 'get', 'pods', 'default', 'a').code).toBe(200)
    expect(as(node, 'get', 'pods', 'default', 'b').code).toBe(403)
    expect(
      as(node, 'list', 'pods', undefined, undefined, { options: { fieldSelector: 'spec.nodeName=n1' } }).code,
    ).toBe(200)
    expect(message(as(node, 'list', 'pods'))).toContain('can only list/watch pods with spec.nodeName field selector')
  })
  it('register themselves, tainted until ready, and touch no other node', () => {
    const object = (name: string) => ({ apiVersion: 'v1', kind: 'Node', metadata: { name } })
    const made = as(node, 'create', 'nodes', undefined, undefined, { body: object('n1') })
    expect(made.body).toMatchObject({
      spec: { taints: [{ key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' }] },
    })
    expect(message(as(node, 'create', 'nodes', undefined, undefined, { body: object('n2') }))).toBe(
      '403 nodes "n2" is forbidden: node "n1" is not allowed to modify node "n2"',
    )
    const untaint = as(node, 'update', 'nodes', undefined, 'n1', {
      change: (current: KubernetesObject) => ({ ...current, spec: {} }),
    })
    expect(message(untaint)).toBe('403 nodes "n1" is forbidden: node "n1" is not allowed to modify taints')
  })
})

describe('reviews', () => {
  const review = (kind: string, spec: object, user: UserInfo, group = 'authorization') =>
    as(user, 'create', `${group}/${kind.toLowerCase()}s`, undefined, undefined, {
      body: { apiVersion: `${group}.k8s.io/v1`, kind, metadata: {}, spec },
    })
  const allow = () => {
    const reviews = {
      apiGroups: ['authorization.k8s.io', 'authentication.k8s.io'],
      resources: ['*'],
      verbs: ['create'],
    }
    world.create('rbac/clusterroles', clusterRole('basic', reviews, rule(['list'], ['pods'])))
    world.create(
      'rbac/clusterrolebindings',
      binding('basic', 'ClusterRole', 'basic', { kind: 'Group', name: 'system:authenticated' }, true),
    )
  }

  it('answer may I, may somebody, what may I, who am I', () => {
    allow()
    const attributes = { resourceAttributes: { verb: 'list', resource: 'pods', namespace: 'default' } }
    expect(review('SelfSubjectAccessReview', attributes, ann).body).toMatchObject({
      status: {
        allowed: true,
        reason: 'RBAC: allowed by ClusterRoleBinding "basic" of ClusterRole "basic" to Group "system:authenticated"',
      },
    })
    expect(review('SubjectAccessReview', { ...attributes, user: 'bob' }, ann).body).toMatchObject({
      status: { allowed: false },
    })
    expect(review('SelfSubjectRulesReview', { namespace: 'default' }, ann).body).toMatchObject({
      status: {
        incomplete: false,
        resourceRules: expect.arrayContaining([{ verbs: ['list'], apiGroups: [''], resources: ['pods'] }]),
      },
    })
    expect(review('SelfSubjectReview', {}, ann, 'authentication').body).toMatchObject({
      status: { userInfo: { username: 'ann', groups: ['devs', 'system:authenticated'] } },
    })
    expect(message(review('SelfSubjectAccessReview', {}, ann))).toContain(
      '422 .authorization.k8s.io "" is invalid: spec.resourceAttributes: Invalid value: null: exactly one of',
    )
    expect(review('TokenReview', { token: 'nonsense' }, ann, 'authentication').body).toMatchObject({
      status: { user: {} },
    })
  })
})

describe('authentication', () => {
  it.each([
    [
      'anonymous',
      { type: 'anonymous' },
      '403 pods is forbidden: User "system:anonymous" cannot list resource "pods" in API group "" at the cluster scope',
    ],
    ['an unknown token', { type: 'bearer', token: 'x' }, '401 Unauthorized'],
  ] as const)('%s', (_, credentials, expected) => {
    expect(
      message(world.send({ verb: 'list', resource: { group: '', version: 'v1', resource: 'pods' }, credentials })),
    ).toBe(expected)
  })
})
