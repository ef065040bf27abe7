import { type ClientHttp2Session, connect, constants } from 'node:http2'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Served } from './testing/served.ts'

/** Failures found once are tried again for ever: `{ seed, path }` as fast-check prints them. */
const SEEDS: readonly number[] = [1, 20261121]

let served: Served
let session: ClientHttp2Session

beforeAll(async () => {
  served = await Served.start()
  await served.json('POST', '/api/v1/namespaces', { metadata: { name: 'default' } })
  await served.json('POST', '/api/v1/namespaces/default/serviceaccounts', { metadata: { name: 'default' } })
  await served.json('POST', '/api/v1/namespaces/default/configmaps', { metadata: { name: 'a' }, data: { x: '1' } })
  const { ca, admin } = served.credentials
  session = connect(served.server.url, { ca: ca.certificate, cert: admin.certificate, key: admin.key })
})
afterAll(async () => {
  session.destroy()
  await served.stop()
})

interface Call {
  readonly method: string
  readonly path: string
  readonly type: string
  readonly accept: string
  readonly body: string
}

const HOSTILE = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf', '..', '%2e%2e', '%00', '%ff', 'é']
const word = fc.oneof(fc.constantFrom(...HOSTILE, 'a', 'default', 'pods', 'status', 'x'), fc.string({ maxLength: 6 }))
const segment = word.map((text) =>
  HOSTILE.includes(text) ? encodeURI(text).replaceAll('%25', '%') : encodeURIComponent(text),
)

const resources = [
  'api/v1/namespaces/default/configmaps',
  'api/v1/namespaces/default/pods',
  'api/v1/namespaces/default/services',
  'api/v1/namespaces/default/secrets',
  'api/v1/nodes',
  'apis/apps/v1/namespaces/default/deployments',
  'apis/batch/v1/namespaces/default/cronjobs',
  'apis/rbac.authorization.k8s.io/v1/namespaces/default/roles',
  'apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers',
  'apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
]
const options = [
  'labelSelector',
  'fieldSelector',
  'limit',
  'continue',
  'resourceVersion',
  'resourceVersionMatch',
  'dryRun',
  'fieldManager',
  'fieldValidation',
  'gracePeriodSeconds',
  'propagationPolicy',
  'includeObject',
  'pretty',
]
const values = fc.oneof(
  word,
  fc.constantFrom('0', '1', '-1', 'All', 'Strict', 'a=b', 'a in (b', 'metadata.name=a', '!'),
)
const query = fc
  .array(fc.tuple(fc.constantFrom(...options), values), { maxLength: 3 })
  .map((pairs) => new URLSearchParams(pairs.map(([name, value]) => [name, value] as [string, string])).toString())

const path = fc.oneof(
  { weight: 6, arbitrary: fc.tuple(fc.constantFrom(...resources), fc.array(segment, { maxLength: 2 })) },
  { weight: 1, arbitrary: fc.tuple(fc.constantFrom('api', 'apis', 'openapi/v3'), fc.array(segment, { maxLength: 4 })) },
)

/** Values that some field does not expect. */
const odd = fc.oneof(
  fc.constantFrom<unknown>(null, true, 0, -1, 1.5, 1e300, '', 'x', [], {}, [null], [{}], { a: null }),
  fc.jsonValue({ maxDepth: 3 }),
)

const sound = {
  metadata: { name: 'a', labels: { app: 'a' }, annotations: { b: 'c' }, finalizers: [], ownerReferences: [] },
  spec: {
    selector: { matchLabels: { app: 'a' } },
    template: { metadata: { labels: { app: 'a' } }, spec: { containers: [{ name: 'c', image: 'i' }] } },
    containers: [{ name: 'c', image: 'i', ports: [{ containerPort: 80 }], env: [{ name: 'E', value: 'v' }] }],
    ports: [{ port: 80, targetPort: 'http' }],
    schedule: '* * * * *',
    replicas: 1,
  },
  data: { k: 'v' },
  rules: [{ verbs: ['get'], apiGroups: [''], resources: ['pods'] }],
}

function placesIn(value: unknown, at: readonly (string | number)[] = []): (readonly (string | number)[])[] {
  if (typeof value !== 'object' || value === null) return [at]
  return [at, ...Object.entries(value).flatMap(([key, inner]) => placesIn(inner, [...at, key]))]
}

function changed(value: unknown, [head, ...rest]: readonly (string | number)[], given: unknown): unknown {
  if (head === undefined) return given
  const copy = Array.isArray(value) ? [...value] : { ...(value as object) }
  ;(copy as Record<string, unknown>)[head] = changed((value as Record<string, unknown>)[head], rest, given)
  return copy
}

const damaged = fc
  .tuple(fc.constantFrom(...placesIn(sound)), odd, fc.option(fc.constantFrom(...HOSTILE), { nil: undefined }))
  .map(([at, given, name]) => {
    const object = JSON.stringify(changed(sound, at, given))
    return name === undefined ? object : object.replace(/"(data|labels|spec)":\{/, `"$1":{${JSON.stringify(name)}:"x",`)
  })
const patches = fc
  .array(
    fc.record(
      {
        op: fc.constantFrom('add', 'remove', 'replace', 'move', 'copy', 'test', 'x'),
        path: fc.array(word, { maxLength: 3 }).map((parts) => ['', ...parts].join('/')),
        from: fc.array(word, { maxLength: 3 }).map((parts) => ['', ...parts].join('/')),
        value: odd,
      },
      { requiredKeys: ['op'] },
    ),
    { maxLength: 3 },
  )
  .map((operations) => JSON.stringify(operations))

const call: fc.Arbitrary<Call> = fc.record({
  method: fc.constantFrom('GET', 'POST', 'PUT', 'PATCH', 'DELETE'),
  path: fc.tuple(path, query).map(([[root, rest], text]) => `/${[root, ...rest].join('/')}${text && `?${text}`}`),
  type: fc.constantFrom(
    'application/json',
    'application/yaml',
    'application/vnd.kubernetes.protobuf',
    'application/json-patch+json',
    'application/merge-patch+json',
    'application/strategic-merge-patch+json',
    'application/apply-patch+yaml',
    'text/plain',
  ),
  accept: fc.constantFrom(
    '*/*',
    'application/json',
    'application/json;as=Table;v=v1;g=meta.k8s.io',
    'application/yaml',
  ),
  body: fc.oneof(
    { weight: 4, arbitrary: damaged },
    { weight: 2, arbitrary: patches },
    { weight: 1, arbitrary: fc.json() },
    { weight: 1, arbitrary: fc.string() },
    {
      weight: 1,
      arbitrary: fc.constantFrom('', '{', '[[[[', 'k8s\0', 'a: &a [*a]', '{"__proto__":{"polluted":true}}'),
    },
  ),
})

function ask({ method, path, type, accept, body }: Call): Promise<{ readonly code: number; readonly text: string }> {
  return new Promise((resolve, reject) => {
    const headers = {
      [constants.HTTP2_HEADER_METHOD]: method,
      [constants.HTTP2_HEADER_PATH]: path,
      'content-type': type,
    }
    const stream = session.request({ ...headers, accept }, { endStream: method === 'GET' })
    const chunks: Buffer[] = []
    let code = 0
    stream.on('response', (headers) => {
      code = Number(headers[constants.HTTP2_HEADER_STATUS])
    })
    stream.on('data', (chunk: Buffer) => chunks.push(chunk))
    stream.on('end', () => resolve({ code, text: Buffer.concat(chunks).toString() }))
    stream.on('error', reject)
    if (method !== 'GET') stream.end(body)
  })
}

/** Keys of what requests are about; the server writes things of its own meanwhile. */
function writtenSince(revision: number): readonly string[] {
  const keys: string[] = []
  served.world.etcd.watch('/registry/', revision, ({ kv }) => void keys.push(kv.key))()
  return keys.filter(
    (key) => /\/default\/|\/minions\//.test(key) && !/\/services\/endpoints|endpointslices|\/kubernetes$/.test(key),
  )
}

describe('whatever is asked', () => {
  it.each(SEEDS)(
    'gets a clear answer, changes nothing when it is refused, and pollutes nothing (seed %i)',
    async (seed) => {
      const own = Object.getOwnPropertyNames(Object.prototype).length
      await fc.assert(
        fc.asyncProperty(call, async (asked) => {
          const before = served.world.etcd.revision
          const { code, text } = await ask(asked)
          expect(code).toBeGreaterThanOrEqual(200)
          // What nobody foresaw comes as an internal error.
          expect(text).not.toContain('Internal error occurred')
          expect(Object.getOwnPropertyNames(Object.prototype)).toHaveLength(own)
          if (code < 400) return
          expect(text).not.toBe('')
          if (text.startsWith('{')) expect(JSON.parse(text)).toMatchObject({ kind: 'Status', status: 'Failure', code })
          expect(writtenSince(before)).toEqual([])
        }),
        { seed, numRuns: 250 },
      )
    },
  )
})
