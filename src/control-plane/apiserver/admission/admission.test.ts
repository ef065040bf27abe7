import { describe, expect, test } from 'vitest'
import { type Body, message, post, world } from '../testing/admission.ts'
import type { World } from '../testing/world.ts'

const pod = (name: string, spec: object = {}, labels?: object): Body => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, ...(labels && { labels }) },
  spec: { containers: [{ name: 'c', image: 'nginx' }], ...spec },
})
const resources = (requests: object, limits: object = {}) => ({
  containers: [{ name: 'c', image: 'nginx', resources: { requests, limits } }],
})

describe('LimitRanger', () => {
  const limited = () => {
    const made = world()
    const item = { type: 'Container', default: { cpu: '200m' }, defaultRequest: { cpu: '100m' }, max: { cpu: '1' } }
    const spec = { limits: [item, { type: 'Pod', max: { cpu: '1500m' } }] }
    post(made, 'limitranges', { apiVersion: 'v1', kind: 'LimitRange', metadata: { name: 'l' }, spec })
    return made
  }

  test('gives defaults, and says so', () => {
    const { body } = post(limited(), 'pods', pod('p'))
    expect(body).toMatchObject({
      metadata: {
        annotations: {
          'kubernetes.io/limit-ranger':
            'LimitRanger plugin set: cpu request for container c; cpu limit for container c',
        },
      },
      spec: { containers: [{ resources: { requests: { cpu: '100m' }, limits: { cpu: '200m' } } }] },
    })
  })

  test('refuses what is beyond all bounds at once', () => {
    expect(message(post(limited(), 'pods', pod('p', resources({ cpu: '2' }, { cpu: '2' }))))).toBe(
      'pods "p" is forbidden: [maximum cpu usage per Container is 1, but limit is 2, maximum cpu usage per Pod is 1500m, but limit is 2]',
    )
  })
})

describe('ResourceQuota', () => {
  const quota = (hard: Record<string, string>, spec: object = {}, used?: Record<string, string>): Body => ({
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: { name: 'q' },
    spec: { hard, ...spec },
    status: { hard, used: used ?? Object.fromEntries(Object.keys(hard).map((name) => [name, '0'])) },
  })
  const under = (body: Body) => {
    const made = world()
    post(made, 'resourcequotas', body)
    made.send({
      verb: 'update',
      resource: { group: '', version: 'v1', resource: 'resourcequotas', subresource: 'status' },
      namespace: 'a',
      name: 'q',
      body: { ...body, metadata: { ...body.metadata, namespace: 'a' } },
    })
    return made
  }
  const used = (made: World) =>
    (made.ask('get', 'resourcequotas', 'a', 'q').body as unknown as { status: { used: unknown } }).status.used

  test('demands figures, counts what is made at once and stops there', () => {
    const made = under(quota({ pods: '3', 'requests.cpu': '1' }))
    expect(message(post(made, 'pods', pod('p0')))).toBe(
      'pods "p0" is forbidden: failed quota: q: must specify requests.cpu for: c',
    )
    expect(post(made, 'pods', pod('p1', resources({ cpu: '600m' }))).code).toBe(201)
    expect(used(made)).toEqual({ pods: '1', 'requests.cpu': '600m' })
    expect(message(post(made, 'pods', pod('p2', resources({ cpu: '600m' }))))).toBe(
      'pods "p2" is forbidden: exceeded quota: q, requested: requests.cpu=600m, used: requests.cpu=600m, limited: requests.cpu=1',
    )
    expect(used(made)).toEqual({ pods: '1', 'requests.cpu': '600m' })
  })

  test('counts objects of any kind, dry runs excepted', () => {
    const made = under(quota({ 'count/secrets': '1' }))
    const secret = (name: string): Body => ({ apiVersion: 'v1', kind: 'Secret', metadata: { name } })
    expect(post(made, 'secrets', secret('s0'), { options: { dryRun: true } }).code).toBe(201)
    expect(post(made, 'secrets', secret('s1')).code).toBe(201)
    expect(message(post(made, 'secrets', secret('s2')))).toContain('exceeded quota: q, requested: count/secrets=1')
  })

  test('concerns only what is in its scopes', () => {
    const made = under(quota({ pods: '0' }, { scopes: ['BestEffort'] }))
    expect(message(post(made, 'pods', pod('p')))).toContain('exceeded quota: q')
    expect(post(made, 'pods', pod('p', resources({ cpu: '1m' }))).code).toBe(201)
  })

  test('does not guess what has not been counted yet', () => {
    const made = under(quota({ pods: '1' }, {}, {}))
    expect(message(post(made, 'pods', pod('p')))).toBe(
      'pods "p" is forbidden: status unknown for quota: q, resources: pods',
    )
  })
})

describe('PodSecurity', () => {
  const level = (of: string, version = 'latest') => ({
    'pod-security.kubernetes.io/enforce': of,
    'pod-security.kubernetes.io/enforce-version': version,
  })

  test.each([
    [
      'restricted',
      'latest',
      {},
      'allowPrivilegeEscalation != false (container "c" must set securityContext.allowPrivilegeEscalation=false), unrestricted capabilities (container "c" must set securityContext.capabilities.drop=["ALL"]), runAsNonRoot != true (pod or container "c" must set securityContext.runAsNonRoot=true), seccompProfile (pod or container "c" must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")',
    ],
    [
      'restricted',
      'v1.8',
      {},
      'allowPrivilegeEscalation != false (container "c" must set securityContext.allowPrivilegeEscalation=false), runAsNonRoot != true (pod or container "c" must set securityContext.runAsNonRoot=true)',
    ],
    ['baseline', 'latest', { hostNetwork: true, hostPID: true }, 'host namespaces (hostNetwork=true, hostPID=true)'],
    ['baseline', 'latest', { securityContext: { sysctls: [{ name: 'net.ipv4.tcp_rmem', value: '1' }] } }, undefined],
    [
      'baseline',
      'v1.31',
      { securityContext: { sysctls: [{ name: 'net.ipv4.tcp_rmem', value: '1' }] } },
      'forbidden sysctls (net.ipv4.tcp_rmem)',
    ],
    ['baseline', 'latest', { volumes: [{ name: 'v', hostPath: { path: '/x' } }] }, 'hostPath volumes (volume "v")'],
    ['privileged', 'latest', { hostNetwork: true }, undefined],
  ])('%s:%s of %j', (of, version, spec, detail) => {
    const answer = post(world(level(of, version)), 'pods', pod('p', spec))
    if (detail === undefined) expect(answer.code).toBe(201)
    else expect(message(answer)).toBe(`pods "p" is forbidden: violates PodSecurity "${of}:${version}": ${detail}`)
  })

  test('warns of templates, and when a namespace is tightened', () => {
    const made = world({ 'pod-security.kubernetes.io/warn': 'baseline' })
    const answer = post(made, 'pods', pod('p', { hostNetwork: true }))
    expect(answer.warnings).toEqual(['would violate PodSecurity "baseline:latest": host namespaces (hostNetwork=true)'])
    const tightened = made.ask('patch', 'namespaces', undefined, 'a', {
      patchType: 'application/merge-patch+json',
      body: { metadata: { labels: { 'pod-security.kubernetes.io/enforce': 'baseline' } } },
    })
    expect(tightened.warnings).toEqual([
      'existing pods in namespace "a" violate the new PodSecurity enforce level "baseline:latest"',
      'p: host namespaces',
    ])
  })

  test('refuses labels that mean nothing', () => {
    const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'b', labels: level('nope') } }
    expect(message(post(world(), 'namespaces', namespace))).toContain(
      'Invalid value: "nope": must be one of privileged, baseline, restricted',
    )
  })
})

test('PodSecurity keeps to the defaults and exemptions of its configuration', () => {
  const configuration = { defaults: { enforce: 'baseline' }, exemptions: { usernames: ['trusted'] } }
  const made = world({}, { admissionConfiguration: { PodSecurity: configuration } })
  const answer = post(made, 'pods', pod('p', { hostNetwork: true }))
  expect(message(answer)).toContain('violates PodSecurity "baseline:latest": host namespaces')
  const credentials = { type: 'user', user: { name: 'trusted', groups: ['system:masters'] } }
  expect(post(made, 'pods', pod('p', { hostNetwork: true }), { credentials }).code).toBe(201)
})

test('EventRateLimit lets a burst through, and then as many as time brings', () => {
  const limits = [{ type: 'Server', qps: 1, burst: 2 }] as const
  const made = world(
    {},
    {
      admissionPlugins: ['EventRateLimit'],
      admissionConfiguration: { EventRateLimit: { limits } },
    },
  )
  const event = (name: string): Body => ({
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name },
    involvedObject: { namespace: 'a' },
  })
  expect(['e1', 'e2', 'e3'].map((name) => post(made, 'events', event(name)).code)).toEqual([201, 201, 429])
  made.clock.run(made.clock.now() + 1000)
  expect(post(made, 'events', event('e4')).code).toBe(201)
})
