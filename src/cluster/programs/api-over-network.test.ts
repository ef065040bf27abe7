import { beforeAll, expect, test } from 'vitest'
import type { KubernetesObject, Pod } from '../../api/types.ts'
import { advance } from '../../sim/barrier.ts'
import type { Cluster } from '../contract.ts'
import { createCluster } from '../index.ts'

const TOKEN = '/var/run/secrets/kubernetes.io/serviceaccount/token'
const POD = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'box', namespace: 'default' },
  spec: {
    containers: [
      {
        name: 'box',
        image: 'curlimages/curl:8.10.1',
        command: [
          'sh',
          '-c',
          `T=$(cat ${TOKEN}); curl -sk https://kubernetes.default.svc/api/v1/namespaces/default/pods/box -H "Authorization: Bearer $T"; sleep 3600`,
        ],
      },
    ],
  },
} as Pod

let cluster: Cluster
let token: string

/** Asks from a node. @returns the status code, and the answer */
async function ask(path: string, more = '') {
  const host = cluster.hosts.get('cp-1')!
  const url = `https://${host.ip}:6443${path}`
  const running = host.shell().run(`curl -sk -w '\\n%{http_code}' ${more} '${url}'`)
  await advance(cluster.clock, cluster.barrier, 1000)
  const { stdout } = await running
  const [, body = '', code = ''] = /^([\s\S]*)\n(\d+)$/.exec(stdout) ?? []
  return { code: Number(code), body: body.startsWith('{') ? (JSON.parse(body) as Record<string, unknown>) : body }
}

const bearer = () => `-H "Authorization: Bearer ${token}"`

beforeAll(async () => {
  cluster = createCluster()
  await advance(cluster.clock, cluster.barrier, 5000)
  const client = cluster.client()
  client.create({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: { name: 'edits', namespace: 'default' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'edit' },
    subjects: [{ kind: 'ServiceAccount', name: 'default', namespace: 'default' }],
  } as KubernetesObject)
  client.create(POD)
  await advance(cluster.clock, cluster.barrier, 20_000)
  token = await tokenOf()
})

async function tokenOf(): Promise<string> {
  const answer = cluster.apiServer()!.handle({
    verb: 'create',
    credentials: { type: 'user', user: { name: 'admin', groups: ['system:masters'] } },
    resource: { group: '', version: 'v1', resource: 'serviceaccounts', subresource: 'token' },
    namespace: 'default',
    name: 'default',
    body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', metadata: {}, spec: {} },
  })
  return (answer.body as unknown as { status: { token: string } }).status.token
}

test('a Pod asks with the token of its service account', async () => {
  const written: string[] = []
  cluster.streamLogs('default', 'box', 'box', {}, { write: (text: string) => written.push(text), end() {} } as never)
  await advance(cluster.clock, cluster.barrier, 1000)
  expect(written.join('')).toMatch(/"kind": "Pod",[\s\S]*"name": "box"/)
})

test('what is asked is answered as to anybody else', async () => {
  expect(await ask('/api', bearer())).toMatchObject({ code: 200, body: { kind: 'APIVersions', versions: ['v1'] } })
  expect(await ask('/apis/', bearer())).toMatchObject({ code: 200, body: { kind: 'APIGroupList' } })
  expect(await ask('/api/v1/namespaces/default/pods?fieldSelector=metadata.name%3Dbox', bearer())).toMatchObject({
    code: 200,
    body: { kind: 'PodList', apiVersion: 'v1', items: [{ metadata: { name: 'box' } }] },
  })
  const made = '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"made"}}'
  const create = (body: string) => ask('/api/v1/namespaces/default/configmaps', `${bearer()} -d '${body}'`)
  expect(await create(made)).toMatchObject({ code: 201, body: { kind: 'ConfigMap' } })
  expect(await create(made)).toMatchObject({ code: 409, body: { reason: 'AlreadyExists' } })
  expect(await create('{')).toMatchObject({ code: 400, body: { reason: 'BadRequest' } })
  expect(await ask('/api/v1/namespaces/default/configmaps/made', `${bearer()} -X DELETE`)).toMatchObject({ code: 200 })
  expect(await ask('/api/v1/namespaces/kube-system/secrets', bearer())).toMatchObject({
    code: 403,
    body: {
      message: expect.stringContaining('User "system:serviceaccount:default:default" cannot list resource "secrets"'),
    },
  })
})

test('who has no token is nobody, who has a wrong one is refused', async () => {
  expect(await ask('/api')).toMatchObject({
    code: 403,
    body: { message: 'forbidden: User "system:anonymous" cannot get path "/api"' },
  })
  for (const path of ['/api', '/api/v1/nodes'])
    expect(await ask(path, '-H "Authorization: Bearer x"')).toMatchObject({
      code: 401,
      body: { reason: 'Unauthorized' },
    })
  expect(await ask('/livez')).toEqual({ code: 200, body: 'ok' })
  expect(await ask('/nope', bearer())).toMatchObject({ code: 403 })
  expect(await ask('/api/v1/nopes', bearer())).toMatchObject({ code: 404 })
  expect(await ask('/version', bearer())).toMatchObject({ code: 200, body: { gitVersion: 'v1.36.2' } })
  expect(await ask('/openapi/v2', bearer())).toMatchObject({ code: 501, body: expect.stringContaining('/openapi/v2') })
})
