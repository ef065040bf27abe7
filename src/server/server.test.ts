import { connect, constants } from 'node:http2'
import { connect as tlsConnect } from 'node:tls'
import { afterEach, describe, expect, it } from 'vitest'
import { createCredentials, signCertificate } from './pki.ts'
import { Served } from './testing/served.ts'

let served: Served
afterEach(() => served.stop())

const pod = (name: string, extra: object = {}) => ({
  kind: 'Pod',
  apiVersion: 'v1',
  metadata: { name, namespace: 'default' },
  spec: { containers: [{ name: 'c', image: 'nginx' }], ...extra },
})
const PODS = '/api/v1/namespaces/default/pods'
const TABLE = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json'

async function withNamespace(options = {}): Promise<Served> {
  served = await Served.start(options)
  await served.json('POST', '/api/v1/namespaces', { metadata: { name: 'default' } })
  await served.json('POST', '/api/v1/namespaces/default/serviceaccounts', { metadata: { name: 'default' } })
  return served
}

describe('startServer', () => {
  it('speaks HTTP/2 and HTTP/1.1', async () => {
    await withNamespace()
    const session = connect(served.server.url, { ca: served.credentials.ca.certificate })
    const status = await new Promise((resolve) => {
      const stream = session.request({ [constants.HTTP2_HEADER_PATH]: '/version' })
      stream.on('response', (headers) => resolve(headers[constants.HTTP2_HEADER_STATUS]))
    })
    session.destroy()
    expect(status).toBe(200)
    expect((await served.ask('GET', '/version')).status).toBe(200)
  })

  it('refuses connections while no API server answers, cuts the open ones, and comes back on its port', async () => {
    await withNamespace()
    const socket = tlsConnect({ port: served.server.port, host: '127.0.0.1', rejectUnauthorized: false })
    await new Promise((resolve) => socket.once('secureConnect', resolve))
    const cut = new Promise((resolve) => socket.once('close', resolve))
    socket.on('error', () => {})
    served.door.api = undefined
    await cut
    await expect(served.ask('GET', '/version')).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    served.door.api = served.world.server
    await expect.poll(() => served.ask('GET', '/version').catch(() => ({ status: 0 }))).toMatchObject({ status: 200 })
  })

  it('makes, reads, changes and deletes', async () => {
    await withNamespace()
    expect((await served.json('POST', PODS, pod('a'))).status).toBe(201)
    expect((await served.json('PATCH', `${PODS}/a`, { metadata: { labels: { x: 'y' } } })).body).toMatchObject({
      metadata: { labels: { x: 'y' } },
    })
    const list = await served.json('GET', `${PODS}?labelSelector=x%3Dy`)
    expect(list.body).toMatchObject({ kind: 'PodList', apiVersion: 'v1', items: [{ metadata: { name: 'a' } }] })
    expect((list.body as { items: object[] }).items[0]).not.toHaveProperty('kind')
    expect((await served.json('DELETE', `${PODS}/a`, { gracePeriodSeconds: 0 })).status).toBe(200)
    expect((await served.json('GET', `${PODS}/a`)).status).toBe(404)
  })

  it('tells who asks by certificate, token, or not at all', async () => {
    const staticTokens = new Map([['t0ken', { name: 'jane', groups: ['devs'] }]])
    await withNamespace({ staticTokens })
    const review = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' }
    const seen: unknown[] = []
    const handle = served.world.server.handle.bind(served.world.server)
    served.door.api = {
      watch: served.world.server.watch.bind(served.world.server),
      handle(request) {
        if (request.resource.resource === 'selfsubjectreviews') seen.push([request.credentials, request.impersonate])
        return handle(request)
      },
    }
    const ask = (asked: object) =>
      served.ask('POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews', {
        body: JSON.stringify(review),
        ...asked,
      })
    const worker = await signCertificate(served.credentials.ca, {
      commonName: 'jo',
      organizations: ['a', 'b'],
      usage: 'client',
    })
    await ask({ certificate: worker })
    await ask({ certificate: undefined, headers: { authorization: 'Bearer t0ken' } })
    await ask({ certificate: undefined, headers: { authorization: 'Bearer other' } })
    await ask({ certificate: undefined })
    await ask({ headers: { 'impersonate-user': 'sam', 'impersonate-group': 'g', 'impersonate-extra-a%2fb': 'c' } })
    const user = (name: string, groups: string[]) => ({
      type: 'user',
      user: { name, groups: [...groups, 'system:authenticated'] },
    })
    const extra = { 'authentication.kubernetes.io/credential-id': [expect.stringMatching(/^X509SHA256=[0-9a-f]{64}$/)] }
    const certified = ({ type, user: who }: ReturnType<typeof user>) => ({ type, user: { ...who, extra } })
    expect(seen).toEqual([
      [certified(user('jo', ['a', 'b'])), undefined],
      [user('jane', ['devs']), undefined],
      [{ type: 'bearer', token: 'other' }, undefined],
      [{ type: 'anonymous' }, undefined],
      [certified(user('master', ['system:masters'])), { name: 'sam', groups: ['g'], extra: { 'a/b': ['c'] } }],
    ])
    const { admin } = await createCredentials()
    expect(await ask({ certificate: admin })).toMatchObject({ status: 401 })
  })

  it('streams watches, with Tables whose columns come once', async () => {
    await withNamespace()
    const plain = openWatch(served, `${PODS}?watch=1`)
    const table = openWatch(served, `${PODS}?watch=1`, { accept: TABLE })
    await Promise.all([plain.opened, table.opened])
    await served.json('POST', PODS, pod('a'))
    await served.json('POST', PODS, pod('b'))
    await expect.poll(() => [plain.events.length, table.events.length]).toEqual([2, 2])
    expect(plain.events).toMatchObject([
      { type: 'ADDED', object: { kind: 'Pod', apiVersion: 'v1', metadata: { name: 'a' } } },
      { type: 'ADDED', object: { metadata: { name: 'b' } } },
    ])
    const [first, second] = table.events as {
      object: { columnDefinitions: { name: string }[] | null; rows: { cells: unknown[] }[] }
    }[]
    expect(first!.object.columnDefinitions!.slice(0, 4).map(({ name }) => name)).toEqual([
      'Name',
      'Ready',
      'Status',
      'Restarts',
    ])
    expect(second!.object.columnDefinitions).toBeNull()
    expect(second!.object.rows[0]!.cells.slice(0, 3)).toEqual(['b', '0/1', 'Pending'])
    plain.close()
    table.close()
  })

  it('answers Tables and metadata as asked', async () => {
    await withNamespace()
    await served.json('POST', PODS, pod('a'))
    const shown = async (query: string) =>
      (await served.json('GET', PODS + query, undefined, { accept: TABLE })).body as {
        rows: { object?: { kind: string } }[]
      }
    expect((await shown('')).rows[0]!.object!.kind).toBe('PartialObjectMetadata')
    expect((await shown('?includeObject=Object')).rows[0]!.object!.kind).toBe('Pod')
    expect((await shown('?includeObject=None')).rows[0]!.object).toBeNull()
    const metadata = { accept: 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1' }
    expect((await served.json('GET', PODS, undefined, metadata)).body).toMatchObject({
      kind: 'PartialObjectMetadataList',
      items: [{ kind: 'PartialObjectMetadata', metadata: { name: 'a' } }],
    })
  })

  it('shows the same times to clients whose clocks do not skip', async () => {
    await withNamespace()
    await served.json('POST', PODS, pod('a'))
    const before = Date.parse(created((await served.json('GET', `${PODS}/a`)).body))
    await served.pace.skip(3_600_000)
    const after = Date.parse(created((await served.json('GET', `${PODS}/a`)).body))
    expect(before - after).toBeGreaterThan(3_590_000)
    const rows = (await served.json('GET', PODS, undefined, { accept: TABLE })).body as { rows: { cells: unknown[] }[] }
    expect(rows.rows[0]!.cells[4]).toMatch(/^60m$/)
  })

  it('holds bodies to their limits', async () => {
    await withNamespace()
    const send = async (body: string, type = 'application/json') =>
      JSON.parse((await served.ask('POST', PODS, { body, headers: { 'content-type': type } })).body) as {
        code: number
        message: string
      }
    expect(await send(`{"a":"${'x'.repeat(3 * 1024 * 1024)}"}`)).toMatchObject({
      code: 413,
      message: 'Request entity too large: limit is 3145728',
    })
    expect((await send('['.repeat(5000))).message).toContain('exceeded max depth')
    expect((await send('a: [', 'application/yaml')).code).toBe(400)
    expect((await send('k8s\0\x0a\xff', 'application/vnd.kubernetes.protobuf')).code).toBe(400)
    expect((await send('', 'application/vnd.kubernetes.protobuf')).message).toContain('empty data')
  })

  it('takes YAML bodies and names their duplicate keys', async () => {
    await withNamespace()
    const body = 'kind: ConfigMap\napiVersion: v1\nmetadata:\n  name: in-yaml\ndata:\n  a: "1"\n'
    const answer = await served.ask('POST', '/api/v1/namespaces/default/configmaps', {
      body,
      headers: { 'content-type': 'application/yaml', accept: 'application/yaml' },
    })
    expect([answer.status, answer.headers['content-type']]).toEqual([201, 'application/yaml'])
    expect(answer.body).toContain('name: in-yaml')
  })

  it('says what it does not do', async () => {
    await withNamespace()
    await served.json('POST', PODS, pod('a'))
    expect((await served.json('POST', `${PODS}/a/exec?command=ls`)).body).toMatchObject({
      code: 400,
      message: 'pod a does not have a host assigned',
    })
    expect((await served.json('POST', '/api/v1/pods', pod('a'))).body).toMatchObject({
      code: 405,
      reason: 'MethodNotAllowed',
    })
    expect((await served.json('GET', '/api/v1/namespaces/default/pods?limit=x')).body).toMatchObject({ code: 400 })
    expect((await served.json('POST', `${PODS}?dryRun=Some`, pod('b'))).body).toMatchObject({
      code: 422,
      message: 'CreateOptions.meta.k8s.io "" is invalid: dryRun: Unsupported value: ["Some"]: supported values: "All"',
    })
  })

  it('streams logs of the container that is asked for', async () => {
    const asked: unknown[] = []
    await withNamespace({
      logs: (
        ...[namespace, name, container, options, sink]: Parameters<NonNullable<import('./contract.ts').LogSource>>
      ) => {
        asked.push([namespace, name, container, options.tailLines])
        sink.write('hello\n')
        sink.end()
        return () => {}
      },
    })
    await served.json('POST', PODS, pod('a'))
    const two = {
      containers: [
        { name: 'x', image: 'i' },
        { name: 'y', image: 'i' },
      ],
    }
    await served.json('POST', PODS, pod('b', two))
    expect(await served.ask('GET', `${PODS}/a/log?tailLines=3`)).toMatchObject({ status: 200, body: 'hello\n' })
    expect(asked).toEqual([['default', 'a', 'c', 3]])
    expect((await served.json('GET', `${PODS}/b/log`)).body).toMatchObject({
      code: 400,
      message: 'a container name must be specified for pod b, choose one of: [x y]',
    })
    expect((await served.json('GET', `${PODS}/a/log?container=z`)).body).toMatchObject({
      message: 'container z is not valid for pod a',
    })
  })

  it('publishes the keys that check its tokens', async () => {
    await withNamespace()
    const keys = (await served.json('GET', '/openid/v1/jwks')).body as { keys: object[] }
    expect(keys.keys).toMatchObject([{ kty: 'EC', crv: 'P-256', alg: 'ES256', use: 'sig' }])
    expect((await served.json('GET', '/.well-known/openid-configuration')).body).toMatchObject({
      issuer: 'https://kubernetes.default.svc.cluster.local',
    })
  })

  it('serves OpenAPI with hashes, entity tags and gzip', async () => {
    await withNamespace()
    const index = (await served.json('GET', '/openapi/v3')).body as {
      paths: Record<string, { serverRelativeURL: string }>
    }
    const address = index.paths['apis/apps/v1']!.serverRelativeURL
    const answer = await served.ask('GET', address)
    const document = JSON.parse(answer.body)
    const path = document.paths['/apis/apps/v1/namespaces/{namespace}/deployments/{name}'].patch
    expect(path['x-kubernetes-group-version-kind']).toEqual({ group: 'apps', version: 'v1', kind: 'Deployment' })
    expect(path.parameters.map(({ name }: { name: string }) => name)).toContain('fieldValidation')
    expect(document.components.schemas['io.k8s.api.core.v1.PodSpec'].properties.containers).toMatchObject({
      'x-kubernetes-patch-merge-key': 'name',
      'x-kubernetes-patch-strategy': 'merge',
    })
    expect(await served.ask('GET', address, { headers: { 'if-none-match': answer.headers.etag! } })).toMatchObject({
      status: 304,
      body: '',
    })
    expect(
      (await served.ask('GET', address, { headers: { 'accept-encoding': 'gzip' } })).headers['content-encoding'],
    ).toBe('gzip')
    const protobuf = { accept: 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf' }
    expect((await served.ask('GET', '/openapi/v2', { headers: protobuf })).headers['content-type']).toBe(
      'application/com.github.proto-openapi.spec.v2.v1.0+protobuf',
    )
  })
})

const created = (object: { metadata: { creationTimestamp: string } }) => object.metadata.creationTimestamp

function openWatch(from: Served, path: string, headers: Record<string, string> = {}) {
  const session = connect(from.server.url, {
    ca: from.credentials.ca.certificate,
    cert: from.credentials.admin.certificate,
    key: from.credentials.admin.key,
  })
  const stream = session.request({ ...headers, [constants.HTTP2_HEADER_PATH]: path })
  const events: unknown[] = []
  let text = ''
  stream.on('data', (chunk: Buffer) => {
    const lines = (text + chunk.toString()).split('\n')
    text = lines.pop()!
    for (const line of lines) events.push(JSON.parse(line))
  })
  const opened = new Promise((resolve) => stream.on('response', resolve))
  return { events, opened, close: () => session.destroy() }
}
