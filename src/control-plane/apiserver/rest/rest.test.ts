import { beforeEach, describe, expect, it } from 'vitest'
import type { ApiRequest, ApiResponse, ObjectList } from '../../../api/request.ts'
import type { Deployment, KubernetesObject, Namespace, Pod, Scale, Status, TokenRequest } from '../../../api/types.ts'
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

const body = <T = KubernetesObject>(response: ApiResponse) => response.body as unknown as T
const message = (response: ApiResponse) => `${response.code} ${(response.body as Status).message}`
const getPod = (name: string) => body<Pod>(world.ask('get', 'pods', 'default', name))
const change = (to: (current: never) => unknown) => ({ change: to as ApiRequest['change'] & object })

function bind(name: string, node: string) {
  return world.ask('create', 'pods/binding', 'default', name, {
    body: {
      apiVersion: 'v1',
      kind: 'Binding',
      metadata: { name, namespace: 'default' },
      target: { kind: 'Node', name: node },
    },
  })
}

describe('create', () => {
  it('generates names, and admits pods as upstream does', () => {
    const created = world.create('pods', {
      ...pod(''),
      metadata: { name: '', generateName: 'web-', namespace: 'default' },
    }) as Pod
    expect(created.metadata.name).toMatch(/^web-[bcdfghjklmnpqrstvwxz2-9]{5}$/)
    expect(created.spec.serviceAccountName).toBe('default')
    expect(created.spec.tolerations?.map(({ key }) => key)).toEqual([
      'node.kubernetes.io/not-ready',
      'node.kubernetes.io/unreachable',
    ])
    expect(created.spec.priority).toBe(0)
    const volume = created.spec.volumes?.[0]?.name
    expect(volume).toMatch(/^kube-api-access-.{5}$/)
    expect(created.spec.containers[0]?.volumeMounts?.[0]).toEqual({
      name: volume,
      readOnly: true,
      mountPath: '/var/run/secrets/kubernetes.io/serviceaccount',
    })
    expect(created.metadata.generation).toBe(1)
    expect(created.status?.phase).toBe('Pending')
  })

  it.each([
    [
      'a name that is taken',
      () => world.create('configmaps', configMap('a')),
      configMap('a'),
      '409 configmaps "a" already exists',
    ],
    [
      'a resource version',
      () => {},
      { ...configMap('a'), metadata: { name: 'a', namespace: 'default', resourceVersion: '5' } },
      '500 resourceVersion should not be set on objects to be created',
    ],
    [
      'another namespace',
      () => {},
      { ...configMap('a'), metadata: { name: 'a', namespace: 'other' } },
      '400 the namespace of the provided object does not match the namespace sent on the request',
    ],
    [
      'no name',
      () => {},
      { ...configMap('a'), metadata: { name: '' } },
      '422 ConfigMap "" is invalid: metadata.name: Required value: name or generateName is required',
    ],
  ])('refuses %s', (_, prepare, object, expected) => {
    prepare()
    expect(message(world.ask('create', 'configmaps', 'default', undefined, { body: object }))).toBe(expected)
  })

  it('refuses a pod without its service account, in upstream’s words', () => {
    world.create('namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'bare' } })
    const refused = world.ask('create', 'pods', 'bare', undefined, { body: pod('web', { namespace: 'bare' }) })
    expect(message(refused)).toBe(
      '403 pods "web" is forbidden: error looking up service account bare/default: serviceaccount "default" not found',
    )
  })

  it('keeps nothing of a dry run', () => {
    const { etcd } = world
    const before = etcd.revision
    const tried = world.ask('create', 'configmaps', 'default', undefined, {
      body: configMap('a'),
      options: { dryRun: true },
    })
    expect(tried.code).toBe(201)
    expect(etcd.revision).toBe(before)
  })
})

describe('update', () => {
  it('counts generations on spec changes only, and keeps status and spec apart', () => {
    const created = world.create('apps/deployments', deployment())
    const scaled = body<Deployment>(
      world.ask(
        'update',
        'apps/deployments',
        'default',
        'web',
        change((current: Deployment) => ({
          ...current,
          spec: { ...current.spec, replicas: 3 },
          status: { replicas: 9 },
        })),
      ),
    )
    expect(scaled.metadata.generation).toBe(2)
    expect(scaled.status?.replicas).toBeUndefined()
    const reported = body<Deployment>(
      world.ask(
        'update',
        'apps/deployments/status',
        'default',
        'web',
        change((current: Deployment) => ({
          ...current,
          spec: { ...current.spec, replicas: 7 },
          status: { replicas: 3 },
        })),
      ),
    )
    expect(reported.metadata.generation).toBe(2)
    expect(reported.spec.replicas).toBe(3)
    expect(reported.status?.replicas).toBe(3)
    expect(reported.metadata.uid).toBe(created.metadata.uid)
  })

  it('writes nothing when nothing changes', () => {
    const created = world.create('configmaps', configMap('a', { k: 'v' }))
    const same = world.ask('update', 'configmaps', 'default', 'a', { body: { ...configMap('a', { k: 'v' }) } })
    expect(body(same)).toBe(created)
  })

  it.each([
    ['a missing object', 'b', {}, '404 configmaps "b" not found'],
    [
      'a stale version',
      'a',
      { resourceVersion: '1' },
      '409 Operation cannot be fulfilled on configmaps "a": the object has been modified; please apply your changes to the latest version and try again',
    ],
    ['another name', 'a', { name: 'z' }, '400 the name of the object (z) does not match the name on the URL (a)'],
  ])('refuses %s', (_, name, metadata, expected) => {
    world.create('configmaps', configMap('a'))
    const refused = world.ask('update', 'configmaps', 'default', name, {
      body: { ...configMap('a', { k: '2' }), metadata: { name, namespace: 'default', ...metadata } },
    })
    expect(message(refused)).toBe(expected)
  })

  it('creates on PUT where the kind allows it', () => {
    const lease = {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name: 'l', namespace: 'default' },
      spec: { holderIdentity: 'a' },
    }
    expect(world.ask('update', 'coordination/leases', 'default', 'l', { body: lease }).code).toBe(201)
  })

  it('patches', () => {
    world.create('apps/deployments', deployment())
    const patched = world.ask('patch', 'apps/deployments', 'default', 'web', {
      patchType: 'application/strategic-merge-patch+json',
      body: { spec: { template: { spec: { containers: [{ name: 'c', image: 'nginx:2' }] } } } },
      wire: {},
    })
    expect(body<Deployment>(patched).spec.template.spec?.containers[0]?.image).toBe('nginx:2')
    expect(body(patched).metadata.generation).toBe(2)
    const stale = world.ask('patch', 'apps/deployments', 'default', 'web', {
      patchType: 'application/merge-patch+json',
      body: { metadata: { resourceVersion: '1' }, spec: { replicas: 5 } },
    })
    expect(stale.code).toBe(409)
    const broken = world.ask('patch', 'apps/deployments', 'default', 'web', {
      patchType: 'application/json-patch+json',
      body: [{ op: 'remove', path: '/nope' }],
    })
    expect(message(broken)).toBe('422 the server rejected our request due to an error in our request')
    const mistyped = world.ask('patch', 'apps/deployments', 'default', 'web', {
      patchType: 'application/strategic-merge-patch+json',
      body: { spec: { replicas: 'x' } },
      wire: {},
    })
    expect(message(mistyped)).toBe(
      '422  "" is invalid: patch: Invalid value: "map[spec:map[replicas:x]]": unrecognized type: int32',
    )
  })
})

describe('delete', () => {
  it('gives a scheduled pod its grace, and shortens it only', () => {
    world.create('pods', pod('a', { nodeName: 'n1' }))
    const first = body<Pod>(world.ask('delete', 'pods', 'default', 'a')).metadata
    expect(first).toMatchObject({
      deletionTimestamp: '2026-01-01T00:00:30Z',
      deletionGracePeriodSeconds: 30,
      generation: 2,
    })
    world.clock.advance(5000)
    world.ask('delete', 'pods', 'default', 'a', { options: { gracePeriodSeconds: 60 } })
    expect(getPod('a').metadata).toMatchObject({ deletionTimestamp: '2026-01-01T00:00:30Z' })
    world.ask('delete', 'pods', 'default', 'a', { options: { gracePeriodSeconds: 10 } })
    expect(getPod('a').metadata).toMatchObject({
      deletionTimestamp: '2026-01-01T00:00:10Z',
      deletionGracePeriodSeconds: 10,
    })
    world.ask('delete', 'pods', 'default', 'a', { options: { gracePeriodSeconds: 0 } })
    expect(message(world.ask('get', 'pods', 'default', 'a'))).toBe('404 pods "a" not found')
  })

  it('lets an unscheduled pod go at once', () => {
    world.create('pods', pod('a'))
    expect(body<Pod>(world.ask('delete', 'pods', 'default', 'a')).kind).toBe('Pod')
    expect(world.ask('get', 'pods', 'default', 'a').code).toBe(404)
  })

  it('waits for finalizers; the last one gone takes the object with it', () => {
    world.create('configmaps', {
      ...configMap('a'),
      metadata: { name: 'a', namespace: 'default', finalizers: ['example.com/x'] },
    })
    const marked = body(world.ask('delete', 'configmaps', 'default', 'a'))
    expect(marked.metadata).toMatchObject({ deletionTimestamp: '2026-01-01T00:00:00Z', deletionGracePeriodSeconds: 0 })
    const added = world.ask(
      'update',
      'configmaps',
      'default',
      'a',
      change((current: KubernetesObject) => ({
        ...current,
        metadata: { ...current.metadata, finalizers: ['example.com/x', 'example.com/y'] },
      })),
    )
    expect(message(added)).toContain(
      'metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{"example.com/y"}',
    )
    world.ask(
      'update',
      'configmaps',
      'default',
      'a',
      change((current: KubernetesObject) => ({ ...current, metadata: { ...current.metadata, finalizers: [] } })),
    )
    expect(world.ask('get', 'configmaps', 'default', 'a').code).toBe(404)
  })

  it.each([
    ['Foreground', ['foregroundDeletion']],
    ['Orphan', ['orphan']],
  ] as const)('%s leaves the finalizer for the garbage collector', (propagationPolicy, finalizers) => {
    world.create('apps/deployments', deployment())
    const marked = body(world.ask('delete', 'apps/deployments', 'default', 'web', { options: { propagationPolicy } }))
    expect(marked.metadata.finalizers).toEqual(finalizers)
  })

  it('holds to preconditions', () => {
    world.create('configmaps', configMap('a'))
    const refused = world.ask('delete', 'configmaps', 'default', 'a', { options: { preconditions: { uid: 'x' } } })
    expect(message(refused)).toMatch(
      /^409 Operation cannot be fulfilled on ConfigMap "a": the UID in the precondition \(x\) does not match the UID in record/,
    )
  })

  it('ends a namespace in two steps', () => {
    world.create('namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'team' } })
    expect(body<Namespace>(world.ask('delete', 'namespaces', undefined, 'team')).status?.phase).toBe('Terminating')
    const late = world.ask('create', 'configmaps', 'team', undefined, {
      body: { ...configMap('x'), metadata: { name: 'x' } },
    })
    expect(message(late)).toBe(
      '403 configmaps "x" is forbidden: unable to create new content in namespace team because it is being terminated',
    )
    world.ask(
      'update',
      'namespaces/finalize',
      undefined,
      'team',
      change((current: Namespace) => ({ ...current, spec: { finalizers: [] } })),
    )
    expect(world.ask('get', 'namespaces', undefined, 'team').code).toBe(404)
  })

  it('deletes collections', () => {
    for (const name of ['a', 'b', 'c'])
      world.create('configmaps', configMap(name, {}, { side: name === 'c' ? 'right' : 'left' }))
    const gone = body<ObjectList>(
      world.ask('deletecollection', 'configmaps', 'default', undefined, { options: { labelSelector: 'side=left' } }),
    )
    expect(gone.items.map(({ metadata }) => metadata.name)).toEqual(['a', 'b'])
    expect(body<ObjectList>(world.ask('list', 'configmaps', 'default')).items).toHaveLength(1)
  })
})

describe('sub-resources', () => {
  it('binds a pod once', () => {
    world.create('pods', pod('a'))
    expect(bind('a', 'n1').code).toBe(201)
    expect(getPod('a').spec.nodeName).toBe('n1')
    expect(getPod('a').status?.conditions?.find(({ type }) => type === 'PodScheduled')?.status).toBe('True')
    expect(message(bind('a', 'n2'))).toBe(
      '409 Operation cannot be fulfilled on pods/binding "a": pod a is already assigned to node "n1"',
    )
    expect(message(bind('z', 'n2'))).toBe('404 pods "z" not found')
  })

  it('evicts', () => {
    world.create('pods', pod('a', { nodeName: 'n1' }))
    const evicted = world.ask('create', 'pods/eviction', 'default', 'a', {
      body: { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: 'a', namespace: 'default' } },
    })
    expect(evicted.code).toBe(201)
    expect(getPod('a').metadata.deletionGracePeriodSeconds).toBe(30)
    expect(getPod('a').status?.conditions?.some(({ type }) => type === 'DisruptionTarget')).toBe(true)
  })

  it('scales', () => {
    world.create('apps/deployments', deployment())
    const scale = body<Scale>(world.ask('get', 'apps/deployments/scale', 'default', 'web'))
    expect(scale).toMatchObject({ kind: 'Scale', spec: { replicas: 1 } })
    const scaled = world.ask('update', 'apps/deployments/scale', 'default', 'web', {
      body: { ...scale, spec: { replicas: 4 } },
    })
    expect(body<Scale>(scaled).spec?.replicas).toBe(4)
    const patched = world.ask('patch', 'apps/deployments/scale', 'default', 'web', {
      body: { spec: { replicas: 2 } },
      patchType: 'application/merge-patch+json',
    })
    expect(body<Scale>(patched).spec?.replicas).toBe(2)
    expect(body<Deployment>(world.ask('get', 'apps/deployments', 'default', 'web'))).toMatchObject({
      metadata: { generation: 3 },
      spec: { replicas: 2 },
    })
    expect(
      world.ask('update', 'apps/deployments/scale', 'default', 'web', { body: { ...scale, spec: { replicas: 4 } } })
        .code,
    ).toBe(409)
  })

  it('issues tokens that are good while their time and their pod last', () => {
    world.create('pods', pod('a', { nodeName: 'n1' }))
    const issued = body<TokenRequest>(
      world.ask('create', 'serviceaccounts/token', 'default', 'default', {
        body: {
          apiVersion: 'authentication.k8s.io/v1',
          kind: 'TokenRequest',
          metadata: { name: '' },
          spec: { audiences: [], expirationSeconds: 600, boundObjectRef: { kind: 'Pod', apiVersion: 'v1', name: 'a' } },
        },
      }),
    )
    const token = issued.status?.token ?? ''
    const account = body<KubernetesObject>(world.ask('get', 'serviceaccounts', 'default', 'default'))
    expect(issued.metadata).toMatchObject({ name: 'default', uid: account.metadata.uid })
    expect(issued.status?.expirationTimestamp).toBe('2026-01-01T00:10:00Z')
    const whoAmI = () =>
      world.ask('create', 'authentication/selfsubjectreviews', undefined, undefined, {
        credentials: { type: 'bearer', token },
        body: { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview', metadata: {} },
      })
    expect(whoAmI().body).toMatchObject({ status: { userInfo: { username: 'system:serviceaccount:default:default' } } })
    world.ask('delete', 'pods', 'default', 'a', { options: { gracePeriodSeconds: 0 } })
    expect(message(whoAmI())).toBe('401 Unauthorized')
  })

  it('says what is not simulated', () => {
    world.create('pods', pod('a'))
    expect(message(world.ask('create', 'pods/exec', 'default', 'a', { body: {} }))).toMatch(/^501 /)
    expect(message(world.ask('get', 'pods/nope', 'default', 'a'))).toBe(
      '404 the server could not find the requested resource',
    )
  })
})

describe('events', () => {
  it('are one thing under two groups, and go after an hour', () => {
    world.create('events', {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: 'e', namespace: 'default' },
      involvedObject: { kind: 'Pod', name: 'a', namespace: 'default' },
      reason: 'Pulled',
      message: 'done',
      type: 'Normal',
    } as KubernetesObject)
    const seen = body(world.ask('get', 'events.k8s.io/events', 'default', 'e'))
    expect(seen).toMatchObject({ apiVersion: 'events.k8s.io/v1', note: 'done', regarding: { name: 'a' } })
    world.clock.advance(3600_000 + 60_000)
    expect(world.ask('get', 'events', 'default', 'e').code).toBe(404)
  })
})

function deployment(): Deployment {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'default' },
    spec: {
      selector: { matchLabels: { app: 'web' } },
      template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'c', image: 'nginx' }] } },
    },
  } as unknown as Deployment
}
