import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { ApiRequest } from '../api/request.ts'
import type { Kind, KubernetesObject } from '../api/types.ts'
import { advance } from '../sim/barrier.ts'
import { goTo, type Place, readJournal } from '../sim/journal.ts'
import type { RecordedTrace } from '../sim/trace.ts'
import type { Cluster, ClusterOptions, ComponentName, Faults } from './contract.ts'
import { createCluster, type Input, servedKinds, type Topology } from './index.ts'

/**
 * The promise everything else stands on: seed and journal are all that a cluster's life depends on. Random lives are
 * lived through the doors that people use and written down; then they are lived again from the journal alone, once more
 * with a crowd of onlookers, and forked half way.
 */
const topology: Topology = {
  nodes: [
    { name: 'cp-1', role: 'control-plane' },
    { name: 'worker-1', role: 'worker' },
  ],
}
const MINUTE = 60_000

type Entry = Place & { readonly input?: Input }

/** What is done from outside, one thing after the other. */
type Deed =
  | { readonly do: 'request'; readonly request: Omit<ApiRequest, 'credentials'> }
  | { readonly do: 'update'; readonly kind: 'Deployment' | 'ReplicaSet'; readonly name: string }
  | { readonly do: 'component'; readonly args: Parameters<Faults['component']> }
  | { readonly do: 'node'; readonly args: Parameters<Faults['node']> }
  | { readonly do: 'link'; readonly args: Parameters<Faults['link']> }
  | { readonly do: 'shell'; readonly host: string; readonly line: string }
  | { readonly do: 'file'; readonly host: string; readonly path: string; readonly content: string | undefined }
  | { readonly do: 'connect'; readonly url: string }
  | { readonly do: 'load'; readonly perSecond: number }
  | { readonly do: 'pass'; readonly ms: number; readonly timers?: number }

const admin = {
  type: 'user',
  user: { name: 'kubernetes-admin', groups: ['system:masters', 'system:authenticated'] },
} as const
const apps = { group: 'apps', version: 'v1', resource: 'deployments' }
const core = (resource: string) => ({ group: '', version: 'v1', resource })
const namespace = 'default'

function deployment(name: string, replicas: number, image: string): KubernetesObject {
  const labels = { app: name }
  const spec = { containers: [{ name: 'main', image }] }
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace },
    spec: { replicas, selector: { matchLabels: labels }, template: { metadata: { labels }, spec } },
  } as unknown as KubernetesObject
}

const names = fc.constantFrom('web', 'db', 'api')
const hosts = fc.constantFrom('cp-1', 'worker-1')
const request = (given: Omit<ApiRequest, 'credentials'>): Deed => ({ do: 'request', request: { wire: {}, ...given } })

const creations = fc
  .tuple(names, fc.nat(4), fc.constantFrom('nginx:1.27', 'busybox:1.36', 'nginx:no-such-tag'), fc.boolean())
  .map(([name, replicas, image, dryRun]) =>
    request({
      verb: 'create',
      resource: apps,
      namespace,
      body: deployment(name, replicas, image),
      ...(dryRun ? { options: { dryRun } } : {}),
    }),
  )
const changes = fc.oneof(
  fc.tuple(names, fc.nat(5)).map(([name, replicas]) =>
    request({
      verb: 'patch',
      resource: apps,
      namespace,
      name,
      patchType: 'application/merge-patch+json',
      body: { spec: { replicas } },
    }),
  ),
  fc
    .tuple(names, fc.constantFrom('Foreground' as const, 'Background' as const, 'Orphan' as const))
    .map(([name, propagationPolicy]) =>
      request({ verb: 'delete', resource: apps, namespace, name, options: { propagationPolicy } }),
    ),
  fc.constant(request({ verb: 'deletecollection', resource: core('pods'), namespace })),
  fc
    .tuple(names, fc.constantFrom('Deployment' as const, 'ReplicaSet' as const))
    .map(([name, kind]): Deed => ({ do: 'update', kind, name })),
)
/** One body for all of them, as a program may use it again and again. */
const pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { generateName: 'loose-', labels: { app: 'web' } },
  spec: { containers: [{ name: 'main', image: 'nginx:1.27' }] },
} as unknown as KubernetesObject
const pods = fc.constantFrom<Deed>(request({ verb: 'create', resource: core('pods'), namespace, body: pod }), {
  do: 'request',
  request: { verb: 'create', resource: core('pods'), namespace, body: pod },
})
const nonsense = fc.constantFrom(
  request({ verb: 'create', resource: apps, namespace, body: deployment('Bad Name!', -1, '') }),
  request({ verb: 'create', resource: core('pods'), namespace, body: { kind: 'Pod' } as unknown as KubernetesObject }),
  request({ verb: 'create', resource: core('teapots'), namespace, body: {} as KubernetesObject }),
  request({
    verb: 'create',
    resource: core('configmaps'),
    namespace,
    body: {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { generateName: 'any-' },
      data: { a: 'ü😀\u2028' },
    } as unknown as KubernetesObject,
  }),
  request({ verb: 'delete', resource: core('nodes'), name: 'worker-1' }),
)
const components = fc
  .tuple(
    fc.constantFrom<ComponentName>(
      'etcd',
      'kube-apiserver',
      'kube-controller-manager',
      'kube-scheduler',
      'kubelet',
      'containerd',
      'coredns',
    ),
    fc.constantFrom('stops' as const, 'starts' as const, 'restarts' as const, 'crashes' as const),
  )
  .map(([name, action]): Deed => ({ do: 'component', args: [name, action] }))
const nodes = fc
  .tuple(hosts, fc.constantFrom('fails' as const, 'reboots' as const, 'recovers' as const))
  .map((args): Deed => ({ do: 'node', args }))
const links = fc
  .constantFrom('cut' as const, 'healed' as const)
  .map((state): Deed => ({ do: 'link', args: ['cp-1', 'worker-1', state] }))
const shells = fc
  .tuple(
    hosts,
    fc.constantFrom(
      'systemctl restart kubelet',
      'sleep 3; date',
      'systemctl stop containerd; sleep 20; systemctl start containerd',
      'crictl ps; journalctl -u kubelet | tail -2',
      'for i in 1 2 3; do date >> /var/log/dates; sleep 1; done',
      'mv /etc/kubernetes/manifests/kube-scheduler.yaml /root/',
      'mv /root/kube-scheduler.yaml /etc/kubernetes/manifests/',
      'false | grep x',
      'echo $RANDOM',
    ),
  )
  .map(([host, line]): Deed => ({ do: 'shell', host, line }))
const files = fc
  .tuple(
    hosts,
    fc.constantFrom('/etc/kubernetes/manifests/extra.yaml', '/var/lib/kubelet/config.yaml', '/root/a b'),
    fc.option(fc.constantFrom(staticPod(), 'nonsense: ['), { nil: undefined }),
  )
  .map(([host, path, content]): Deed => ({ do: 'file', host, path, content }))
const passing = fc.oneof(
  fc.integer({ min: 0, max: 90_000 }).map((ms): Deed => ({ do: 'pass', ms })),
  fc.tuple(fc.nat(5000), fc.integer({ min: 1, max: 40 })).map(([ms, timers]): Deed => ({ do: 'pass', ms, timers })),
)
const loads = fc.constantFrom(0, 3, 50).map((perSecond): Deed => ({ do: 'load', perSecond }))
const connects = fc
  .constantFrom('http://web.default.svc', 'https://10.96.0.1/version', 'http://nowhere')
  .map((url): Deed => ({ do: 'connect', url }))

const lives = fc.record({
  seed: fc.nat(1000),
  deeds: fc.array(
    fc.oneof(
      { weight: 5, arbitrary: passing },
      { weight: 4, arbitrary: creations },
      { weight: 3, arbitrary: changes },
      { weight: 1, arbitrary: pods },
      { weight: 1, arbitrary: nonsense },
      { weight: 2, arbitrary: components },
      { weight: 1, arbitrary: nodes },
      { weight: 1, arbitrary: links },
      { weight: 3, arbitrary: shells },
      { weight: 1, arbitrary: files },
      { weight: 1, arbitrary: connects },
      { weight: 1, arbitrary: loads },
    ),
    { minLength: 6, maxLength: 16 },
  ),
})
type Life = { readonly seed: number; readonly deeds: readonly Deed[] }

function staticPod(): string {
  return 'apiVersion: v1\nkind: Pod\nmetadata:\n  name: extra\nspec:\n  containers:\n  - name: a\n    image: nginx:1.27\n'
}

/** Whatever a shell does at this instant is over. */
async function rest({ barrier }: Cluster): Promise<void> {
  await barrier.idle()
}

/** A write that is a function, on whatever goes by the name. */
function touch(cluster: Cluster, { kind, name }: Extract<Deed, { do: 'update' }>): void {
  const client = cluster.client()
  for (const { metadata } of client.list(kind, {
    namespace,
    labelSelector: kind === 'ReplicaSet' ? `app=${name}` : '',
  }))
    client.update(kind, metadata.name, namespace, (current) => ({
      ...current,
      metadata: {
        ...current.metadata,
        annotations: { ...current.metadata.annotations, touched: String(cluster.clock.now()) },
      },
    }))
}

async function act(cluster: Cluster, deed: Deed): Promise<void> {
  await rest(cluster)
  if (deed.do === 'request') cluster.apiServer()?.handle({ ...deed.request, credentials: admin })
  else if (deed.do === 'update') touch(cluster, deed)
  else if (deed.do === 'component') cluster.faults.component(...deed.args)
  else if (deed.do === 'node') cluster.faults.node(...deed.args)
  else if (deed.do === 'link') cluster.faults.link(...deed.args)
  else if (deed.do === 'file') cluster.hosts.get(deed.host)!.writeFile(deed.path, deed.content)
  else if (deed.do === 'load') cluster.faults.load({ host: 'worker-1' }, 'http://web/', deed.perSecond)
  else if (deed.do === 'connect') cluster.request({ host: 'worker-1' }, deed.url)
  else if (deed.do === 'shell') void cluster.hosts.get(deed.host)!.shell().run(deed.line)
  else if (deed.timers === undefined) await advance(cluster.clock, cluster.barrier, deed.ms)
  // A request may come in between any two timers, also of one instant.
  else cluster.clock.run(cluster.clock.now() + deed.ms, deed.timers)
}

/** A cluster, and the journal of what comes in. */
function recordedCluster(options: ClusterOptions) {
  const journal: Entry[] = []
  const cluster: Cluster = createCluster({
    topology,
    ...options,
    onInput: (input) => journal.push({ ...placeOf(cluster), input }),
  })
  return { cluster, journal, text: () => journal.map((entry) => `${JSON.stringify(entry)}\n`).join('') }
}

const placeOf = ({ clock }: Cluster): Place => ({ at: clock.now(), fired: clock.fired })

async function stand({ clock, barrier }: Cluster, place: Place): Promise<void> {
  while (goTo(clock, place) === 'held') await barrier.idle()
}

/** Lives the life of a journal again, up to a place. */
async function replayed(options: ClusterOptions, text: string, end: Place, look?: (cluster: Cluster) => void) {
  const cluster = createCluster({ topology, ...options })
  look?.(cluster)
  for (const entry of readJournal<Entry & Record<string, unknown>>(text)) {
    await stand(cluster, entry)
    if (entry.input !== undefined) void cluster.apply(entry.input)
    look?.(cluster)
  }
  await stand(cluster, end)
  return cluster
}

const traceOf = (cluster: Cluster) => {
  const { hash, count } = cluster.trace as RecordedTrace
  return { hash, count, ...placeOf(cluster) }
}

/** Every object there is, resourceVersions and all; what the API server says where it does not answer. */
function everything(cluster: Cluster) {
  return servedKinds.map(({ group, version, resource }) => {
    const answer = cluster.apiServer()?.handle({
      verb: 'list',
      credentials: admin,
      resource: { group, version, resource },
    })
    return [resource, answer?.body]
  })
}

/** Looks at a cluster as people and tools do, again and again. */
function onlookers() {
  let looks = 0
  return (cluster: Cluster): void => {
    const client = cluster.client()
    const server = cluster.apiServer()
    const kinds: readonly Kind[] = ['Pod', 'Node', 'Lease', 'Event', 'Deployment']
    const kind = kinds[looks++ % kinds.length]!
    client.watch(kind, {}, () => void client.list('ReplicaSet'))
    for (const { metadata } of client.list('Lease')) client.get('Lease', metadata.name, metadata.namespace)
    for (const { metadata, spec } of client.list('Pod'))
      for (const { name } of spec.containers) cluster.logs(metadata.namespace!, metadata.name, name)
    for (const resource of ['pods', 'nodes', 'events'])
      server?.watch(
        {
          verb: 'watch',
          credentials: admin,
          resource: core(resource),
          options: { allowWatchBookmarks: true, sendInitialEvents: true, timeoutSeconds: 30 + looks },
        },
        () => {},
        () => {},
      )
    server?.handle({ verb: 'list', credentials: admin, resource: core('pods'), options: { limit: 2 } })
    server?.handle({
      verb: 'create',
      credentials: admin,
      resource: apps,
      namespace,
      body: deployment('dry', 1, 'nginx:1.27'),
      options: { dryRun: true },
      wire: {},
    })
    for (const host of cluster.hosts.values()) {
      host.containers()
      host.unit('kubelet')
      host.files.read('/etc/kubernetes/manifests/etcd.yaml')
    }
    cluster.etcd.leader()
    cluster.resolve({ host: 'worker-1' }, 'kubernetes.default.svc.cluster.local')
  }
}

async function holds({ seed, deeds }: Life): Promise<void> {
  const options = { seed, keepTrace: true }
  const { cluster, text } = recordedCluster(options)
  const half = deeds.length >> 1
  for (const deed of deeds.slice(0, half)) await act(cluster, deed)

  await rest(cluster)
  const before = traceOf(cluster)
  const fork = await replayed(options, text(), placeOf(cluster))
  expect(traceOf(fork), 'a fork is what was forked').toEqual(before)
  await advance(fork.clock, fork.barrier, 7 * MINUTE)
  expect(traceOf(cluster), 'what a fork goes through does not touch the original').toEqual(before)

  for (const deed of deeds.slice(half)) await act(cluster, deed)
  await rest(cluster)
  const [end, objects] = [placeOf(cluster), everything(cluster)]

  const again = await replayed(options, text(), end)
  expect(traceOf(again), 'the journal leads to the same place').toEqual(traceOf(cluster))
  expect((again.trace as RecordedTrace).text() === (cluster.trace as RecordedTrace).text()).toBe(true)
  expect(everything(again)).toEqual(objects)

  const watched = await replayed(options, text(), end, onlookers())
  expect(traceOf(watched), 'onlookers change nothing').toEqual(traceOf(cluster))
  expect(everything(watched)).toEqual(objects)

  for (const one of [cluster, again, watched]) await advance(one.clock, one.barrier, 3 * MINUTE)
  expect(traceOf(again), 'nor does anything unseen differ').toEqual(traceOf(cluster))
  expect(traceOf(watched), 'nor does anything unseen differ for onlookers').toEqual(traceOf(cluster))
  expect(everything(watched)).toEqual(everything(cluster))
}

/** Lives that went wrong once. */
const remembered: Life[] = [
  // Pods made in this process from one and the same body were another thing than their copies in the journal.
  {
    seed: 1,
    deeds: [
      { do: 'request', request: { verb: 'create', resource: core('pods'), namespace, body: pod } },
      { do: 'request', request: { verb: 'create', resource: core('pods'), namespace, body: pod } },
      {
        do: 'request',
        request: { verb: 'create', resource: apps, namespace, body: deployment('web', 2, 'nginx:1.27') },
      },
      { do: 'pass', ms: 5000 },
      { do: 'update', kind: 'ReplicaSet', name: 'web' },
      { do: 'request', request: { verb: 'create', resource: core('pods'), namespace, body: pod } },
      { do: 'pass', ms: 5000 },
    ],
  },
  // A body without its spec, or without a name, brought the API server down.
  {
    seed: 2,
    deeds: [
      request({ verb: 'create', resource: core('pods'), namespace, body: { kind: 'Pod' } }),
      request({ verb: 'create', resource: apps, namespace, body: { kind: 'Deployment', metadata: { name: 'web' } } }),
      { do: 'pass', ms: 1000 },
    ],
  },
]

test('seed and journal are all that a life depends on', async () => {
  await fc.assert(fc.asyncProperty(lives, holds), {
    numRuns: remembered.length + 12,
    examples: remembered.map((life): [Life] => [life]),
    endOnFailure: true,
  })
})
