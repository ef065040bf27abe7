import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse, parseAllDocuments, stringify } from 'yaml'
import type { Node } from '../../api/types.ts'
import { type Cluster, createCluster } from '../../cluster/index.ts'
import { startServer } from '../../server/index.ts'
import { kubeconfig, writeKubeconfig } from '../../server/kubeconfig.ts'
import { Pace } from '../../server/pace.ts'
import { createCredentials } from '../../server/pki.ts'
import { servedCluster } from '../../server/served-cluster.ts'
import { bindStep } from '../bind.ts'
import { NotCapable } from '../step.ts'
import { World } from '../world.ts'
import { Connection } from './connection.ts'
import { RemoteCluster } from './index.ts'

/** A cluster behind its own HTTPS server, which goes on by itself: to the target nothing but what a kubeconfig leads to. */
const directory = mkdtempSync(join(tmpdir(), 'kubedrill-remote-'))
const file = join(directory, 'config')
let cluster: Cluster
let close: () => Promise<void>
const before = process.env.KUBECONFIG

beforeAll(async () => {
  const credentials = await createCredentials()
  cluster = createCluster()
  const pace = new Pace(cluster.clock, cluster.barrier, { speed: 20 })
  const server = await startServer({
    ...servedCluster(cluster),
    world: pace,
    credentials,
    port: 0,
  })
  pace.start()
  writeKubeconfig(file, kubeconfig(server.url, credentials))
  process.env.KUBECONFIG = file
  let closing: Promise<void> | undefined
  close = () => {
    pace.stop()
    closing ??= server.close()
    return closing
  }
})

afterAll(async () => {
  await close()
  if (before === undefined) delete process.env.KUBECONFIG
  else process.env.KUBECONFIG = before
  rmSync(directory, { recursive: true })
})

const leases = () => cluster.client().list('Lease')
const cordoned = (node: Node): Node => ({ ...node, spec: { ...node.spec, unschedulable: true } })

const noKubectl = async () => ({ command: '', exitCode: 1, output: '' })

/** Runs steps as a scenario of their own. */
async function scenario(...steps: readonly (string | readonly [string, string])[]): Promise<void> {
  const world = new World()
  world.use(await RemoteCluster.connect({ target: 'kubeconfig', kubectl: noKubectl }))
  try {
    for (const each of steps) {
      const [text, ...extra] = typeof each === 'string' ? [each] : each
      const [bound] = bindStep(text)
      if (bound === undefined) throw new Error(`no step says "${text}"`)
      await bound.run(world, ...extra)
    }
  } finally {
    await world.close()
  }
}

const ROLE = `
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: viewer, namespace: dev}
rules: [{apiGroups: [""], resources: [pods], verbs: [get, list, watch]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: robot-views, namespace: dev}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: viewer}
subjects: [{kind: ServiceAccount, name: robot, namespace: default}]
`

const VOLUME = `
apiVersion: v1
kind: PersistentVolume
metadata: {name: disk}
spec: {capacity: {storage: 1Gi}, accessModes: [ReadWriteOnce], storageClassName: "", csi: {driver: disks.example.com, volumeHandle: disk}}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: data}
spec: {accessModes: [ReadWriteOnce], storageClassName: "", volumeName: disk, resources: {requests: {storage: 1Gi}}}
`

const USER = `
apiVersion: v1
kind: Pod
metadata: {name: user}
spec:
  volumes: [{name: data, persistentVolumeClaim: {claimName: data}}]
  containers: [{name: c, image: "nginx:1.27"}]
`

const FEW_RIGHTS = `
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: guest}
rules:
- {apiGroups: [""], resources: [namespaces, configmaps, serviceaccounts], verbs: ["*"]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: guest}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: guest}
subjects: [{kind: ServiceAccount, name: guest, namespace: default}]
`

const SETTINGS = '{apiVersion: v1, kind: ConfigMap, metadata: {name: settings}}'

/** What of a kubeconfig is another's, who asks the same cluster. */
const guest = (users: readonly object[]) => ({
  users,
  contexts: [{ name: 'guest', context: { cluster: 'kubernetes', user: 'guest' } }],
  'current-context': 'guest',
})

/** What of the cluster as a whole scenarios may change: its namespaces (those that are on their way out aside), its nodes. */
const shared = () => ({
  namespaces: cluster
    .client()
    .list('Namespace')
    .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
    .map(({ metadata }) => metadata.name),
  nodes: cluster
    .client()
    .list('Node')
    .map(({ metadata, spec }) => [metadata.name, metadata.labels, spec]),
})

describe('a cluster that a kubeconfig leads to', () => {
  test('workloads, traffic and history, in a namespace of the scenario', async () => {
    const there = shared()
    await scenario(
      'a cluster with 1 control plane node and 2 worker nodes',
      'a Deployment "web" of image "echo:1" with 2 replicas',
      'a Service "web" selecting "app=web" on port 80',
      'a Pod "client" of image "curl:8"',
      'Service "web" has 2 ready endpoints within 1 minute',
      'a request from Pod "client" to "http://web/" returns status 200',
      '"web.default.svc.cluster.local" resolves from Pod "client" to the cluster IP of Service "web"',
      '"web.other.svc.cluster.local" does not resolve from Pod "client"',
      '8 requests from Pod "client" to "http://web/" are answered by 2 different Pods',
      'this moment is remembered as "start"',
      'Deployment "web" is scaled to 3 replicas',
      'exactly 3 Pods of Deployment "web" are Running within 30 seconds',
      'at least 2 Pods of Deployment "web" were Ready at all times since "start"',
      'Deployment "web" has a Normal event ScalingReplicaSet',
      'Deployment "web" has no event FailedScheduling',
      'node "worker-1" is cordoned',
      'Node "worker-1" is SchedulingDisabled',
    )
    expect(shared()).toEqual(there)
  })

  test('namespaces are its own, under the names the feature knows', async () => {
    const there = shared()
    await scenario(
      'a cluster',
      'namespace "dev"',
      ['these manifests are applied:', ROLE],
      'service account "default/robot" can list "pods" in namespace "dev"',
      'service account "default/robot" cannot delete "pods" in namespace "dev"',
      'service account "default/robot" tries to delete Pod "dev/web-0"',
      'the request is denied with status 403 and reason Forbidden',
      `the response message contains 'cannot delete resource "pods" in API group "" in the namespace "dev"'`,
    )
    expect(shared()).toEqual(there)
  })

  test.each([
    ['the scheduler stops', 'cannot break components, nodes and networks'],
    ['time advances to "2030-01-01T00:00:00Z"', 'cannot set its clock'],
    ['etcd has a leader', 'cannot look into its etcd'],
    ['a cluster with 1 control plane node and 9 worker nodes', 'has 2 Ready worker nodes, not 9'],
  ])('%s: says why it cannot', async (step, reason) => {
    const refusal = await scenario(step).catch((error: Error) => error)
    expect(refusal).toBeInstanceOf(NotCapable)
    expect((refusal as Error).message).toContain(reason)
  })

  test('who needs it alone waits for those before, and those after wait for him', async () => {
    const order: string[] = []
    const reach = { alone: false, countsNodes: false, needsNodes: false, says: '' }
    const connect = async (name: string, alone: boolean) => {
      const remote = await RemoteCluster.connect({
        target: 'kubeconfig',
        kubectl: noKubectl,
        reach: { ...reach, alone },
      })
      order.push(`${name} begins`)
      return remote
    }
    const end = async (name: string, remote: RemoteCluster) => {
      order.push(`${name} ends`)
      await remote.close()
    }
    const first = await connect('first', false)
    const beside = await connect('beside', false)
    const alone = connect('alone', true)
    // Its turn is known as soon as its Lease is there.
    while (!leases().some(({ metadata }) => metadata.labels?.['kubedrill.io/turn'] === 'alone'))
      await new Promise((resolve) => setTimeout(resolve, 20))
    const after = connect('after', false)
    await end('beside', beside)
    await end('first', first)
    await end('alone', await alone)
    await end('after', await after)
    expect(order).toEqual([
      ...['first begins', 'beside begins', 'beside ends', 'first ends'],
      ...['alone begins', 'alone ends', 'after begins', 'after ends'],
    ])
  })

  test('what kubectl made outside of the namespace, and what was done to nodes, is put back', async () => {
    const there = shared()
    const commands: string[] = []
    const kubectl = async (args: readonly string[]) => {
      commands.push(args.join(' '))
      const made =
        args[0] === 'apply' ? 'clusterrole.rbac.authorization.k8s.io/reader created\nrole.rbac/own created' : ''
      if (args[0] === 'cordon') cluster.client().update('Node', 'worker-2', undefined, cordoned)
      return { command: '', exitCode: 0, output: `${made}\n` }
    }
    const reach = { alone: true, countsNodes: false, needsNodes: false, says: '' }
    const remote = await RemoteCluster.connect({ target: 'kubeconfig', kubectl, reach })
    const blue = {
      name: 'blue',
      role: 'worker',
      labels: { colour: 'blue' },
      taints: ['colour=blue:NoSchedule'],
    } as const
    expect(await remote.prepare({ nodes: [blue] })).toBeUndefined()
    expect(remote.namingNodes('drain blue')).toBe('drain worker-1')
    expect(cluster.client().get('Node', 'worker-1')).toMatchObject({
      metadata: { labels: { colour: 'blue' } },
      spec: { taints: [{ key: 'colour', value: 'blue', effect: 'NoSchedule' }] },
    })
    await remote.kubectl(['apply', '-f', 'all.yaml'])
    await remote.kubectl(['cordon', 'worker-2'])
    expect(shared()).not.toEqual(there)
    await remote.close()
    expect(shared()).toEqual(there)
    expect(commands.at(-1)).toBe('delete clusterrole.rbac.authorization.k8s.io/reader --ignore-not-found --timeout=60s')
  })

  test('what waits for a driver that nobody runs goes with the volume', async () => {
    const seen: string[] = []
    const stop = cluster.client().watch('VolumeAttachment', {}, ({ type }) => seen.push(type))
    await scenario(
      'a cluster',
      ['these manifests are applied:', VOLUME],
      'PersistentVolumeClaim "data" is Bound within 1 minute',
      ['these manifests are applied:', USER],
      'Pod "user" is Running',
      '1 second passes',
    )
    stop()
    expect(seen).toEqual(['ADDED', 'DELETED'])
  })

  test('whoever may do little is told what he may not', async () => {
    const client = cluster.client()
    const metadata = { name: 'guest', namespace: 'default' }
    client.create({ apiVersion: 'v1', kind: 'ServiceAccount', metadata })
    const resource = { group: '', version: 'v1', resource: 'serviceaccounts', subresource: 'token' }
    const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', metadata: {}, spec: {} }
    const asked = { verb: 'create', resource, namespace: 'default', name: 'guest', body } as const
    const answer = (await new Connection('kubeconfig').send(asked)).body as { readonly status?: { token: string } }
    const users = [{ name: 'guest', user: { token: answer.status?.token } }]
    process.env.KUBECONFIG = join(directory, 'guest')
    writeFileSync(process.env.KUBECONFIG, stringify({ ...parse(readFileSync(file, 'utf8')), ...guest(users) }))
    try {
      expect(await new Connection('kubeconfig').refusal()).toBe(
        'context "guest" cannot be used: who asks may not create namespaces there, and every scenario works in its own',
      )
      await expect(scenario('a cluster')).rejects.toThrow('who asks may not create namespaces')
      for (const object of parseAllDocuments(FEW_RIGHTS)) client.create(object.toJS())
      await scenario('a cluster', ['these manifests are applied:', SETTINGS], 'ConfigMap "settings" exists')
      const nodes = scenario('a cluster with 1 control plane node and 2 worker nodes')
      await expect(nodes).rejects.toThrow(/^context "guest" does not show its nodes: nodes is forbidden: User/)
      const pods = scenario('a cluster', 'Pod "web" does not exist')
      await expect(pods).rejects.toThrow(/^every Pod has to be listed for this, and cannot be: pods is forbidden/)
    } finally {
      process.env.KUBECONFIG = file
    }
  })

  test('an API server that answers no more', async () => {
    const begun = async (text: string) => {
      const world = new World()
      world.use(await RemoteCluster.connect({ target: 'kubeconfig', kubectl: noKubectl }))
      await bindStep('Namespace "default" is Active')[0]!.run(world)
      return () => bindStep(text)[0]!.run(world)
    }
    const stays = await begun('Namespace "default" stays Active for 1 second')
    const appears = await begun('Namespace "dev" appears within 1 second')
    await close()
    await expect(stays).rejects.toThrow(/answers no more: connect ECONNREFUSED/)
    await expect(appears).rejects.toThrow(/answers no more: connect ECONNREFUSED .*; before that: Namespace "dev"/)
  })
})
