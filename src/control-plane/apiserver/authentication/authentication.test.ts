import { beforeEach, describe, expect, it } from 'vitest'
import { encodeBase64 } from '../../../api/base64.ts'
import type { ApiRequest, UserInfo } from '../../../api/request.ts'
import { rfc3339 } from '../../../api/time.ts'
import { isStatus, type KubernetesObject } from '../../../api/types.ts'
import { World } from '../testing/world.ts'
import { unsignedAuthority } from './unsigned.ts'

const HOUR = 3_600_000
let world: World
beforeEach(() => {
  world = new World({ bootstrapTokens: true })
})

const review = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview', metadata: {} }
const REVIEWS = { group: 'authentication.k8s.io', version: 'v1', resource: 'selfsubjectreviews' }

function whoIs(asked: Pick<ApiRequest, 'credentials' | 'impersonate'>): unknown {
  const { body } = world.server.handle({ verb: 'create', resource: REVIEWS, body: review, ...asked })
  if (isStatus(body)) return `${body.code} ${body.message}`
  return (body as unknown as { status: { userInfo: unknown } }).status.userInfo
}
const bearer = (token: string) => whoIs({ credentials: { type: 'bearer', token } })

describe('bootstrap tokens', () => {
  function create(data: Readonly<Record<string, string>>) {
    world.create('secrets', {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'bootstrap-token-abcdef', namespace: 'kube-system' },
      type: 'bootstrap.kubernetes.io/token',
      data: Object.fromEntries(Object.entries(data).map(([key, value]) => [key, encodeBase64(value)])),
    } as KubernetesObject)
  }
  const good = {
    'token-id': 'abcdef',
    'token-secret': '0123456789abcdef',
    'usage-bootstrap-authentication': 'true',
  }

  it('stand for who joins, in the groups they name, until they expire', () => {
    create({
      ...good,
      'auth-extra-groups': 'system:bootstrappers:kubeadm',
      expiration: rfc3339(world.clock.now() + HOUR),
    })
    expect(bearer('abcdef.0123456789abcdef')).toEqual({
      username: 'system:bootstrap:abcdef',
      groups: ['system:bootstrappers', 'system:bootstrappers:kubeadm', 'system:authenticated'],
    })
    expect(bearer('abcdef.0123456789abcdee')).toBe('401 Unauthorized')
    world.clock.advance(HOUR)
    expect(bearer('abcdef.0123456789abcdef')).toBe('401 Unauthorized')
  })

  it.each([
    ['usage-bootstrap-authentication', 'false'],
    ['auth-extra-groups', 'system:masters'],
    ['token-id', 'ghijkl'],
  ])('are no good with %s %s', (key, value) => {
    create({ ...good, [key]: value })
    expect(bearer('abcdef.0123456789abcdef')).toBe('401 Unauthorized')
  })
})

describe('tokens in Secrets', () => {
  it('are good as long as Secret and account are there, and their use is noted', () => {
    const metadata = { name: 'bob', namespace: 'default' }
    const account = world.create('serviceaccounts', { apiVersion: 'v1', kind: 'ServiceAccount', metadata })
    const token = unsignedAuthority.sign({
      iss: 'kubernetes/serviceaccount',
      sub: 'system:serviceaccount:default:bob',
      'kubernetes.io/serviceaccount/namespace': 'default',
      'kubernetes.io/serviceaccount/secret.name': 'bob-token',
      'kubernetes.io/serviceaccount/service-account.name': 'bob',
      'kubernetes.io/serviceaccount/service-account.uid': account.metadata.uid,
    })
    expect(bearer(token)).toBe('401 Unauthorized')
    world.create('secrets', {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: {
        name: 'bob-token',
        namespace: 'default',
        annotations: { 'kubernetes.io/service-account.name': 'bob' },
      },
      type: 'kubernetes.io/service-account-token',
      data: { token: encodeBase64(token) },
    } as KubernetesObject)
    expect(bearer(token)).toMatchObject({ username: 'system:serviceaccount:default:bob', uid: account.metadata.uid })
    const use = () => world.server.insights!.tokenUse({ type: 'bearer', token })
    expect(use()?.body).toMatchObject({
      metadata: { labels: { 'kubernetes.io/legacy-token-last-used': '2026-01-01' } },
    })
    world.server.handle(use()!)
    expect(use()).toBeUndefined()
    world.ask('delete', 'secrets', 'default', 'bob-token')
    expect(bearer(token)).toBe('401 Unauthorized')
  })
})

describe('impersonation', () => {
  function allow(user: string, rules: readonly object[]) {
    const api = 'rbac.authorization.k8s.io'
    world.create('rbac/clusterroles', {
      apiVersion: `${api}/v1`,
      kind: 'ClusterRole',
      metadata: { name: user },
      rules,
    } as KubernetesObject)
    world.create('rbac/clusterrolebindings', {
      apiVersion: `${api}/v1`,
      kind: 'ClusterRoleBinding',
      metadata: { name: user },
      roleRef: { apiGroup: api, kind: 'ClusterRole', name: user },
      subjects: [{ apiGroup: api, kind: 'User', name: user }],
    } as KubernetesObject)
  }
  const as = (user: string, impersonate: UserInfo) =>
    whoIs({ credentials: { type: 'user', user: { name: user, groups: ['system:authenticated'] } }, impersonate })

  it('needs a right to each part of the other', () => {
    allow('ann', [{ apiGroups: [''], resources: ['users'], verbs: ['impersonate'] }])
    expect(as('ann', { name: 'jane', groups: [] })).toEqual({ username: 'jane', groups: ['system:authenticated'] })
    expect(as('ann', { name: 'jane', groups: ['devs'] })).toMatch(/^403 .*impersonate-on:user-info:create/)
    expect(as('ann', { name: 'system:serviceaccount:default:bob', groups: [] })).toMatch(/^403 /)
  })

  it('can be limited to what is done as the other', () => {
    const group = ['authentication.k8s.io']
    allow('ann', [
      { apiGroups: group, resources: ['users'], resourceNames: ['jane'], verbs: ['impersonate:user-info'] },
      { apiGroups: group, resources: ['selfsubjectreviews'], verbs: ['impersonate-on:user-info:create'] },
      { apiGroups: group, resources: ['groups'], verbs: ['impersonate:user-info'] },
    ])
    expect(as('ann', { name: 'jane', groups: ['devs'] })).toEqual({
      username: 'jane',
      groups: ['devs', 'system:authenticated'],
    })
    expect(as('ann', { name: 'joe', groups: [] })).toMatch(/^403 users.authentication.k8s.io "joe" is forbidden/)
    expect(as('ann', { name: 'jane', groups: ['system:masters'] })).toMatch(
      /impersonating the system:masters group is not allowed$/,
    )
  })

  it('gives a node the group of nodes', () => {
    const group = ['authentication.k8s.io']
    allow('ann', [
      { apiGroups: group, resources: ['nodes'], verbs: ['impersonate:arbitrary-node'] },
      { apiGroups: group, resources: ['selfsubjectreviews'], verbs: ['impersonate-on:arbitrary-node:create'] },
    ])
    expect(as('ann', { name: 'system:node:n1', groups: [] })).toEqual({
      username: 'system:node:n1',
      groups: ['system:nodes', 'system:authenticated'],
    })
  })
})

describe('nobody', () => {
  it('is let in as anonymous, but not where everything is allowed', () => {
    expect(whoIs({ credentials: { type: 'anonymous' } })).toMatch(/^403 .*User "system:anonymous" cannot create/)
    world = new World({ authorizationModes: ['RBAC', 'AlwaysAllow'] })
    expect(whoIs({ credentials: { type: 'anonymous' } })).toBe('401 Unauthorized')
  })
})
