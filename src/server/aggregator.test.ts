import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseAllDocuments } from 'yaml'
import type { KubernetesObject } from '../api/types.ts'
import { type Cluster, createCluster, servedKinds } from '../cluster/index.ts'
import type { Server } from './contract.ts'
import { startServer } from './index.ts'
import { Pace } from './pace.ts'
import { createCredentials } from './pki.ts'
import { createTokenAuthority } from './tokens.ts'

const MANIFEST = fileURLToPath(new URL('../../fixtures/manifests/metrics-server.yaml', import.meta.url))
const TREE = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList'

/** metrics-server as users install it, behind its APIService. */
describe('an aggregated API', () => {
  let cluster: Cluster
  let pace: Pace
  let server: Server

  beforeAll(async () => {
    const credentials = await createCredentials()
    cluster = createCluster({ authority: createTokenAuthority(credentials.serviceAccountKey) })
    pace = new Pace(cluster.clock, cluster.barrier)
    server = await startServer({
      connect: () => cluster.apiServer(),
      kinds: servedKinds,
      world: pace,
      credentials,
      port: 0,
      staticTokens: new Map([['admin', { name: 'admin', groups: ['system:masters'] }]]),
      streams: cluster.streams,
    })
    pace.start()
  })
  afterAll(async () => {
    pace?.stop()
    await server?.close()
  })

  async function get(path: string, accept = 'application/json') {
    const { request } = await import('node:https')
    return new Promise<{ readonly code: number; readonly text: string }>((resolve, reject) => {
      const headers = { authorization: 'Bearer admin', accept }
      const options = { rejectUnauthorized: false, headers, agent: false } as const
      request(server.url + path, options, (response) => {
        let text = ''
        response.on('data', (bytes: Buffer) => (text += bytes.toString()))
        response.on('end', () => resolve({ code: response.statusCode ?? 0, text }))
      })
        .on('error', reject)
        .end()
    })
  }

  const condition = () => cluster.client().get('APIService', 'v1beta1.metrics.k8s.io')?.status?.conditions?.[0]

  it('is not there before somebody installs it', async () => {
    expect((await get('/apis/metrics.k8s.io/v1beta1/nodes')).code).toBe(404)
  })

  it('is unavailable while nothing stands behind its Service', async () => {
    const objects = parseAllDocuments(readFileSync(MANIFEST, 'utf8')).map((each) => each.toJS() as KubernetesObject)
    for (const object of objects) cluster.client().create(object)
    await pace.skip(6_000)
    expect(condition()).toMatchObject({
      status: 'False',
      reason: 'MissingEndpoints',
      message: 'endpointslices for service/metrics-server in "kube-system" have no addresses with port name "https"',
    })
    expect(await get('/apis/metrics.k8s.io/v1beta1/nodes')).toMatchObject({ code: 503, text: 'service unavailable\n' })
    expect((await get('/apis', TREE)).text).toContain('"freshness":"Stale"')
  })

  it('serves what containers and nodes take once its program runs', async () => {
    await pace.skip(90_000)
    expect(condition()).toMatchObject({ status: 'True', reason: 'Passed', message: 'all checks passed' })
    const nodes = JSON.parse((await get('/apis/metrics.k8s.io/v1beta1/nodes')).text)
    expect(nodes).toMatchObject({ kind: 'NodeMetricsList', items: [{ window: '15s' }, {}, {}] })
    const pods = JSON.parse(
      (await get('/apis/metrics.k8s.io/v1beta1/namespaces/kube-system/pods?labelSelector=component%3Detcd')).text,
    )
    expect(pods.items).toMatchObject([
      { metadata: { name: 'etcd-cp-1' }, containers: [{ usage: { cpu: '24000000n', memory: '59392Ki' } }] },
    ])
    expect((await get('/apis/metrics.k8s.io/v1beta1/nodes/none')).text).toContain(
      'nodes.metrics.k8s.io \\"none\\" not found',
    )
  })

  it('is discovered, group by group and all at once', async () => {
    expect(JSON.parse((await get('/apis/metrics.k8s.io')).text)).toMatchObject({
      kind: 'APIGroup',
      name: 'metrics.k8s.io',
    })
    expect((await get('/apis/metrics.k8s.io/v1beta1')).text).toContain('"kind":"PodMetrics"')
    expect((await get('/apis')).text).toContain('metrics.k8s.io/v1beta1')
    const tree = JSON.parse((await get('/apis', TREE)).text)
    expect(tree.items.at(-1)).toMatchObject({
      metadata: { name: 'metrics.k8s.io' },
      versions: [{ freshness: 'Current' }],
    })
  })

  it('goes when its Service goes', async () => {
    cluster.client().delete('Service', 'metrics-server', 'kube-system')
    await pace.skip(31_000)
    expect(condition()).toMatchObject({
      reason: 'ServiceNotFound',
      message: 'service/metrics-server in "kube-system" is not present',
    })
  })
})
