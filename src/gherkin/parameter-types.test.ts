import { CucumberExpression, ParameterType, ParameterTypeRegistry } from '@cucumber/cucumber-expressions'
import { describe, expect, test } from 'vitest'
import { NAMED_DURATIONS, parseDuration, shortDuration } from './durations.ts'
import { counts, parameterTypes, parseCount } from './parameter-types.ts'

const registry = new ParameterTypeRegistry()
for (const { name, regexp, transformer } of parameterTypes)
  registry.defineParameterType(new ParameterType(name, regexp, null, transformer, true, false))

/** What a step gets that says `{<type>}` where the text stands; `no match` where it is not its text. */
function read(type: string, text: string): unknown {
  const [argument] = new CucumberExpression(`X{${type}}X`, registry).match(`X${text}X`) ?? []
  return argument === undefined ? 'no match' : argument.getValue(null)
}

describe('durations', () => {
  test.each([
    ['1 second', 1000],
    ['90 seconds', 90_000],
    ['a minute', 60_000],
    ['an hour', 3_600_000],
    ['one day', 86_400_000],
    ['1.5 minutes', 90_000],
    ['250 milliseconds', 250],
    ['1 minute and 30 seconds', 90_000],
    ['2 hours, 5 minutes and 1 second', 7_501_000],
    ...Object.entries(NAMED_DURATIONS),
  ])('%s is %i ms', (text, ms) => {
    expect(read('duration', text)).toBe(ms)
    expect(read('within', ` within ${text}`)).toBe(ms)
    expect(parseDuration(text)).toBe(ms)
  })

  test.each(['', '5', 'seconds', '5 parsecs', '-5 seconds', 'the lunch break'])('"%s" is none', (text) => {
    expect(read('duration', text)).toBe('no match')
  })

  test('no `within` is the default wait', () => {
    expect(read('within', '')).toBeUndefined()
  })

  test.each([
    [0, '0s'],
    [900, '0.9s'],
    [59_960, '1m'],
    [90_000, '1m30s'],
    [119_600, '2m'],
    [3_599_700, '1h'],
    [3_600_000, '1h'],
    [5_400_000, '1h30m'],
  ])('%i ms are %s in a timeline', (ms, text) => {
    expect(shortDuration(ms)).toBe(text)
  })
})

describe('counts', () => {
  test.each([
    ['3', 3, 5, true],
    ['3', 4, 5, false],
    ['exactly 2', 2, 9, true],
    ['exactly 2', 3, 9, false],
    ['at least 2', 3, 9, true],
    ['at least 2', 1, 9, false],
    ['at most 2', 2, 9, true],
    ['at most 2', 3, 9, false],
    ['no', 0, 9, true],
    ['no', 1, 9, false],
    ['all', 3, 3, true],
    ['all', 2, 3, false],
    // Of nothing, nothing holds: a typo in a name must not turn a step green.
    ['all', 0, 0, false],
    ['every', 3, 3, true],
    ['the', 0, 0, false],
    ['a', 1, 3, true],
    ['a', 0, 3, false],
  ])('"%s Pods": %i of %i: %s', (text, found, all, holds) => {
    expect(counts(parseCount(`${text} Pods`), found, all)).toBe(holds)
  })
})

describe('Pods', () => {
  test.each([
    ['3 Pods', {}],
    ['exactly 3 Pods of Deployment "web"', { owner: { kind: 'Deployment', name: 'web' } }],
    ['at least 1 Pod of ReplicaSet "shop/web"', { owner: { kind: 'ReplicaSet', namespace: 'shop', name: 'web' } }],
    ['all Pods matching "app=web,tier!=db"', { labelSelector: 'app=web,tier!=db' }],
    ['no Pods on node "worker-1"', { node: 'worker-1' }],
    [
      'the Pods of Deployment "web" on node "worker-1"',
      { owner: { kind: 'Deployment', name: 'web' }, node: 'worker-1' },
    ],
    ['every Pod', {}],
    ['a Pod of Service "web"', { owner: { kind: 'Service', name: 'web' } }],
  ])('%s', (text, ref) => {
    expect(read('pods', text)).toMatchObject({ text, ...ref })
  })

  test.each(['Pods', '3 pods', 'three Pods', 'some Pods', '3 Pods of web'])('"%s" are none', (text) => {
    expect(read('pods', text)).toBe('no match')
  })
})

describe('components', () => {
  test.each([
    ['the API server', 'kube-apiserver', undefined],
    ['API server on "cp-2"', 'kube-apiserver', 'cp-2'],
    ['the controller manager', 'kube-controller-manager', undefined],
    ['the scheduler', 'kube-scheduler', undefined],
    ['the kubelet on node "worker-1"', 'kubelet', 'worker-1'],
    ['the kubelet on "worker-1"', 'kubelet', 'worker-1'],
    ['the container runtime on "worker-1"', 'containerd', 'worker-1'],
    ['containerd on node "worker-1"', 'containerd', 'worker-1'],
    ['kube-proxy on "worker-1"', 'kube-proxy', 'worker-1'],
    ['CoreDNS', 'coredns', undefined],
    ['etcd', 'etcd', undefined],
    ['etcd member "etcd-2"', 'etcd', 'etcd-2'],
  ])('%s', (text, component, host) => {
    expect(read('component', text)).toMatchObject({ component, text })
    expect((read('component', text) as { host?: string }).host).toBe(host)
  })
})

describe('the rest', () => {
  test.each([
    ['object', 'Deployment "web"', { kind: 'Deployment', name: 'web' }],
    ['object', 'Pod "dev/web-0"', { kind: 'Pod', namespace: 'dev', name: 'web-0' }],
    ['principal', 'user "jane"', { user: 'jane', groups: ['system:authenticated'] }],
    ['principal', 'user "jane" of group "dev"', { user: 'jane', groups: ['dev', 'system:authenticated'] }],
    ['principal', 'user "jane" of groups "dev, qa"', { user: 'jane', groups: ['dev', 'qa', 'system:authenticated'] }],
    ['principal', 'an anonymous user', { user: 'system:anonymous', groups: ['system:unauthenticated'] }],
    ['principal', 'service account "dev/build"', { user: 'system:serviceaccount:dev:build' }],
    ['principal', 'service account "build"', { user: 'system:serviceaccount:default:build' }],
    ['state', 'CrashLoopBackOff', 'CrashLoopBackOff'],
    ['state', 'Init:0/1', 'Init:0/1'],
    ['verb', 'deletecollection', 'deletecollection'],
  ])('{%s} %s', (type, text, value) => {
    const found = read(type, text)
    if (typeof value === 'string') expect(found).toBe(value)
    else expect(found).toMatchObject(value)
  })
})
